"""Several writes at once: nothing is begun after a failure, nothing is left under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from provisioning import apply_writes
from provisioning.apply_writes import write_all
from provisioning.connection import Connection, ConnectionSettings
from provisioning.plan import Change
from provisioning.resources import Key, Kind
from provisioning.writers.target import Target

ROLES = [Change("create", Key(Kind.ROLE, f"{n:02}"), (), {}) for n in range(40)]
REALM = Change("update", Key(Kind.REALM, "r"), (), {})


@pytest.fixture
def target() -> Target:
    """A realm that no writer of these tests asks anything."""
    settings = ConnectionSettings(
        "http://127.0.0.1:9", client_id="nobody", client_secret=SecretStr("none")
    )
    return Target(Connection(settings), "r")


class Writers(dict[Kind, "Writers"]):
    """One writer for every kind: calls `act`, and notes what is under way and what is done."""

    def __init__(self, act: Callable[[Change], None]) -> None:
        super().__init__()
        self._act = act
        self._lock = threading.Lock()
        self.now = self.most = 0
        self.begun: list[str] = []

    def __missing__(self, kind: Kind) -> Writers:
        return self

    def write(self, _: Target, change: Change) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.begun.append(change.key.name)
        try:
            self._act(change)
        finally:
            with self._lock:
                self.now -= 1


def given(monkeypatch: pytest.MonkeyPatch, act: Callable[[Change], None]) -> Writers:
    writers = Writers(act)
    monkeypatch.setattr(apply_writes, "WRITERS", writers)
    return writers


def test_so_many_at_once_as_allowed_and_each_is_told_once(
    monkeypatch: pytest.MonkeyPatch, target: Target
) -> None:
    writers, told = given(monkeypatch, lambda _: time.sleep(0.005)), list[str]()
    telling = threading.Lock()

    def written(change: Change) -> None:
        assert telling.acquire(blocking=False), "two were told at once"
        told.append(change.key.name)
        telling.release()

    write_all(target, [*ROLES, REALM], threads=4, written=written)
    assert writers.most == 4
    assert sorted(told) == sorted(change.key.name for change in [*ROLES, REALM])
    assert told[-1] == "r"
    assert writers.begun[-1] == "r", "the next kind waits for all of the one before"


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_after_a_failure_nothing_else_is_begun_and_nothing_is_under_way(
    monkeypatch: pytest.MonkeyPatch, target: Target, failure: type[BaseException]
) -> None:
    def act(change: Change) -> None:
        if change.key.name == "05":
            raise failure("the first")
        time.sleep(0.02)

    writers = given(monkeypatch, act)
    with pytest.raises(failure, match="the first"):
        write_all(target, [*ROLES, REALM], threads=4, written=lambda _: None)
    assert writers.now == 0
    assert len(writers.begun) <= 5 + 4
    assert "r" not in writers.begun


def test_a_failure_of_whoever_is_told_stops_the_writes_too(
    monkeypatch: pytest.MonkeyPatch, target: Target
) -> None:
    writers = given(monkeypatch, lambda _: time.sleep(0.005))

    def written(change: Change) -> None:
        if change.key.name == "03":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_all(target, ROLES, threads=4, written=written)
    assert len(writers.begun) <= 4 + 4
