"""Roles, what they include, and groups, as a policy's own sections declare them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from policies.model_names import Attributes, RoleNames
from policies.model_raw import Path
from policies.model_roles import Group, PlainRole
from provisioning.desired.declared_merge import Said
from provisioning.representation.groups import path_of
from provisioning.resources import Key, Kind, Resource


def roles(
    declared: Iterable[PlainRole], *, at: Path, client_id: str | None = None
) -> Iterator[Said]:
    """Roles of the realm, or of one client; `at`: the section they stand in."""
    kind = Kind.ROLE if client_id is None else Kind.CLIENT_ROLE
    for index, role in enumerate(declared):
        here = (*at, index)
        body = named(description=role.description) | _attributes(role.attributes)
        yield Said(Resource(Key(kind, role.name, client_id or ""), body), here)
        if role.includes is not None:
            yield composites(role.name, role.includes, at=here, client_id=client_id)


def composites(name: str, includes: RoleNames, *, at: Path, client_id: str | None = None) -> Said:
    """What a role includes, exactly."""
    key = Key(Kind.ROLE_COMPOSITES, name, client_id or "")
    return Said(Resource(key, role_names(includes)), at)


def groups(declared: Iterable[Group], *, at: Path, above: str = "") -> Iterator[Said]:
    """Groups with those in them, each after the one it stands in."""
    for index, group in enumerate(declared):
        here, path = (*at, index), path_of(above, group.name)
        body = _attributes(group.attributes)
        if group.roles is not None:
            given = role_names(group.roles)
            body |= {"realmRoles": given["realm"], "clientRoles": given["client"]}
        yield Said(Resource(Key(Kind.GROUP, path), body), here)
        yield from groups(group.groups, at=(*here, "groups"), above=path)


def role_names(names: RoleNames) -> dict[str, frozenset[str]]:
    """As bodies hold roles: `realm`, and `client` as `client_id/role`."""
    return {"realm": frozenset(names.realm), "client": frozenset(names.of_clients())}


def named(**values: Any) -> dict[str, Any]:
    """Those that are declared: None is what a policy left out."""
    return {name: value for name, value in values.items() if value is not None}


def _attributes(attributes: Attributes) -> dict[str, Any]:
    values = {name: frozenset(given) for name, given in attributes.items()}
    return {"attributes": values} if values else {}
