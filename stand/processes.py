"""Children that cannot outlive the stand.

Each child leads a process group of its own, so that Ctrl-C in the terminal reaches the stand
alone and the stand ends the whole group. On Linux the kernel itself sends SIGTERM to a child
whose parent died, however it died (prctl(2), PR_SET_PDEATHSIG). Elsewhere, what a killed stand
left behind is found by its record and ended by the next `up` or `down`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from stand.errors import ServiceError
from stand.files import PRIVATE_FILE

GRACE_SECONDS = 15.0
"""How long a child may take to end by itself."""

_PR_SET_PDEATHSIG = 1
_PRIVATE_UMASK = 0o077


class DieWithParent:
    """Runs in the child between fork and exec.

    The signal follows the parent's *thread*: children are started by the main thread only.
    """

    def __init__(self) -> None:
        self._parent = os.getpid()
        # Loaded before the fork: the child must not take the import or loader locks.
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def __call__(self) -> None:
        os.umask(_PRIVATE_UMASK)
        if self._libc is None:
            return
        self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != self._parent:  # it died between fork and prctl
            os._exit(1)


@dataclass(frozen=True, slots=True)
class Identity:
    """A process, told apart from a later one with the same number by its start time."""

    name: str
    pid: int
    started: float

    @classmethod
    def of(cls, name: str, pid: int) -> Identity:
        return cls(name, pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The process if it is still this one and alive."""
        try:
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.started) > 1.0:
                return None
            return found if found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True, slots=True)
class Child:
    """One running part of the stand and where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def require_alive(self) -> None:
        """Raise ServiceError when it has ended."""
        code = self.process.poll()
        if code is not None:
            raise ServiceError(
                f"{self.name} ended with exit code {code}: {last_line(self.log)}",
                hint=f"its output is in {self.log}",
            )


class Children:
    """What the stand started, in order; `end` leaves none of it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []

    def start(
        self, name: str, command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path
    ) -> Child:
        """Start `command` with exactly `env`; its output replaces `<name>.log`."""
        log = self._logs / f"{name}.log"
        with _open_log(log) as output:
            process = subprocess.Popen(  # noqa: S603 - the stand's own parts
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=DieWithParent(),  # noqa: PLW1509 - one prctl call, no locks taken
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def require_alive(self) -> None:
        """Raise ServiceError when any of them has ended."""
        for child in self._children:
            child.require_alive()

    def identities(self) -> tuple[Identity, ...]:
        return tuple(Identity.of(child.name, child.process.pid) for child in self._children)

    def forget(self, child: Child) -> None:
        """No longer look after `child`, which has ended; what it left in its group ends now."""
        end_group(child.process)
        self._children.remove(child)

    def end(self, grace: float = GRACE_SECONDS) -> None:
        """Ask all to end, then make them; every process group is gone afterwards."""
        for child in self._children:
            _signal_group(child.process, signal.SIGTERM)
        limit = time.monotonic() + grace
        for child in self._children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, limit - time.monotonic()))
        for child in self._children:
            end_group(child.process)
        self._children.clear()


def end_group(process: subprocess.Popen[Any]) -> None:
    """Kill what is left of the process group that `process` leads, and collect `process`."""
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[Any], number: signal.Signals) -> None:
    # The group may have members after its leader ended; its number is not reused before then.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def end_left_over(identities: Iterable[Identity], grace: float = GRACE_SECONDS) -> None:
    """End processes a dead stand recorded, with their descendants; others are never touched."""
    found = [process for known in identities if (process := known.process())]
    family = [member for process in found for member in [*_descendants(process), process]]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=grace)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=grace)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _open_log(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb")


def last_line(log: Path) -> str:
    """What it said last, preferring an error: enough for one sentence."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    except OSError:
        return "it said nothing"
    said = [line for line in lines if line]
    errors = [line for line in said if "ERROR" in line or "rror:" in line]
    return (errors or said or ["it said nothing"])[-1][:300]
