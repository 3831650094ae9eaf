"""What a benchmark says: a table for people, JSON under var/bench, an exit code.

Limits are ratios of two things measured in the same run. Floors are figures somebody set; they are
told as reached or not, and break nothing, since they depend on the machine.
"""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VAR = Path(__file__).resolve().parents[2] / "var" / "bench"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing measured. `facts` go into the JSON; `broken`: it is over its limit."""

    name: str
    said: str
    facts: dict[str, Any] = field(default_factory=dict)
    broken: bool = False


@dataclass(slots=True)
class Report:
    """The lines of one benchmark."""

    name: str
    title: str
    lines: list[Line] = field(default_factory=list)

    def say(self, name: str, said: str, **facts: Any) -> None:
        """A figure without a limit."""
        self._add(Line(name, said, facts))

    def floor(self, name: str, value: float, floor: float, unit: str) -> None:
        """A figure somebody asked for: reached or not."""
        reached = value >= floor
        said = (
            f"{value:,.0f} {unit}, wanted {floor:,.0f}: {'reached' if reached else 'NOT reached'}"
        )
        self._add(Line(name, said, {"value": value, "floor": floor, "reached": reached}))

    def ceiling(self, name: str, value: float, ceiling: float, unit: str) -> None:
        """Likewise, where less is better."""
        reached = value <= ceiling
        outcome = "reached" if reached else "NOT reached"
        said = f"{value:,.1f} {unit}, at most {ceiling:,g}: {outcome}"
        self._add(Line(name, said, {"value": value, "ceiling": ceiling, "reached": reached}))

    def limit(self, name: str, ratio: float, most: float, of: str) -> None:
        """A ratio that must not grow beyond `most`; `of` says what is compared."""
        broken = ratio > most
        said = f"{ratio:.2f} × {of}, limit {most:g}{'  OVER THE LIMIT' if broken else ''}"
        self._add(Line(name, said, {"ratio": ratio, "limit": most}, broken))

    def direction(self, name: str, ratio: float, wanted: float, of: str) -> None:
        """A ratio to a peer that is wanted; nothing waits for it."""
        reached = ratio >= wanted
        said = (
            f"{ratio:.2f} × {of}, direction {wanted:g} ×: {'reached' if reached else 'NOT reached'}"
        )
        self._add(Line(name, said, {"ratio": ratio, "direction": wanted, "reached": reached}))

    def bound(self, name: str, said: str, *, broken: bool, why: str, **facts: Any) -> None:
        """Something that must stay within bounds on any machine; `why`: how it ended."""
        ending = f"  OVER THE LIMIT ({why})" if broken else ""
        self._add(Line(name, said + ending, {**facts, "ended": why}, broken))

    def not_measured(self, name: str, why: str) -> None:
        """Something that this machine cannot measure."""
        self._add(Line(name, f"not measured: {why}", {"not_measured": why}))

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        sys.stdout.write(f"{line.name:<34} {line.said}\n")
        sys.stdout.flush()

    def begin(self) -> None:
        """The title, before the first figure."""
        sys.stdout.write(f"{self.title}\n")

    def finish(self) -> int:
        """Write the JSON; 1 when a limit is broken."""
        VAR.mkdir(parents=True, exist_ok=True)
        body = {
            "version": 1,
            "benchmark": self.name,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "lines": [{"name": x.name, "broken": x.broken, **x.facts} for x in self.lines],
        }
        path = VAR / f"{self.name}.json"
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return int(any(line.broken for line in self.lines))
