"""Measuring: seconds of this process's one thread, and what they come to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


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


def on_one_core() -> bool:
    """Keep this process and all its threads on one core; False where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return False
    _keep_on({max(_CORES)})
    return True


def on_all_cores() -> None:
    """Take `on_one_core` back, for what is not measured."""
    if hasattr(os, "sched_setaffinity"):
        _keep_on(_CORES)


def _keep_on(cores: set[int]) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it ended meanwhile
            os.sched_setaffinity(int(thread.name), cores)


_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def time_each(calls: Iterable[Callable[[], object]]) -> Timing:
    """Seconds of this thread's processor time for each call.

    What is measured waits for nobody: on an idle machine the clock on the wall says the same. On
    a busy one it would count what others do.
    """
    seconds = []
    for call in calls:
        started = time.thread_time()
        call()
        seconds.append(time.thread_time() - started)
    return Timing(tuple(seconds))


def quickest(rounds: Iterable[Timing]) -> Timing:
    """The round that was least disturbed by whatever else this machine does."""
    return max(rounds, key=lambda timing: timing.per_second)
