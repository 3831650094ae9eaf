"""What a person and a pipeline see of a run."""

from __future__ import annotations

import io
import json
import sys

import pytest

from provisioning.lock import NotReleased, Waiting
from provisioning.lock_scope import Holder
from provisioning.plan import Change
from provisioning.progress import BrokenOff, Progress
from provisioning.progress_display import display
from provisioning.resources import Key, Kind

HOLDER = Holder("run", "somebody@elsewhere", "2026-11-23T12:00:00+00:00")
ROLE = Change("create", Key(Kind.ROLE, "clerk\x1b[2J"), (), {})


class Terminal(io.StringIO):
    """Stderr of a person."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """Stderr that nobody reads any more."""

    def write(self, _: str) -> int:
        raise BrokenPipeError


def done(count: int, total: int = 3) -> Progress:
    return Progress("realm", ROLE, count, total)


def test_a_pipeline_gets_a_line_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    with display("text") as shown:
        for count in (1, 2, 3):
            shown.progress(done(count))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "[1/3] realm: create role clerk\\u001b[2J"
    assert len(lines) == 3


def test_a_terminal_gets_a_bar_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    with display("text") as shown:
        for count in (1, 2):
            shown.progress(done(count))
        shown.report(BrokenOff("realm", "no answer\x1b[2J"))
        shown.progress(done(3))
    said = terminal.getvalue()
    assert said.count("\n") == 3, "the bar so far, the news, the bar at its end"
    assert "█" * 24 in said
    assert "2/3" in said
    assert "no answer\\u001b[2J; looking" in said
    assert "\x1b[2J" not in said
    drawn = [part.removeprefix("\x1b[2K") for part in said.replace("\n", "\r").split("\r")]
    assert all(len(part) < 60 for part in drawn if "█" in part)


def test_a_bar_that_is_broken_off_ends_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    def broken_off() -> None:
        with display("text") as shown:
            shown.progress(done(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert terminal.getvalue().endswith("\n")


def test_waiting_is_told_at_once_and_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with display("text") as shown:
        for left in range(60, 0, -1):
            shown.report(Waiting("realm", HOLDER, float(left)))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    assert "somebody@elsewhere since 2026-11-23T12:00:00+00:00" in lines[0]
    assert lines[0].endswith("taken over in 60 s")


def test_programs_read_no_progress_but_hear_what_went_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with display("json") as shown:
        shown.progress(done(1))
        shown.report(NotReleased("realm", 60))
    heard = capsys.readouterr()
    assert heard.out == ""
    (line,) = heard.err.splitlines()
    note = "realm: the lock could not be given back; the next apply waits 60 s for it"
    assert json.loads(line) == {"note": note}


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_reader_who_leaves_breaks_nothing_off(
    monkeypatch: pytest.MonkeyPatch, output: str, *, terminal: bool
) -> None:
    gone = Gone()
    monkeypatch.setattr(gone, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(sys, "stderr", gone)
    with display(output) as shown:
        shown.progress(done(1))
        shown.report(NotReleased("realm", 60))
        shown.progress(done(2))
