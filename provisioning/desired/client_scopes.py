"""Client scopes: `eds-identity` for the portal, and for every other client no more than `sub`.

Keycloak's own `profile` scope would tell every client the user name and the names of the person;
its mappers for them are removed, and neither it nor `email` is given to new clients by default.
"""

from __future__ import annotations

from provisioning.desired.names import IDENTITY_SCOPE, yes
from provisioning.resources import Key, Kind, Resource

_ATTRIBUTES = {  # claim: user attribute
    "eds_sub": "username",
    "iin": "iin",
    "given_name": "firstName",
    "family_name": "lastName",
    "middle_name": "middleName",
    "agreement": "agreement",
    "agreement_signed": "agreement_signed",
}
_NOTES = {  # claim of the session: its JSON type
    "subject_type": "String",
    "bin": "String",
    "organization": "String",
    "eds_role": "String",
    "eds_auth_time": "long",
}
_PERSONAL = {  # Keycloak's own mappers that say who a person is
    "profile": ("username", "full name", "given name", "family name", "middle name", "nickname"),
    "microprofile-jwt": ("upn",),
}

_ACCESS = {"access.token.claim": "true", "introspection.token.claim": "true"}
_ID = {**_ACCESS, "id.token.claim": "true"}
_ROLES = {**_ACCESS, "jsonType.label": "String", "multivalued": "true", "user.attribute": "foo"}
_KEYCLOAKS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    ("acr", "acr loa level"): ("oidc-acr-mapper", _ID),
    ("basic", "sub"): ("oidc-sub-mapper", _ACCESS),
    ("basic", "auth_time"): (
        "oidc-usersessionmodel-note-mapper",
        {
            **_ID,
            "claim.name": "auth_time",
            "jsonType.label": "long",
            "user.session.note": "AUTH_TIME",
        },
    ),
    ("email", "email"): (
        "oidc-usermodel-attribute-mapper",
        {
            **_ID,
            "claim.name": "email",
            "jsonType.label": "String",
            "user.attribute": "email",
            "userinfo.token.claim": "true",
        },
    ),
    ("email", "email verified"): (
        "oidc-usermodel-property-mapper",
        {
            **_ID,
            "claim.name": "email_verified",
            "jsonType.label": "boolean",
            "user.attribute": "emailVerified",
            "userinfo.token.claim": "true",
        },
    ),
    ("roles", "audience resolve"): ("oidc-audience-resolve-mapper", _ACCESS),
    ("roles", "client roles"): (
        "oidc-usermodel-client-role-mapper",
        {**_ROLES, "claim.name": "resource_access.${client_id}.roles"},
    ),
    ("roles", "realm roles"): (
        "oidc-usermodel-realm-role-mapper",
        {**_ROLES, "claim.name": "realm_access.roles"},
    ),
    ("web-origins", "allowed web origins"): ("oidc-allowed-origins-mapper", _ACCESS),
}
"""Keycloak's own mappers, as it makes them, in the scopes that tokens of a portal's realm pass.

A mapper more, or one of these changed, could say in every token that somebody signed by EDS.
"""

COMPLETE = frozenset({IDENTITY_SCOPE, *(scope for scope, _ in _KEYCLOAKS)})
"""Scopes in which nothing but what is declared may map anything."""

REALM_DEFAULT = frozenset({"acr", "basic", "roles", "web-origins"})
"""What a new client is given; `profile` and `email` only where an admin decides so."""

PORTAL_DEFAULT = frozenset({"acr", "basic", "email", "roles", IDENTITY_SCOPE})


def build() -> tuple[Resource, ...]:
    """The identity scope, its mappers, and the realm's defaults for new clients."""
    scope = Resource(
        Key(Kind.CLIENT_SCOPE, IDENTITY_SCOPE),
        {
            "description": "What the EDS proves of a person, and for whom they act",
            "protocol": "openid-connect",
            "attributes": {
                "include.in.token.scope": "true",
                "display.on.consent.screen": "false",
            },
        },
    )
    mappers = [
        _mapper(claim, "oidc-usermodel-attribute-mapper", {"user.attribute": attribute})
        for claim, attribute in _ATTRIBUTES.items()
    ]
    mappers += [
        _mapper(claim, "oidc-usersessionmodel-note-mapper", {"user.session.note": claim}, kind)
        for claim, kind in _NOTES.items()
    ]
    mappers.append(_full_name())
    mappers += [
        Resource(
            Key(Kind.CLIENT_SCOPE_MAPPER, name, scope),
            {"protocol": "openid-connect", "protocolMapper": mapper, "config": config},
        )
        for (scope, name), (mapper, config) in _KEYCLOAKS.items()
    ]
    defaults = Resource(
        Key(Kind.REALM_CLIENT_SCOPES, "default"),
        {"default": REALM_DEFAULT, "optional": frozenset()},
    )
    return (scope, *mappers, defaults)


def absent() -> frozenset[Key]:
    """Mappers of Keycloak's own scopes that must not be there."""
    return frozenset(
        Key(Kind.CLIENT_SCOPE_MAPPER, name, scope)
        for scope, names in _PERSONAL.items()
        for name in names
    )


def _everywhere() -> dict[str, str]:
    kinds = ("id", "access", "userinfo", "introspection")
    return {f"{kind}.token.claim": yes() for kind in kinds}


def _mapper(claim: str, mapper: str, config: dict[str, str], json_type: str = "String") -> Resource:
    return Resource(
        Key(Kind.CLIENT_SCOPE_MAPPER, claim, IDENTITY_SCOPE),
        {
            "protocol": "openid-connect",
            "protocolMapper": mapper,
            "config": {
                **config,
                "claim.name": claim,
                "jsonType.label": json_type,
                **_everywhere(),
            },
        },
    )


def _full_name() -> Resource:
    return Resource(
        Key(Kind.CLIENT_SCOPE_MAPPER, "name", IDENTITY_SCOPE),
        {
            "protocol": "openid-connect",
            "protocolMapper": "oidc-full-name-mapper",
            "config": _everywhere(),
        },
    )
