"""Inputs made to cost as much as they can: each gets an answer within 1 s and 100 MiB.

Seconds are of processor time in a process of its own; memory is what is needed beyond the input.

    python -m benchmarks.bench_hostile
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.support.hostile import MEBIBYTES, SECONDS, costs
from benchmarks.support.report import Report


def main() -> int:
    """Print the table; 1 when an input costs more."""
    report = Report("hostile", "Hostile inputs, at most 1 s and 100 MiB each")
    report.begin()
    if not Path("/proc/self/clear_refs").exists():
        report.not_measured("hostile inputs", "only Linux tells a process's peak of memory")
        return report.finish()
    worst = 0.0
    for cost in costs():
        worst = max(worst, cost.seconds)
        report.bound(
            cost.name,
            f"{cost.octets:>11,} octets  {cost.seconds:7.3f} s  {cost.mebibytes:6.1f} MiB",
            broken=not cost.is_bounded,
            why=cost.ended,
            seconds=cost.seconds,
            mebibytes=cost.mebibytes,
            limits=[SECONDS, MEBIBYTES],
        )
    report.say("the slowest", f"{worst:.3f} s", value=worst)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
