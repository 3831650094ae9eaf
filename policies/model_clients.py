"""Clients and client scopes, as a developer of one asks for them.

A client has no way to a token but those it names; its redirect addresses are exact.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from policies.base import Frozen, Secret
from policies.expected import Words
from policies.model_access import told
from policies.model_mappers import Mapper
from policies.model_names import KeycloakName, RoleNames, ScopeNames, distinct
from policies.model_roles import PlainRole

_NEVER = ("javascript:", "data:", "vbscript:", "file:", "blob:")
_REDIRECT = r"^[a-z][a-z0-9+.-]*:[^\s*#<>\"'\\{}^`]+$"
_LOOPBACK = ("http://localhost", "http://127.0.0.1", "http://[::1]")

Way = Literal[
    "browser", "service", "device", "password", "implicit", "token_exchange", "ciba", "jwt_grant"
]


def _is_exact(value: str) -> str:
    if value.startswith(_NEVER):
        raise ValueError("an address of this kind runs what it holds")
    if value.startswith("http://") and not any(
        value == start or value.startswith((f"{start}:", f"{start}/")) for start in _LOOPBACK
    ):
        raise ValueError("an address is https://…, http:// on this machine, or an app's own scheme")
    return value


RedirectUri = Annotated[
    str,
    Field(pattern=_REDIRECT),
    AfterValidator(_is_exact),
    Words("an exact address without * and #, https://… or an app's own scheme"),
]

Origin = Annotated[
    str,
    Field(pattern=r"^https?://[^\s/*?#\"'<>\\]+$"),
    Words("an origin, https://host without a path"),
]


class Client(Frozen):
    """A client: who it is, how it proves it, and the ways in which it gets tokens."""

    client_id: KeycloakName = Field(
        description="The client's client_id.",
        examples=["billing"],
        json_schema_extra=told(keycloak="`clientId`"),
    )
    name: str | None = Field(
        default=None,
        description="Its name as people read it.",
        json_schema_extra=told(keycloak="`name`"),
    )
    description: str | None = Field(
        default=None,
        description="What it is.",
        json_schema_extra=told(keycloak="`description`"),
    )
    enabled: bool = Field(
        default=True,
        description="Whether it may do anything at all.",
        json_schema_extra=told(keycloak="`enabled`"),
    )
    ways: Annotated[tuple[Way, ...], distinct("a way is named twice")] = Field(
        default=(),
        description="The ways in which it gets tokens; what is not named is off. `browser`: people "
        "sign in; `service`: it acts for itself. In a portal's realm only these two.",
        examples=[["browser"], ["service"]],
        json_schema_extra=told(
            keycloak="`standardFlowEnabled`, `serviceAccountsEnabled`, "
            "`directAccessGrantsEnabled`, `implicitFlowEnabled`, attributes of the other grants",
            reason="each way is one more to attack",
        ),
    )
    authentication: Literal["secret", "secret_jwt", "private_key_jwt", "mtls", "none"] = Field(
        default="secret",
        description="How it proves who it is; `none` is a public client: an app, a page.",
        json_schema_extra=told(keycloak="`clientAuthenticatorType`, `publicClient`"),
    )
    secret: Secret | None = Field(
        default=None,
        description="Its secret, by reference; without one Keycloak makes it.",
        examples=["${env:BILLING_SECRET}"],
        json_schema_extra=told(keycloak="`secret`"),
    )
    jwks_url: RedirectUri | None = Field(
        default=None,
        description="Where its public keys are, for private_key_jwt.",
        json_schema_extra=told(keycloak="attributes `jwks.url`, `use.jwks.url`"),
    )
    certificate_subject: str | None = Field(
        default=None,
        description="The subject of its certificate, for mtls.",
        examples=["CN=billing.example.kz"],
        json_schema_extra=told(keycloak="attribute `x509.subjectdn`"),
    )
    url: RedirectUri | None = Field(
        default=None,
        description="Where it is.",
        json_schema_extra=told(keycloak="`baseUrl`"),
    )
    redirect_uris: tuple[RedirectUri, ...] = Field(
        default=(),
        description="Addresses that a sign-in may return to, exactly these.",
        examples=[["https://billing.example.kz/callback"]],
        json_schema_extra=told(
            keycloak="`redirectUris`", reason="a wildcard hands codes to anybody"
        ),
    )
    post_logout_redirect_uris: tuple[RedirectUri, ...] = Field(
        default=(),
        description="Addresses that a sign-out may return to, exactly these.",
        json_schema_extra=told(keycloak="attribute `post.logout.redirect.uris`"),
    )
    web_origins: tuple[Origin, ...] = Field(
        default=(),
        description="Origins whose pages may call Keycloak for this client.",
        json_schema_extra=told(keycloak="`webOrigins`"),
    )
    backchannel_logout_url: RedirectUri | None = Field(
        default=None,
        description="Where Keycloak tells it that somebody signed out.",
        json_schema_extra=told(keycloak="attribute `backchannel.logout.url`"),
    )
    pkce: bool = Field(
        default=True,
        description="A sign-in needs PKCE with S256.",
        json_schema_extra=told(
            keycloak="attribute `pkce.code.challenge.method`",
            reason="a code that was caught is worth nothing",
        ),
    )
    consent: bool = Field(
        default=False,
        description="People are asked before it is told about them.",
        json_schema_extra=told(keycloak="`consentRequired`"),
    )
    access_token_minutes: int | None = Field(
        default=None,
        ge=1,
        le=1440,
        description="How long its access tokens live; without it, as the realm says.",
        json_schema_extra=told(keycloak="attribute `access.token.lifespan`"),
    )
    scopes: ScopeNames | None = Field(
        default=None,
        description="The client scopes it has, exactly these; without it they are left as found.",
        json_schema_extra=told(keycloak="`defaultClientScopes`, `optionalClientScopes`"),
    )
    token_roles: RoleNames = Field(
        default=RoleNames(),
        description="Roles that may stand in its tokens, exactly these.",
        json_schema_extra=told(
            keycloak="scope mappings", reason="a stolen token may no more than its client needs"
        ),
    )
    all_roles: bool = Field(
        default=False,
        description="Every role may stand in its tokens; then `token_roles` is left out.",
        json_schema_extra=told(keycloak="`fullScopeAllowed`", reason="as above"),
    )
    roles: Annotated[
        tuple[PlainRole, ...], distinct("two roles have one name", lambda role: str(role.name))
    ] = Field(default=(), description="The client's own roles.")
    mappers: Annotated[
        tuple[Mapper, ...], distinct("two mappers have one name", lambda one: str(one.name))
    ] = Field(
        default=(),
        description="Claims of this client's tokens alone.",
        json_schema_extra=told(keycloak="`protocolMappers`"),
    )

    @model_validator(mode="after")
    def _can_prove_itself(self) -> Self:
        by_secret = self.authentication in {"secret", "secret_jwt"}
        if self.secret is not None and not by_secret:
            raise ValueError(f"a client that proves itself by {self.authentication} has no secret")
        if (self.jwks_url is not None) != (self.authentication == "private_key_jwt"):
            raise ValueError("jwks_url is given with private_key_jwt, and with no other")
        if (self.certificate_subject is not None) != (self.authentication == "mtls"):
            raise ValueError("certificate_subject is given with mtls, and with no other")
        if self.authentication == "none" and "service" in self.ways:
            raise ValueError("a public client cannot act for itself: anybody could be it")
        if self.all_roles and self.token_roles != RoleNames():
            raise ValueError("token_roles says which roles, all_roles says all: give one")
        if ("browser" in self.ways or "implicit" in self.ways) != bool(self.redirect_uris):
            raise ValueError("redirect_uris are given with the way browser, and with no other")
        return self


class ClientScope(Frozen):
    """Claims and roles that clients are given together."""

    name: KeycloakName = Field(
        description="The scope's name.",
        examples=["department"],
        json_schema_extra=told(keycloak="client scope `name`"),
    )
    description: str | None = Field(
        default=None,
        description="What it is.",
        json_schema_extra=told(keycloak="`description`"),
    )
    protocol: Literal["openid-connect", "saml", "docker-v2"] = Field(
        default="openid-connect",
        description="The protocol of its clients.",
        json_schema_extra=told(keycloak="`protocol`"),
    )
    in_token: bool = Field(
        default=True,
        description="Its name stands in the token's `scope`.",
        json_schema_extra=told(keycloak="attribute `include.in.token.scope`"),
    )
    consent_text: str | None = Field(
        default=None,
        description="What people are asked about it; without it they are not asked.",
        json_schema_extra=told(
            keycloak="attributes `display.on.consent.screen`, `consent.screen.text`"
        ),
    )
    mappers: Annotated[
        tuple[Mapper, ...], distinct("two mappers have one name", lambda one: str(one.name))
    ] = Field(
        default=(),
        description="Its claims.",
        json_schema_extra=told(keycloak="`protocolMappers`"),
    )
    token_roles: RoleNames | None = Field(
        default=None,
        description="Roles that it lets into tokens, exactly these.",
        json_schema_extra=told(keycloak="scope mappings"),
    )


Clients = Annotated[
    tuple[Client, ...], distinct("two clients have one client_id", lambda one: str(one.client_id))
]
ClientScopes = Annotated[
    tuple[ClientScope, ...], distinct("two scopes have one name", lambda one: str(one.name))
]
