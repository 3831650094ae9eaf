"""What the state becomes by an apply: what is Tanba's, what waits, what was declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.drift_digests import applied_of
from provisioning.ownership import Ownership
from provisioning.plan import Plan, plan
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.state import Carried, State, claimed, ownership_of, state_after, state_before

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
REALM = Key(Kind.REALM, "shop")
ROLE = Key(Kind.ROLE, "auditor")
OTHER = Key(Kind.ROLE, "their-role")
CLIENT = Key(Kind.CLIENT, "reports")
MAPPER = Key(Kind.CLIENT_MAPPER, "made by Keycloak", "reports")
FLOW = Key(Kind.FLOW, "sign-in")
ASIDE = Key(Kind.FLOW, "sign-in set aside 1")
NOTHING_LEFT = Plan("shop", creates_realm=False, changes=())
START = State("the realm's id")


def shop(objects: Mapping[Key, Body], ids: Mapping[Key, str]) -> Live:
    return Live("shop", exists=True, objects=objects, ids=ids)


def realm_of(ids: dict[Key, str], **bodies: Body) -> Live:
    objects: dict[Key, Body] = {key: bodies.get(key.name, {"name": key.name}) for key in ids}
    return shop({**objects, REALM: {}}, {**ids, REALM: "the realm's id"})


def declaring(**bodies: Any) -> Desired:
    kinds = {"auditor": ROLE, "reports": CLIENT, "sign_in": FLOW}
    return Desired("shop", tuple(Resource(kinds[name], body) for name, body in bodies.items()))


def applied(state: State, desired: Desired, before: Live, after: Live, **more: Any) -> State:
    """The state after what `desired` asks of `before` was carried out and gave `after`."""
    at = more.pop("at", NOW)
    carried = Carried(desired, plan(desired, before), before, after, NOTHING_LEFT)
    return state_after(state, replace(carried, **more), run="r1", who="ana@host", at=at)


def test_what_was_made_is_tanbas_and_what_was_there_is_not() -> None:
    desired = declaring(auditor={"name": "auditor"}, reports={"name": "reports"})
    before, after = realm_of({ROLE: "1"}), realm_of({ROLE: "1", CLIENT: "2"})
    state = applied(START, desired, before, after)
    assert state.created == {CLIENT: "2"}
    assert (state.run, state.who, state.at) == ("r1", "ana@host", NOW)
    assert state.applied == applied_of(desired)


def test_what_keycloak_puts_into_a_new_object_goes_with_it_and_not_by_itself() -> None:
    desired = declaring(reports={"name": "reports"})
    after = realm_of({CLIENT: "2", MAPPER: "3", OTHER: "4"})
    found = applied(START, desired, realm_of({OTHER: "4"}), after)
    assert (found.created, found.inside) == ({CLIENT: "2"}, {MAPPER: "3"})
    kept = replace(found, client="there")
    assert applied(kept, desired, after, after).inside == {MAPPER: "3"}
    ownership = Ownership(found.created, found.inside)
    assert plan(desired, after, ownership).empty
    (change,) = plan(declaring(), after, ownership).changes
    assert (change.action, change.key) == ("delete", CLIENT)


def test_what_is_gone_or_was_made_anew_by_somebody_is_tanbas_no_more() -> None:
    state = replace(START, created={ROLE: "1", CLIENT: "2"})
    live = realm_of({ROLE: "another"})
    desired = declaring(auditor={"name": "auditor", "description": "changed"})
    assert applied(state, desired, live, live).created == {}


def test_an_apply_that_writes_nothing_new_leaves_the_state_as_it_is() -> None:
    desired = declaring(auditor={"name": "auditor"})
    live = realm_of({ROLE: "1"})
    first = applied(START, desired, live, live)
    assert first.applied == applied_of(desired)
    again = Carried(desired, plan(desired, live), live, live, NOTHING_LEFT)
    assert state_after(first, again, run="r2", who="bek@host", at=LATER) is first


def test_a_run_that_is_cut_off_loses_no_ownership() -> None:
    desired = declaring(auditor={"name": "auditor"}, reports={"name": "reports"})
    before = realm_of({OTHER: "9"})
    begun = state_before(START, plan(desired, before))
    assert begun.pending == {ROLE, CLIENT}
    assert begun.created == {}
    # Killed after the role was made. The next run finds the role there and makes the client.
    cut_off = realm_of({OTHER: "9", ROLE: "1"})
    assert claimed(begun, cut_off) == {ROLE: "1"}
    state = applied(begun, desired, cut_off, realm_of({OTHER: "9", ROLE: "1", CLIENT: "2"}))
    assert state.created == {ROLE: "1", CLIENT: "2"}
    assert state.pending == frozenset()


def test_nothing_is_written_beforehand_when_nothing_is_to_be_made() -> None:
    live = realm_of({ROLE: "1"})
    desired = declaring(auditor={"name": "auditor", "description": "changed"})
    assert state_before(START, plan(desired, live)) is not None
    assert state_before(START, plan(desired, live)) == START


def test_a_flow_that_was_set_aside_stays_tanbas_under_its_other_name() -> None:
    state = replace(START, created={FLOW: "old"})
    old = {"executions": [{"provider": "auth-cookie", "requirement": "REQUIRED"}]}
    new = {"executions": ({"provider": "deny-access", "requirement": "REQUIRED"},)}
    before = realm_of({FLOW: "old"}, **{"sign-in": old})
    after = realm_of({FLOW: "new", ASIDE: "old"}, **{"sign-in": new})
    desired = declaring(sign_in=new)
    found = applied(state, desired, before, after)
    assert found.created == {FLOW: "new", ASIDE: "old"}
    assert found.idle["old"].since == NOW
    assert found.idle["old"].alias == ASIDE.name
    # It has been idle since then, however often is applied afterwards.
    assert applied(found, desired, after, after, at=LATER).idle["old"].since == NOW


OLD: Body = {"executions": [{"provider": "auth-cookie", "requirement": "REQUIRED"}]}
NEW: Body = {"executions": ({"provider": "deny-access", "requirement": "REQUIRED"},)}


def test_a_rebuilding_that_is_cut_off_loses_neither_the_old_flow_nor_the_new() -> None:
    state = replace(START, created={FLOW: "old"})
    desired = declaring(sign_in=NEW)
    begun = state_before(state, plan(desired, realm_of({FLOW: "old"}, **{"sign-in": OLD})))
    assert begun.pending == {FLOW}
    half = Key(Kind.FLOW, "sign-in unfinished new")
    for left, owned in (
        ({FLOW: "old"}, {FLOW: "old"}),
        ({ASIDE: "old"}, {ASIDE: "old"}),
        ({ASIDE: "old", half: "new"}, {ASIDE: "old", half: "new"}),
        ({ASIDE: "old", FLOW: "new"}, {ASIDE: "old", FLOW: "new"}),
    ):
        assert claimed(begun, realm_of(left)) == owned
    # The next run finds the old one set aside and nothing else, and makes the new one.
    before, after = realm_of({ASIDE: "old"}), realm_of({ASIDE: "old", FLOW: "new"})
    found = applied(begun, desired, before, after)
    assert found.created == {ASIDE: "old", FLOW: "new"}
    assert set(found.idle) == {"old"}


@pytest.mark.parametrize(
    "name", ["sign-in unfinished", "sign-in unfinished 8", "other unfinished 7", " unfinished 7"]
)
def test_a_flow_of_others_is_not_taken_for_a_half_built_one(name: str) -> None:
    begun = replace(START, pending=frozenset({FLOW}))
    assert claimed(begun, realm_of({Key(Kind.FLOW, name): "7"})) == {}


def test_a_flow_that_somebody_renamed_is_theirs() -> None:
    state = replace(START, created={FLOW: "1"})
    assert claimed(state, realm_of({Key(Kind.FLOW, "my own"): "1"})) == {}


def test_a_rebuilding_of_a_flow_of_others_claims_nothing() -> None:
    planned = plan(declaring(sign_in=NEW), realm_of({FLOW: "theirs"}, **{"sign-in": OLD}))
    assert state_before(START, planned) == START


def test_a_flow_of_others_that_was_set_aside_does_not_become_tanbas() -> None:
    old = {"executions": [{"provider": "auth-cookie", "requirement": "REQUIRED"}]}
    new = {"executions": ({"provider": "deny-access", "requirement": "REQUIRED"},)}
    before = realm_of({FLOW: "old"}, **{"sign-in": old})
    after = realm_of({FLOW: "new", ASIDE: "old"}, **{"sign-in": new})
    found = applied(START, declaring(sign_in=new), before, after)
    assert found.created == {FLOW: "new"}
    assert found.idle == {}


def test_a_flow_that_is_still_bound_is_not_idle() -> None:
    state = replace(START, created={FLOW: "1"})
    live = shop({FLOW: {}, REALM: {"browserFlow": FLOW.name}}, {FLOW: "1", REALM: "r"})
    carried = Carried(declaring(), NOTHING_LEFT, live, live, NOTHING_LEFT)
    assert state_after(state, carried, run="r", who="w", at=NOW).idle == {}


def test_of_what_was_not_carried_out_the_last_declaration_stays() -> None:
    live = realm_of({ROLE: "1", CLIENT: "2"})
    first = applied(START, declaring(auditor={"name": "auditor"}), live, live)
    second = declaring(auditor={"name": "changed"}, reports={"name": "reports"})
    rest = plan(second, live)
    assert [change.key for change in rest.changes] == [ROLE]
    found = applied(first, second, live, live, planned=NOTHING_LEFT, remaining=rest)
    assert found.applied.objects[ROLE] == first.applied.objects[ROLE]
    assert found.applied.objects[CLIENT] == applied_of(second).objects[CLIENT]


def test_a_realm_without_a_state_owns_nothing() -> None:
    ownership = ownership_of(realm_of({ROLE: "1"}), at=NOW)
    assert (ownership.created, ownership.unknown) == ({}, "")
