"""What declared objects refer to and nobody has: found before the first write. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from provisioning.plan import Plan
from provisioning.plan_bindings import bindings
from provisioning.render_values import printable
from provisioning.resources import Body, Desired, Key, Kind, Live
from provisioning.writers.flow_bindings import BuiltInFlowError
from provisioning.writers.ids import ReferenceMissingError


def require_references(desired: Desired, live: Live, planned: Plan) -> None:
    """Refuse a plan that could not be carried out whole.

    Of a realm that is not there yet nothing is said: what Keycloak puts into a new one shows when
    it is made. Raises ReferenceMissingError, BuiltInFlowError, each naming all there are.
    """
    if not live.exists:
        return
    missing = list(dict.fromkeys(_missing(desired, live, planned)))
    if missing:
        raise ReferenceMissingError(
            f"{desired.realm}: {'; '.join(missing)}",
            hint="Declare it, or correct the name. Nothing was written.",
        )
    kept_by_keycloak = [
        change.key.name
        for change in planned.changes
        if change.key.kind is Kind.FLOW
        and (change.structural or change.action == "delete")
        and live.objects.get(change.key, {}).get("builtIn")
    ]
    if kept_by_keycloak:
        raise BuiltInFlowError(
            f"{desired.realm}: {', '.join(map(printable, kept_by_keycloak))}: Keycloak's own flow "
            "keeps its steps",
            hint="Declare a flow of another name and bind that. Nothing was written.",
        )


def _missing(desired: Desired, live: Live, planned: Plan) -> Iterator[str]:
    gone = {change.key for change in planned.changes if change.action == "delete"}
    declared = {resource.key for resource in desired.resources}
    there = declared | (live.objects.keys() - gone)
    # The id of a client may hold a slash: only the whole name tells which role is meant.
    roles = {f"{key.parent}/{key.name}" for key in there if key.kind is Kind.CLIENT_ROLE}
    for resource in desired.resources:
        for wanted in _references(resource.key, resource.body):
            is_role = wanted.kind is Kind.CLIENT_ROLE
            known = f"{wanted.parent}/{wanted.name}" in roles if is_role else wanted in there
            if not known:
                yield printable(
                    f"{resource.key.kind} {resource.key} refers to the {_words(wanted.kind)} "
                    f"{wanted}, which is neither declared nor in the realm"
                )


def _references(key: Key, body: Body) -> Iterator[Key]:
    if key.kind in _OWNERS and key.parent:
        yield Key(_OWNERS[key.kind], key.parent)
    for member, of in _MEMBERS.get(key.kind, {}).items():
        yield from of(body.get(member) or ())
    for binding in bindings(key, body):
        if binding.flow:  # empty: bound to none
            yield Key(Kind.FLOW, binding.flow)


def _words(kind: Kind) -> str:
    return str(kind).replace("_", " ")


def _roles(names: Iterable[str]) -> Iterator[Key]:
    return (Key(Kind.ROLE, name) for name in sorted(names))


def _client_roles(names: Iterable[str]) -> Iterator[Key]:
    for name in sorted(names):
        client, _, role = name.partition("/")
        yield Key(Kind.CLIENT_ROLE, role, client)


def _scopes(names: Iterable[str]) -> Iterator[Key]:
    return (Key(Kind.CLIENT_SCOPE, name) for name in sorted(names))


def _groups(paths: Iterable[str]) -> Iterator[Key]:
    return (Key(Kind.GROUP, path) for path in sorted(paths))


_ROLE_SCOPE = {"realm": _roles, "client": _client_roles}
_CLIENT_SCOPES = {"default": _scopes, "optional": _scopes}

_MEMBERS: Mapping[Kind, Mapping[str, Callable[[Iterable[str]], Iterator[Key]]]] = {
    Kind.ROLE_COMPOSITES: _ROLE_SCOPE,
    Kind.CLIENT_ROLE_SCOPE: _ROLE_SCOPE,
    Kind.CLIENT_SCOPE_ROLE_SCOPE: _ROLE_SCOPE,
    Kind.CLIENT_CLIENT_SCOPES: _CLIENT_SCOPES,
    Kind.REALM_CLIENT_SCOPES: _CLIENT_SCOPES,
    Kind.GROUP: {"realmRoles": _roles, "clientRoles": _client_roles},
    Kind.DEFAULT_GROUPS: {"groups": _groups},
}

_OWNERS: Mapping[Kind, Kind] = {
    Kind.CLIENT_MAPPER: Kind.CLIENT,
    Kind.CLIENT_ROLE: Kind.CLIENT,
    Kind.CLIENT_SCOPE_MAPPER: Kind.CLIENT_SCOPE,
    Kind.IDENTITY_PROVIDER_MAPPER: Kind.IDENTITY_PROVIDER,
}
