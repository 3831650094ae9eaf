"""Whose change a difference is, by what was declared then, is declared now and is found now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from pydantic import SecretStr

from provisioning.diff import Difference
from provisioning.drift import Deviation, Drift, Drifted, Side, drift
from provisioning.drift_digests import applied_of
from provisioning.plan import plan
from provisioning.resources import Desired, Key, Kind, Live, Resource, wire
from provisioning.state import Idle, State
from tests.unit.provisioning.test_drift_digests import BODIES

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = "grain-receipts"
CLIENT = Key(Kind.CLIENT, "portal")
ROLE = Key(Kind.ROLE, "operator")
FLOW = Key(Kind.FLOW, "browser eds")
MAPPER = Key(Kind.CLIENT_MAPPER, "username", "portal")


def desired(*resources: tuple[Key, dict[str, Any]], **more: Any) -> Desired:
    """A declaration of a few objects."""
    return Desired(REALM, tuple(Resource(key, body) for key, body in resources), **more)


def live(*objects: tuple[Key, dict[str, Any]]) -> Live:
    """A realm that holds a few objects, each with an id."""
    return Live(
        REALM, exists=True, objects=dict(objects), ids={key: f"id-{key}" for key, _ in objects}
    )


def applied(declared: Desired) -> State:
    """What an apply of this declaration left in the realm."""
    return State("realm-id", "run-1", "aigerim@ci", AT, applied=applied_of(declared), client="c")


def judged(then: Desired | None, now: Desired, found: Live) -> Drift:
    """The drift of a realm to which `then` was applied, nothing when None."""
    state = State("realm-id") if then is None else applied(then)
    return drift(plan(now, found), found, state)


def sides(found: Drift) -> dict[str, Side]:
    """Path → side, of all objects."""
    return {d.difference.path: d.side for o in found.objects for d in o.deviations}


@pytest.mark.parametrize(
    ("then", "now", "found", "side"),
    [
        ("a", "a", "b", Side.KEYCLOAK),
        ("a", "b", "a", Side.POLICY),
        ("a", "b", "c", Side.BOTH),
        (None, "a", "b", Side.POLICY),
        (("kk", "ru"), ("kk", "ru"), ["ru", "kk"], Side.KEYCLOAK),
        (frozenset({"x", "y"}), frozenset({"x"}), ["y", "x"], Side.POLICY),
        (frozenset({"x", "y"}), frozenset({"x"}), ["y"], Side.BOTH),
        ("a", None, "a", Side.POLICY),
        ("a", None, "b", Side.BOTH),
        (True, True, False, Side.KEYCLOAK),
        (SecretStr("one"), SecretStr("one"), SecretStr("two"), Side.UNKNOWN),
        ("plain", SecretStr("one"), SecretStr("two"), Side.UNKNOWN),
        (SecretStr("one"), "plain", "other", Side.UNKNOWN),
        (frozenset({SecretStr("one")}), frozenset({SecretStr("one")}), ["x"], Side.UNKNOWN),
    ],
)
def test_a_value_is_somebody_s_change(then: object, now: object, found: object, side: Side) -> None:
    before = desired((CLIENT, {} if then is None else {"value": then}))
    result = judged(before, desired((CLIENT, {"value": now})), live((CLIENT, {"value": found})))
    assert sides(result) == {"value": side}
    assert result.count(side) == 1


def test_before_any_apply_nobody_is_blamed() -> None:
    now = desired((CLIENT, {"name": "a"}), (ROLE, {"description": "x"}), absent=frozenset({MAPPER}))
    result = judged(None, now, live((CLIENT, {"name": "b"}), (MAPPER, {"config": {}})))
    assert {o.action: o.side for o in result.objects} == {
        "create": Side.UNKNOWN,
        "update": Side.UNKNOWN,
        "delete": Side.UNKNOWN,
    }


def test_a_state_that_cannot_be_read_blames_nobody() -> None:
    now, found = desired((CLIENT, {"name": "a"})), live((CLIENT, {"name": "b"}))
    assert sides(drift(plan(now, found), found, None)) == {"name": Side.UNKNOWN}


def test_a_missing_object_was_deleted_in_keycloak_or_is_new_in_the_policy() -> None:
    declared = desired((ROLE, {"description": "x"}))
    assert judged(declared, declared, live()).objects[0].side is Side.KEYCLOAK
    assert judged(desired(), declared, live()).objects[0].side is Side.POLICY
    other = desired((ROLE, {"description": "y"}))
    assert judged(other, declared, live()).objects[0].side is Side.BOTH


def test_a_surplus_object_was_added_in_keycloak_or_is_no_longer_allowed() -> None:
    found = live((MAPPER, {"protocolMapper": "x"}))
    for rule in (
        {"absent": frozenset({MAPPER})},
        {"complete": frozenset({(MAPPER.kind, MAPPER.parent)})},
    ):
        strict = desired(**rule)
        assert judged(strict, strict, found).objects[0].side is Side.KEYCLOAK
        assert judged(desired(), strict, found).objects[0].side is Side.POLICY
        declared_then = desired((MAPPER, {"protocolMapper": "x"}), **rule)
        assert judged(declared_then, strict, found).objects[0].side is Side.POLICY


def test_one_object_may_be_changed_on_both_sides_value_by_value() -> None:
    then = desired((CLIENT, {"name": "a", "enabled": True}))
    now = desired((CLIENT, {"name": "b", "enabled": True}))
    result = judged(then, now, live((CLIENT, {"name": "a", "enabled": False})))
    assert sides(result) == {"name": Side.POLICY, "enabled": Side.KEYCLOAK}
    assert result.objects[0].side is Side.BOTH
    assert [result.count(side) for side in Side] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("others", "side"),
    [
        ({Side.KEYCLOAK}, Side.KEYCLOAK),
        ({Side.POLICY}, Side.UNKNOWN),
        ({Side.KEYCLOAK, Side.POLICY}, Side.BOTH),
        ({Side.BOTH}, Side.BOTH),
        (set(), Side.UNKNOWN),
    ],
)
def test_a_secret_beside_other_values_proves_nothing_of_either_side(
    others: set[Side], side: Side
) -> None:
    deviations = tuple(
        Deviation(Difference(other, 1, 2), other) for other in [Side.UNKNOWN, *sorted(others)]
    )
    assert Drifted("update", CLIENT, deviations).side is side


@given(BODIES, BODIES)
def test_what_keycloak_holds_as_it_was_applied_is_never_keycloak_s_change(
    then: dict[str, Any], now: dict[str, Any]
) -> None:
    assume(_lists_are_alike(then, now))
    found = live((CLIENT, wire(then)))
    result = judged(desired((CLIENT, then)), desired((CLIENT, now)), found)
    assert set(sides(result).values()) <= {Side.POLICY}


@given(BODIES, BODIES)
def test_what_the_policy_says_as_it_was_applied_is_never_the_policy_s_change(
    then: dict[str, Any], other: dict[str, Any]
) -> None:
    result = judged(desired((CLIENT, then)), desired((CLIENT, then)), live((CLIENT, wire(other))))
    assert set(sides(result).values()) <= {Side.KEYCLOAK}


def _lists_are_alike(one: object, other: object) -> bool:
    """Nothing is a list on one side and none, or ordered otherwise, on the other.

    Only a new version of Tanba would declare so; then it may say `both`.
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(_lists_are_alike(one[key], other[key]) for key in one.keys() & other.keys())
    listed = {type(one), type(other)} & {tuple, frozenset}
    return not listed or type(one) is type(other) or (one is None and other != ())


