"""Clients, their mappers, and what their tokens may carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.diff import MASK
from provisioning.representation.objects import Objects, members, without
from provisioning.representation.scopes import NO_ROLES, mappers, role_scopes_of
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"clients", "scopeMappings", "clientScopeMappings"})

_NOT_SETTINGS = (
    "access",
    "authorizationSettings",
    "clientId",
    "defaultClientScopes",
    "id",
    "optionalClientScopes",
    "protocolMappers",
    "registeredNodes",
)
_SCOPES = {"default": "defaultClientScopes", "optional": "optionalClientScopes"}
FLOW_OVERRIDES = "authenticationFlowBindingOverrides"


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every client, its mappers, its client scopes and the roles in its scope."""
    role_scopes = role_scopes_of(representation, "client")
    aliases = {
        flow["id"]: flow["alias"]
        for flow in members(representation, "authenticationFlows")
        if "id" in flow
    }
    for client in members(representation, "clients"):
        name, id_ = client["clientId"], client.get("id")
        found.add(Key(Kind.CLIENT, name), _settings(client, aliases), id_=id_)
        mappers(client, Kind.CLIENT_MAPPER, name, found)
        given = {
            short: list(client.get(long) or ())
            for short, long in _SCOPES.items()
            if found.whole or long in client
        }
        if given:
            found.add(Key(Kind.CLIENT_CLIENT_SCOPES, name), given, id_=id_)
        if found.whole or name in role_scopes:
            key = Key(Kind.CLIENT_ROLE_SCOPE, name)
            found.add(key, role_scopes.pop(name, NO_ROLES), id_=id_)
    if not found.whole:
        for name, roles in role_scopes.items():
            found.add(Key(Kind.CLIENT_ROLE_SCOPE, name), roles)


def _settings(client: Mapping[str, Any], aliases: Mapping[str, str]) -> dict[str, Any]:
    """A masked secret says nothing; a flow is named by its alias, as everywhere else."""
    body = without(client, _NOT_SETTINGS)
    if body.get("secret") == MASK:
        del body["secret"]
    if body.get(FLOW_OVERRIDES):
        body[FLOW_OVERRIDES] = {
            use: aliases.get(flow, flow) for use, flow in body[FLOW_OVERRIDES].items()
        }
    return body
