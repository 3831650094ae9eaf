"""A whole batch: lines are read, judged by the workers, and answered in their order.

What is held in memory does not grow with the stream: as much is read as can be judged, and no task
is begun far ahead of the oldest one that is not answered.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from types import FrameType
from typing import BinaryIO

from eds_verifier.batch.answer import encode
from eds_verifier.batch.judge import LineJudge, broken
from eds_verifier.batch.request import MAX_LINE, read_id
from eds_verifier.batch.source import LineSource
from eds_verifier.batch.workers import Answered, Task, Workers, judge_task

TASK_LINES = 32
TASK_OCTETS = 1_048_576
_WAITING_LINES = 4 * TASK_LINES
_AHEAD = 4
"""Tasks a worker may be ahead of the oldest unanswered one."""


@dataclass(slots=True)
class Progress:
    """What was done so far. `stopped`: a signal ended it before every line was answered."""

    octets_read: int = 0
    answered: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    finished: bool = False
    stopped: bool = False


def run_batch(
    source: BinaryIO,
    output: BinaryIO,
    *,
    judge: LineJudge,
    jobs: int,
    report: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Answer every line of `source` in `output`; with one job in this very process.

    SIGINT and SIGTERM end it between two answers. `report` is called now and then, and at the end.
    Raises OSError when `source` cannot be read or `output` not written.
    """
    with _stop_signal() as stop:
        batch = _Batch(LineSource(source, max_line=MAX_LINE), output, stop, report)
        if jobs == 1:
            _in_this_process(batch, judge)
        else:
            with Workers(judge, jobs) as workers:
                _Conveyor(batch, workers, jobs).run()
        batch.progress.finished = True
        batch.progress.stopped = stop.is_set
        batch.tell()
    return batch.progress


@dataclass(slots=True)
class _Stop:
    """Whether a signal came; `descriptor` becomes readable then."""

    descriptor: int
    is_set: bool = False


@contextmanager
def _stop_signal() -> Iterator[_Stop]:
    """The first SIGINT or SIGTERM is noted, so that no line is cut; the next one is as usual."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    stop = _Stop(reading)
    before: dict[int, object] = {}

    def noted(number: int, _frame: FrameType | None) -> None:
        stop.is_set = True
        os.write(writing, b"\0")
        signal.signal(number, before[number])  # type: ignore[arg-type]  # what signal.signal gave

    try:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, noted)
        yield stop
    finally:
        for restored, handler in before.items():
            signal.signal(restored, handler)  # type: ignore[arg-type]  # what signal.signal gave
        os.close(reading)
        os.close(writing)


@dataclass(slots=True)
class _Batch:
    """A batch under way: where lines come from and answers go."""

    lines: LineSource
    output: BinaryIO
    stop: _Stop
    report: Callable[[Progress], None]
    progress: Progress = field(default_factory=Progress)

    @property
    def wanted(self) -> list[int]:
        """The descriptor to read more lines from, unless enough are held."""
        enough = len(self.lines) >= _WAITING_LINES or self.lines.octets_held >= TASK_OCTETS
        return [] if enough or self.lines.ended else [self.lines.descriptor]

    def write(self, answered: Answered) -> None:
        """Pass on answers, which are the next ones."""
        self.output.write(answered.output)
        self.progress.answered += len(answered.verdicts)
        self.progress.verdicts.update(answered.verdicts)

    def tell(self) -> None:
        """Let the output be seen, and say how far it is."""
        self.output.flush()
        self.progress.octets_read = self.lines.octets_read
        self.report(self.progress)


def _in_this_process(batch: _Batch, judge: LineJudge) -> None:
    lines = batch.lines
    while not batch.stop.is_set:
        taken = lines.take(max_lines=1, max_octets=TASK_OCTETS)
        if taken:
            batch.write(judge_task(judge, Task(batch.progress.answered + 1, taken)))
            continue
        batch.tell()
        if lines.ended:
            return
        if lines.descriptor in wait([lines.descriptor, batch.stop.descriptor]):
            lines.read()


class _Conveyor:
    """Keeps the workers busy and puts their answers in order."""

    def __init__(self, batch: _Batch, workers: Workers, jobs: int) -> None:
        self._batch = batch
        self._workers = workers
        self._ahead = _AHEAD * jobs * TASK_LINES
        self._taken = 0
        self._again: deque[Task] = deque()
        self._held: dict[int, Answered] = {}

    def run(self) -> None:
        """Until every line is answered, or the signal comes."""
        batch = self._batch
        while not batch.stop.is_set:
            self._dispatch()
            if batch.lines.ended and batch.progress.answered == self._taken and not batch.lines:
                return
            answers, lost, ready = self._workers.collect([batch.stop.descriptor, *batch.wanted])
            for answered in answers:
                self._held[answered.number] = answered
            for task in lost:
                self._judge_again(task)
            if batch.lines.descriptor in ready:
                batch.lines.read()
            self._emit()

    def _dispatch(self) -> None:
        while self._workers.idle:
            task = self._again.popleft() if self._again else self._next()
            if task is None:
                return
            if not self._workers.give(task):
                self._judge_again(task)

    def _next(self) -> Task | None:
        """Lines for one worker: few when few are there, so that every worker has some."""
        lines = self._batch.lines
        if not lines or self._taken - self._batch.progress.answered >= self._ahead:
            return None
        share = -(-len(lines) // self._workers.idle)
        taken = lines.take(max_lines=min(TASK_LINES, share), max_octets=TASK_OCTETS)
        task = Task(self._taken + 1, taken)
        self._taken += len(taken)
        return task

    def _judge_again(self, task: Task) -> None:
        """Each line of a task whose worker died by itself; a line that died twice is answered."""
        if not task.again:
            for at, line in enumerate(task.lines):
                self._again.append(Task(task.number + at, (line,), again=True))
            return
        line = task.lines[0]
        row = broken(task.number, read_id(line))
        self._held[task.number] = Answered(task.number, (row["verdict"],), encode(row))

    def _emit(self) -> None:
        batch = self._batch
        while answered := self._held.pop(batch.progress.answered + 1, None):
            batch.write(answered)
        batch.tell()
