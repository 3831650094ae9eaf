"""An apply of an old checkout, a keeper that was stopped in the middle, and the keeper.

The keeper of today puts version 2 into force while an older one, stopped at some point of its own
cycle, still means to put version 1 there; and somebody applies. Version 2 must stand in the end,
whoever wakes up when.

What no lock of Keycloak's can rule out is a stop between the last look at the lock and the sending
of the write, within one call; the keeper's next cycle puts that right.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provisioning.apply import ApplyOptions, apply_surveyed
from provisioning.bootstrap import (
    PROVISIONER_CLIENT_ID,
    create_missing_realms,
    ensure_provisioner,
)
from provisioning.desired import build
from provisioning.keepers import PROFILE
from provisioning.resources import Desired, Resource
from provisioning.survey import survey
from tests.conftest import ROOT
from tests.keycloak.old_keeper import PATH, TIMING, put_in_force, values_of
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak, portals

pytestmark = pytest.mark.keycloak

GRAIN, _ = portals()
BASE = f"/realms/{GRAIN.realm}"
OLD = ("1:kk:aaaaaaaaaaaaaaaa", "1:ru:bbbbbbbbbbbbbbbb")
NEW = ("2:kk:cccccccccccccccc", "2:ru:dddddddddddddddd")
DECLARED = build(GRAIN, at=datetime.now(UTC))


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with the portal's realm; version 1 is what its files know."""
    with own_keycloak(tmp_path_factory.mktemp("keepers")) as server:
        connection = server.bootstrap()
        create_missing_realms(connection, [GRAIN.realm])
        secret = server.provisioner_secret
        ensure_provisioner(connection, realms=[GRAIN.realm], secret=secret)
        _apply(server, DECLARED)
        yield server


def _apply(server: OwnKeycloak, desired: Desired) -> None:
    connection = server.provisioner()
    apply_surveyed(connection, survey(connection, desired), ApplyOptions(timing=TIMING))


def _keeper(server: OwnKeycloak, values: tuple[str, ...]) -> None:
    put_in_force(server.provisioner(), GRAIN.realm, values, lambda _: None)


def _in_force(server: OwnKeycloak) -> frozenset[str]:
    return values_of(server.bootstrap().get(f"{BASE}{PATH}"))


class OldKeeper:
    """The child, stopped at its point."""

    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    def wake(self) -> tuple[int, str]:
        """Let it go on; how it ended."""
        os.kill(self._child.pid, signal.SIGCONT)
        said, _ = self._child.communicate("go on\n", timeout=60)
        return self._child.returncode, said.strip()


@contextmanager
def stopped(server: OwnKeycloak, point: str) -> Iterator[OldKeeper]:
    """An old keeper that is stopped at the point."""
    command = [sys.executable, "-m", "tests.keycloak.old_keeper", server.url]
    child = subprocess.Popen(
        [*command, PROVISIONER_CLIENT_ID, GRAIN.realm, point, *OLD],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(f"{server.provisioner_secret.get_secret_value()}\n")
        child.stdin.flush()
        assert child.stdout.readline() == f"{point}\n"
        os.kill(child.pid, signal.SIGSTOP)
        yield OldKeeper(child)
    finally:
        child.kill()
        child.communicate()


ENDS = {
    "under the lock": (3, "lock_lost"),
    "after reading": (3, "lock_lost"),
    # Its write was before the others'; only the look afterwards tells it that it was overtaken.
    "after writing": (1, ""),
}


@pytest.mark.parametrize(
    ("point", "applied"),
    [
        ("under the lock", "before the keeper"),
        ("after reading", "before the keeper"),
        ("after reading", "after the keeper"),
        ("after writing", "after the keeper"),
    ],
)
def test_a_keeper_that_slept_through_its_lock_takes_nothing_back(
    keycloak: OwnKeycloak, point: str, applied: str
) -> None:
    admin = keycloak.bootstrap()
    _keeper(keycloak, OLD)
    admin.request("PUT", BASE, admin.get(BASE) | {"verifyEmail": False})
    with stopped(keycloak, point) as old:
        if applied == "before the keeper":
            _apply(keycloak, _changed(DECLARED))
        _keeper(keycloak, NEW)
        if applied == "after the keeper":
            _apply(keycloak, _changed(DECLARED))
        assert _in_force(keycloak) == frozenset(NEW)
        code, said = old.wake()
    assert code == ENDS[point][0]
    assert ENDS[point][1] in said
    assert _in_force(keycloak) == frozenset(NEW)
    assert admin.get(BASE)["verifyEmail"] is True


def _changed(desired: Desired) -> Desired:
    """With something to write in the user profile too, never the same twice."""
    body = desired.get(PROFILE.kind, PROFILE.name)
    attribute = {**body["attributes"]["eds_serial"], "displayName": f"at {time.time_ns()}"}
    changed = {**body, "attributes": {**body["attributes"], "eds_serial": attribute}}
    rest = tuple(r for r in desired.resources if r.key != PROFILE)
    return replace(desired, resources=(*rest, Resource(PROFILE, changed)))


def test_an_apply_between_two_keepers_merges_what_stands_when_it_writes(
    keycloak: OwnKeycloak,
) -> None:
    _keeper(keycloak, OLD)
    connection = keycloak.provisioner()
    planned_before = survey(connection, _changed(DECLARED))
    _keeper(keycloak, NEW)
    apply_surveyed(connection, planned_before, ApplyOptions(timing=TIMING))
    assert _in_force(keycloak) == frozenset(NEW)
