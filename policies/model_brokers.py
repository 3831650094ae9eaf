"""Who else may prove who people are: identity providers. Only for plain realms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.base import Frozen, Secret
from policies.expected import Words
from policies.model_access import told
from policies.model_names import KeycloakName, distinct
from policies.model_raw import Settings


class ProviderMapper(Frozen):
    """What an identity provider writes to a person's account or session."""

    name: KeycloakName = Field(
        description="The mapper's name.", json_schema_extra=told(keycloak="mapper `name`")
    )
    mapper: KeycloakName = Field(
        description="Keycloak's own name of the mapper.",
        examples=["oidc-user-attribute-idp-mapper"],
        json_schema_extra=told(keycloak="`identityProviderMapper`"),
    )
    config: Settings = Field(
        default={},
        description="Its settings, in Keycloak's own names.",
        examples=[{"claim": "department", "user.attribute": "department", "syncMode": "FORCE"}],
        json_schema_extra=told(keycloak="`config`"),
    )


class IdentityProvider(Frozen):
    """Another service by which people sign in."""

    alias: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9._-]{1,255}$"),
        Words("a name of letters, digits, points, hyphens and underscores"),
    ] = Field(
        description="Its name; it stands in addresses, so it never changes.",
        examples=["head-office"],
        json_schema_extra=told(keycloak="`alias`"),
    )
    provider: KeycloakName = Field(
        description="What it is, by Keycloak's own name: oidc, saml, google and others.",
        examples=["oidc"],
        json_schema_extra=told(keycloak="`providerId`"),
    )
    display_name: str | None = Field(
        default=None,
        description="Its name as people read it.",
        json_schema_extra=told(keycloak="`displayName`"),
    )
    enabled: bool = Field(
        default=True,
        description="Whether people may sign in by it.",
        json_schema_extra=told(keycloak="`enabled`"),
    )
    trust_email: bool = Field(
        default=False,
        description="An address that it names counts as confirmed.",
        json_schema_extra=told(
            keycloak="`trustEmail`", reason="whoever writes addresses there takes accounts here"
        ),
    )
    link_only: bool = Field(
        default=False,
        description="It only signs in those who linked it before.",
        json_schema_extra=told(keycloak="`linkOnly`"),
    )
    hidden: bool = Field(
        default=False,
        description="The sign-in page does not show it.",
        json_schema_extra=told(keycloak="`hideOnLogin`"),
    )
    store_token: bool = Field(
        default=False,
        description="Keycloak keeps its tokens.",
        json_schema_extra=told(keycloak="`storeToken`"),
    )
    first_login_flow: KeycloakName | None = Field(
        default=None,
        description="The flow of a person's first sign-in by it; without it, as the realm says.",
        json_schema_extra=told(keycloak="`firstBrokerLoginFlowAlias`"),
    )
    after_login_flow: KeycloakName | None = Field(
        default=None,
        description="The flow after every sign-in by it.",
        json_schema_extra=told(keycloak="`postBrokerLoginFlowAlias`"),
    )
    client_id: str | None = Field(
        default=None,
        description="Keycloak's client_id there.",
        json_schema_extra=told(keycloak="`config.clientId`"),
    )
    client_secret: Secret | None = Field(
        default=None,
        description="Keycloak's secret there, by reference. It cannot be read back: another one is "
        "written only with another change of the provider.",
        examples=["${env:HEAD_OFFICE_SECRET}"],
        json_schema_extra=told(keycloak="`config.clientSecret`"),
    )
    config: Settings = Field(
        default={},
        description="Its other settings, in Keycloak's own names.",
        examples=[{"issuer": "https://id.example.kz", "validateSignature": "true"}],
        json_schema_extra=told(keycloak="`config`"),
    )
    mappers: Annotated[
        tuple[ProviderMapper, ...],
        distinct("two mappers have one name", lambda one: str(one.name)),
    ] = Field(default=(), description="What it writes to accounts and sessions.")


IdentityProviders = Annotated[
    tuple[IdentityProvider, ...],
    distinct("two identity providers have one alias", lambda one: str(one.alias)),
]
