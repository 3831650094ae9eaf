"""How much is taken on: requests a minute and at one time for each key, and for all together.

Held by one process and used by its event loop alone. What is beyond a limit is refused at once,
before its body is read.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Self

from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.keys import ApiKey

_BUSY_SECONDS = 2


class TokenBucket:
    """At most `per_minute` at once, and as many again evenly over each minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._clock = clock
        self._tokens = self._size
        self._filled = clock()

    def take(self) -> float:
        """Take one; the seconds until there is one when there is none, otherwise 0."""
        now = self._clock()
        gained = max(0.0, now - self._filled) * self._per_second
        self._tokens = min(self._size, self._tokens + gained)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._per_second
        self._tokens -= 1
        return 0.0


class Ticket(AbstractContextManager["Ticket"]):
    """One request's place. Left at the end, or when the work it was handed to is done."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave = leave
        self._handed = False

    def until(self, work: asyncio.Future[Any]) -> None:
        """Keep the place until `work` ends: a thread goes on even when its request is gone."""
        self._handed = True
        work.add_done_callback(lambda _: self._leave())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._handed:
            self._leave()


class Gate:
    """Lets requests in. `at_once`: how many of all keys together may be under way."""

    def __init__(
        self, keys: Iterable[ApiKey], *, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        found = tuple(keys)
        self._buckets = {key.id: TokenBucket(key.requests_per_minute, clock) for key in found}
        self._inside = {key.id: 0 for key in found}
        self._total = 0
        self._at_once = at_once

    @property
    def total(self) -> int:
        """How many are under way."""
        return self._total

    def enter(self, key: ApiKey) -> Ticket:
        """A place, or ApiProblem rate_limited, too_many_at_once, busy."""
        wait = self._buckets[key.id].take()
        if wait:
            raise ApiProblem(
                "rate_limited",
                f"this key may send {key.requests_per_minute} requests a minute",
                retry_after=math.ceil(wait),
            )
        if self._inside[key.id] >= key.concurrency:
            raise ApiProblem(
                "too_many_at_once",
                f"this key may have {key.concurrency} requests under way",
                retry_after=1,
            )
        if self._total >= self._at_once:
            raise ApiProblem("busy", "as much is under way as may be", retry_after=_BUSY_SECONDS)
        self._inside[key.id] += 1
        self._total += 1
        return Ticket(lambda: self._left(key))

    def _left(self, key: ApiKey) -> None:
        self._inside[key.id] -= 1
        self._total -= 1
