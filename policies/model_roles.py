"""Roles and groups of a realm: what is given to people, alone or together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.base import Frozen
from policies.model_access import told
from policies.model_names import Attributes, GroupName, KeycloakName, RoleNames, distinct


class PlainRole(Frozen):
    """A role, of the realm or of a client."""

    name: KeycloakName = Field(
        description="The role's name in tokens.",
        examples=["reader"],
        json_schema_extra=told(keycloak="role `name`"),
    )
    description: str | None = Field(
        default=None,
        description="What the role is, for people.",
        json_schema_extra=told(keycloak="role `description`"),
    )
    attributes: Attributes = Field(
        default={},
        description="Its attributes, each with its values.",
        examples=[{"department": ["north"]}],
        json_schema_extra=told(keycloak="role `attributes`"),
    )
    includes: RoleNames | None = Field(
        default=None,
        description="Roles that whoever has this one has too, exactly these; without it they are "
        "left as found.",
        json_schema_extra=told(keycloak="composites"),
    )


class Group(Frozen):
    """People that are given the same; groups stand in groups."""

    name: GroupName = Field(
        description="The group's name.",
        examples=["north"],
        json_schema_extra=told(keycloak="group `name`"),
    )
    attributes: Attributes = Field(
        default={},
        description="Its attributes, each with its values.",
        json_schema_extra=told(keycloak="group `attributes`"),
    )
    roles: RoleNames | None = Field(
        default=None,
        description="Roles that its members have, exactly these; without it they are left as "
        "found.",
        json_schema_extra=told(keycloak="group `realmRoles`, `clientRoles`"),
    )
    groups: Annotated[
        tuple[Group, ...], distinct("two groups have one name", lambda one: str(one.name))
    ] = Field(
        default=(),
        description="The groups in it.",
        json_schema_extra=told(keycloak="`subGroups`"),
    )


PlainRoles = Annotated[
    tuple[PlainRole, ...], distinct("two roles have one name", lambda one: str(one.name))
]
Groups = Annotated[
    tuple[Group, ...], distinct("two groups have one name", lambda one: str(one.name))
]
