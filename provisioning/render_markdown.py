"""A plan for a pull request: Markdown in which nothing of a policy or realm is markup.

Every such text stands in a code span whose fence is longer than any run of backticks in it, in one
line, without control characters: no HTML, link, image, mention or heading can begin there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from provisioning.plan import Change, Plan
from provisioning.render import (
    SIGNS,
    remarks,
    summary,
    unmanaged_sentences,
    values,
)
from provisioning.render_values import printable

_BACKTICKS = re.compile(r"`+")


def as_markdown(plans: Iterable[Plan], *, server: str) -> str:
    """Plans as a page: a heading per realm, an item per object, under it its values; stable."""
    lines = [f"## Plan for {code(server)}"]
    for plan in plans:
        lines += ["", f"### {code(plan.realm)}: {summary(plan)}", ""]
        lines += _realm(plan)
    return "\n".join(lines).rstrip("\n") + "\n"


def code(text: str) -> str:
    """`text` as a code span of one line, whatever it holds."""
    content = printable(text)
    longest = max((len(run) for run in _BACKTICKS.findall(content)), default=0)
    fence = "`" * (longest + 1)
    # A space at either end is taken off again by the reader; it keeps backticks from the fence.
    pad = " " if content[:1] in {"`", " ", ""} or content[-1:] in {"`", " "} else ""
    return f"{fence}{pad}{content}{pad}{fence}"


def _realm(plan: Plan) -> list[str]:
    lines = [f"- **+ create** the realm {code(plan.realm)}"] if plan.creates_realm else []
    for change in plan.changes:
        lines += _change(plan, change)
    lines += [f"- **= kept**: {code(sentence)}" for sentence in plan.kept]
    return lines + [f"- **? unmanaged**: {code(text)}" for text in unmanaged_sentences(plan)]


def _change(plan: Plan, change: Change) -> list[str]:
    sign = SIGNS[change.action].replace("-", "\u2212")  # a hyphen would begin a list
    kind = str(change.key.kind).replace("_", " ")
    lines = [f"- **{sign} {change.action}** {kind} {code(str(change.key))}"]
    lines += [f"  - {code(path)}: {' → '.join(map(code, texts))}" for path, texts in values(change)]
    return lines + [f"  - ⚠ {sentence}" for sentence in remarks(plan, change)]
