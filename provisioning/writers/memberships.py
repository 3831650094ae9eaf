"""Kinds that are sets of references: what is missing is added, what is not declared taken away.

Taking away comes first: a scope cannot be default and optional at once, and less is safer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.errors import ObjectNotFoundError
from provisioning.plan import Change
from provisioning.writers.target import Target


class RealmClientScopes:
    """The client scopes that new clients are given."""

    def write(self, target: Target, change: Change) -> None:
        paths = {
            "default": "/default-default-client-scopes",
            "optional": "/default-optional-client-scopes",
        }
        live = {kind: {scope["name"] for scope in target.get(paths[kind])} for kind in paths}
        _assign_scopes(target, paths, live, change)


class ClientClientScopes:
    """The client scopes of one client."""

    def write(self, target: Target, change: Change) -> None:
        client = target.client(change.key.name)
        base = f"/clients/{quoted(client['id'])}"
        paths = {
            "default": f"{base}/default-client-scopes",
            "optional": f"{base}/optional-client-scopes",
        }
        live = {kind: {scope["name"] for scope in target.get(paths[kind])} for kind in paths}
        _assign_scopes(target, paths, live, change)


class RoleComposites:
    """What else a role gives; of the default role, what every account is given."""

    def write(self, target: Target, change: Change) -> None:
        body = change.body or {}
        path = f"/roles/{quoted(change.key.name)}/composites"
        wanted = [target.get(f"/roles/{quoted(name)}") for name in sorted(body["realm"])]
        for client_id, name in sorted(item.split("/", 1) for item in body["client"]):
            client = target.client(client_id)
            wanted.append(target.get(f"/clients/{quoted(client['id'])}/roles/{quoted(name)}"))
        _replace(target, path, target.get(path), wanted)


class ClientRoleScope:
    """The roles that a client's tokens may carry."""

    def write(self, target: Target, change: Change) -> None:
        body = change.body or {}
        base = f"/clients/{quoted(target.client(change.key.name)['id'])}/scope-mappings"
        live = target.get(base)
        for mapping in (live.get("clientMappings") or {}).values():
            target.delete(f"{base}/clients/{quoted(mapping['id'])}", mapping["mappings"])
        wanted = [target.get(f"/roles/{quoted(name)}") for name in sorted(body["realm"])]
        _replace(target, f"{base}/realm", live.get("realmMappings") or [], wanted)


def _assign_scopes(
    target: Target, paths: Mapping[str, str], live: Mapping[str, set[str]], change: Change
) -> None:
    body = change.body or {}
    ids = {scope["name"]: scope["id"] for scope in target.get("/client-scopes")}
    unknown = sorted(name for kind in paths for name in body[kind] if name not in ids)
    if unknown:
        raise ObjectNotFoundError(
            f"the realm {target.realm} has no client scope {', '.join(unknown)}",
            status=404,
            hint="Keycloak brings it along; restore it, or make one of that name.",
        )
    for kind, path in paths.items():
        for name in sorted(live[kind] - body[kind]):
            target.delete(f"{path}/{quoted(ids[name])}")
    for kind, path in paths.items():
        for name in sorted(body[kind] - live[kind]):
            target.put(f"{path}/{quoted(ids[name])}")


def _replace(
    target: Target,
    path: str,
    live: Iterable[Mapping[str, Any]],
    wanted: Iterable[Mapping[str, Any]],
) -> None:
    live_by_id = {role["id"]: role for role in live}
    wanted_by_id = {role["id"]: role for role in wanted}
    surplus = [role for id_, role in live_by_id.items() if id_ not in wanted_by_id]
    missing = [role for id_, role in wanted_by_id.items() if id_ not in live_by_id]
    if surplus:
        target.delete(path, surplus)
    if missing:
        target.post(path, missing)
