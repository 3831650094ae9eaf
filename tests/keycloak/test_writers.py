"""Every kind of object onto a real Keycloak: made, changed by one write, taken away again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from provisioning.bootstrap import create_missing_realms
from provisioning.connection import Connection, ConnectionSettings, quoted
from provisioning.keepers import PROFILE
from provisioning.ownership_flows import unfinished_name
from provisioning.plan import Plan
from provisioning.planfile_errors import RealmMovedError
from provisioning.resources import Body, Key, Kind
from provisioning.writers import WRITERS
from provisioning.writers.flow_bindings import BuiltInFlowError, FlowBoundError
from provisioning.writers.ids import ReferenceMissingError
from provisioning.writers.profile import document_of
from provisioning.writers.target import Target
from tests.keycloak.own_keycloak import (
    BOOTSTRAP,
    OwnKeycloak,
    counting_proxy,
)
from tests.keycloak.writers_bench import Workbench
from tests.keycloak.writers_cases import (
    BOUND,
    BROKER,
    CASES,
    CLIENT,
    CLIENT_BODY,
    FLOW,
    GROUP,
    MISNAMED,
    OTHER_ROLE,
    REALM,
    REMADE,
    SCOPE,
    SCOPE_BODY,
    TURNED_OFF,
    UNBOUND,
    Case,
    broker,
    flow,
    mapper,
    names,
    with_another_step,
)

pytestmark = pytest.mark.keycloak
pytest_plugins = ["tests.keycloak.shared_server"]

BASE = f"/realms/{REALM}"


@pytest.fixture(scope="module")
def bench(shared_keycloak: OwnKeycloak) -> Iterator[Workbench]:
    """Groups are written too, so it works by the identity that may do everything."""
    create_missing_realms(shared_keycloak.bootstrap(), (REALM,))
    with counting_proxy(shared_keycloak.url) as counted:
        settings = ConnectionSettings(
            counted.url, client_id=BOOTSTRAP, client_secret=shared_keycloak.bootstrap_secret
        )
        yield Workbench(Connection(settings), counted)


def test_every_kind_has_a_case() -> None:
    assert {case.key.kind for case in CASES} == set(Kind) == set(WRITERS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_object_is_made_changed_by_one_write_and_taken_away(
    bench: Workbench, case: Case
) -> None:
    beside = dict(case.beside)
    bench.write(beside | {case.key: case.first})
    writes = bench.apply(beside | {case.key: case.second})
    assert len(writes) == 1, writes
    last = {case.key} if case.deletable else set()
    gone = bench.write({}, absent=frozenset(last | set(beside)))
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


@pytest.mark.parametrize("case", MISNAMED, ids=str)
def test_a_name_that_nothing_has_is_said_before_anything_is_written(
    bench: Workbench, case: Case
) -> None:
    bench.write({**case.beside, case.key: case.first})
    with pytest.raises(ReferenceMissingError, match="nowhere") as caught:
        bench.write({**case.beside, case.key: case.second})
    assert str(case.key) in caught.value.message
    assert bench.counted.writes == []
    bench.write({}, absent=frozenset(case.beside))


def test_what_was_set_is_turned_off_by_one_write_of_each_object(bench: Workbench) -> None:
    bench.apply({key: first for key, first, _ in TURNED_OFF})
    writes = bench.apply({key: second for key, _, second in TURNED_OFF})
    assert len(writes) == len(TURNED_OFF), writes
    kept = {Kind.REALM, Kind.USER_PROFILE, Kind.REQUIRED_ACTION}
    bench.write({}, absent=frozenset(key for key, *_ in TURNED_OFF if key.kind not in kept))


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

    def revoke() -> None:
        bench.connection.request("PUT", BASE, {"notBefore": 7})
        revoked = {"clientId": CLIENT.name, "notBefore": 7}
        bench.connection.request("PUT", f"{BASE}/clients/{client}", revoked)

    declared = realm | {CLIENT: CLIENT_BODY | {"description": "again"}}
    planned, target = bench.ready(declared, before_write=revoke)
    client = target.ids.client(CLIENT.name)
    _carry_out(planned, target)
    assert bench.connection.get(BASE)["notBefore"] == 7
    assert bench.connection.get(f"{BASE}/clients/{client}")["notBefore"] == 7
    bench.apply({}, absent=frozenset({CLIENT}))


def test_what_is_bound_to_a_flow_follows_it_and_while_bound_it_is_never_deleted(
    bench: Workbench,
) -> None:
    before, after = flow("ALTERNATIVE"), with_another_step(flow("ALTERNATIVE"))
    bench.apply({FLOW: before, **dict(BOUND)})
    bench.apply({FLOW: after})
    assert bench.plan(dict(BOUND)).changes == ()
    assert bench.connection.get(BASE)["browserFlow"] == FLOW.name
    aside = Key(Kind.FLOW, f"{FLOW.name} set aside 1")
    bench.apply({}, absent=frozenset({aside}))
    snapshot = bench.connection.snapshot(BASE)
    assert snapshot is not None
    assert "set aside" not in str(snapshot["authenticationFlows"])
    assert "set aside" not in str(snapshot["authenticatorConfig"])
    with pytest.raises(FlowBoundError) as refused:
        bench.write({}, absent=frozenset({FLOW}))
    for who in ("realm's browserFlow", f"identity provider {BROKER}", f"client {CLIENT}"):
        assert who in str(refused.value)
    bench.apply({FLOW: after, **UNBOUND})
    bench.apply({}, absent=frozenset({FLOW, BROKER, CLIENT}))


def test_flows_of_forms_and_of_clients_are_built_too(bench: Workbench) -> None:
    form: dict[str, Any] = {
        "flow": "case registration form",
        "type": "form-flow",
        "provider": "registration-page-form",
        "requirement": "REQUIRED",
        "executions": (
            {"provider": "registration-user-creation", "requirement": "REQUIRED"},
            {"provider": "registration-password-action", "requirement": "DISABLED"},
        ),
    }
    secret = {"provider": "client-secret", "requirement": "ALTERNATIVE"}
    registration, clients = Key(Kind.FLOW, "case registration"), Key(Kind.FLOW, "case clients")
    flows: dict[Key, Body] = {
        registration: {"executions": (form,)},
        clients: {"providerId": "client-flow", "executions": (secret,)},
    }
    bench.apply(flows)
    bench.apply({}, absent=frozenset(flows))
    form["provider"] = "no-such-form"
    with pytest.raises(ReferenceMissingError, match="no-such-form"):
        bench.write({registration: flows[registration]})


def test_keycloaks_own_flows_keep_their_steps(bench: Workbench) -> None:
    key = Key(Kind.FLOW, "docker auth")
    step = {"provider": "docker-http-basic-authenticator", "requirement": "DISABLED"}
    assert len(bench.apply({key: {"executions": (step,)}})) == 1
    with pytest.raises(BuiltInFlowError):
        bench.write({key: with_another_step({"executions": (step,)})})
    assert bench.counted.writes == []
    with pytest.raises(BuiltInFlowError):
        bench.write({}, absent=frozenset({key}))
    bench.apply({key: {"executions": ({**step, "requirement": "REQUIRED"},)}})


def test_between_two_values_a_flow_never_asks_for_less_than_before_or_after(
    bench: Workbench,
) -> None:
    def asking(first: str, second: str) -> Body:
        forms = ("auth-username-password-form", "webauthn-authenticator-passwordless")
        requirements = (first, second)
        steps = zip(forms, requirements, strict=True)
        return {"executions": tuple({"provider": p, "requirement": r} for p, r in steps)}

    bench.write({FLOW: asking("REQUIRED", "DISABLED")})
    path = f"{BASE}/authentication/flows/{quoted(FLOW.name)}/executions"
    seen = []

    def look() -> None:
        seen.append([row["requirement"] for row in bench.connection.get(path)])

    for wanted in (("DISABLED", "REQUIRED"), ("REQUIRED", "DISABLED")):
        _carry_out(*bench.ready({FLOW: asking(*wanted)}, before_write=look))
        look()
        assert seen.pop() == list(wanted)
    moments = [["DISABLED", "REQUIRED"], ["REQUIRED", "REQUIRED"]]
    assert [sorted(moment) for moment in seen] == 2 * moments
    bench.write({}, absent=frozenset({FLOW}))


def test_wherever_a_rebuilding_stops_a_whole_flow_is_bound_and_the_next_run_finishes(
    bench: Workbench,
) -> None:
    class StoppedError(Exception):
        pass

    realm = {Key(Kind.REALM, REALM): {"browserFlow": FLOW.name}}
    small = {"executions": (flow("DISABLED")["executions"][1]["executions"][0],)}
    variants = [small, with_another_step(small)]
    bench.write(realm | {FLOW: variants[0]})
    total = len(bench.write(realm | {FLOW: variants[1]}))
    for stop_at in range(1, total + 1):
        left = iter(range(1, stop_at))

        def stop(left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise StoppedError

        declared = realm | {FLOW: variants[stop_at % 2 - 1]}
        planned, target = bench.ready(declared, before_write=stop)
        with pytest.raises(StoppedError):
            _carry_out(planned, target)
        bound = quoted(bench.connection.get(BASE)["browserFlow"])
        path = f"{BASE}/authentication/flows/{bound}/executions"
        assert len(bench.connection.get(path)) in (3, 4)
        bench.write(declared)
    assert bench.plan(declared).changes == ()
    bench.write({Key(Kind.REALM, REALM): {"browserFlow": "browser"}})
    flows = bench.connection.get(f"{BASE}/authentication/flows")
    made = {Key(Kind.FLOW, made["alias"]) for made in flows if not made["builtIn"]}
    bench.apply({}, absent=frozenset(made))


def test_nobody_elses_flow_is_taken_for_a_half_built_one(bench: Workbench) -> None:
    path = f"{BASE}/authentication/flows"
    theirs = {"providerId": "basic-flow", "topLevel": True, "builtIn": False}
    names_ = {f"{FLOW.name} unfinished", f"{FLOW.name} unfinished {uuid.uuid4()}"}
    for name in names_:
        bench.connection.request("POST", path, {**theirs, "alias": name})
    left = str(uuid.uuid4())
    ours = unfinished_name(FLOW.name, left)
    bench.connection.request("POST", path, {**theirs, "id": left, "alias": ours})
    # A half-built flow keeps the names of what is in it.
    inner = {"alias": "case forms", "type": "basic-flow", "provider": "basic-flow"}
    bench.connection.request("POST", f"{path}/{quoted(ours)}/executions/flow", inner)
    bench.apply({FLOW: flow("DISABLED")})
    aliases = {found["alias"] for found in bench.connection.get(path)}
    assert aliases > names_ | {FLOW.name}
    assert ours not in aliases
    bench.apply({}, absent=frozenset({FLOW, *(Key(Kind.FLOW, name) for name in names_)}))


def _carry_out(planned: Plan, target: Target) -> None:
    for change in planned.changes:
        WRITERS[change.key.kind].write(target, change)
