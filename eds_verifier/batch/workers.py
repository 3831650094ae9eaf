"""Worker processes that judge lines, and what happens when one of them dies.

Each worker has at most one task, so neither side ever waits to write to the other, and the one that
dies takes one task with it. Its lines are judged once more, each by itself, so that a line which
kills its worker is known, and answered as such when it does so again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from eds_verifier.batch.judge import LineJudge

TASK_SECONDS = 120.0
"""A worker that is silent for longer is ended, as one that died."""

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Task:
    """Lines that stand together; `number` is the first one's. `again`: a worker died over it."""

    number: int
    lines: tuple[bytes | None, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The output lines of the task that begins with line `number`, and the verdict of each."""

    number: int
    verdicts: tuple[str, ...]
    output: bytes


def judge_task(judge: LineJudge, task: Task) -> Answered:
    """Judge the lines of a task one after another."""
    answers = [judge.answer(task.number + at, line) for at, line in enumerate(task.lines)]
    verdicts, output = zip(*answers, strict=True)
    return Answered(task.number, verdicts, b"".join(output))


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Task | None = None
    deadline: float = 0.0


class Workers:
    """A fixed number of processes, forked: they share what was loaded before.

    `give` hands a task to an idle worker, `collect` waits for something to happen. Use it as a
    context: leaving it ends the processes.
    """

    def __init__(
        self, judge: LineJudge, count: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._judge = judge
        self._clock = clock
        self._count = count
        self._workers: list[_Worker] = []

    def __enter__(self) -> Workers:
        while len(self._workers) < self._count:
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.connection.close()
        self._workers.clear()

    @property
    def idle(self) -> int:
        """How many tasks can be given now."""
        return sum(worker.task is None for worker in self._workers)

    @property
    def busy(self) -> bool:
        """Whether answers are to come."""
        return any(worker.task is not None for worker in self._workers)

    def give(self, task: Task) -> bool:
        """Hand a task to an idle worker; False when that worker proves dead."""
        worker = next(worker for worker in self._workers if worker.task is None)
        try:
            worker.connection.send(task)
        except OSError:
            self._replace(worker)
            return False
        worker.task = task
        worker.deadline = self._clock() + TASK_SECONDS
        return True

    def collect(self, others: Iterable[int]) -> tuple[list[Answered], list[Task], list[int]]:
        """Wait for answers, for dead workers, or for one of the descriptors `others` to be ready.

        Returns the answers, the tasks whose worker died, and the descriptors that are ready.
        """
        busy = [worker for worker in self._workers if worker.task is not None]
        deadline = min((worker.deadline for worker in busy), default=None)
        seconds = None if deadline is None else max(0.0, deadline - self._clock())
        ready = wait([*(worker.connection for worker in busy), *others], seconds)
        answers, lost = [], []
        for worker in busy:
            task = worker.task
            if task is None or (worker.connection not in ready and worker.deadline > self._clock()):
                continue
            answered = self._receive(worker) if worker.connection in ready else None
            if answered is None:
                lost.append(task)
                self._replace(worker)
            else:
                worker.task = None
                answers.append(answered)
        return answers, lost, [item for item in ready if isinstance(item, int)]

    @staticmethod
    def _receive(worker: _Worker) -> Answered | None:
        """What the worker answered; None when it died, even in the middle of its answer."""
        try:
            answered = worker.connection.recv()
        except (EOFError, OSError):
            return None
        return answered if isinstance(answered, Answered) else None

    def _replace(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join()
        worker.connection.close()
        self._start()

    def _start(self) -> None:
        ours, theirs = _FORK.Pipe()
        process = _FORK.Process(
            target=_work, args=(self._judge, theirs), name="tanba-batch", daemon=True
        )
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))


def _work(judge: LineJudge, connection: Connection) -> None:
    """A worker's life: it ends when the parent is gone, and leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _keep_only(connection.fileno())
    try:
        while True:
            connection.send(judge_task(judge, connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _keep_only(descriptor: int) -> None:
    """Close what was inherited, but the standard streams.

    Whoever reads a pipe learns of its end only when the last process that could write has closed
    it: a worker must hold neither the batch's streams open nor another worker's connection.
    """
    os.closerange(3, descriptor)
    os.closerange(max(descriptor + 1, 3), os.sysconf("SC_OPEN_MAX"))
