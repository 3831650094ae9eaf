"""A benchmark fails by a ratio beyond its limit and by nothing else, and leaves JSON behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.support import report as reporting
from benchmarks.support.measure import Timing, time_each
from benchmarks.support.report import Report


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.setattr(reporting, "VAR", tmp_path)
    return Report("one", "A benchmark")


def test_floors_directions_and_gaps_break_nothing(report: Report, tmp_path: Path) -> None:
    report.say("figure", "12/s", value=12.0)
    report.floor("floor", 10.0, 1_500.0, "verdicts/s")
    report.ceiling("ceiling", 90.0, 20.0, "ms")
    report.direction("direction", 0.4, 1.0, "a peer")
    report.not_measured("peer", "there is no Java here")
    report.limit("limit", 1.99, 2.0, "a check")
    assert report.finish() == 0
    said = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert [line["name"] for line in said["lines"]] == [
        "figure", "floor", "ceiling", "direction", "peer", "limit",
    ]  # fmt: skip
    assert said["lines"][1]["reached"] is False
    assert said["lines"][4]["not_measured"] == "there is no Java here"


def test_a_ratio_beyond_its_limit_breaks(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report.limit("good", 1.0, 2.0, "a check")
    report.limit("bad", 2.01, 2.0, "a check")
    assert report.finish() == 1
    said = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert [line["broken"] for line in said["lines"]] == [False, True]
    assert "OVER THE LIMIT" in capsys.readouterr().out


def test_percentiles_and_rates_are_those_of_the_calls() -> None:
    timing = Timing(tuple(n / 1_000 for n in range(1, 101)))
    assert timing.per_second == pytest.approx(100 / 5.05)
    assert timing.percentile(50) == pytest.approx(0.051)
    assert timing.percentile(99) == pytest.approx(0.1)
    work = time_each([lambda: sum(range(200_000))] * 3)
    assert len(work.seconds) == 3
    assert min(work.seconds) > 0
