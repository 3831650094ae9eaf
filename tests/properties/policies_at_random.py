"""Realms at random, as a policy's `raw:` declares them; few names, so that two of them meet.

What is drawn is what Keycloak accepts: references lead to what the same realm declares or what
every realm has, and nothing includes itself.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.properties.drawing import FILLED, FLAGS, SECRETS, TEXTS, Realm, part, some
from tests.properties.ways_in_at_random import FLOWS, ways_in

ROLES = ("reader", "роль №2", "a role / with a slash", "z%20")
SCOPES = ("scope-one", "scope-two")
CLIENTS = ("first-client", "urn:second client", "үшінші")
GROUPS = ("Астана", "north", "x/y")
LOCALES = ("kk", "ru", "en")

_SECONDS = st.integers(60, 36_000)


_ATTRIBUTES = st.dictionaries(
    st.sampled_from(("colour", "түс", "dotted.name")),
    st.lists(FILLED, min_size=1, max_size=2, unique=True),
    max_size=2,
)

_SETTINGS = part(
    {
        "displayName": FILLED,
        "registrationAllowed": FLAGS,
        "verifyEmail": FLAGS,
        "rememberMe": FLAGS,
        "bruteForceProtected": FLAGS,
        "accessTokenLifespan": _SECONDS,
        "ssoSessionIdleTimeout": _SECONDS,
        "passwordPolicy": st.sampled_from(("length(8)", "length(12) and digits(1)")),
        "eventsListeners": st.just(["jboss-logging"]),
        "enabledEventTypes": st.lists(
            st.sampled_from(("LOGIN", "LOGOUT", "REGISTER")), unique=True, min_size=1
        ),
        "smtpServer": st.fixed_dictionaries({"host": FILLED, "from": st.just("a@example.kz")}),
        "browserSecurityHeaders": part({"xRobotsTag": FILLED}),
        "attributes": st.dictionaries(
            st.sampled_from(("theirs", "acr.loa.map.note", "a.b.c")), FILLED, max_size=2
        ),
        "otpPolicyDigits": st.sampled_from((6, 8)),
        "internationalizationEnabled": st.just(value=True),
        "supportedLocales": some(LOCALES, least=1),
    }
)


@st.composite
def _roles(draw: st.DrawFn, clients: list[str]) -> dict[str, Any]:
    names = draw(some(ROLES))
    realm = []
    for name in names:
        role = {"name": name} | draw(part({"description": FILLED, "attributes": _ATTRIBUTES}))
        later = tuple(other for other in names if ROLES.index(other) > ROLES.index(name))
        if draw(st.booleans()) and later:
            role["composites"] = {"realm": draw(some(later, least=1))}
            role["composite"] = True
        realm.append(role)
    of_clients = {
        client: [{"name": name} | draw(part({"description": FILLED}))]
        for client in clients
        for name in draw(st.lists(st.sampled_from(("viewer", "қарау")), max_size=1))
    }
    return {"realm": realm} | ({"client": of_clients} if of_clients else {})


_MAPPER_CONFIG = st.fixed_dictionaries(
    {"claim.value": FILLED, "claim.name": st.just("c"), "jsonType.label": st.just("String")},
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
    attributes = part({"consent.screen.text": FILLED, "include.in.token.scope": st.just("false")})
    more = part({"description": FILLED, "attributes": attributes, "protocolMappers": _mappers()})
    return {"name": name, "protocol": "openid-connect"} | draw(more)


@st.composite
def _client(draw: st.DrawFn, name: str, scopes: list[str], flows: list[str]) -> dict[str, Any]:
    given = (*scopes, "web-origins", "roles")
    secret = st.sampled_from([f"${{env:{variable}}}" for variable in SECRETS])
    fields: dict[str, st.SearchStrategy[Any]] = {
        "name": TEXTS,
        "description": FILLED,
        "standardFlowEnabled": FLAGS,
        "fullScopeAllowed": FLAGS,
        "consentRequired": FLAGS,
        "redirectUris": st.lists(
            st.sampled_from(("https://a.example/cb", "https://b.example/*")), unique=True
        ),
        "attributes": part({"pkce.code.challenge.method": st.just("S256"), "own": FILLED}),
        "protocolMappers": _mappers(),
        "defaultClientScopes": some(given),
        "secret": secret,
        "enabled": FLAGS,
    }
    if flows:
        flow = st.sampled_from(flows)
        fields["authenticationFlowBindingOverrides"] = st.fixed_dictionaries({"browser": flow})
    return {"clientId": name} | draw(part(fields))


@st.composite
def _group(draw: st.DrawFn, name: str, roles: list[str], depth: int) -> dict[str, Any]:
    group: dict[str, Any] = {"name": name} | draw(part({"attributes": _ATTRIBUTES}))
    if draw(st.booleans()) and roles:
        group["realmRoles"] = draw(some(tuple(roles)))
    if depth and draw(st.booleans()):
        group["subGroups"] = [
            draw(_group(inner, roles, depth - 1)) for inner in draw(some(GROUPS[:2]))
        ]
    return group


_ACTION: dict[str, st.SearchStrategy[Any]] = {"enabled": FLAGS, "defaultAction": FLAGS}

_TEXTS_OF_PAGES = st.dictionaries(
    st.sampled_from(LOCALES),
    st.dictionaries(st.sampled_from(("greeting", "a.key")), FILLED, min_size=1),
    max_size=2,
)

_REGISTRATION = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
_KEYS = "org.keycloak.keys.KeyProvider"


@st.composite
def _components(draw: st.DrawFn) -> dict[str, Any]:
    most = {
        "name": "Not too many",
        "providerId": "max-clients",
        "subType": "anonymous",
        "config": {"max-clients": [draw(st.sampled_from(("7", "200")))]},
    }
    key = {
        "name": "ours",
        "providerId": "hmac-generated",
        "config": {
            "priority": [draw(st.sampled_from(("1", "50")))],
            "algorithm": ["HS384"],
            "active": [draw(st.sampled_from(("true", "false")))],
        },
    }
    kinds = {_REGISTRATION: [most], _KEYS: [key]}
    return {kind: kinds[kind] for kind in draw(some((_REGISTRATION, _KEYS)))}


_BEARERS = {"condition": "client-access-type", "configuration": {"type": ["bearer-only"]}}
"""None of the clients here, which such a rule might refuse."""


@st.composite
def _rules_of_clients(draw: st.DrawFn) -> dict[str, Any]:
    """Client profiles, and policies that use them."""
    executor = {"executor": "pkce-enforcer", "configuration": {"auto-configure": draw(FLAGS)}}
    profile = {"name": "ours", "description": draw(FILLED), "executors": [executor]}
    policy = {
        "name": "everybody",
        "description": draw(FILLED),
        "enabled": draw(FLAGS),
        "conditions": [_BEARERS],
        "profiles": ["ours"] if draw(FLAGS) else [],
    }
    rules: dict[str, Any] = {"clientProfiles": {"profiles": [profile]}}
    if draw(FLAGS):
        rules["clientPolicies"] = {"policies": [policy]}
    return rules


@st.composite
def _scope_mappings(
    draw: st.DrawFn, roles: list[str], scopes: list[str], clients: list[str]
) -> list[dict[str, Any]]:
    """Which roles a scope or a client lets into a token."""
    owners = [{"clientScope": name} for name in scopes] + [{"client": name} for name in clients]
    return [
        {**owner, "roles": draw(some(tuple(roles), least=1))}
        for owner in owners
        if draw(st.booleans())
    ]


@st.composite
def _people(draw: st.DrawFn, clients: list[str], scopes: list[str]) -> Realm:
    """Roles and groups, and what refers to them."""
    roles = draw(_roles(clients))
    names = [role["name"] for role in roles["realm"]]
    groups = draw(some(GROUPS))
    held = [draw(_group(name, names, 2)) for name in groups]
    people: Realm = {"roles": roles} | ({"groups": held} if held else {})
    if names:
        people["scopeMappings"] = draw(_scope_mappings(names, scopes, clients))
    if draw(st.booleans()) and groups:
        people["defaultGroups"] = [f"/{_in_path(draw(st.sampled_from(groups)))}"]
    return people


@st.composite
def _applications(draw: st.DrawFn, names: list[str], scopes: list[str], flows: list[str]) -> Realm:
    """Clients, their scopes, and which of those new ones are given."""
    made: Realm = {}
    if scopes:
        made["clientScopes"] = [draw(_scope(name)) for name in scopes]
    if names:
        made["clients"] = [draw(_client(name, scopes, flows)) for name in names]
    if draw(st.booleans()) and scopes:
        made["defaultDefaultClientScopes"] = [*draw(some((*scopes, "web-origins"))), "roles"]
    return made


@st.composite
def _actions(draw: st.DrawFn) -> Realm:
    aliases = draw(some(("CONFIGURE_TOTP", "UPDATE_PROFILE")))
    return {
        "requiredActions": [
            {"alias": alias, "providerId": alias, "name": alias, **draw(part(_ACTION))}
            for alias in aliases
        ]
    }


@st.composite
def realms(draw: st.DrawFn) -> Realm:
    """A RealmRepresentation's part; every kind of object appears in some."""
    clients, scopes, flows = draw(some(CLIENTS)), draw(some(SCOPES)), draw(some(FLOWS))
    parts: list[st.SearchStrategy[Realm]] = [
        _SETTINGS,
        _people(clients, scopes),
        _actions(),
        st.fixed_dictionaries({"localizationTexts": _TEXTS_OF_PAGES}),
        st.fixed_dictionaries({"components": _components()}),
        _rules_of_clients(),
    ]
    realm = draw(_applications(clients, scopes, flows)) | draw(ways_in(flows))
    for one in parts:
        if draw(st.booleans()):
            realm |= draw(one)
    return realm


def _in_path(name: str) -> str:
    return name.replace("/", "~/")


def as_policy(realm_name: str, declared: dict[str, Any]) -> str:
    """A policy's file that declares it for the realm of this name."""
    return json.dumps({"version": 1, "realm": realm_name, **declared}, ensure_ascii=False)
