"""Measuring: seconds of this process's one thread, and what they come to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each call, in the order they were made."""

    seconds: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Calls in a second, the whole taken together."""
        return len(self.seconds) / sum(self.seconds)

    @property
    def mean(self) -> float:
        """Seconds of a call."""
        return sum(self.seconds) / len(self.seconds)

    def percentile(self, percent: int) -> float:
        """Seconds within which `percent` of the calls ended."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def on_one_core() -> int | None:
    """Keep this process on one core; answers which, None where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def time_each(calls: Iterable[Callable[[], object]]) -> Timing:
    """Wall-clock seconds of each call. What is measured holds no lock and waits for nobody."""
    seconds = []
    for call in calls:
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return Timing(tuple(seconds))


def quickest(rounds: Iterable[Timing]) -> Timing:
    """The round that was least disturbed by whatever else this machine does."""
    return max(rounds, key=lambda timing: timing.per_second)
