"""What is known of a person: the user profile's attributes and groups of attributes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from policies.base import Frozen
from policies.model_access import told
from policies.model_names import KeycloakName, distinct

Who = Literal["user", "admin"]


class ProfileAttribute(Frozen):
    """One attribute of people: nobody writes it, sees it or must have it who is not named."""

    name: KeycloakName = Field(
        description="The attribute's name.",
        examples=["department"],
        json_schema_extra=told(keycloak="attribute `name`"),
    )
    display_name: str | None = Field(
        default=None,
        description="Its name as people read it; `$${key}` is the text of that key.",
        examples=["$${department}"],
        json_schema_extra=told(keycloak="`displayName`"),
    )
    view: tuple[Who, ...] = Field(
        default=("admin",),
        description="Who may see it.",
        json_schema_extra=told(keycloak="`permissions.view`"),
    )
    edit: tuple[Who, ...] = Field(
        default=(),
        description="Who may write it; nobody but an identity provider where nobody is named.",
        json_schema_extra=told(keycloak="`permissions.edit`"),
    )
    required_for: tuple[Who, ...] = Field(
        default=(),
        description="Who must fill it in.",
        json_schema_extra=told(keycloak="`required.roles`"),
    )
    required_scopes: tuple[KeycloakName, ...] = Field(
        default=(),
        description="Only where a client asks for one of these scopes.",
        json_schema_extra=told(keycloak="`required.scopes`"),
    )
    shown_for_scopes: tuple[KeycloakName, ...] = Field(
        default=(),
        description="It is there only where a client asks for one of these scopes.",
        json_schema_extra=told(keycloak="`selector.scopes`"),
    )
    multivalued: bool = Field(
        default=False,
        description="It may have several values.",
        json_schema_extra=told(keycloak="`multivalued`"),
    )
    validations: dict[str, dict[str, Any]] = Field(
        default={},
        description="What a value must be, in Keycloak's own names.",
        examples=[{"length": {"max": 64}}],
        json_schema_extra=told(keycloak="`validations`"),
    )
    annotations: dict[str, Any] = Field(
        default={},
        description="How it is shown, in Keycloak's own names.",
        examples=[{"inputType": "select"}],
        json_schema_extra=told(keycloak="`annotations`"),
    )
    group: KeycloakName | None = Field(
        default=None,
        description="The group of attributes it stands in.",
        json_schema_extra=told(keycloak="`group`"),
    )


class ProfileGroup(Frozen):
    """Attributes that are shown together."""

    name: KeycloakName = Field(
        description="The group's name.", json_schema_extra=told(keycloak="group `name`")
    )
    header: str | None = Field(
        default=None,
        description="Its name as people read it.",
        json_schema_extra=told(keycloak="`displayHeader`"),
    )
    description: str | None = Field(
        default=None,
        description="What stands under the name.",
        json_schema_extra=told(keycloak="`displayDescription`"),
    )
    annotations: dict[str, Any] = Field(
        default={},
        description="How it is shown, in Keycloak's own names.",
        json_schema_extra=told(keycloak="`annotations`"),
    )


class Profile(Frozen):
    """The user profile; attributes that are not named stay as they are."""

    attributes: Annotated[
        tuple[ProfileAttribute, ...],
        distinct("two attributes have one name", lambda one: str(one.name)),
    ] = Field(
        default=(),
        description="Attributes of people.",
        json_schema_extra=told(keycloak="`attributes`"),
    )
    groups: (
        Annotated[
            tuple[ProfileGroup, ...],
            distinct("two groups have one name", lambda one: str(one.name)),
        ]
        | None
    ) = Field(
        default=None,
        description="Groups of attributes, exactly these.",
        json_schema_extra=told(keycloak="`groups`"),
    )
    unnamed: Literal["refused", "admin_view", "admin_edit", "allowed"] | None = Field(
        default=None,
        description="What becomes of attributes that the profile does not name.",
        json_schema_extra=told(keycloak="`unmanagedAttributePolicy`"),
    )
