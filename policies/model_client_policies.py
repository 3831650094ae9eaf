"""Client policies: what clients must be, whoever makes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from policies.base import Frozen
from policies.model_access import told
from policies.model_names import KeycloakName, distinct


class Executor(Frozen):
    """One rule that a profile holds clients to."""

    executor: KeycloakName = Field(
        description="The rule, by Keycloak's own name.",
        examples=["pkce-enforcer"],
        json_schema_extra=told(keycloak="`executor`"),
    )
    config: dict[str, Any] = Field(
        default={},
        description="Its settings, in Keycloak's own names.",
        examples=[{"auto-configure": True}],
        json_schema_extra=told(keycloak="`configuration`"),
    )


class Condition(Frozen):
    """One condition under which a policy holds."""

    condition: KeycloakName = Field(
        description="The condition, by Keycloak's own name.",
        examples=["any-client"],
        json_schema_extra=told(keycloak="`condition`"),
    )
    config: dict[str, Any] = Field(
        default={},
        description="Its settings, in Keycloak's own names.",
        json_schema_extra=told(keycloak="`configuration`"),
    )


class ClientProfile(Frozen):
    """Rules for clients, together."""

    name: KeycloakName = Field(
        description="The profile's name.",
        examples=["strict"],
        json_schema_extra=told(keycloak="client profile `name`"),
    )
    description: str | None = Field(
        default=None,
        description="What it is for.",
        json_schema_extra=told(keycloak="`description`"),
    )
    executors: tuple[Executor, ...] = Field(
        default=(),
        description="Its rules, in order.",
        json_schema_extra=told(keycloak="`executors`"),
    )


class ClientPolicy(Frozen):
    """Which clients are held to which profiles."""

    name: KeycloakName = Field(
        description="The policy's name.",
        examples=["every client is strict"],
        json_schema_extra=told(keycloak="client policy `name`"),
    )
    description: str | None = Field(
        default=None,
        description="What it is for.",
        json_schema_extra=told(keycloak="`description`"),
    )
    enabled: bool = Field(
        default=True,
        description="Whether it is in force.",
        json_schema_extra=told(keycloak="`enabled`"),
    )
    conditions: tuple[Condition, ...] = Field(
        default=(),
        description="It holds where all of these do.",
        json_schema_extra=told(keycloak="`conditions`"),
    )
    profiles: tuple[KeycloakName, ...] = Field(
        default=(),
        description="The profiles that its clients are held to.",
        json_schema_extra=told(keycloak="`profiles`"),
    )


ClientProfiles = Annotated[
    tuple[ClientProfile, ...], distinct("two profiles have one name", lambda one: str(one.name))
]
ClientPolicies = Annotated[
    tuple[ClientPolicy, ...], distinct("two policies have one name", lambda one: str(one.name))
]
