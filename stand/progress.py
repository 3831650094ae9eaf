"""What the person who starts a stand sees while it starts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

Advance = Callable[[int], None]
"""Called with the number of bytes that arrived since the last call."""


class Reporter(Protocol):
    """Where steps are announced. A step that raises is not announced as done."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Announce `name` now and how long it took at the end."""

    def download(self, name: str, size: int) -> AbstractContextManager[Advance]:
        """Announce a download of `size` bytes."""


class Silent:
    """For tests and programs: nothing is shown."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:  # noqa: ARG002 - the protocol's argument
        yield

    @contextmanager
    def download(self, name: str, size: int) -> Iterator[Advance]:  # noqa: ARG002 - as above
        yield lambda _: None


class Lines:
    """Plain lines, for logs and pipes: one when a step is done, three per download."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write = write
        self._clock = clock

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = self._clock()
        yield
        self._write(f"{name}: {self._clock() - started:.1f} s")

    @contextmanager
    def download(self, name: str, size: int) -> Iterator[Advance]:
        arrived = 0
        said = 0

        def advance(count: int) -> None:
            nonlocal arrived, said
            arrived += count
            quarter = arrived * 4 // size if size else 0
            if quarter > said:
                said = quarter
                self._write(f"{name}: {arrived // 1_000_000} of {size // 1_000_000} MB")

        yield advance


class Display:
    """Spinners and bars, for a terminal."""

    def __init__(self, console: Console, clock: Callable[[], float]) -> None:
        self._console = console
        self._clock = clock

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = self._clock()
        with self._console.status(f"{name} …"):
            yield
        self._console.print(f"[green]✓[/green] {name} [dim]{self._clock() - started:.1f} s[/dim]")

    @contextmanager
    def download(self, name: str, size: int) -> Iterator[Advance]:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(name, total=size or None)
            yield lambda count: progress.advance(task, count)


def reporter_for(console: Console) -> Reporter:
    """`Display` on a terminal, `Lines` on stdout otherwise."""
    if console.is_terminal:
        return Display(console, time.monotonic)

    def write(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    return Lines(write, time.monotonic)
