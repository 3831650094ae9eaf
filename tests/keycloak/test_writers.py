"""Every kind of object onto a real Keycloak: made, changed by one write, taken away again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.bootstrap import create_missing_realms
from provisioning.connection import Connection, ConnectionSettings
from provisioning.keepers import PROFILE
from provisioning.live import read
from provisioning.plan import Plan, plan
from provisioning.resources import Body, Desired, Key, Kind, Resource
from provisioning.writers import WRITERS
from provisioning.writers.folding import folded
from provisioning.writers.target import Target
from tests.keycloak.own_keycloak import (
    BOOTSTRAP,
    Counted,
    OwnKeycloak,
    counting_proxy,
    own_keycloak,
)

pytestmark = pytest.mark.keycloak

REALM = "writers"
BASE = f"/realms/{REALM}"

Bodies = Mapping[Key, Body]


@dataclass(frozen=True, slots=True)
class Workbench:
    """A realm, a connection whose requests are counted, and the identity that may do everything."""

    connection: Connection
    counted: Counted

    def plan(self, declared: Bodies, *, absent: frozenset[Key] = frozenset()) -> Plan:
        """What is to be written for `declared`."""
        return self._surveyed(declared, absent)[1]

    def apply(self, declared: Bodies, *, absent: frozenset[Key] = frozenset()) -> list[str]:
        """Write `declared`, see that it holds; the requests that changed something."""
        ids, planned = self._surveyed(declared, absent)
        target = Target(self.connection, REALM, ids=ids)
        self.counted.writes.clear()
        for write in folded(planned.changes):
            WRITERS[write.change.key.kind].write(target, write.change)
        writes = list(self.counted.writes)
        assert self.plan(declared, absent=absent).changes == ()
        return writes

    def _surveyed(self, declared: Bodies, absent: frozenset[Key]) -> tuple[Any, Plan]:
        resources = tuple(Resource(key, body) for key, body in declared.items())
        desired = Desired(REALM, resources, absent=absent)
        live = read(self.connection, desired)
        return live.ids, plan(desired, live)


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with an empty realm."""
    with own_keycloak(tmp_path_factory.mktemp("writers")) as server:
        create_missing_realms(server.bootstrap(), (REALM,))
        yield server


@pytest.fixture(scope="module")
def bench(keycloak: OwnKeycloak) -> Iterator[Workbench]:
    """Groups are written too, so it works by the identity that may do everything."""
    with counting_proxy(keycloak.url) as counted:
        settings = ConnectionSettings(
            counted.url, client_id=BOOTSTRAP, client_secret=keycloak.bootstrap_secret
        )
        yield Workbench(Connection(settings), counted)


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


def _names(*names: str) -> frozenset[str]:
    return frozenset(names)


def _mapper(claim: str) -> Body:
    return {
        "protocol": "openid-connect",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": claim, "claim.value": "1", "id.token.claim": "true"},
    }


def _broker(name: str) -> Body:
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


def _flow(requirement: str, *, level: str = "1") -> Body:
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


CLIENT = Key(Kind.CLIENT, "https://sp.example.kz/saml")
SCOPE = Key(Kind.CLIENT_SCOPE, "case-scope")
ROLE = Key(Kind.ROLE, "duty / officer")
OTHER_ROLE = Key(Kind.ROLE, "clerk")
CLIENT_ROLE = Key(Kind.CLIENT_ROLE, "read/all", CLIENT.name)
NAMED_CLIENT_ROLE = f"{CLIENT.name}/{CLIENT_ROLE.name}"
BROKER = Key(Kind.IDENTITY_PROVIDER, "case-broker")
GROUP = Key(Kind.GROUP, "/north~/south")
POLICIES_PROFILE = Key(Kind.CLIENT_PROFILE, "case-profile")

_CLIENT: dict[str, Any] = {"protocol": "openid-connect", "publicClient": False, "enabled": True}
_SCOPE: dict[str, Any] = {
    "protocol": "openid-connect",
    "description": "d",
    "attributes": {"a": "1"},
}
_PROFILE: dict[str, Any] = {"description": "d", "executors": ()}

