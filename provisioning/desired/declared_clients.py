"""Clients and client scopes, as a policy's own sections declare them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.model_clients import Client, ClientScope
from policies.model_mappers import Mapper
from policies.model_names import ScopeNames
from policies.model_raw import Path
from provisioning.desired.declared_merge import Said
from provisioning.desired.declared_roles import named, role_names, roles
from provisioning.desired.names import yes
from provisioning.resources import Key, Kind, Resource

WAYS: Mapping[str, str] = {
    "browser": "standardFlowEnabled",
    "implicit": "implicitFlowEnabled",
    "password": "directAccessGrantsEnabled",
    "service": "serviceAccountsEnabled",
}
GRANTS: Mapping[str, str] = {
    "ciba": "oidc.ciba.grant.enabled",
    "device": "oauth2.device.authorization.grant.enabled",
    "jwt_grant": "oauth2.jwt.authorization.grant.enabled",
    "token_exchange": "standard.token.exchange.enabled",
}
AUTHENTICATORS: Mapping[str, str] = {
    "secret": "client-secret",
    "secret_jwt": "client-secret-jwt",
    "private_key_jwt": "client-jwt",
    "mtls": "client-x509",
}
_TYPES: Mapping[str, str] = {
    "text": "String",
    "number": "long",
    "boolean": "boolean",
    "json": "JSON",
}
_SEPARATOR = "##"  # Keycloak's, between addresses in one attribute


def clients(declared: Iterable[Client], *, at: Path) -> Iterator[Said]:
    """Each client with its scopes, roles and mappers; `at`: the section they stand in."""
    for index, client in enumerate(declared):
        here, name = (*at, index), client.client_id
        yield Said(Resource(Key(Kind.CLIENT, name), _settings(client)), here)
        if client.scopes is not None:
            key = Key(Kind.CLIENT_CLIENT_SCOPES, name)
            yield Said(Resource(key, scope_names(client.scopes)), (*here, "scopes"))
        if not client.all_roles:
            key = Key(Kind.CLIENT_ROLE_SCOPE, name)
            yield Said(Resource(key, role_names(client.token_roles)), (*here, "token_roles"))
        yield from roles(client.roles, at=(*here, "roles"), client_id=name)
        yield from _mappers(client.mappers, Kind.CLIENT_MAPPER, name, (*here, "mappers"))


def client_scopes(declared: Iterable[ClientScope], *, at: Path) -> Iterator[Said]:
    """Each client scope with its mappers and roles."""
    for index, scope in enumerate(declared):
        here, name = (*at, index), scope.name
        body = named(description=scope.description) | {
            "protocol": scope.protocol,
            "attributes": {
                "include.in.token.scope": yes(when=scope.in_token),
                "display.on.consent.screen": yes(when=scope.consent_text is not None),
                **named(**{"consent.screen.text": scope.consent_text}),
            },
        }
        yield Said(Resource(Key(Kind.CLIENT_SCOPE, name), body), here)
        yield from _mappers(scope.mappers, Kind.CLIENT_SCOPE_MAPPER, name, (*here, "mappers"))
        if scope.token_roles is not None:
            key = Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, name)
            yield Said(Resource(key, role_names(scope.token_roles)), (*here, "token_roles"))


def default_scopes(declared: ScopeNames | None, *, at: Path) -> Iterator[Said]:
    """What new clients are given, where the policy says so."""
    if declared is not None:
        key = Key(Kind.REALM_CLIENT_SCOPES, "default")
        yield Said(Resource(key, scope_names(declared)), at)


def scope_names(names: ScopeNames) -> dict[str, frozenset[str]]:
    """As bodies hold client scopes."""
    return {"default": frozenset(names.default), "optional": frozenset(names.optional)}


def _settings(client: Client) -> dict[str, Any]:
    is_public = client.authentication == "none"
    body: dict[str, Any] = {
        "protocol": "openid-connect",
        "enabled": client.enabled,
        "publicClient": is_public,
        "bearerOnly": False,
        "consentRequired": client.consent,
        "fullScopeAllowed": client.all_roles,
        "redirectUris": frozenset(client.redirect_uris),
        "webOrigins": frozenset(client.web_origins),
        "attributes": _attributes(client),
        **{field: way in client.ways for way, field in WAYS.items()},
    }
    if not is_public:
        body["clientAuthenticatorType"] = AUTHENTICATORS[client.authentication]
    return body | named(
        name=client.name,
        description=client.description,
        secret=client.secret,
        baseUrl=client.url,
    )


def _attributes(client: Client) -> dict[str, str | None]:
    """Attributes that are declared; None where a client that signs people in must have none."""
    grants = {attribute: yes(when=way in client.ways) for way, attribute in GRANTS.items()}
    minutes = client.access_token_minutes
    always: dict[str, str | None] = {
        **grants,
        "access.token.lifespan": None if minutes is None else str(minutes * 60),
    }
    if "browser" in client.ways:
        signed_out = _SEPARATOR.join(sorted(client.post_logout_redirect_uris))
        always["post.logout.redirect.uris"] = signed_out or None
        always["pkce.code.challenge.method"] = "S256" if client.pkce else None
    return always | named(
        **{
            "backchannel.logout.url": client.backchannel_logout_url,
            "jwks.url": client.jwks_url,
            "use.jwks.url": client.jwks_url and yes(),
            "x509.subjectdn": client.certificate_subject,
        }
    )


def _mappers(declared: Iterable[Mapper], kind: Kind, owner: str, at: Path) -> Iterator[Said]:
    for index, mapper in enumerate(declared):
        provider, config = _mapping(mapper)
        body = {"protocol": mapper.protocol, "protocolMapper": provider, "config": config}
        yield Said(Resource(Key(kind, mapper.name, owner), body), (*at, index))


def _mapping(mapper: Mapper) -> tuple[str, dict[str, str]]:
    """Keycloak's own mapper for what is said, and its settings."""
    if mapper.mapper is not None:
        return mapper.mapper, dict(mapper.config)
    if mapper.audience is not None:
        config = {"included.client.audience": mapper.audience}
        return "oidc-audience-mapper", config | _tokens(mapper, without="userinfo")
    common = {"claim.name": mapper.claim or "", **_tokens(mapper)}
    if mapper.groups is not None:
        full = {"full.path": yes(when=mapper.groups == "paths")}
        return "oidc-group-membership-mapper", full | common
    common["jsonType.label"] = _TYPES[mapper.type]
    if mapper.attribute is not None:
        own = {"user.attribute": mapper.attribute, "multivalued": yes(when=mapper.list)}
        return "oidc-usermodel-attribute-mapper", own | common
    if mapper.note is not None:
        return "oidc-usersessionmodel-note-mapper", {"user.session.note": mapper.note} | common
    return "oidc-hardcoded-claim-mapper", {"claim.value": mapper.value or ""} | common


def _tokens(mapper: Mapper, *, without: str = "") -> dict[str, str]:
    kinds = ("access", "id", "userinfo", "introspection")
    return {f"{k}.token.claim": yes(when=k in mapper.tokens) for k in kinds if k != without}
