"""Every kind of object onto a real Keycloak: made, changed by one write, taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from provisioning.bootstrap import create_missing_realms
from provisioning.connection import Connection, ConnectionSettings
from provisioning.keepers import PROFILE
from provisioning.live import read
from provisioning.plan import Plan, plan
from provisioning.planfile_errors import RealmMovedError
from provisioning.resources import Body, Desired, Key, Kind, Resource
from provisioning.writers import WRITERS
from provisioning.writers.folding import folded
from provisioning.writers.profile import document_of
from provisioning.writers.target import Target
from tests.keycloak.own_keycloak import (
    BOOTSTRAP,
    Counted,
    OwnKeycloak,
    counting_proxy,
    own_keycloak,
)
from tests.keycloak.writers_cases import (
    BROKER,
    CASES,
    CLIENT,
    CLIENT_BODY,
    GROUP,
    OTHER_ROLE,
    REALM,
    SCOPE,
    SCOPE_BODY,
    Bodies,
    Case,
    broker,
    mapper,
    names,
)

pytestmark = pytest.mark.keycloak

BASE = f"/realms/{REALM}"


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

    def ready(self, declared: Bodies) -> tuple[Plan, Target]:
        """A plan and where it would be written to, before anybody else writes."""
        ids, planned = self._surveyed(declared, frozenset())
        return planned, Target(self.connection, REALM, ids=ids)

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


def test_a_new_client_comes_whole_by_one_request(bench: Workbench) -> None:
    given = {"default": names("basic"), "optional": names()}
    declared = {
        CLIENT: CLIENT_BODY,
        Key(Kind.CLIENT_CLIENT_SCOPES, CLIENT.name): given,
        Key(Kind.CLIENT_MAPPER, "one", CLIENT.name): mapper("one"),
        Key(Kind.CLIENT_MAPPER, "two", CLIENT.name): mapper("two"),
        SCOPE: SCOPE_BODY,
        Key(Kind.CLIENT_SCOPE_MAPPER, "one", SCOPE.name): mapper("one"),
    }
    assert [write.rpartition("/")[2] for write in bench.apply(declared)] == [
        "client-scopes",
        "clients",
    ]
    bench.apply({}, absent=frozenset({CLIENT, SCOPE}))


@pytest.mark.parametrize("created_with", [True, False])
def test_a_service_account_brings_no_scope_that_nobody_declared(
    bench: Workbench, *, created_with: bool
) -> None:
    declared: dict[Key, Body] = {
        CLIENT: CLIENT_BODY | {"serviceAccountsEnabled": created_with},
        Key(Kind.CLIENT_CLIENT_SCOPES, CLIENT.name): {"default": names(), "optional": names()},
    }
    bench.apply(declared)
    bench.apply(declared | {CLIENT: CLIENT_BODY | {"serviceAccountsEnabled": True}})
    bench.apply({}, absent=frozenset({CLIENT}))


REMADE: tuple[tuple[Key, Body, str, str], ...] = (
    (OTHER_ROLE, {"description": "planned"}, "/roles", "name"),
    (SCOPE, {"description": "planned"}, "/client-scopes", "name"),
    (CLIENT, {"description": "planned"}, "/clients", "clientId"),
    (BROKER, {"displayName": "planned"}, "/identity-provider/instances", "alias"),
)


@pytest.mark.parametrize(("key", "body", "path", "named"), REMADE, ids=str)
def test_an_object_made_anew_meanwhile_is_not_written_to(
    bench: Workbench, key: Key, body: Body, path: str, named: str
) -> None:
    whole = {**next(case.first for case in CASES if case.key.kind is key.kind), **body}
    bench.apply({key: whole})
    planned, target = bench.ready({key: {**whole, **dict.fromkeys(body, "other")}})
    (change,) = planned.changes
    bench.apply({}, absent=frozenset({key}))
    theirs = {name: value for name, value in whole.items() if name in {"protocol", "providerId"}}
    bench.connection.request("POST", f"{BASE}{path}", {named: key.name, **theirs})
    bench.counted.writes.clear()
    for action in (change, replace(change, action="delete", body=None)):
        with pytest.raises(RealmMovedError):
            WRITERS[key.kind].write(target, action)
    assert not any("other" in str(item) for item in bench.connection.get(f"{BASE}{path}"))
    bench.apply({}, absent=frozenset({key}))


def test_what_nobody_declared_survives_a_write_of_the_same_object(bench: Workbench) -> None:
    key = Key(Kind.COMPONENT, "case-key", "org.keycloak.keys.KeyProvider")
    first = next(case.first for case in CASES if case.key == key)
    bodies = {
        OTHER_ROLE: {"description": "d", "attributes": {"kept": ("1",)}},
        CLIENT: CLIENT_BODY | {"attributes": {"kept": "1"}, "description": "d"},
        SCOPE: SCOPE_BODY | {"attributes": {"kept": "1"}},
        BROKER: broker("kept"),
        GROUP: {"description": "d", "attributes": {"kept": ("1",)}},
        key: first,
    }
    bench.apply(bodies)
    bench.apply(
        {
            OTHER_ROLE: {"attributes": {"new": ("1",)}},
            CLIENT: {"attributes": {"new": "1"}},
            SCOPE: {"attributes": {"new": "1"}},
            BROKER: {"config": {"issuer": "https://idp.example.kz"}},
            GROUP: {"attributes": {"new": ("1",)}},
            key: {"config": {"priority": ("8",)}},
        }
    )
    planned = bench.plan(bodies | {key: {"config": {"algorithm": ("HS384",)}}})
    assert planned.changes == ()
    bench.apply({}, absent=frozenset(bodies))


def test_the_keepers_values_that_stand_in_the_moment_of_writing_are_written_again(
    bench: Workbench,
) -> None:
    def profile(*values: str) -> Body:
        attribute = {"validations": {"options": {"options": names(*values)}}}
        return {"attributes": {"agreement": attribute, "iin": {"displayName": values[-1]}}}

    bench.apply({PROFILE: profile("1:kk:aa")})
    planned, target = bench.ready({PROFILE: profile("1:kk:aa", "changed")})
    bench.connection.request(
        "PUT",
        f"{BASE}/users/profile",
        document_of(bench.connection.get(f"{BASE}/users/profile"), profile("2:kk:bb")),
    )
    (change,) = planned.changes
    WRITERS[Kind.USER_PROFILE].write(target, change)
    written = bench.connection.get(f"{BASE}/users/profile")["attributes"]
    by_name = {attribute["name"]: attribute for attribute in written}
    assert by_name["agreement"]["validations"]["options"] == {"options": ["2:kk:bb"]}
    assert by_name["iin"]["displayName"] == "changed"


def test_tokens_revoked_between_our_reading_and_our_writing_stay_revoked(
    bench: Workbench,
) -> None:
    bench.apply({CLIENT: CLIENT_BODY})
    realm = {Key(Kind.REALM, REALM): {"displayName": "again"}}
    planned, _ = bench.ready(realm | {CLIENT: CLIENT_BODY | {"description": "again"}})
    client = next(change.live_id for change in planned.changes if change.key == CLIENT)

    def revoke() -> None:
        bench.connection.request("PUT", BASE, {"notBefore": 7})
        revoked = {"clientId": CLIENT.name, "notBefore": 7}
        bench.connection.request("PUT", f"{BASE}/clients/{client}", revoked)

    target = Target(bench.connection, REALM, before_write=revoke)
    for change in planned.changes:
        WRITERS[change.key.kind].write(target, change)
    assert bench.connection.get(BASE)["notBefore"] == 7
    assert bench.connection.get(f"{BASE}/clients/{client}")["notBefore"] == 7
    bench.apply({}, absent=frozenset({CLIENT}))
