"""What `apply` would write."""

from __future__ import annotations

from typing import Any

import pytest

from policies.model import PortalPolicy
from provisioning.desired import build
from provisioning.keepers import PROFILE
from provisioning.plan import ORDER, plan
from provisioning.resources import Desired, Key, Kind, Live, Resource
from tests.unit.provisioning.conftest import NOW, changed

REALM = Key(Kind.REALM, "grain-receipts")


def test_a_realm_that_is_as_declared_needs_no_write(desired: Desired, as_declared: Live) -> None:
    found = plan(desired, as_declared)
    assert found.empty
    assert found.changes == ()


def test_the_same_policy_makes_the_same_plan(grain_receipts: PortalPolicy) -> None:
    empty = Live("grain-receipts", exists=True)
    first = plan(build(grain_receipts, at=NOW), empty)
    assert plan(build(grain_receipts, at=NOW), empty) == first


def test_a_realm_that_is_not_there_is_created_whole(desired: Desired) -> None:
    found = plan(desired, Live(desired.realm, exists=False))
    assert found.creates_realm
    assert not found.empty
    assert found.count("create") == len(desired.resources)


def test_one_changed_value_is_one_change_of_one_object(desired: Desired, as_declared: Live) -> None:
    body = dict(as_declared.objects[REALM]) | {"verifyEmail": False}
    (change,) = plan(desired, changed(as_declared, REALM, body)).changes
    assert (change.action, change.key) == ("update", REALM)
    assert [(d.path, d.before, d.after) for d in change.differences] == [
        ("verifyEmail", False, True)
    ]


def test_what_restrains_people_is_written_before_what_lets_them_in(desired: Desired) -> None:
    changes = plan(desired, Live(desired.realm, exists=False)).changes
    kinds = [change.key.kind for change in changes]
    rest = [kind for kind in kinds if kind is not Kind.ROLE_COMPOSITES]
    assert rest == sorted(rest, key=lambda kind: ORDER[kind])
    gate = [Kind.REQUIRED_ACTION, Kind.USER_PROFILE, Kind.ROLE_COMPOSITES]
    doors = [Kind.IDENTITY_PROVIDER, Kind.CLIENT, Kind.REALM]
    assert max(kinds.index(kind) for kind in gate) < min(kinds.index(kind) for kind in doors)
    assert kinds[-1] is Kind.REALM


@pytest.mark.parametrize(
    "key",
    [
        Key(Kind.CLIENT_SCOPE_MAPPER, "extra", "eds-identity"),
        Key(Kind.CLIENT_SCOPE_MAPPER, "acr-for-all", "basic"),
        Key(Kind.CLIENT_SCOPE_MAPPER, "acr-for-all", "web-origins"),
        Key(Kind.CLIENT_SCOPE_MAPPER, "username", "profile"),
        Key(Kind.CLIENT_SCOPE_MAPPER, "upn", "microprofile-jwt"),
        Key(Kind.IDENTITY_PROVIDER_MAPPER, "make-admin", "eds"),
        Key(Kind.CLIENT_MAPPER, "iin-to-all", "portal"),
    ],
    ids=str,
)
def test_a_mapper_that_gives_more_than_declared_is_taken_away(
    desired: Desired, as_declared: Live, key: Key
) -> None:
    (change,) = plan(desired, changed(as_declared, key, {"name": key.name})).changes
    assert (change.action, change.key, change.body) == ("delete", key, None)


@pytest.mark.parametrize(
    "key",
    [
        Key(Kind.CLIENT_SCOPE_MAPPER, "theirs", "their-scope"),
        Key(Kind.CLIENT_SCOPE_MAPPER, "locale", "profile"),
        Key(Kind.ROLE, "their-role"),
        Key(Kind.CLIENT_MAPPER, "theirs", "another-client"),
        Key(Kind.REQUIRED_ACTION, "THEIR_ACTION"),
    ],
    ids=str,
)
def test_what_no_policy_declares_is_left_alone(
    desired: Desired, as_declared: Live, key: Key
) -> None:
    assert plan(desired, changed(as_declared, key, {"name": key.name})).empty


def test_a_flow_with_other_steps_is_built_anew_and_bound_again(
    desired: Desired, as_declared: Live
) -> None:
    alias = desired.get(Kind.REALM, "grain-receipts")["browserFlow"]
    key = Key(Kind.FLOW, alias)
    weakened = {**as_declared.objects[key], "executions": [{"provider": "auth-cookie"}]}
    flow, realm = plan(desired, changed(as_declared, key, weakened)).changes
    assert flow.key == key
    assert flow.structural
    assert realm.key == REALM
    assert [d.path for d in realm.differences] == ["browserFlow"]


