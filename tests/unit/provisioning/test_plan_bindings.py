"""Whatever is bound to a flow that is built anew follows it, declared or not."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.own_objects import STATE_CLIENT
from provisioning.plan import SET_ASIDE, plan
from provisioning.plan_bindings import Binding, bindings
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource

FLOW, REALM = Key(Kind.FLOW, "ours"), Key(Kind.REALM, "r")
BROKER, CLIENT = Key(Kind.IDENTITY_PROVIDER, "eds"), Key(Kind.CLIENT, "portal")
OVERRIDES = "authenticationFlowBindingOverrides"
STEP = {"provider": "auth-cookie", "requirement": "REQUIRED"}
WANTED: Body = {"executions": (STEP, {"provider": "x", "requirement": "REQUIRED"})}
OLD: Body = {"executions": [STEP]}
WHOLE: Body = {"executions": [dict(step) for step in WANTED["executions"]]}

PLACES: tuple[tuple[Key, str, dict[str, Any]], ...] = (
    (REALM, "browserFlow", {"browserFlow": "{}", "displayName": "ours"}),
    (REALM, "resetCredentialsFlow", {"resetCredentialsFlow": "{}"}),
    (BROKER, "firstBrokerLoginFlowAlias", {"firstBrokerLoginFlowAlias": "{}", "displayName": "x"}),
    (BROKER, "postBrokerLoginFlowAlias", {"postBrokerLoginFlowAlias": "{}"}),
    (CLIENT, f"{OVERRIDES}.browser", {OVERRIDES: {"browser": "{}", "direct_grant": "other"}}),
)


def _bound(body: Any, alias: str) -> Any:
    if isinstance(body, dict):
        return {name: _bound(value, alias) for name, value in body.items()}
    return body.format(alias)


def _live(objects: dict[Key, Body]) -> Live:
    return Live("r", exists=True, objects=objects, ids={key: f"id of {key}" for key in objects})


def _desired(**more: Body) -> Desired:
    resources = [Resource(FLOW, WANTED)]
    keys = {"realm": REALM, "broker": BROKER, "client": CLIENT}
    return Desired("r", (*resources, *(Resource(keys[n], body) for n, body in more.items())))


@pytest.mark.parametrize(("key", "path", "body"), PLACES, ids=[path for _, path, _ in PLACES])
def test_a_binding_that_nobody_declared_follows_the_new_flow(
    key: Key, path: str, body: dict[str, Any]
) -> None:
    live = _live({FLOW: OLD, key: _bound(body, "ours")})
    flow, change = plan(_desired(), live).changes
    assert flow.key == FLOW
    assert (change.action, change.key, change.live_id) == ("update", key, f"id of {key}")
    (difference,) = change.differences
    assert (difference.path, difference.after) == (path, "ours")
    assert difference.before == f"ours {SET_ASIDE}"
    assert change.body == Binding(path, "ours").put_into({}, "ours")


@pytest.mark.parametrize(("key", "path", "body"), PLACES, ids=[path for _, path, _ in PLACES])
def test_a_binding_that_a_stopped_run_left_behind_follows_in_the_next(
    key: Key, path: str, body: dict[str, Any]
) -> None:
    live = _live({FLOW: WHOLE, key: _bound(body, "ours set aside 12")})
    (change,) = plan(_desired(), live).changes
    (difference,) = change.differences
    assert (difference.path, difference.before) == (path, "ours set aside 12")
    assert difference.after == "ours"


def test_a_flow_that_only_changes_values_is_followed_by_nobody() -> None:
    other = {"executions": [STEP | {"requirement": "DISABLED"}, WHOLE["executions"][1]]}
    live = _live({FLOW: other, REALM: {"browserFlow": "ours"}})
    assert [change.key for change in plan(_desired(), live).changes] == [FLOW]


@pytest.mark.parametrize(
    "flow", ["other", "ours set aside", "ours set aside x", "theirs set aside 1", "ours 2"]
)
def test_who_is_bound_to_another_flow_stays(flow: str) -> None:
    live = _live({FLOW: OLD, REALM: {"browserFlow": flow}, BROKER: {}, CLIENT: {OVERRIDES: {}}})
    assert [change.key for change in plan(_desired(), live).changes] == [FLOW]


def test_what_a_policy_says_of_a_binding_is_what_is_written() -> None:
    live = _live(
        {
            FLOW: OLD,
            REALM: {"browserFlow": "ours"},
            BROKER: {"postBrokerLoginFlowAlias": "ours"},
            CLIENT: {OVERRIDES: {"browser": "ours", "direct_grant": "ours"}},
        }
    )
    desired = _desired(
        realm={"browserFlow": "browser"},
        broker={"postBrokerLoginFlowAlias": None},
        client={OVERRIDES: {"browser": None}},
    )
    changes = {change.key: change for change in plan(desired, live).changes}
    assert changes[REALM].body == {"browserFlow": "browser"}
    assert changes[BROKER].body == {"postBrokerLoginFlowAlias": None}
    assert changes[CLIENT].body == {OVERRIDES: {"browser": None, "direct_grant": "ours"}}
    for change in changes.values():
        paths = [difference.path for difference in change.differences]
        assert len(paths) == len(set(paths))


def test_a_declared_body_keeps_all_it_says_beside_the_binding() -> None:
    live = _live({FLOW: OLD, REALM: {"browserFlow": "ours", "displayName": "old"}})
    _, change = plan(_desired(realm={"displayName": "new"}), live).changes
    assert change.body == {"displayName": "new", "browserFlow": "ours"}
    assert [difference.path for difference in change.differences] == ["displayName", "browserFlow"]


def test_nothing_is_bound_that_the_same_plan_deletes() -> None:
    live = _live({FLOW: OLD, CLIENT: {OVERRIDES: {"browser": "ours"}}})
    desired = Desired("r", (Resource(FLOW, WANTED),), absent=frozenset({CLIENT}))
    assert [(c.action, c.key) for c in plan(desired, live).changes] == [
        ("update", FLOW),
        ("delete", CLIENT),
    ]


def test_our_own_client_is_never_bound() -> None:
    own = Key(Kind.CLIENT, STATE_CLIENT)
    live = _live({FLOW: OLD, own: {OVERRIDES: {"browser": "ours"}}})
    assert [change.key for change in plan(_desired(), live).changes] == [FLOW]


def test_texts_that_only_look_like_a_flow_bind_nothing() -> None:
    assert list(bindings(REALM, {"displayName": "ours", "browserFlow": None})) == []
    assert list(bindings(BROKER, {"alias": "ours", "config": {"defaultFlow": "ours"}})) == []
    assert list(bindings(Key(Kind.ROLE, "a"), {"browserFlow": "ours"})) == []
