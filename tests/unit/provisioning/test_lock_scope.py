"""Whose lock a client scope is."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.lock import LockTiming
from provisioning.lock_scope import Holder
from provisioning.own_objects import LOCK_SCOPE

HOLDER = Holder.here(at=1_795_449_600, record="20261123T160000Z-realm-0a1b2c")
SCOPE = HOLDER.representation(beat=7)


def test_a_lock_says_whose_it_is_in_what_keycloak_can_hold() -> None:
    assert Holder.of(SCOPE) == HOLDER
    assert SCOPE["name"] == LOCK_SCOPE
    assert HOLDER.since == "2026-11-23T16:00:00+00:00"
    assert "@" in HOLDER.owner
    assert all(isinstance(v, str) and len(v) < 2_048 for v in SCOPE["attributes"].values())


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"id": HOLDER.run},
        {"id": HOLDER.run, "attributes": None},
        {"id": HOLDER.run, "attributes": []},
        {"id": HOLDER.run, "attributes": {}},
        {"id": HOLDER.run, "attributes": {"tanba.lock.run": None}},
        SCOPE | {"id": "another"},
    ],
)
def test_a_client_scope_that_no_run_made_is_nobodys_lock(scope: dict[str, Any]) -> None:
    assert Holder.of(scope) is None


def test_an_owner_stops_before_another_may_take_over() -> None:
    timing = LockTiming()
    assert (timing.expiry, timing.safe) == (60, 55)
    assert timing.beat < timing.safe
