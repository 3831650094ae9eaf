"""A plan for people and for programs; secrets are already masked in what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import click

from provisioning.diff import MASK, Difference
from provisioning.fingerprint import FROM_SECRETS
from provisioning.plan import Action, Change, Plan
from provisioning.plan_consequences import consequences, lost
from provisioning.unmanaged import Unmanaged

PLAN_FORMAT = 1
SIGNS: Mapping[Action, str] = {"create": "+", "update": "~", "delete": "-"}
_COLOURS: Mapping[Action, str] = {"create": "green", "update": "yellow", "delete": "red"}
_LONGEST_VALUE = 100


def as_json(plans: Iterable[Plan], *, server: str) -> dict[str, Any]:
    """Plans as one JSON object: `version`, `server`, `realms[].changes[].differences[]`."""
    return {
        "version": PLAN_FORMAT,
        "server": server,
        "realms": [realm_as_json(plan) for plan in plans],
    }


def realm_as_json(plan: Plan) -> dict[str, Any]:
    """One realm of `as_json`; with `unmanaged` where that was asked for."""
    asked = plan.unmanaged is not None
    return {
        "realm": plan.realm,
        "creates_realm": plan.creates_realm,
        "changes": [_change(plan, change) for change in plan.changes],
        "kept": list(plan.kept),
        **({"unmanaged": [_unmanaged(item) for item in plan.unmanaged or ()]} if asked else {}),
    }


def as_text(plan: Plan, *, colour: bool = False) -> str:
    """One realm's plan: a line per object, under it a line per value; in stable order.

    `colour`: with the escape sequences of a terminal; nothing in a plan can bring in its own.
    """
    lines = [f"{plan.realm}: {summary(plan)}"]
    if plan.creates_realm:
        lines.append(_coloured("create", f"  + realm {plan.realm} (new)", colour=colour))
    for change in plan.changes:
        head = f"  {SIGNS[change.action]} {change.key.kind} {printable(str(change.key))}"
        lines.append(_coloured(change.action, head, colour=colour))
        if change.action == "update":
            lines += [f"      {_difference(difference)}" for difference in masked(change)]
        lines += [f"      ! {sentence}" for sentence in remarks(plan, change)]
    lines += [f"  = {printable(sentence)}" for sentence in plan.kept]
    lines += [f"  ? {printable(sentence)}" for sentence in unmanaged_sentences(plan)]
    return "\n".join(lines)


def remarks(plan: Plan, change: Change) -> list[str]:
    """What people must know of a change: whom it touches, what it loses for good."""
    found = [f"{item.touched}: {item.sentence}" for item in consequences(plan, change)]
    gone = lost(change)
    return found + ([f"lost for good: {gone}"] if gone else [])


def unmanaged_sentences(plan: Plan) -> list[str]:
    """What no policy names, a sentence each; none where it was not asked for."""
    return [
        f"{item.key.kind} {item.key}: "
        + (f"not named: {', '.join(item.settings)}" if item.settings else "no policy names it")
        for item in plan.unmanaged or ()
    ]


def value_text(value: Any) -> str:
    """A value in one line of at most 100 characters."""
    if value is None:
        return "(not set)"
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def printable(text: str) -> str:
    """Text that does nothing to a terminal or a page: control and format characters spelled out.

    A realm's names come from whoever could write there: an escape sequence, a line break or a
    change of direction must not repaint the plan that is being judged.
    """
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def summary(plan: Plan) -> str:
    """How much is to be done, in words."""
    if plan.empty:
        return "as declared"
    counts = {
        "to create": plan.count("create"),
        "to update": plan.count("update"),
        "to delete": plan.count("delete"),
    }
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count)


def masked(change: Change) -> list[Difference]:
    """What is computed from a secret is shown as one."""
    return [
        replace(d, before=None if d.before is None else MASK, after=d.after and MASK)
        if any(d.path.endswith(key) for key in FROM_SECRETS)
        else d
        for d in change.differences
    ]


def _change(plan: Plan, change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": str(change.key.kind),
        "name": str(change.key),
        "differences": [
            {"path": d.path, "before": d.before, "after": d.after} for d in masked(change)
        ],
        "touches": [
            {"what": str(item.touched), "sentence": item.sentence}
            for item in consequences(plan, change)
        ],
        "loses": lost(change),
    }


def _unmanaged(item: Unmanaged) -> dict[str, Any]:
    return {"kind": str(item.key.kind), "name": str(item.key), "settings": list(item.settings)}


def _difference(difference: Difference) -> str:
    before, after = value_text(difference.before), value_text(difference.after)
    return f"{printable(difference.path)}: {before} -> {after}"


def _coloured(action: Action, text: str, *, colour: bool) -> str:
    return click.style(text, fg=_COLOURS[action]) if colour else text
