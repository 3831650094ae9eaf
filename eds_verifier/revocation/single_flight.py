"""One piece of work per key at a time, however many ask for it; all get its outcome.

The work runs in a thread of its own, so that each who asked waits no longer than it can, and a
download that outlasts them still serves the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.revocation.http import FetchFailed

T = TypeVar("T")

Spawn = Callable[[Callable[[], None]], None]
"""Runs a function without waiting for it."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Run `work` in a daemon thread: an unfinished fetch must not keep the process alive."""
    threading.Thread(target=work, name="eds-revocation", daemon=True).start()


class Flight(Generic[T]):
    """Work under way, or its outcome."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._outcome: T | BaseException | None = None
        self._failed = False

    def land(self, work: Callable[[], T]) -> None:
        """Do the work and keep what became of it, an error included."""
        try:
            self._outcome = work()
        except BaseException as error:  # noqa: BLE001 - raised again in whoever waits
            self._outcome, self._failed = error, True

    def release(self) -> None:
        """Wake up who waits."""
        self._done.set()

    @property
    def has_landed(self) -> bool:
        """Whether the outcome is there."""
        return self._done.is_set()

    def wait(self, seconds: float) -> T:
        """The outcome; raises what the work raised, FetchFailed when it takes longer."""
        if not self._done.wait(max(seconds, 0)):
            raise FetchFailed("there was no answer in time", Cause.TIMEOUT)
        outcome = self._outcome
        if not self._failed:
            return outcome  # type: ignore[return-value]  # not failed: it is what the work gave
        # One error raised in many threads would collect all their tracebacks.
        if isinstance(outcome, FetchFailed | Unusable):
            raise type(outcome)(outcome.detail, outcome.cause)
        raise RuntimeError("asking about revocation failed") from outcome  # type: ignore[misc]  # failed: an exception


class SingleFlight(Generic[T]):
    """Work under way by key; safe for many threads."""

    def __init__(self, spawn: Spawn = in_a_thread) -> None:
        self._lock = threading.Lock()
        self._spawn = spawn
        self._flights: dict[Hashable, Flight[T]] = {}

    def under_way(self, key: Hashable) -> Flight[T] | None:
        """The flight under way for `key`, if any."""
        with self._lock:
            return self._flights.get(key)

    def start(self, key: Hashable, work: Callable[[], T]) -> Flight[T]:
        """The flight under way for `key`, or a new one that does `work`."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None:
                return flight
            flight = self._flights[key] = Flight()
        try:
            self._spawn(lambda: self._fly(key, flight, work))
        except RuntimeError:  # no thread can be had
            self._fly(key, flight, _no_thread)
        return flight

    def _fly(self, key: Hashable, flight: Flight[T], work: Callable[[], T]) -> None:
        flight.land(work)
        # Out of the table first: who comes now must not get what is known already.
        with self._lock:
            del self._flights[key]
        flight.release()


def _no_thread() -> T:  # type: ignore[type-var]  # never returns
    raise FetchFailed("there is no thread left to ask with", Cause.NOT_ASKED)
