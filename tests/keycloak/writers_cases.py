"""One case for every kind of object: two bodies that differ in one value, and what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from provisioning.keepers import PROFILE
from provisioning.resources import Body, Key, Kind

REALM = "writers"

Bodies = Mapping[Key, Body]


@dataclass(frozen=True, slots=True)
class Case:
    """One object: what it needs beside it, its first and its second body (one value differs).

    Not `deletable`: it belongs to another object or to the realm, and goes with that alone.
    """

    key: Key
    first: Body
    second: Body
    beside: Bodies = field(default_factory=dict)
    deletable: bool = True

    def __str__(self) -> str:
        return str(self.key.kind)


def names(*names: str) -> frozenset[str]:
    return frozenset(names)


def mapper(claim: str) -> Body:
    return {
        "protocol": "openid-connect",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": claim, "claim.value": "1", "id.token.claim": "true"},
    }


def broker(name: str) -> Body:
    return {
        "providerId": "oidc",
        "enabled": True,
        "displayName": name,
        "config": {
            "clientId": "us",
            "clientSecret": SecretStr("planted-broker"),
            "authorizationUrl": "https://idp.example.kz/auth",
            "tokenUrl": "https://idp.example.kz/token",
        },
    }


def flow(requirement: str, *, level: str = "1") -> Body:
    condition = {
        "provider": "conditional-level-of-authentication",
        "requirement": "REQUIRED",
        "config": {"loa-condition-level": level, "loa-max-age": "0"},
    }
    password = {"provider": "auth-username-password-form", "requirement": "REQUIRED"}
    inner = {
        "flow": "case forms level",
        "requirement": "CONDITIONAL",
        "executions": (condition, password),
    }
    return {
        "description": "sign-in",
        "executions": (
            {"provider": "auth-cookie", "requirement": requirement},
            {
                "flow": "case forms",
                "requirement": "ALTERNATIVE",
                "description": "by form",
                "executions": (inner,),
            },
        ),
    }


def with_another_step(body: Body) -> Body:
    """A flow with one step more at its end."""
    step = {"provider": "allow-access-authenticator", "requirement": "ALTERNATIVE"}
    return {**body, "executions": (*body["executions"], step)}


CLIENT = Key(Kind.CLIENT, "https://sp.example.kz/saml")
SCOPE = Key(Kind.CLIENT_SCOPE, "case-scope")
ROLE = Key(Kind.ROLE, "duty / officer")
OTHER_ROLE = Key(Kind.ROLE, "clerk")
CLIENT_ROLE = Key(Kind.CLIENT_ROLE, "read/all", CLIENT.name)
NAMED_CLIENT_ROLE = f"{CLIENT.name}/{CLIENT_ROLE.name}"
BROKER = Key(Kind.IDENTITY_PROVIDER, "case-broker")
FLOW = Key(Kind.FLOW, "case flow")
GROUP = Key(Kind.GROUP, "/north~/south")
POLICIES_PROFILE = Key(Kind.CLIENT_PROFILE, "case-profile")

CLIENT_BODY: dict[str, Any] = {"protocol": "openid-connect", "publicClient": False, "enabled": True}
SCOPE_BODY: dict[str, Any] = {
    "protocol": "openid-connect",
    "description": "d",
    "attributes": {"a": "1"},
}
PROFILE_BODY: dict[str, Any] = {"description": "d", "executors": ()}

CASES = (
    Case(
        ROLE,
        {"description": "d", "attributes": {"level": ("1", "2")}},
        {"description": "d", "attributes": {"level": ("3",)}},
    ),
    Case(SCOPE, SCOPE_BODY, SCOPE_BODY | {"description": None}),
    Case(
        Key(Kind.CLIENT_SCOPE_MAPPER, "case mapper", SCOPE.name),
        mapper("one"),
        mapper("two"),
        {SCOPE: SCOPE_BODY},
    ),
    Case(
        Key(Kind.REALM_CLIENT_SCOPES, "default"),
        {"default": names("basic", "acr"), "optional": names("phone")},
        {"default": names("basic", "acr"), "optional": names("phone", "address")},
        deletable=False,
    ),
    Case(Key(Kind.LOCALIZATION, "kk"), {"a.b": "x", "c": "y"}, {"a.b": "x", "c": "z"}),
    Case(
        Key(Kind.REQUIRED_ACTION, "webauthn-register"),
        {"name": "w", "enabled": True, "priority": 70, "config": {}},
        {"name": "w", "enabled": False, "priority": 70, "config": {}},
    ),
    Case(
        PROFILE,
        {"attributes": {"iin": {"displayName": "one"}}},
        {"attributes": {"iin": {"displayName": "two"}}},
        deletable=False,
    ),
    Case(POLICIES_PROFILE, PROFILE_BODY, PROFILE_BODY | {"description": "e"}),
    Case(
        Key(Kind.CLIENT_POLICY, "case-policy"),
        {"enabled": True, "conditions": (), "profiles": names(POLICIES_PROFILE.name)},
        {"enabled": False, "conditions": (), "profiles": names(POLICIES_PROFILE.name)},
        {POLICIES_PROFILE: PROFILE_BODY},
    ),
    Case(
        Key(Kind.COMPONENT, "case-key", "org.keycloak.keys.KeyProvider"),
        {"providerId": "hmac-generated", "config": {"priority": ("7",), "algorithm": ("HS384",)}},
        {"providerId": "hmac-generated", "config": {"priority": None, "algorithm": ("HS384",)}},
    ),
    Case(FLOW, flow("ALTERNATIVE"), flow("DISABLED")),
    Case(
        CLIENT,
        CLIENT_BODY
        | {"name": "n", "attributes": {"a": "1"}, "secret": SecretStr("planted-client")},
        CLIENT_BODY
        | {"name": "n", "attributes": {"a": None}, "secret": SecretStr("planted-client")},
    ),
    Case(
        CLIENT_ROLE,
        {"description": "d", "attributes": {"level": ("1",)}},
        {"description": "e", "attributes": {"level": ("1",)}},
        {CLIENT: CLIENT_BODY},
    ),
    Case(
        Key(Kind.CLIENT_CLIENT_SCOPES, CLIENT.name),
        {"default": names("basic"), "optional": names("phone")},
        {"default": names("basic", "roles"), "optional": names("phone")},
        {CLIENT: CLIENT_BODY},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_ROLE_SCOPE, CLIENT.name),
        {"realm": names(ROLE.name), "client": names()},
        {"realm": names(ROLE.name), "client": names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, CLIENT: CLIENT_BODY, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, SCOPE.name),
        {"realm": names(), "client": names(NAMED_CLIENT_ROLE)},
        {"realm": names(ROLE.name), "client": names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, SCOPE: SCOPE_BODY, CLIENT: CLIENT_BODY, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_MAPPER, "case mapper", CLIENT.name),
        mapper("one"),
        mapper("two"),
        {CLIENT: CLIENT_BODY},
    ),
    Case(
        Key(Kind.ROLE_COMPOSITES, ROLE.name),
        {"realm": names("offline_access"), "client": names(NAMED_CLIENT_ROLE)},
        {"realm": names("offline_access", OTHER_ROLE.name), "client": names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, OTHER_ROLE: {}, CLIENT: CLIENT_BODY, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        GROUP,
        {"attributes": {"a": ("1",)}, "realmRoles": names(ROLE.name), "clientRoles": names()},
        {"attributes": {"a": ("2",)}, "realmRoles": names(ROLE.name), "clientRoles": names()},
        {ROLE: {}},
    ),
    Case(
        Key(Kind.DEFAULT_GROUPS, "default"),
        {"groups": names()},
        {"groups": names(f"{GROUP.name}/in~/ner")},
        {GROUP: {}, Key(Kind.GROUP, f"{GROUP.name}/in~/ner"): {"description": "d"}},
        deletable=False,
    ),
    Case(BROKER, broker("one"), broker("two")),
    Case(
        Key(Kind.IDENTITY_PROVIDER_MAPPER, "case mapper", BROKER.name),
        {
            "identityProviderMapper": "hardcoded-attribute-idp-mapper",
            "config": {"syncMode": "FORCE", "attribute": "iin", "attribute.value": "1"},
        },
        {
            "identityProviderMapper": "hardcoded-attribute-idp-mapper",
            "config": {"syncMode": "FORCE", "attribute": "iin", "attribute.value": "2"},
        },
        {BROKER: broker("one")},
    ),
    Case(
        Key(Kind.REALM, REALM),
        {"displayName": "one", "attributes": {"x": "1"}},
        {"displayName": None, "attributes": {"x": "1"}},
        deletable=False,
    ),
)

MISNAMED = (
    Case(
        Key(Kind.ROLE_COMPOSITES, ROLE.name),
        {"realm": names("offline_access")},
        {"realm": names("nowhere")},
        {ROLE: {}},
    ),
    Case(
        Key(Kind.GROUP, "/east"),
        {"realmRoles": names("offline_access"), "clientRoles": names()},
        {"realmRoles": names(), "clientRoles": names("account/nowhere")},
        {Key(Kind.GROUP, "/east"): {}},
    ),
    Case(
        Key(Kind.CLIENT_CLIENT_SCOPES, CLIENT.name),
        {"default": names("basic"), "optional": names()},
        {"default": names("nowhere"), "optional": names()},
        {CLIENT: CLIENT_BODY},
    ),
    Case(
        Key(Kind.CLIENT_ROLE_SCOPE, CLIENT.name),
        {"realm": names("offline_access"), "client": names()},
        {"realm": names(), "client": names("nowhere/at/all")},
        {CLIENT: CLIENT_BODY},
    ),
    Case(
        CLIENT,
        CLIENT_BODY,
        CLIENT_BODY | {"authenticationFlowBindingOverrides": {"browser": "nowhere"}},
        {CLIENT: CLIENT_BODY},
    ),
    Case(
        BROKER,
        broker("x"),
        {**broker("x"), "postBrokerLoginFlowAlias": "nowhere"},
        {BROKER: broker("x")},
    ),
    Case(
        Key(Kind.REALM, REALM),
        {"browserFlow": "browser"},
        {"browserFlow": "nowhere"},
    ),
)
"""Objects whose second body refers to something that is not in the realm."""

BOUND = (
    (Key(Kind.REALM, REALM), {"browserFlow": FLOW.name}),
    (BROKER, {**broker("x"), "postBrokerLoginFlowAlias": FLOW.name}),
    (CLIENT, {**CLIENT_BODY, "authenticationFlowBindingOverrides": {"browser": FLOW.name}}),
)
UNBOUND: Bodies = {
    Key(Kind.REALM, REALM): {"browserFlow": "browser"},
    BROKER: {"postBrokerLoginFlowAlias": None},
    CLIENT: {"authenticationFlowBindingOverrides": {"browser": None}},
}
"""What binds the flow, and what takes each binding away again."""

TURNED_OFF: tuple[tuple[Key, Body, Body], ...] = (
    (ROLE, {"attributes": {"a": ("1",)}}, {"attributes": None}),
    (OTHER_ROLE, {"attributes": {"a": ("1",), "b": ("1",)}}, {"attributes": {"a": None}}),
    (GROUP, {"attributes": {"a": ("1",)}, "description": "d"}, {"attributes": None}),
    (SCOPE, SCOPE_BODY, {"attributes": {"a": None}}),
    (CLIENT, CLIENT_BODY | {"baseUrl": "https://x.kz"}, {"baseUrl": None}),
    (
        Key(Kind.CLIENT, "other"),
        CLIENT_BODY | {"redirectUris": names("https://x.kz/*")},
        {"redirectUris": None},
    ),
    (BROKER, broker("x"), {"displayName": None, "config": {"clientSecret": None}}),
    (
        Key(Kind.COMPONENT, "case-key", "org.keycloak.keys.KeyProvider"),
        {"providerId": "hmac-generated", "config": {"priority": ("7",)}},
        {"config": None},
    ),
    (
        Key(Kind.REQUIRED_ACTION, "UPDATE_PROFILE"),
        {"config": {"max_auth_age": "9"}},
        {"config": {"max_auth_age": None}},
    ),
    (FLOW, flow("DISABLED"), {"description": None}),
    (
        PROFILE,
        {"attributes": {"iin": {"displayName": "d"}}, "unmanagedAttributePolicy": "ENABLED"},
        {"attributes": {"iin": None}, "unmanagedAttributePolicy": None},
    ),
    (Key(Kind.LOCALIZATION, "kk"), {"a": "1", "b": "2"}, {"a": None}),
    (
        Key(Kind.REALM, REALM),
        {
            "browserSecurityHeaders": {"xRobotsTag": "all"},
            "enabledEventTypes": names("LOGIN"),
            "eventsExpiration": 9,
            "passwordPolicy": "length(8)",
            "smtpServer": {"host": "localhost", "from": "a@example.kz"},
        },
        {
            "browserSecurityHeaders": {"xRobotsTag": None},
            "enabledEventTypes": None,
            "eventsExpiration": None,
            "passwordPolicy": None,
            "smtpServer": None,
        },
    ),
)
"""What was set and must not be set any more."""

REMADE: tuple[tuple[Key, Body, str, str], ...] = (
    (OTHER_ROLE, {"description": "planned"}, "/roles", "name"),
    (SCOPE, {"description": "planned"}, "/client-scopes", "name"),
    (CLIENT, {"description": "planned"}, "/clients", "clientId"),
    (BROKER, {"displayName": "planned"}, "/identity-provider/instances", "alias"),
)
"""Objects, what is changed of each, and where another of the name is made by hand."""
