"""Client scopes, their mappers, the roles they let into a token, and the realm's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.objects import Objects, members, without
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"clientScopes", "defaultDefaultClientScopes", "defaultOptionalClientScopes"})

_MAPPER = ("id", "name", "consentText")
_REALM_DEFAULTS = {
    "default": "defaultDefaultClientScopes",
    "optional": "defaultOptionalClientScopes",
}


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every client scope, and which of them new clients are given."""
    role_scopes = role_scopes_of(representation, "clientScope")
    for scope in members(representation, "clientScopes"):
        name = scope["name"]
        body = without(scope, ("id", "name", "protocolMappers"))
        found.add(Key(Kind.CLIENT_SCOPE, name), body, id_=scope.get("id"))
        mappers(scope, Kind.CLIENT_SCOPE_MAPPER, name, found)
        if found.whole or name in role_scopes:
            key = Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, name)
            found.add(key, role_scopes.pop(name, NO_ROLES), id_=scope.get("id"))
    if not found.whole:
        for name, roles in role_scopes.items():
            found.add(Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, name), roles)
    given = {
        short: list(representation.get(name) or ())
        for short, name in _REALM_DEFAULTS.items()
        if found.whole or name in representation
    }
    if given:
        found.add(Key(Kind.REALM_CLIENT_SCOPES, "default"), given)


NO_ROLES: Mapping[str, Any] = {"realm": [], "client": []}


def mappers(owner: Mapping[str, Any], kind: Kind, name: str, found: Objects) -> None:
    """The protocol mappers of a client or client scope."""
    for mapper in members(owner, "protocolMappers"):
        key = Key(kind, mapper["name"], name)
        found.add(key, without(mapper, _MAPPER), id_=mapper.get("id"))


def role_scopes_of(representation: Mapping[str, Any], owner: str) -> dict[str, Mapping[str, Any]]:
    """The roles in scope by the name of what they are in scope of; `owner`: its kind's key."""
    scopes: dict[str, dict[str, list[str]]] = {}
    for mapping in members(representation, "scopeMappings"):
        if owner in mapping:
            roles = scopes.setdefault(mapping[owner], {"realm": [], "client": []})
            roles["realm"] += mapping["roles"]
    for client_id, mappings in (representation.get("clientScopeMappings") or {}).items():
        for mapping in mappings:
            if owner in mapping:
                roles = scopes.setdefault(mapping[owner], {"realm": [], "client": []})
                roles["client"] += [f"{client_id}/{role}" for role in mapping["roles"]]
    return dict(scopes)
