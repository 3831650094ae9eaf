"""Whatever arrives is answered within a second of processor time and 100 MiB."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.support.hostile import Cost
from benchmarks.support.hostile_inputs import INPUTS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(),
    reason="only Linux tells a process's peak of memory",
)


@cache
def _costs() -> dict[str, Cost]:
    """All inputs in one run of a process that forks for each."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.support.hostile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found = [Cost(**json.loads(line)) for line in done.stdout.splitlines()]
    return {cost.name: cost for cost in found}


def test_inputs_made_to_cost_much_do_not() -> None:
    assert set(_costs()) == {one.name for one in INPUTS}
    assert [cost for cost in _costs().values() if not cost.is_bounded] == []


def test_the_measurement_sees_what_it_looks_for() -> None:
    assert not Cost("slow", 1, 1.5, 1.0, "answered").is_bounded
    assert not Cost("large", 1, 0.1, 120.0, "answered").is_bounded
    assert not Cost("broken", 1, 0.1, 1.0, "raised RecursionError").is_bounded
