"""Groups, each under its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from provisioning.representation.objects import Objects, members, role_names, without
from provisioning.resources import Key, Kind

SECTIONS = frozenset({"groups", "defaultGroups"})

_NOT_SETTINGS = ("id", "name", "path", "parentId", "subGroups", "subGroupCount", "access")


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take every group with those below it, and which of them new people join."""
    for group in members(representation, "groups"):
        _group(group, "", found)
    if found.whole or "defaultGroups" in representation:
        named = representation.get("defaultGroups") or ()
        keys = _keys_by_path(members(representation, "groups"))
        joined = [keys.get(path, path) for path in named]
        found.add(Key(Kind.DEFAULT_GROUPS, "default"), {"groups": joined})


def path_of(parent: str, name: str) -> str:
    """A group's path; a slash in a name is written `~/`, as Keycloak does."""
    return f"{parent}/{name.replace('/', '~/')}"


def _keys_by_path(groups: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Where default groups are named, Keycloak does not escape: their paths, and what we say."""
    found: dict[str, str] = {}

    def visit(group: Mapping[str, Any], plain: str, escaped: str) -> None:
        plain, escaped = f"{plain}/{group['name']}", path_of(escaped, group["name"])
        found.setdefault(plain, escaped)
        for child in members(group, "subGroups"):
            visit(child, plain, escaped)

    for group in groups:
        visit(group, "", "")
    return found


def _group(group: Mapping[str, Any], parent: str, found: Objects) -> None:
    path = path_of(parent, group["name"])
    body = without(group, _NOT_SETTINGS)
    if found.whole or "realmRoles" in group:
        body["realmRoles"] = sorted(group.get("realmRoles") or ())
    if found.whole or "clientRoles" in group:
        body["clientRoles"] = role_names(group.get("clientRoles"))
    found.add(Key(Kind.GROUP, path), body, id_=group.get("id"))
    for child in members(group, "subGroups"):
        _group(child, path, found)
