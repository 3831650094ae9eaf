"""Realms at random, as a policy's `raw:` declares them; few names, so that two of them meet.

What is drawn is what Keycloak accepts: references lead to what the same realm declares or what
every realm has, and nothing includes itself.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

Realm = dict[str, Any]

SECRETS = {f"TANBA_RANDOM_SECRET_{n}": f"planted-random-{n}-5d1e7c90" for n in range(3)}
"""Variables that policies at random refer to, and the secrets in them."""

ROLES = ("reader", "роль №2", "a role / with a slash", "z%20")
SCOPES = ("scope-one", "scope-two")
CLIENTS = ("first-client", "urn:second client", "үшінші")
GROUPS = ("Астана", "north", "x/y")
FLOWS = ("sign-in one", "sign-in two")
BROKERS = ("partner", "partner-2")
LOCALES = ("kk", "ru", "en")

_TEXTS = st.sampled_from(
    (
        "",
        "plain",
        "қазақша мәтін",
        "with \"quotes\" and 'these'",
        "a: b # c",
        "two\nlines",
        "{0} %s",
    )
)
_FILLED = st.sampled_from(("plain", "қазақша мәтін", "a: b # c", "it's {0}", "1", "true", "null"))
_FLAGS = st.booleans()
_SECONDS = st.integers(60, 36_000)


def _some(names: tuple[str, ...], *, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, min_size=least, max_size=len(names))


def _part(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the fields: what is not named is not declared."""
    return st.fixed_dictionaries({}, optional=fields)


_ATTRIBUTES = st.dictionaries(
    st.sampled_from(("colour", "түс", "dotted.name")),
    st.lists(_FILLED, min_size=1, max_size=2, unique=True),
    max_size=2,
)

_SETTINGS = _part(
    {
        "displayName": _FILLED,
        "registrationAllowed": _FLAGS,
        "verifyEmail": _FLAGS,
        "rememberMe": _FLAGS,
        "bruteForceProtected": _FLAGS,
        "accessTokenLifespan": _SECONDS,
        "ssoSessionIdleTimeout": _SECONDS,
        "passwordPolicy": st.sampled_from(("length(8)", "length(12) and digits(1)")),
        "eventsListeners": st.just(["jboss-logging"]),
        "enabledEventTypes": st.lists(
            st.sampled_from(("LOGIN", "LOGOUT", "REGISTER")), unique=True, min_size=1
        ),
        "smtpServer": _part(
            {"host": _FILLED, "from": st.just("a@example.kz"), "port": st.just("25")}
        ),
        "browserSecurityHeaders": _part({"xRobotsTag": _FILLED}),
        "attributes": st.dictionaries(
            st.sampled_from(("theirs", "acr.loa.map.note", "a.b.c")), _FILLED, max_size=2
        ),
        "otpPolicyDigits": st.sampled_from((6, 8)),
        "internationalizationEnabled": st.just(value=True),
        "supportedLocales": _some(LOCALES, least=1),
    }
)


@st.composite
def _roles(draw: st.DrawFn, clients: list[str]) -> dict[str, Any]:
    names = draw(_some(ROLES))
    realm = []
    for name in names:
        role = {"name": name} | draw(_part({"description": _FILLED, "attributes": _ATTRIBUTES}))
        later = tuple(other for other in names if ROLES.index(other) > ROLES.index(name))
        if draw(st.booleans()) and later:
            role["composites"] = {"realm": draw(_some(later, least=1))}
            role["composite"] = True
        realm.append(role)
    of_clients = {
        client: [{"name": name} | draw(_part({"description": _FILLED}))]
        for client in clients
        for name in draw(st.lists(st.sampled_from(("viewer", "қарау")), max_size=1))
    }
    return {"realm": realm} | ({"client": of_clients} if of_clients else {})


_MAPPER_CONFIG = st.fixed_dictionaries(
    {"claim.value": _FILLED, "claim.name": st.just("c"), "jsonType.label": st.just("String")},
    optional={"access.token.claim": st.sampled_from(("true", "false"))},
)


def _mappers() -> st.SearchStrategy[list[dict[str, Any]]]:
    mapper = st.fixed_dictionaries(
        {
            "name": st.sampled_from(("fixed", "тұрақты")),
            "protocol": st.just("openid-connect"),
            "protocolMapper": st.just("oidc-hardcoded-claim-mapper"),
            "config": _MAPPER_CONFIG,
        }
    )
    return st.lists(mapper, max_size=2, unique_by=lambda m: str(m["name"]))


@st.composite
def _scope(draw: st.DrawFn, name: str) -> dict[str, Any]:
    attributes = _part({"consent.screen.text": _FILLED, "include.in.token.scope": st.just("false")})
    more = _part({"description": _FILLED, "attributes": attributes, "protocolMappers": _mappers()})
    return {"name": name, "protocol": "openid-connect"} | draw(more)


@st.composite
def _client(draw: st.DrawFn, name: str, scopes: list[str]) -> dict[str, Any]:
    given = (*scopes, "web-origins", "roles")
    secret = st.sampled_from([f"${{env:{variable}}}" for variable in SECRETS])
    fields: dict[str, st.SearchStrategy[Any]] = {
        "name": _TEXTS,
        "description": _FILLED,
        "standardFlowEnabled": _FLAGS,
        "fullScopeAllowed": _FLAGS,
        "consentRequired": _FLAGS,
        "redirectUris": st.lists(
            st.sampled_from(("https://a.example/cb", "https://b.example/*")), unique=True
        ),
        "attributes": _part({"pkce.code.challenge.method": st.just("S256"), "own": _FILLED}),
        "protocolMappers": _mappers(),
        "defaultClientScopes": _some(given),
        "secret": secret,
        "enabled": _FLAGS,
    }
    return {"clientId": name} | draw(_part(fields))