def steps(*requirements: str) -> tuple[dict[str, Any], ...]:
    """A flow's steps: a, b, c … each with its requirement."""
    return tuple(
        {"provider": provider, "requirement": requirement}
        for provider, requirement in zip("abcd", requirements, strict=False)
    )


def test_a_value_in_a_list_of_steps_has_its_own_side() -> None:
    then = desired((FLOW, {"executions": steps("REQUIRED", "REQUIRED")}))
    found = live((FLOW, {"executions": list(steps("DISABLED", "REQUIRED"))}))
    assert sides(judged(then, then, found)) == {"executions[0].requirement": Side.KEYCLOAK}


def test_a_step_more_in_keycloak_is_keycloak_s_and_one_more_in_the_policy_the_policy_s() -> None:
    two, three = (desired((FLOW, {"executions": steps(*["REQUIRED"] * count)})) for count in (2, 3))
    found_two, found_three = (
        live((FLOW, {"executions": list(steps(*["REQUIRED"] * count))})) for count in (2, 3)
    )
    assert sides(judged(two, two, found_three)) == {"executions": Side.KEYCLOAK}
    assert sides(judged(two, three, found_two)) == {"executions": Side.POLICY}


def test_where_both_sides_changed_the_steps_alike_their_values_are_both_sides() -> None:
    one = desired((FLOW, {"executions": steps("REQUIRED")}))
    two = desired((FLOW, {"executions": steps("REQUIRED", "REQUIRED")}))
    found = live((FLOW, {"executions": list(steps("REQUIRED", "DISABLED"))}))
    assert sides(judged(one, two, found)) == {"executions[1].requirement": Side.BOTH}