def test_a_flow_with_another_requirement_is_mended_in_place(
    desired: Desired, as_declared: Live
) -> None:
    alias = desired.get(Kind.REALM, "grain-receipts")["browserFlow"]
    key = Key(Kind.FLOW, alias)
    executions: list[dict[str, Any]] = [dict(e) for e in as_declared.objects[key]["executions"]]
    executions[0]["requirement"] = "REQUIRED"
    weakened = {**as_declared.objects[key], "executions": executions}
    (change,) = plan(desired, changed(as_declared, key, weakened)).changes
    assert not change.structural
    assert [d.path for d in change.differences] == ["executions[0].requirement"]


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ({"providerId": "client-flow"}, "basic-flow"),
        ({"executions": ({"flow": "f", "type": "form-flow", "requirement": "REQUIRED"},)}, None),
    ],
    ids=["the flow", "a subflow"],
)
def test_a_flow_of_another_kind_is_built_anew(kind: dict[str, Any], other: str | None) -> None:
    key = Key(Kind.FLOW, "f")
    live = {"executions": [{"flow": "f", "requirement": "REQUIRED"}], "providerId": other}
    found = Live("r", exists=True, objects={key: live}, ids={key: "7"})
    (change,) = plan(Desired("r", (Resource(key, kind),)), found).changes
    assert change.structural
    assert change.live_id == "7"


def test_a_client_that_signs_people_in_by_a_flow_built_anew_is_bound_again() -> None:
    flow, client = Key(Kind.FLOW, "f"), Key(Kind.CLIENT, "c")
    override = {"authenticationFlowBindingOverrides": {"browser": "f"}}
    steps = {"executions": ({"provider": "auth-cookie", "requirement": "REQUIRED"},)}
    desired = Desired("r", (Resource(flow, steps), Resource(client, override)))
    live = Live("r", exists=True, objects={flow: {"executions": []}, client: override})
    changes = plan(desired, live).changes
    assert [(c.key, [d.path for d in c.differences]) for c in changes] == [
        (flow, ["executions"]),
        (client, ["authenticationFlowBindingOverrides.browser"]),
    ]


def test_whole_objects_go_last_and_what_refers_to_others_first() -> None:
    gone = [
        Key(Kind.ROLE, "r"),
        Key(Kind.GROUP, "/east"),
        Key(Kind.GROUP, "/east/inner"),
        Key(Kind.CLIENT, "c"),
        Key(Kind.FLOW, "f"),
        Key(Kind.CLIENT_MAPPER, "m", "x"),
    ]
    live = Live("r", exists=True, objects={key: {} for key in gone})
    made = Resource(Key(Kind.REALM, "r"), {"enabled": True})
    changes = plan(Desired("r", (made,), absent=frozenset(gone)), live).changes
    assert [(c.key.kind, c.key.name) for c in changes] == [
        (Kind.CLIENT_MAPPER, "m"),
        (Kind.REALM, "r"),
        (Kind.GROUP, "/east/inner"),
        (Kind.GROUP, "/east"),
        (Kind.CLIENT, "c"),
        (Kind.FLOW, "f"),
        (Kind.ROLE, "r"),
    ]


def test_the_gate_cannot_be_narrowed_to_some_clients_unseen(
    desired: Desired, as_declared: Live
) -> None:
    profile = dict(as_declared.objects[PROFILE])
    agreement = dict(profile["attributes"]["agreement"])
    agreement["required"] = {"roles": ["user"], "scopes": ["never-asked-for"]}
    profile["attributes"] = {**profile["attributes"], "agreement": agreement}
    (change,) = plan(desired, changed(as_declared, PROFILE, profile)).changes
    assert [d.path for d in change.differences] == ["attributes.agreement.required.scopes"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_role_made_new_that_includes_none_is_one_change(*, exists: bool) -> None:
    role = Resource(Key(Kind.ROLE, "auditor"), {})
    nothing = {"realm": frozenset[str](), "client": frozenset[str]()}
    includes = Resource(Key(Kind.ROLE_COMPOSITES, "auditor"), nothing)
    default = Resource(Key(Kind.ROLE_COMPOSITES, "default-roles-shop"), nothing)
    found = plan(Desired("shop", (role, includes, default)), Live("shop", exists=exists))
    assert {change.key for change in found.changes} == {role.key, default.key}
    held = {includes.key: {"realm": ["viewer"], "client": []}}
    taken = plan(Desired("shop", (includes,)), Live("shop", exists=True, objects=held))
    assert [change.action for change in taken.changes] == ["update"]
