"""`tanba eds verify --batch`: opening the stream, showing progress on a terminal, the exit code."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from eds_verifier.batch.judge import Configured, LineJudge
from eds_verifier.batch.run import Progress as Done
from eds_verifier.batch.run import run_batch
from eds_verifier.commands.options import STDIN
from eds_verifier.trust import TrustStore
from policies.errors import ERROR, TanbaError

_REPORT_SECONDS = 0.1


def answer_batch(
    path: Path, *, load: Callable[[], TrustStore], needs_trust: bool, jobs: int
) -> int:
    """Answer every line of a file, or of stdin for `-`, on stdout; the exit code.

    Trust that the caller did not name (`needs_trust` is False) may be missing: lines which bring
    none of their own are then answered as indeterminate.
    """
    configured = _configured(load, needs_trust=needs_trust)
    with _stream(path) as stream, _shown_progress(path) as report:
        try:
            done = run_batch(
                stream,
                sys.stdout.buffer,
                judge=LineJudge(configured),
                jobs=jobs,
                report=report,
            )
        except BrokenPipeError:
            raise
        except OSError as error:
            raise click.ClickException(f"the batch cannot go on: {error.strerror}") from None
    if done.stopped:
        click.echo(f"stopped after {done.answered} lines", err=True)
        return ERROR
    return 0


def _configured(load: Callable[[], TrustStore], *, needs_trust: bool) -> Configured:
    try:
        return Configured(load())
    except TanbaError as error:
        if needs_trust:
            raise
        said = ". ".join(part for part in (error.message, error.hint) if part)
        click.echo(f"note: lines without trust cannot be judged: {said}", err=True)
        return Configured(None, f"the configured trust list cannot be read: {error.message}")


@contextlib.contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    """A stream that has a descriptor: one that has none is copied to a file first."""
    if path != STDIN:
        try:
            opened = path.open("rb", buffering=0)
        except OSError as error:
            raise click.FileError(str(path), error.strerror or "cannot be read") from None
        with opened as file:
            yield file
        return
    stdin = sys.stdin.buffer
    try:
        stdin.fileno()
    except (OSError, io.UnsupportedOperation):
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stdin, copy)
            copy.seek(0)
            yield copy
        return
    yield stdin


@contextlib.contextmanager
def _shown_progress(path: Path) -> Iterator[Callable[[Done], None]]:
    """Progress on stderr where that is a terminal; drawn by the caller's thread alone."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    size = None
    if path != STDIN:
        with contextlib.suppress(OSError):
            size = os.stat(path).st_size  # noqa: PTH116 - a special file's size is 0: no bar then
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task("", total=size or None)
        started = last = time.monotonic()

        def report(done: Done) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < _REPORT_SECONDS and not done.finished:
                return
            last = now
            counts = ", ".join(f"{done.verdicts[name]:,} {name}" for name in sorted(done.verdicts))
            rate = done.answered / max(now - started, 0.001)
            progress.update(
                task,
                completed=done.octets_read,
                description=f"{done.answered:,} lines ({counts or 'none yet'}), {rate:,.0f}/s",
            )
            progress.refresh()

        yield report