def test_a_binding_to_be_written_for_a_flow_that_is_built_anew_is_no_drift() -> None:
    realm = Key(Kind.REALM, REALM)
    declared = desired(
        (FLOW, {"executions": steps("REQUIRED")}), (realm, {"browserFlow": FLOW.name})
    )
    found = live(
        (FLOW, {"executions": list(steps("REQUIRED", "REQUIRED"))}),
        (realm, {"browserFlow": FLOW.name}),
    )
    assert len(plan(declared, found).changes) == 2
    assert sides(judged(declared, declared, found)) == {"executions": Side.KEYCLOAK}


def test_whose_binding_an_apply_left_behind_is_not_guessed() -> None:
    realm, aside = Key(Kind.REALM, REALM), f"{FLOW.name} set aside 1"
    declared = desired((FLOW, {"executions": steps("REQUIRED")}))
    found = live(
        (FLOW, {"executions": list(steps("REQUIRED"))}),
        (Key(Kind.FLOW, aside), {"executions": []}),
        (realm, {"browserFlow": aside}),
    )
    assert sides(judged(declared, declared, found)) == {"browserFlow": Side.UNKNOWN}


def test_clearing_away_a_flow_that_tanba_replaced_is_no_drift() -> None:
    aside = Key(Kind.FLOW, "browser eds set aside 1")
    now = desired(absent=frozenset({aside}))
    found = live((aside, {"executions": []}))
    state = replace(applied(desired()), idle={f"id-{aside}": Idle(aside.name, AT)})
    assert not plan(now, found).empty
    assert drift(plan(now, found), found, state).empty
    another = replace(state, idle={"another-id": Idle(aside.name, AT)})
    assert not drift(plan(now, found), found, another).empty


def test_a_realm_that_is_not_there_is_drift() -> None:
    now = desired((ROLE, {"description": "x"}))
    nowhere = Live(REALM, exists=False)
    result = drift(plan(now, nowhere), nowhere, State(""))
    assert (result.missing, result.empty, result.objects) == (True, False, ())
    assert [result.count(side) for side in Side] == [0, 0, 0, 1]


def test_a_realm_as_declared_has_no_drift_whatever_was_applied() -> None:
    now = desired((CLIENT, {"name": "a"}))
    for then in (None, now, desired((CLIENT, {"name": "b"}))):
        assert judged(then, now, live((CLIENT, {"name": "a"}))).empty
