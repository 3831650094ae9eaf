"""What makes a plan stale, and that no digest says anything of a secret."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK
from provisioning.fingerprint import (
    ObjectDigests,
    canonical,
    digest,
    fingerprint,
    looked_at,
    without_secrets,
)
from provisioning.plan import plan
from provisioning.resources import Desired, Key, Kind, Live
from tests.unit.provisioning.conftest import PLANTED, changed

REALM = Key(Kind.REALM, "grain-receipts")
PORTAL = Key(Kind.CLIENT, "portal")


def taken(desired: Desired, live: Live) -> dict[Key, ObjectDigests]:
    return {item.key: item for item in fingerprint(desired, live, plan(desired, live))}


def moved(desired: Desired, before: Live, after: Live) -> list[Key]:
    first, second = taken(desired, before), taken(desired, after)
    return sorted(k for k in first.keys() | second.keys() if first.get(k) != second.get(k))


def test_the_same_world_has_the_same_fingerprint(desired: Desired, as_declared: Live) -> None:
    assert moved(desired, as_declared, as_declared) == []


def test_a_moved_value_moves_its_object_alone(desired: Desired, as_declared: Live) -> None:
    body = {**as_declared.objects[REALM], "verifyEmail": False}
    assert moved(desired, as_declared, changed(as_declared, REALM, body)) == [REALM]


def test_a_value_that_nobody_declares_moves_nothing(desired: Desired, as_declared: Live) -> None:
    body = {**as_declared.objects[REALM], "notBefore": 1, "theirs": {"a": 1}}
    theirs = Key(Kind.ROLE, "their-role")
    live = changed(changed(as_declared, REALM, body), theirs, {"name": "their-role"})
    assert moved(desired, as_declared, live) == []


def test_the_order_of_a_set_moves_nothing(desired: Desired, as_declared: Live) -> None:
    languages = list(reversed(as_declared.objects[REALM]["supportedLocales"]))
    body: dict[str, object] = {**as_declared.objects[REALM], "supportedLocales": languages}
    assert moved(desired, as_declared, changed(as_declared, REALM, body)) == []


def test_an_object_that_came_or_went_is_a_move(desired: Desired, as_declared: Live) -> None:
    gone = replace(
        as_declared, objects={k: v for k, v in as_declared.objects.items() if k != PORTAL}
    )
    assert moved(desired, as_declared, gone) == [PORTAL]
    surplus = Key(Kind.CLIENT_MAPPER, "iin-to-all", "portal")
    assert moved(desired, as_declared, changed(as_declared, surplus, {"name": "x"})) == [surplus]


def test_a_surplus_object_that_changed_before_its_delete_is_a_move(
    desired: Desired, as_declared: Live
) -> None:
    surplus = Key(Kind.CLIENT_MAPPER, "iin-to-all", "portal")
    bodies: list[dict[str, object]] = [{"name": "x", "config": {"v": value}} for value in "ab"]
    first, second = (changed(as_declared, surplus, body) for body in bodies)
    assert moved(desired, first, second) == [surplus]


def test_a_realm_made_anew_under_the_name_is_another(desired: Desired, as_declared: Live) -> None:
    anew = replace(as_declared, ids={**as_declared.ids, REALM: "another-id"})
    assert moved(desired, as_declared, anew) == [REALM]


def test_other_steps_of_a_flow_are_a_move(desired: Desired, as_declared: Live) -> None:
    key = next(r.key for r in desired.resources if r.key.kind is Kind.FLOW)
    weakened = {**as_declared.objects[key], "executions": [{"provider": "auth-cookie"}]}
    assert moved(desired, as_declared, changed(as_declared, key, weakened)) == [key]


STATES: list[tuple[str, Any, str]] = [
    ("the declared one", SecretStr("x"), "as declared"),
    ("another one", SecretStr("y"), "another"),
    ("another one in clear", "y", "another"),
    ("none", None, "not set"),
    ("one that Keycloak does not show", MASK, "not shown"),
]


@pytest.mark.parametrize(("_what", "live", "state"), STATES, ids=[row[0] for row in STATES])
def test_of_a_secret_only_its_state_enters(_what: str, live: Any, state: str) -> None:
    assert looked_at({"secret": SecretStr("x")}, {"secret": live}) == {"secret": state}
    assert looked_at({SMTP_FINGERPRINT: "x"}, {SMTP_FINGERPRINT: live}) == {SMTP_FINGERPRINT: state}


def test_digests_are_the_same_whatever_the_secret_is(desired: Desired, as_declared: Live) -> None:
    def with_secret(value: str) -> ObjectDigests:
        resources = tuple(
            replace(r, body={**r.body, "secret": SecretStr(value)}) if r.key == PORTAL else r
            for r in desired.resources
        )
        body = {**as_declared.objects[PORTAL], "secret": SecretStr(f"{value}-live")}
        return taken(replace(desired, resources=resources), changed(as_declared, PORTAL, body))[
            PORTAL
        ]

    assert with_secret("a") == with_secret("b")


def test_what_is_hashed_holds_no_secret(desired: Desired, as_declared: Live) -> None:
    for resource in desired.resources:
        hashed = canonical(
            [without_secrets(resource.body), looked_at(resource.body, as_declared.objects)]
        )
        found = canonical(looked_at(resource.body, as_declared.objects[resource.key]))
        assert PLANTED not in hashed + found
    sets = without_secrets({"a": SecretStr("x"), SMTP_FINGERPRINT: "f", "b": frozenset("ba")})
    assert sets == {"a": MASK, SMTP_FINGERPRINT: MASK, "b": ["a", "b"]}


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    one, two = {"a": 1, "ә": [True, None]}, {"ә": [True, None], "a": 1}
    assert canonical(one) == canonical(two) == '{"a":1,"ә":[true,null]}'
    assert digest(one) == digest(two) != digest({"a": 1})
    assert json.loads(canonical(one)) == one
