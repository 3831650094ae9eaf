"""After which errors a run may look and go on, and with what."""

from __future__ import annotations

import pytest

from provisioning.apply_recovery import left_over, may_go_on, require_same
from provisioning.diff import Difference
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotPermittedError,
    ObjectNotFoundError,
    ProvisioningError,
    UnexpectedAnswerError,
)
from provisioning.lock import LockLostError
from provisioning.plan import Change, Plan
from provisioning.planfile_errors import RealmMovedError
from provisioning.resources import Key, Kind
from provisioning.writers.ids import ReferenceMissingError

ROLE, CLIENT, FLOW = Key(Kind.ROLE, "r"), Key(Kind.CLIENT, "c"), Key(Kind.FLOW, "f")


def update(key: Key, *paths: str, before: object = 1, structural: bool = False) -> Change:
    found = tuple(Difference(path, before, 2, structural) for path in paths)
    return Change("update", key, found, {}, "id")


def create(key: Key) -> Change:
    return Change("create", key, (Difference("x", None, 1),), {})


def delete(key: Key) -> Change:
    return Change("delete", key, (Difference("", {}, None),), None, "id")


def plan_of(*changes: Change) -> Plan:
    return Plan("realm", creates_realm=False, changes=changes)


def refused(status: int) -> KeycloakRefusedError:
    return KeycloakRefusedError("no", status=status)


@pytest.mark.parametrize(
    ("error", "first", "later"),
    [
        (KeycloakUnreachableError("gone"), True, True),
        (UnexpectedAnswerError("a web page"), True, True),
        (refused(500), True, True),
        (refused(503), True, True),
        (refused(409), False, True),
        (ObjectNotFoundError("gone", status=404), False, False),
        (RealmMovedError("a writer's 404"), False, True),
        (ReferenceMissingError("a writer's 404"), False, True),
        (refused(400), False, False),
        (NotPermittedError("no", status=403), False, False),
        (LockLostError("lost"), False, False),
    ],
)
def test_only_an_answer_that_tells_nothing_is_looked_behind(
    error: ProvisioningError, *, first: bool, later: bool
) -> None:
    assert may_go_on(error, broken_off_before=False) is first
    assert may_go_on(error, broken_off_before=True) is later


def test_the_same_plan_may_tell_a_set_in_another_order() -> None:
    one = update(CLIENT, "redirectUris", before=["a", {"b": ["c", "d"]}])
    other = update(CLIENT, "redirectUris", before=[{"b": ["d", "c"]}, "a"])
    require_same(plan_of(one), plan_of(other))


@pytest.mark.parametrize(
    "now",
    [
        plan_of(),
        plan_of(update(CLIENT, "name"), create(ROLE)),
        plan_of(update(CLIENT, "name", before=3)),
        plan_of(update(CLIENT, "name", "enabled")),
        plan_of(create(CLIENT)),
        plan_of(delete(CLIENT)),
        plan_of(Change("update", CLIENT, update(CLIENT, "name").differences, {}, "made anew")),
        Plan("realm", creates_realm=True, changes=(update(CLIENT, "name"),)),
    ],
)
def test_another_plan_under_the_lock_is_refused(now: Plan) -> None:
    with pytest.raises(RealmMovedError) as caught:
        require_same(plan_of(update(CLIENT, "name")), now)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("planned", "now"),
    [
        (plan_of(create(ROLE), update(CLIENT, "name")), plan_of()),
        (plan_of(create(ROLE), update(CLIENT, "name")), plan_of(update(CLIENT, "name"))),
        (plan_of(create(ROLE)), plan_of(update(ROLE, "attributes"))),
        (plan_of(update(CLIENT, "a", "b")), plan_of(update(CLIENT, "b", before=9))),
        (plan_of(update(CLIENT, "a")), plan_of(update(CLIENT, "a.b[0]"))),
        (plan_of(update(FLOW, "executions", structural=True)), plan_of(create(FLOW))),
        (plan_of(update(FLOW, "executions", structural=True)), plan_of(update(FLOW, "x"))),
        (plan_of(delete(ROLE)), plan_of(delete(ROLE))),
    ],
)
def test_a_run_goes_on_with_what_is_left_of_its_plan(planned: Plan, now: Plan) -> None:
    assert left_over(planned, now) == now


@pytest.mark.parametrize(
    ("planned", "now"),
    [
        (plan_of(create(ROLE)), plan_of(create(CLIENT))),
        (plan_of(update(CLIENT, "a")), plan_of(update(CLIENT, "ab"))),
        (plan_of(update(CLIENT, "a")), plan_of(create(CLIENT))),
        (plan_of(update(CLIENT, "a")), plan_of(delete(CLIENT))),
        (plan_of(delete(ROLE)), plan_of(create(ROLE))),
        (plan_of(create(ROLE)), Plan("realm", creates_realm=True, changes=())),
    ],
)
def test_a_run_stops_when_somebody_else_changed_something(planned: Plan, now: Plan) -> None:
    with pytest.raises(RealmMovedError, match="moved while"):
        left_over(planned, now)
