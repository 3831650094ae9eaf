"""One responder or CRL address of one authority: whether it answers, since when not, and why.

A source that failed FAILURES times in a row is left alone for PAUSE_SECONDS, so that people fail
over at once instead of waiting each for the time-out; then one of them asks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from eds_verifier.revocation.evidence import Cause

FAILURES = 5
PAUSE_SECONDS = 15.0
BACKOFF_SECONDS, LONGEST_BACKOFF = 0.25, 2.0

SourceKind = Literal["ocsp", "crl", "delta_crl"]

RETRIED = frozenset(Cause) - {
    Cause.NOT_ASKED,
    Cause.QUESTION_REFUSED,
    Cause.UNKNOWN,
    Cause.EXPIRED,
    Cause.STALE,
}
"""Asking once more may help. The others would be answered the same."""

NOT_THE_SOURCES_FAULT = frozenset(
    {Cause.NOT_ASKED, Cause.QUESTION_REFUSED, Cause.UNKNOWN, Cause.OTHER_CERTIFICATE}
)
"""What one certificate can bring about must not make everybody else fail over."""


class Observer(Protocol):
    """Who counts what was asked and answered: `eds_verifier.metrics.Metrics`."""

    def asked(self, authority: str, kind: SourceKind, outcome: str, seconds: float) -> None:
        """One exchange ended: `answered`, or the word of a Cause."""


class Nobody:
    """Counts nothing."""

    def asked(self, authority: str, kind: SourceKind, outcome: str, seconds: float) -> None:
        """Forget it."""


def backoff(attempt: int, random: Callable[[], float]) -> float:
    """Seconds before attempt `attempt` (from 1 on): exponential, with full jitter."""
    ceiling: float = min(LONGEST_BACKOFF, BACKOFF_SECONDS * 2**attempt)
    return ceiling * random()


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """How a source did, by the wall clock. `down_since`: the first failure since it answered."""

    last_success: datetime | None = None
    last_failure: datetime | None = None
    cause: Cause | None = None
    down_since: datetime | None = None


class Source:
    """The record of one source, and whether to ask it now. Safe for many threads."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._now = now
        self._record = SourceRecord()
        self._failures = 0
        self._next_probe = 0.0

    @property
    def is_asked_freely(self) -> bool:
        """Whether it has not failed too often of late."""
        with self._lock:
            return self._failures < FAILURES

    def may_ask(self) -> bool:
        """Whether to ask: yes while it answers; else one probe every PAUSE_SECONDS."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._next_probe:
                return False
            self._next_probe = self._clock() + PAUSE_SECONDS
            return True

    def succeeded(self) -> None:
        """It answered, authentically."""
        with self._lock:
            self._failures = 0
            self._record = SourceRecord(
                last_success=self._now(),
                last_failure=self._record.last_failure,
                cause=self._record.cause,
            )

    def failed(self, cause: Cause) -> None:
        """It did not, or not so that it could be relied on."""
        if cause in NOT_THE_SOURCES_FAULT:
            return
        with self._lock:
            now = self._now()
            self._failures += 1
            self._next_probe = self._clock() + PAUSE_SECONDS
            self._record = SourceRecord(
                last_success=self._record.last_success,
                last_failure=now,
                cause=cause,
                down_since=self._record.down_since or now,
            )

    @property
    def record(self) -> SourceRecord:
        """How it did up to now."""
        with self._lock:
            return self._record


class Sources:
    """Every source asked so far, by its authority's SHA-256 and its kind."""

    def __init__(self, clock: Callable[[], float], now: Callable[[], datetime]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._now = now
        self._sources: dict[tuple[str, SourceKind], Source] = {}

    def of(self, authority_sha256: str, kind: SourceKind) -> Source:
        """The source, made when it is asked for the first time."""
        with self._lock:
            key = (authority_sha256, kind)
            if key not in self._sources:
                self._sources[key] = Source(self._clock, self._now)
            return self._sources[key]