@st.composite
def _group(draw: st.DrawFn, name: str, roles: list[str], depth: int) -> dict[str, Any]:
    group: dict[str, Any] = {"name": name} | draw(_part({"attributes": _ATTRIBUTES}))
    if draw(st.booleans()) and roles:
        group["realmRoles"] = draw(_some(tuple(roles)))
    if depth and draw(st.booleans()):
        group["subGroups"] = [
            draw(_group(inner, roles, depth - 1)) for inner in draw(_some(GROUPS[:2]))
        ]
    return group


_STEPS = ("auth-cookie", "auth-spnego", "identity-provider-redirector")


@st.composite
def _flows(draw: st.DrawFn, alias: str) -> list[dict[str, Any]]:
    """A flow with its subflow, as an export lists them: both at the top."""
    inner = f"{alias} forms"
    steps: list[dict[str, Any]] = [
        {"authenticator": step, "requirement": draw(st.sampled_from(("ALTERNATIVE", "DISABLED")))}
        for step in draw(_some(_STEPS))
    ]
    steps.insert(
        draw(st.integers(0, len(steps))), {"flowAlias": inner, "requirement": "ALTERNATIVE"}
    )
    password = {"authenticator": "auth-username-password-form", "requirement": "REQUIRED"}
    otp = {
        "authenticator": "auth-otp-form",
        "requirement": draw(st.sampled_from(("REQUIRED", "DISABLED"))),
    }
    inside = [password, otp] if draw(st.booleans()) else [password]

    def flow(name: str, executions: list[dict[str, Any]], *, top: bool) -> dict[str, Any]:
        numbered = [{**step, "priority": 10 * n} for n, step in enumerate(executions)]
        return {
            "alias": name,
            "providerId": "basic-flow",
            "topLevel": top,
            "builtIn": False,
            "authenticationExecutions": numbered,
        }

    described = {"description": draw(_FILLED)} if draw(st.booleans()) else {}
    return [flow(alias, steps, top=True) | described, flow(inner, inside, top=False)]


@st.composite
def _broker(draw: st.DrawFn, alias: str) -> dict[str, Any]:
    secret = draw(st.sampled_from([f"${{env:{variable}}}" for variable in SECRETS]))
    config = {
        "clientId": "tanba",
        "clientSecret": secret,
        "authorizationUrl": "https://partner.example/auth",
        "tokenUrl": "https://partner.example/token",
    }
    more = _part({"enabled": _FLAGS, "trustEmail": _FLAGS, "displayName": _FILLED})
    return {"alias": alias, "providerId": "oidc", "config": config} | draw(more)


@st.composite
def _broker_mapper(draw: st.DrawFn, alias: str) -> dict[str, Any]:
    return {
        "name": "to an attribute",
        "identityProviderAlias": alias,
        "identityProviderMapper": "oidc-user-attribute-idp-mapper",
        "config": {"claim": draw(_FILLED), "user.attribute": "colour", "syncMode": "FORCE"},
    }


@st.composite
def realms(draw: st.DrawFn) -> Realm:
    """A RealmRepresentation's part; every kind of object appears in some."""
    clients, scopes = draw(_some(CLIENTS)), draw(_some(SCOPES))
    realm: Realm = dict(draw(_SETTINGS))
    roles = draw(_roles(clients)) if draw(st.booleans()) else {"realm": []}
    if roles["realm"] or "client" in roles:
        realm["roles"] = roles
    if scopes:
        realm["clientScopes"] = [draw(_scope(name)) for name in scopes]
    if clients:
        realm["clients"] = [draw(_client(name, scopes)) for name in clients]
    names = [role["name"] for role in roles["realm"]]
    groups = draw(_some(GROUPS))
    if groups:
        realm["groups"] = [draw(_group(name, names, 2)) for name in groups]
    flows = draw(_some(FLOWS))
    if flows:
        realm["authenticationFlows"] = [part for alias in flows for part in draw(_flows(alias))]
        if draw(st.booleans()):
            realm["browserFlow"] = draw(st.sampled_from(flows))
    brokers = draw(_some(BROKERS))
    if brokers:
        realm["identityProviders"] = [draw(_broker(alias)) for alias in brokers]
        realm["identityProviderMappers"] = [
            draw(_broker_mapper(alias)) for alias in brokers if draw(st.booleans())
        ]
    if draw(st.booleans()):
        realm["requiredActions"] = [
            {"alias": alias, "providerId": alias, "name": alias, **draw(_part(_ACTION))}
            for alias in draw(_some(("CONFIGURE_TOTP", "UPDATE_PROFILE")))
        ]
    if draw(st.booleans()):
        realm["localizationTexts"] = draw(
            st.dictionaries(
                st.sampled_from(LOCALES),
                st.dictionaries(st.sampled_from(("greeting", "a.key")), _FILLED, min_size=1),
                max_size=2,
            )
        )
    return realm


_ACTION: dict[str, st.SearchStrategy[Any]] = {"enabled": _FLAGS, "defaultAction": _FLAGS}


def as_policy(realm_name: str, realm: Realm) -> str:
    """A policy file that declares it."""
    return json.dumps({"version": 1, "realm": realm_name, "raw": realm}, ensure_ascii=False)
