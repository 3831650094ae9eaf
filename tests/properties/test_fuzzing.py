"""A short fuzzing run finds nothing, and fuzzing does find what is there to be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.__main__ import executions, explain, fuzz, have_atheris
from fuzz.minimise import breakage, minimise
from fuzz.targets import TARGETS, named

SECONDS = 10
NEEDS_ATHERIS = pytest.mark.skipif(
    not have_atheris(), reason="atheris has no wheel for this machine: nothing is fuzzed"
)
PLANTED = "tests.properties.planted:TARGET"


@NEEDS_ATHERIS
@pytest.mark.parametrize("name", TARGETS)
def test_a_short_run_finds_nothing(name: str, tmp_path: Path) -> None:
    found = fuzz(name, seconds=SECONDS, var=tmp_path, seed=1)
    assert [explain(name, path) for path in found] == []
    assert executions(name, var=tmp_path) > 20


@NEEDS_ATHERIS
def test_a_planted_fault_is_found_and_explained(tmp_path: Path) -> None:
    found = fuzz(PLANTED, seconds=60, var=tmp_path, seed=1)
    assert found
    said = explain(PLANTED, found[0])
    assert "RuntimeError in _deep" in said
    assert "planted" in said


def test_a_breakage_is_made_small_and_stays_the_same() -> None:
    def run(data: bytes) -> None:
        if b"\x06\x03\x55\x04\x05" in data:
            raise KeyError("planted")

    seed = next(iter(named("certificate").seeds()))
    small = minimise(run, seed, seconds=20)
    assert b"\x06\x03\x55\x04\x05" in small
    assert len(small) < len(seed) // 4
    assert breakage(run, small) == breakage(run, seed)
    assert breakage(run, b"") is None