CASES = (
    Case(
        ROLE,
        {"description": "d", "attributes": {"level": ("1", "2")}},
        {"description": "d", "attributes": {"level": ("3",)}},
    ),
    Case(SCOPE, _SCOPE, _SCOPE | {"description": None}),
    Case(
        Key(Kind.CLIENT_SCOPE_MAPPER, "case mapper", SCOPE.name),
        _mapper("one"),
        _mapper("two"),
        {SCOPE: _SCOPE},
    ),
    Case(
        Key(Kind.REALM_CLIENT_SCOPES, "default"),
        {"default": _names("basic", "acr"), "optional": _names("phone")},
        {"default": _names("basic", "acr"), "optional": _names("phone", "address")},
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
    Case(POLICIES_PROFILE, _PROFILE, _PROFILE | {"description": "e"}),
    Case(
        Key(Kind.CLIENT_POLICY, "case-policy"),
        {"enabled": True, "conditions": (), "profiles": _names(POLICIES_PROFILE.name)},
        {"enabled": False, "conditions": (), "profiles": _names(POLICIES_PROFILE.name)},
        {POLICIES_PROFILE: _PROFILE},
    ),
    Case(
        Key(Kind.COMPONENT, "case-key", "org.keycloak.keys.KeyProvider"),
        {"providerId": "hmac-generated", "config": {"priority": ("7",), "algorithm": ("HS384",)}},
        {"providerId": "hmac-generated", "config": {"priority": None, "algorithm": ("HS384",)}},
    ),
    Case(Key(Kind.FLOW, "case flow"), _flow("ALTERNATIVE"), _flow("DISABLED")),
    Case(
        CLIENT,
        _CLIENT | {"name": "n", "attributes": {"a": "1"}, "secret": SecretStr("planted-client")},
        _CLIENT | {"name": "n", "attributes": {"a": None}, "secret": SecretStr("planted-client")},
    ),
    Case(
        CLIENT_ROLE,
        {"description": "d", "attributes": {"level": ("1",)}},
        {"description": "e", "attributes": {"level": ("1",)}},
        {CLIENT: _CLIENT},
    ),
    Case(
        Key(Kind.CLIENT_CLIENT_SCOPES, CLIENT.name),
        {"default": _names("basic"), "optional": _names("phone")},
        {"default": _names("basic", "roles"), "optional": _names("phone")},
        {CLIENT: _CLIENT},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_ROLE_SCOPE, CLIENT.name),
        {"realm": _names(ROLE.name), "client": _names()},
        {"realm": _names(ROLE.name), "client": _names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, CLIENT: _CLIENT, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, SCOPE.name),
        {"realm": _names(), "client": _names(NAMED_CLIENT_ROLE)},
        {"realm": _names(ROLE.name), "client": _names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, SCOPE: _SCOPE, CLIENT: _CLIENT, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        Key(Kind.CLIENT_MAPPER, "case mapper", CLIENT.name),
        _mapper("one"),
        _mapper("two"),
        {CLIENT: _CLIENT},
    ),
    Case(
        Key(Kind.ROLE_COMPOSITES, ROLE.name),
        {"realm": _names("offline_access"), "client": _names(NAMED_CLIENT_ROLE)},
        {"realm": _names("offline_access", OTHER_ROLE.name), "client": _names(NAMED_CLIENT_ROLE)},
        {ROLE: {}, OTHER_ROLE: {}, CLIENT: _CLIENT, CLIENT_ROLE: {}},
        deletable=False,
    ),
    Case(
        GROUP,
        {"attributes": {"a": ("1",)}, "realmRoles": _names(ROLE.name), "clientRoles": _names()},
        {"attributes": {"a": ("2",)}, "realmRoles": _names(ROLE.name), "clientRoles": _names()},
        {ROLE: {}},
    ),
    Case(
        Key(Kind.DEFAULT_GROUPS, "default"),
        {"groups": _names()},
        {"groups": _names("/east")},
        {Key(Kind.GROUP, "/east"): {"description": "d"}},
        deletable=False,
    ),
    Case(BROKER, _broker("one"), _broker("two")),
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
        {BROKER: _broker("one")},
    ),
    Case(
        Key(Kind.REALM, REALM),
        {"displayName": "one", "attributes": {"x": "1"}},
        {"displayName": None, "attributes": {"x": "1"}},
        deletable=False,
    ),
)


def test_every_kind_has_a_case() -> None:
    assert {case.key.kind for case in CASES} == set(Kind) == set(WRITERS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_object_is_made_changed_by_one_write_and_taken_away(
    bench: Workbench, case: Case
) -> None:
    beside = dict(case.beside)
    bench.apply(beside | {case.key: case.first})
    writes = bench.apply(beside | {case.key: case.second})
    assert len(writes) == 1, writes
    last = {case.key} if case.deletable else set()
    gone = bench.apply({}, absent=frozenset(last | set(beside)))
    assert len(gone) == len(last | set(beside)), gone
