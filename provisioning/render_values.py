"""Values in one line: short ones whole, of long ones at least everything that differs. Pure.

Whoever judges a plan judges what is shown, so what two values share may be left out and what tells
them apart may not, wherever in a long value it stands.
"""

from __future__ import annotations

import json
from typing import Any

SHORT = 100
"""Characters; values up to here are shown whole."""

AROUND = 30
"""Characters that are shown of what long values share, before and after the difference."""

LONGEST = 2_000
"""Characters; of more than that the number is told. The JSON plan holds every value whole."""


def printable(text: str) -> str:
    """Text that does nothing to a terminal or a page: control and format characters spelled out.

    A realm's names come from whoever could write there: an escape sequence, a line break or a
    change of direction must not repaint the plan that is being judged.
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def value_text(value: Any) -> str:
    """One value: up to `LONGEST` characters, and how many there are where that is not all."""
    return _cut(_whole(value), 0, 0)


def value_texts(before: Any, after: Any) -> tuple[str, str]:
    """Two values that differ; of long ones the part that differs, and a little around it."""
    first, second = _whole(before), _whole(after)
    if before is None or after is None or max(len(first), len(second)) <= SHORT:
        return _cut(first, 0, 0), _cut(second, 0, 0)
    prefix = _shared(first, second)
    rest = min(len(first), len(second)) - prefix
    suffix = min(rest, _shared(first[::-1], second[::-1]))
    return _cut(first, prefix, suffix), _cut(second, prefix, suffix)


def _shared(first: str, second: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))


def _whole(value: Any) -> str:
    return "(not set)" if value is None else printable(json.dumps(value, ensure_ascii=False))


def _cut(text: str, prefix: int, suffix: int) -> str:
    """`text` without most of the `prefix` and `suffix` characters that another one has too."""
    start = prefix - AROUND if prefix > 2 * AROUND else 0
    end = len(text) - (suffix - AROUND if suffix > 2 * AROUND else 0)
    shown = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    if len(shown) <= LONGEST:
        return shown
    return f"{shown[:LONGEST]}… ({end - start} characters)"
