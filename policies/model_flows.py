"""How people and clients prove who they are: flows, where they are bound, required actions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policies.base import Frozen
from policies.model_access import told
from policies.model_names import KeycloakName, distinct
from policies.model_raw import Settings

Requirement = Literal["required", "alternative", "conditional", "disabled"]


class Step(Frozen):
    """One step of a flow: an authenticator (`provider`), or a flow in the flow (`flow`)."""

    provider: KeycloakName | None = Field(
        default=None,
        description="The authenticator, by Keycloak's own name.",
        examples=["auth-username-password-form"],
        json_schema_extra=told(keycloak="execution `authenticator`"),
    )
    flow: KeycloakName | None = Field(
        default=None,
        description="The name of a flow in this flow, which its `steps` make.",
        examples=["forms"],
        json_schema_extra=told(keycloak="`flowAlias`"),
    )
    requirement: Requirement = Field(
        description="What it takes: this step, one of those beside it, only where its condition "
        "holds, or nothing.",
        json_schema_extra=told(keycloak="`requirement`"),
    )
    config: Settings = Field(
        default={},
        description="The authenticator's settings, in Keycloak's own names.",
        examples=[{"defaultProvider": "eds"}],
        json_schema_extra=told(keycloak="authenticator config"),
    )
    description: str | None = Field(
        default=None, description="What the flow in the flow is for; with `flow`."
    )
    form: KeycloakName | None = Field(
        default=None,
        description="The form whose fields the steps are; with `flow`.",
        examples=["registration-page-form"],
        json_schema_extra=told(keycloak="a subflow of the type `form-flow`"),
    )
    steps: tuple[Step, ...] = Field(default=(), description="The steps of the flow in the flow.")

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.provider is None) == (self.flow is None):
            raise ValueError("a step is an authenticator (provider) or a flow (flow with steps)")
        if self.flow is None and (self.steps or self.form or self.description):
            raise ValueError("steps, form and description go with flow")
        if self.flow is not None and self.config:
            raise ValueError("config goes with provider")
        return self


class Flow(Frozen):
    """A flow; it is used once it is bound, by `bindings` or by an identity provider."""

    alias: KeycloakName = Field(
        description="The flow's name.",
        examples=["office sign-in"],
        json_schema_extra=told(keycloak="flow `alias`"),
    )
    description: str = Field(
        default="", description="What it is for.", json_schema_extra=told(keycloak="`description`")
    )
    of: Literal["people", "clients"] = Field(
        default="people",
        description="Who proves themselves by it.",
        json_schema_extra=told(keycloak="`providerId`: `basic-flow`, `client-flow`"),
    )
    steps: tuple[Step, ...] = Field(
        min_length=1,
        description="Its steps, in order: all of them.",
        json_schema_extra=told(
            keycloak="executions",
            reason="other steps make another flow, built beside the one in use and then bound",
        ),
    )


class Bindings(Frozen):
    """Which flow is used for what; what is not named stays as it is."""

    browser: KeycloakName | None = Field(
        default=None,
        description="Signing in by a browser.",
        json_schema_extra=told(keycloak="`browserFlow`"),
    )
    registration: KeycloakName | None = Field(
        default=None,
        description="Registering by the form.",
        json_schema_extra=told(keycloak="`registrationFlow`"),
    )
    direct_grant: KeycloakName | None = Field(
        default=None,
        description="Tokens for a password.",
        json_schema_extra=told(keycloak="`directGrantFlow`"),
    )
    reset_credentials: KeycloakName | None = Field(
        default=None,
        description="A forgotten password.",
        json_schema_extra=told(keycloak="`resetCredentialsFlow`"),
    )
    client_authentication: KeycloakName | None = Field(
        default=None,
        description="Clients.",
        json_schema_extra=told(keycloak="`clientAuthenticationFlow`"),
    )
    docker: KeycloakName | None = Field(
        default=None,
        description="Docker registries.",
        json_schema_extra=told(keycloak="`dockerAuthenticationFlow`"),
    )
    first_broker_login: KeycloakName | None = Field(
        default=None,
        description="The first sign-in by an identity provider that names no flow itself.",
        json_schema_extra=told(keycloak="`firstBrokerLoginFlow`"),
    )


class RequiredAction(Frozen):
    """Something a person may be asked to do while signing in."""

    alias: KeycloakName = Field(
        description="The action, by Keycloak's own name.",
        examples=["UPDATE_PASSWORD"],
        json_schema_extra=told(keycloak="required action `alias`"),
    )
    enabled: bool = Field(
        default=True,
        description="Whether it can be asked for at all.",
        json_schema_extra=told(keycloak="`enabled`"),
    )
    everybody: bool = Field(
        default=False,
        description="Everybody new is asked.",
        json_schema_extra=told(keycloak="`defaultAction`"),
    )
    priority: int | None = Field(
        default=None,
        ge=0,
        description="Its place among several; the lowest is first.",
        json_schema_extra=told(keycloak="`priority`"),
    )
    config: Settings = Field(
        default={},
        description="Its settings, in Keycloak's own names.",
        json_schema_extra=told(keycloak="`config`"),
    )


Flows = Annotated[
    tuple[Flow, ...], distinct("two flows have one alias", lambda one: str(one.alias))
]
RequiredActions = Annotated[
    tuple[RequiredAction, ...],
    distinct("a required action is named twice", lambda one: str(one.alias)),
]
