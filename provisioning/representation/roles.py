"""Roles of the realm and of its clients, and what else each of them gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation.objects import Objects, members, role_names, without
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"roles", "defaultRole"})

_NOT_SETTINGS = ("id", "name", "composite", "composites", "clientRole", "containerId")


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every role and its composites; `defaultRole` only names one of them."""
    roles = representation.get("roles") or {}
    for role in members(roles, "realm"):
        _role(Key(Kind.ROLE, role["name"]), role, found)
    for client_id, client_roles in (roles.get("client") or {}).items():
        for role in client_roles:
            _role(Key(Kind.CLIENT_ROLE, role["name"], client_id), role, found)


def _role(key: Key, role: Mapping[str, Any], found: Objects) -> None:
    found.add(key, without(role, _NOT_SETTINGS), id_=role.get("id"))
    if found.whole or "composites" in role:
        composites = role.get("composites") or {}
        found.add(
            Key(Kind.ROLE_COMPOSITES, key.name, key.parent),
            {
                "realm": sorted(composites.get("realm") or ()),
                "client": role_names(composites.get("client")),
            },
            id_=role.get("id"),
        )
