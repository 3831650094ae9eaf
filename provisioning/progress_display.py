"""How the course of `apply` is shown: a bar on a terminal, else a line for each change.

Everything goes to stderr. That nobody reads it any more must not break off what is being written.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

import click

from provisioning.lock import LockNews, NotReleased, Waiting
from provisioning.progress import BrokenOff, Progress
from provisioning.render import printable

_REMIND_SECONDS = 10.0
_NARROWEST = 20
_CELLS = 24


class Display(Protocol):
    """Shows one run; called by one thread at a time."""

    def progress(self, done: Progress) -> None:
        """A change was written."""

    def report(self, news: LockNews | BrokenOff) -> None:
        """Something to know that is no change."""

    def say(self, text: str) -> None:
        """A sentence of the command's own."""


@contextmanager
def display(output: str) -> Iterator[Display]:
    """The right one: programs that asked for JSON read no progress, only notes, an object each."""
    if output == "json":
        yield _Notes()
    elif sys.stderr.isatty():
        shown = _Bar()
        try:
            yield shown
        finally:
            shown.close()
    else:
        yield _Lines()


class _Lines:
    """A line for each change; of a wait at its beginning and every ten seconds."""

    def __init__(self) -> None:
        self._told: float | None = None

    def progress(self, done: Progress) -> None:
        self.say(f"[{done.done}/{done.total}] {done.realm}: {_what(done)}")

    def report(self, news: LockNews | BrokenOff) -> None:
        if isinstance(news, Waiting):
            if self._told is not None and 0 <= self._told - news.left < _REMIND_SECONDS:
                return
            self._told = news.left
        self.say(sentence(news))

    def say(self, text: str) -> None:
        """Print a sentence."""
        with suppress(OSError):
            click.echo(text, err=True)


class _Notes(_Lines):
    """JSON Lines: `note`, a sentence."""

    def progress(self, done: Progress) -> None:
        """Not shown."""

    def say(self, text: str) -> None:
        """Print a sentence as one object."""
        super().say(json.dumps({"note": text}, ensure_ascii=False))


class _Bar(_Lines):
    """A bar in the last line of a terminal, with the change before it."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn = False

    def progress(self, done: Progress) -> None:
        filled = _CELLS * done.done // max(done.total, 1)
        bar = "█" * filled + "░" * (_CELLS - filled)
        text = f"{done.realm} {bar} {done.done}/{done.total}  {_what(done)}"
        self._line(text)
        if done.done >= done.total:
            self.close()

    def report(self, news: LockNews | BrokenOff) -> None:
        if isinstance(news, Waiting):
            self._line(sentence(news))
        else:
            self.close()
            self.say(sentence(news))

    def close(self) -> None:
        """End the line that is being drawn."""
        if self._drawn:
            self._put("\n")
        self._drawn = False

    def _line(self, text: str) -> None:
        width = max(shutil.get_terminal_size().columns - 1, _NARROWEST)
        self._put(f"\r\x1b[2K{text[:width]}")
        self._drawn = True

    def _put(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def sentence(news: LockNews | BrokenOff) -> str:
    """News as a person reads it."""
    if isinstance(news, Waiting):
        return (
            f"{news.realm}: a run of {news.holder.owner} since {news.holder.since} holds the realm "
            f"but shows no life; taken over in {news.left:.0f} s"
        )
    if isinstance(news, NotReleased):
        return (
            f"{news.realm}: the lock could not be given back; the next apply waits "
            f"{news.expiry:.0f} s for it"
        )
    return f"{news.realm}: {printable(news.why)}; looking at what the realm holds"


def _what(done: Progress) -> str:
    change = done.change
    return f"{change.action} {change.key.kind} {printable(str(change.key))}"
