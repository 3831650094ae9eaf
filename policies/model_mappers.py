"""Claims: what a client or a client scope writes into tokens."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from policies.base import Frozen
from policies.model_access import told
from policies.model_names import KeycloakName

Token = Literal["access", "id", "userinfo", "introspection"]

_SOURCES = ("attribute", "note", "value", "groups", "audience", "mapper")
_CLAIMS = ("attribute", "note", "value", "groups")


class Mapper(Frozen):
    """One claim and where it is from; exactly one of attribute, note, value, groups, audience,
    mapper says so."""

    name: KeycloakName = Field(
        description="The mapper's name.",
        examples=["department"],
        json_schema_extra=told(keycloak="protocol mapper `name`"),
    )
    claim: KeycloakName | None = Field(
        default=None,
        description="The claim that is written.",
        examples=["department"],
        json_schema_extra=told(keycloak="`claim.name`"),
    )
    attribute: KeycloakName | None = Field(
        default=None,
        description="From this attribute of the person.",
        json_schema_extra=told(keycloak="`oidc-usermodel-attribute-mapper`"),
    )
    note: KeycloakName | None = Field(
        default=None,
        description="From this note of the session.",
        json_schema_extra=told(keycloak="`oidc-usersessionmodel-note-mapper`"),
    )
    value: str | None = Field(
        default=None,
        description="Always this value.",
        json_schema_extra=told(keycloak="`oidc-hardcoded-claim-mapper`"),
    )
    groups: Literal["names", "paths"] | None = Field(
        default=None,
        description="The person's groups, by name or by path.",
        json_schema_extra=told(keycloak="`oidc-group-membership-mapper`"),
    )
    audience: KeycloakName | None = Field(
        default=None,
        description="No claim of its own: the client_id to name in `aud`.",
        examples=["billing"],
        json_schema_extra=told(keycloak="`oidc-audience-mapper`"),
    )
    type: Literal["text", "number", "boolean", "json"] = Field(
        default="text",
        description="What the claim's value is.",
        json_schema_extra=told(keycloak="`jsonType.label`"),
    )
    list: bool = Field(
        default=False,
        description="The attribute has several values; the claim is a list.",
        json_schema_extra=told(keycloak="`multivalued`"),
    )
    tokens: tuple[Token, ...] = Field(
        default=("access", "id", "userinfo", "introspection"),
        description="Where the claim is written.",
        json_schema_extra=told(
            keycloak="`access.token.claim`, `id.token.claim`, `userinfo.token.claim`, "
            "`introspection.token.claim`"
        ),
    )
    mapper: KeycloakName | None = Field(
        default=None,
        description="Keycloak's own name of a mapper of another kind; with `config`.",
        examples=["oidc-usermodel-realm-role-mapper"],
        json_schema_extra=told(keycloak="`protocolMapper`"),
    )
    protocol: Literal["openid-connect", "saml", "docker-v2"] = Field(
        default="openid-connect", description="The protocol; others than OIDC with `mapper`."
    )
    config: dict[str, str] = Field(
        default={},
        description="The settings of `mapper`, in Keycloak's own names.",
        examples=[{"claim.name": "roles", "multivalued": "true"}],
        json_schema_extra=told(keycloak="`config`"),
    )

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        given = [name for name in _SOURCES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a mapper has exactly one of {', '.join(_SOURCES)}")
        if (given[0] in _CLAIMS) != (self.claim is not None):
            raise ValueError(f"claim is given with {', '.join(_CLAIMS)}, and with no other")
        if given[0] != "mapper" and (self.config or self.protocol != "openid-connect"):
            raise ValueError("config and protocol go with mapper")
        if self.list and given[0] != "attribute":
            raise ValueError("list goes with attribute")
        return self
