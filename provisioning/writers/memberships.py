"""Kinds that are sets of references: what is missing is added, what is not declared taken away.

Taking away comes first: a scope cannot be default and optional at once, and less is safer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import Key, Kind
from provisioning.writers.bodies import moved
from provisioning.writers.roles import role_list
from provisioning.writers.target import Target

_GIVEN = ("default", "optional")


class RealmClientScopes:
    """The client scopes that new clients are given."""

    def write(self, target: Target, change: Change) -> None:
        paths = {given: f"/default-{given}-client-scopes" for given in _GIVEN}
        _assign(target, paths, {given: moved(change, given) for given in _GIVEN})


class ClientClientScopes:
    """The client scopes of one client."""

    def write(self, target: Target, change: Change) -> None:
        client = quoted(change.live_id or target.ids.client(change.key.name))
        paths = {given: f"/clients/{client}/{given}-client-scopes" for given in _GIVEN}
        _assign(
            target,
            paths,
            {given: _moved_scopes(target, change, given, paths[given]) for given in _GIVEN},
        )


class ClientRoleScope:
    """The roles that a client's tokens may carry."""

    def write(self, target: Target, change: Change) -> None:
        client = change.live_id or target.ids.client(change.key.name)
        _write_role_scope(target, f"/clients/{quoted(client)}/scope-mappings", change)


class ClientScopeRoleScope:
    """The roles that a client scope lets into the tokens of the clients that have it."""

    def write(self, target: Target, change: Change) -> None:
        scope = change.live_id or target.ids.of(Key(Kind.CLIENT_SCOPE, change.key.name))
        _write_role_scope(target, f"/client-scopes/{quoted(scope)}/scope-mappings", change)


class DefaultGroups:
    """The groups that new people join."""

    def write(self, target: Target, change: Change) -> None:
        more, less = moved(change, "groups")
        for path in less:
            target.delete(f"/default-groups/{quoted(target.ids.of(Key(Kind.GROUP, path)))}")
        for path in more:
            target.put(f"/default-groups/{quoted(target.ids.of(Key(Kind.GROUP, path)))}")


@dataclass(frozen=True, slots=True)
class RoleWrite:
    """One request about role mappings; `path` is under those of their owner."""

    adds: bool
    path: str
    roles: list[dict[str, Any]]


def role_writes(target: Target, *, realm: _Moved, client: _Moved) -> list[RoleWrite]:
    """What brings role mappings (of a client, a client scope, a group) to what is declared.

    Each argument: what to add and what to take away; roles of clients as `clientId/role`. One
    request for the realm's roles and one for each client, each way. All roles are looked up here,
    before anything is written: ReferenceMissingError changes nothing.
    """
    return [
        RoleWrite(adds, path, roles)
        for adds, realm_roles, client_roles in (
            (False, realm[1], client[1]),
            (True, realm[0], client[0]),
        )
        for path, roles in (
            ("realm", role_list(target, realm=realm_roles, client=())),
            *_by_client(target, client_roles),
        )
        if roles
    ]


def write_roles(target: Target, base: str, writes: Iterable[RoleWrite]) -> None:
    """Send the requests; `base` is where the owner's role mappings are."""
    for write in writes:
        send = target.post if write.adds else target.delete
        send(f"{base}/{write.path}", write.roles)


def _write_role_scope(target: Target, base: str, change: Change) -> None:
    realm, client = moved(change, "realm"), moved(change, "client")
    write_roles(target, base, role_writes(target, realm=realm, client=client))


def _by_client(target: Target, named: list[str]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Roles of clients by the path of each client's own."""
    roles: dict[str, list[dict[str, Any]]] = {}
    for item in named:
        owner, id_, name = target.ids.client_role(item)
        roles.setdefault(f"clients/{quoted(owner)}", []).append({"id": id_, "name": name})
    return roles.items()


def _moved_scopes(target: Target, change: Change, given: str, path: str) -> _Moved:
    """As `moved`; but a client made without its own scopes has those that Keycloak gave it."""
    declared = (change.body or {}).get(given)
    if change.action != "create" or declared is None:
        return moved(change, given)
    held = {scope["name"] for scope in target.get(path)}
    return sorted(declared - held), sorted(held - declared)


def _assign(target: Target, paths: Mapping[str, str], scopes: Mapping[str, _Moved]) -> None:
    wanted = {name for more, less in scopes.values() for name in (*more, *less)}
    # All are looked up before the first write: a name that is not there changes nothing.
    ids = {name: target.ids.of(Key(Kind.CLIENT_SCOPE, name)) for name in sorted(wanted)}
    for given, (_, less) in scopes.items():
        for name in less:
            target.delete(f"{paths[given]}/{quoted(ids[name])}")
    for given, (more, _) in scopes.items():
        for name in more:
            target.put(f"{paths[given]}/{quoted(ids[name])}")


_Moved = tuple[list[str], list[str]]
