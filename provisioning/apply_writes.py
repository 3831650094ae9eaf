"""Writing changes, several at once where their order allows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from provisioning.apply_order import Lane, steps
from provisioning.plan import Change
from provisioning.writers import WRITERS
from provisioning.writers.target import Target


class _Lanes:
    """The lanes of one plan: after the first failure none begins another write."""

    def __init__(self, target: Target, written: Callable[[Change], None]) -> None:
        self._target = target
        self._written = written
        self._telling = threading.Lock()
        self._stop = threading.Event()
        self.failure: BaseException | None = None

    def write(self, lane: Lane) -> None:
        for write in lane:
            if self._stop.is_set():
                return
            try:
                WRITERS[write.change.key.kind].write(self._target, write.change)
                with self._telling:
                    for change in write.changes:
                        self._written(change)
            except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
                with self._telling:
                    self.failure = self.failure or error
                self._stop.set()

    def stop(self) -> None:
        self._stop.set()


def write_all(
    target: Target,
    changes: Iterable[Change],
    *,
    threads: int,
    written: Callable[[Change], None],
) -> None:
    """Write `changes`; `written` is called after each, by one thread at a time.

    Raises the first failure, when nothing is under way any more.
    """
    lanes = _Lanes(target, written)
    with ThreadPoolExecutor(threads, thread_name_prefix="apply") as pool:
        for step in steps(changes):
            try:
                if len(step) == 1:
                    lanes.write(step[0])
                else:
                    list(pool.map(lanes.write, step))
            except BaseException:
                lanes.stop()
                raise
            if lanes.failure is not None:
                raise lanes.failure
