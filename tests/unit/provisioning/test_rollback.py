"""What is declared to take a run back, what stays, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.drift_digests import Applied, applied_of
from provisioning.keepers import AGREEMENT, PROFILE
from provisioning.ownership import NOTHING, Ownership
from provisioning.plan import plan
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.rollback import (
    RollbackRefusedError,
    amended,
    changed_since,
    require_taken_back_here,
    rolled_back,
)
from provisioning.runs import Recorded, Runs
from provisioning.state import State
from provisioning.survey import Surveyed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = "https://id.example"
REALM = Key(Kind.REALM, "shop")
ROLE = Key(Kind.ROLE, "auditor")
CLIENT = Key(Kind.CLIENT, "reports")
READER = Key(Kind.CLIENT_ROLE, "reader", "reports")
SCOPES = Key(Kind.CLIENT_CLIENT_SCOPES, "reports")
MAPPER = Key(Kind.CLIENT_MAPPER, "bin", "reports")
FLOW = Key(Kind.FLOW, "sign-in")
TEXTS = Key(Kind.LOCALIZATION, "kk")


def shop(objects: Mapping[Key, Body]) -> Live:
    there: dict[Key, Body] = {REALM: {}, **objects}
    ids = {key: f"id of {key}" for key in there}
    return Live("shop", exists=True, objects=there, ids=ids)


def declaring(bodies: Mapping[Key, Body], *, absent: frozenset[Key] = frozenset()) -> Desired:
    resources = tuple(Resource(key, body) for key, body in bodies.items())
    return Desired("shop", resources, absent=absent)


def ran(
    folder: Path,
    before: Live,
    desired: Desired,
    *,
    after: Live | None = None,
    state: State | None = None,
) -> Recorded:
    """The record of a run of `desired` on the realm as it was `before`."""
    runs = Runs(folder)
    run = runs.begin(
        Surveyed(desired, before, plan(desired, before)),
        state or State(""),
        server=SERVER,
        who="ana@host",
        at=NOW,
    )
    if after is not None:
        run.applied(after, at=NOW)
    return runs.load(run.id)


def owning(*keys: Key) -> Ownership:
    return Ownership({key: f"id of {key}" for key in keys})


def test_a_changed_value_becomes_what_it_was_and_nothing_else_is_named(tmp_path: Path) -> None:
    before = shop({REALM: {"verifyEmail": True, "rememberMe": True}})
    run = ran(tmp_path, before, declaring({REALM: {"verifyEmail": False, "rememberMe": True}}))
    after = shop({REALM: {"verifyEmail": False, "rememberMe": True}})
    back = rolled_back(run, after, NOTHING)
    assert back.desired.resources == (Resource(REALM, {"verifyEmail": True}),)
    assert not back.desired.whole
    assert plan(back.desired, before).empty


def test_what_the_run_made_goes_when_it_is_still_the_same(tmp_path: Path) -> None:
    desired = declaring({CLIENT: {}, READER: {}, SCOPES: {"default": frozenset()}, ROLE: {}})
    run = ran(tmp_path, shop({}), desired)
    after = shop({CLIENT: {}, READER: {}, SCOPES: {"default": []}, ROLE: {}})
    back = rolled_back(run, after, owning(CLIENT, READER))
    assert back.desired.absent == {CLIENT}
    assert back.desired.resources == ()
    assert any(
        note.startswith("role auditor is not the one that the run made") for note in back.notes
    )


def test_what_was_deleted_comes_back_with_all_that_was_in_it(tmp_path: Path) -> None:
    before = shop(
        {
            CLIENT: {"redirectUris": ["https://a"], "secret": SecretStr("planted")},
            READER: {"description": "Reads"},
            SCOPES: {"default": ["basic"], "optional": []},
        }
    )
    run = ran(tmp_path, before, declaring({}, absent=frozenset({CLIENT})))
    back = rolled_back(run, shop({}), NOTHING)
    assert {resource.key: resource.body for resource in back.desired.resources} == {
        CLIENT: {"redirectUris": frozenset({"https://a"})},
        READER: {"description": "Reads"},
        SCOPES: {"default": frozenset({"basic"}), "optional": frozenset()},
    }
    notes = " ".join(back.notes)
    assert "client reports: secret is a secret, which is not kept" in notes
    assert "client reports comes back without its secret and keys" in notes
    assert "planted" not in notes


def test_what_was_made_again_by_others_is_told(tmp_path: Path) -> None:
    before = shop({ROLE: {"description": "old"}})
    run = ran(tmp_path, before, declaring({}, absent=frozenset({ROLE})))
    back = rolled_back(run, shop({ROLE: {"description": "theirs"}}), NOTHING)
    assert any("was made again since the run" in note for note in back.notes)


def test_a_change_of_what_is_gone_by_now_does_not_make_a_torso(tmp_path: Path) -> None:
    before = shop({CLIENT: {"enabled": True}, MAPPER: {"config": {"a": "1"}}})
    desired = declaring({CLIENT: {"enabled": False}, MAPPER: {"config": {"a": "2"}}})
    run = ran(tmp_path, before, desired)
    back = rolled_back(run, shop({}), NOTHING)
    assert back.desired.resources == ()
    assert "client reports is not there any more and does not come back" in back.notes


def test_what_belonged_to_something_that_is_gone_does_not_come_back(tmp_path: Path) -> None:
    before = shop({CLIENT: {}, MAPPER: {"config": {"a": "1"}}})
    run = ran(tmp_path, before, declaring({CLIENT: {}}, absent=frozenset({MAPPER})))
    back = rolled_back(run, shop({}), NOTHING)
    assert back.desired.resources == ()
    assert any("client reports is not there" in note for note in back.notes)


def test_a_flow_that_the_run_made_stays_for_those_who_are_in_the_middle_of_it(
    tmp_path: Path,
) -> None:
    run = ran(tmp_path, shop({}), declaring({FLOW: {"executions": ()}}))
    back = rolled_back(run, shop({FLOW: {"executions": []}}), owning(FLOW))
    assert back.desired.absent == frozenset()
    assert any(note.startswith("flow sign-in stays") for note in back.notes)


def test_a_language_that_the_run_began_goes_but_for_what_others_added(tmp_path: Path) -> None:
    run = ran(tmp_path, shop({}), declaring({TEXTS: {"a.b": "x", "c": "y"}}))
    alone = rolled_back(run, shop({TEXTS: {"a.b": "x", "c": "y"}}), NOTHING).desired
    assert alone.resources == ()
    assert alone.absent == {TEXTS}
    shared = shop({TEXTS: {"a.b": "x", "c": "y", "theirs": "z"}})
    found = rolled_back(run, shared, NOTHING).desired
    assert found.resources == (Resource(TEXTS, {"a.b": None, "c": None}),)
    assert found.absent == frozenset()


GATE: Body = {
    "required": {"roles": frozenset({"user"})},
    "validations": {"options": {"options": frozenset({"2:kk:0"})}},
}


@pytest.mark.parametrize("before", [None, {"validations": {}}], ids=["made", "filled"])
def test_the_allowed_values_of_the_agreement_are_the_keepers(
    tmp_path: Path, before: Body | None
) -> None:
    def profile(iin: str, gate: Body | None) -> Body:
        gates = {} if gate is None else {AGREEMENT: gate}
        return {"attributes": {"iin": {"group": iin}, **gates}}

    desired = declaring({PROFILE: profile("b", GATE)})
    run = ran(tmp_path, shop({PROFILE: profile("a", before)}), desired)
    back = rolled_back(run, shop({PROFILE: profile("b", GATE)}), NOTHING)
    (resource,) = back.desired.resources
    assert "options" not in str(resource.body)
    assert resource.body["attributes"]["iin"] == {"group": "a"}
    assert (AGREEMENT in resource.body["attributes"]) == (before is not None)
    assert any("keeper stays" in note for note in back.notes)


def test_a_value_that_was_changed_since_is_told(tmp_path: Path) -> None:
    before = shop({REALM: {"a": 1, "b": 1}})
    run = ran(tmp_path, before, declaring({REALM: {"a": 2, "b": 2}}))
    now = shop({REALM: {"a": 2, "b": 3}})
    back = rolled_back(run, now, NOTHING)
    planned = plan(back.desired, now)
    assert changed_since(run, planned) == ("realm shop: b was changed since the run",)


def test_a_flow_or_a_new_object_that_was_changed_since_is_told(tmp_path: Path) -> None:
    old: dict[Key, Body] = {FLOW: {"description": "d", "executions": [_step("a")]}}
    before = shop(old)
    desired = declaring({FLOW: {"executions": (_step("b"),)}, ROLE: {"description": "x"}})
    left: dict[Key, Body] = {
        FLOW: {"description": "d", "executions": [_step("b")]},
        ROLE: {"description": "x"},
    }
    run = ran(tmp_path, before, desired, after=shop(left))
    same = rolled_back(run, shop(left), owning(ROLE))
    assert [note for note in same.notes if "since" in note] == []
    moved: dict[Key, Body] = {
        FLOW: {"description": "d", "executions": [_step("c")]},
        ROLE: {"description": "y"},
    }
    notes = rolled_back(run, shop(moved), owning(ROLE)).notes
    assert {note.split(" was")[0] for note in notes} == {"flow sign-in", "role auditor"}


def test_a_run_that_was_cut_off_is_taken_back_and_says_what_nobody_can_tell(
    tmp_path: Path,
) -> None:
    run = ran(tmp_path, shop({REALM: {"a": 1}}), declaring({REALM: {"a": 2}}))
    back = rolled_back(run, shop({REALM: {"a": 2}}), NOTHING)
    assert back.desired.resources == (Resource(REALM, {"a": 1}),)
    assert "did not end well" in back.notes[-1]


def test_nothing_is_deleted_by_a_state_that_cannot_be_read(tmp_path: Path) -> None:
    run = ran(tmp_path, shop({}), declaring({ROLE: {}}))
    unknown = Ownership(unknown="the state is damaged")
    with pytest.raises(RollbackRefusedError, match="the state is damaged"):
        rolled_back(run, shop({ROLE: {}}), unknown)
    assert rolled_back(run, shop({}), unknown).desired.absent == frozenset()


def test_another_server_or_realm_is_refused(tmp_path: Path) -> None:
    run = ran(tmp_path, shop({}), declaring({ROLE: {}}))
    require_taken_back_here(run, server=SERVER, live=shop({}))
    with pytest.raises(RollbackRefusedError, match="not on"):
        require_taken_back_here(run, server="https://other.example", live=shop({}))
    anew = Live("shop", exists=True, objects={REALM: {}}, ids={REALM: "another"})
    with pytest.raises(RollbackRefusedError, match="made anew"):
        require_taken_back_here(run, server=SERVER, live=anew)
    with pytest.raises(RollbackRefusedError, match="not there any more"):
        require_taken_back_here(run, server=SERVER, live=Live("shop", exists=False))


def test_a_run_that_wrote_nothing_is_not_taken_back(tmp_path: Path) -> None:
    """What another run did meanwhile would be."""
    before = shop({REALM: {"a": 1}})
    desired = declaring({REALM: {"a": 2}})
    runs = Runs(tmp_path)
    surveyed = Surveyed(desired, before, plan(desired, before))
    run = runs.begin(surveyed, State(""), server=SERVER, who="ana@host", at=NOW)
    run.refused("realm_locked", at=NOW)
    with pytest.raises(RollbackRefusedError, match="before it wrote anything"):
        require_taken_back_here(runs.load(run.id), server=SERVER, live=shop({REALM: {"a": 2}}))


def test_a_run_that_made_the_realm_is_refused(tmp_path: Path) -> None:
    run = ran(tmp_path, Live("shop", exists=False), declaring({ROLE: {}}))
    with pytest.raises(RollbackRefusedError, match="made the realm") as raised:
        require_taken_back_here(run, server=SERVER, live=shop({}))
    assert raised.value.exit_code == 3


def test_the_state_says_afterwards_what_it_said_before_the_run(tmp_path: Path) -> None:
    """What the run deleted is Tanba's again only when it was."""
    first = declaring({REALM: {"a": 1}, ROLE: {"description": "x"}})
    earlier = State("", created={ROLE: "1"}, applied=applied_of(first))
    before = shop({REALM: {"a": 1}, ROLE: {"description": "x"}, CLIENT: {}})
    second = declaring({REALM: {"a": 2}}, absent=frozenset({ROLE, CLIENT}))
    run = ran(tmp_path, before, second, state=earlier)
    back = rolled_back(run, shop({REALM: {"a": 2}}), NOTHING)
    now = replace(earlier, created={ROLE: "2", CLIENT: "3"}, applied=applied_of(second))
    found = amended(run, back.desired, now)
    assert found.created == {ROLE: "2"}
    assert found.applied == Applied(
        {key: applied_of(first).objects[key] for key in (REALM, ROLE)}, now.applied.absent
    )


def test_what_keycloak_had_put_into_a_deleted_object_is_inside_it_again(tmp_path: Path) -> None:
    earlier = State("", created={CLIENT: "1"}, inside={MAPPER: "2"})
    before = shop({CLIENT: {}, MAPPER: {}})
    run = ran(tmp_path, before, declaring({}, absent=frozenset({CLIENT})), state=earlier)
    back = rolled_back(run, shop({}), NOTHING)
    found = amended(run, back.desired, State("", created={CLIENT: "3", MAPPER: "4"}))
    assert (found.created, found.inside) == ({CLIENT: "3"}, {MAPPER: "4"})


def _step(provider: str) -> dict[str, Any]:
    return {"provider": provider, "requirement": "REQUIRED"}
