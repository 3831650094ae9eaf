"""What is shown while the stand starts."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from stand.progress import Display, Lines, Reporter


def clock() -> float:
    return 1.0


def test_lines_say_a_step_when_it_is_done() -> None:
    said: list[str] = []
    ticks = iter([1.0, 3.5])
    with Lines(said.append, lambda: next(ticks)).step("Start Keycloak"):
        assert said == []
    assert said == ["Start Keycloak: 2.5 s"]


def test_lines_say_a_download_by_quarters() -> None:
    said: list[str] = []
    with Lines(said.append, clock).download("x.zip", 8_000_000) as advance:
        for _ in range(8):
            advance(1_000_000)
    assert said == [f"x.zip: {n} of 8 MB" for n in (2, 4, 6, 8)]


@pytest.mark.parametrize("terminal", [True, False])
def test_a_step_that_fails_is_not_announced_as_done(terminal: bool) -> None:  # noqa: FBT001
    text = io.StringIO()
    reporter: Reporter = (
        Display(Console(file=text, force_terminal=True), clock)
        if terminal
        else Lines(lambda line: print(line, file=text), clock)
    )

    def fail() -> None:
        with reporter.step("Start"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert "✓" not in text.getvalue()
    assert "Start: " not in text.getvalue()


def test_a_download_inside_a_step_is_drawn() -> None:
    text = io.StringIO()
    display = Display(Console(file=text, force_terminal=True, width=100), clock)
    with display.step("Fetch"), display.download("x.zip", 4) as advance:
        advance(4)
    assert "x.zip" in text.getvalue()
    assert "✓" in text.getvalue()
