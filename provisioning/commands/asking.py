"""How commands that write ask first, and how they are stopped."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click


def agreed() -> bool:
    """Whether a person says yes. Raises UsageError where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask; give --yes to write without asking")
    return click.confirm("Write this?", default=False, err=True)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM, by which pipelines cancel, end a run as Ctrl-C does: the lock is given back."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
