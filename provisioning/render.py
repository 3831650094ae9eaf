"""A plan for people and for programs; secrets are already masked in what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import click

from provisioning.diff import MASK, Difference
from provisioning.fingerprint import FROM_SECRETS
from provisioning.plan import Action, Change, Plan
from provisioning.plan_consequences import consequences, lost
from provisioning.render_values import printable, value_text, value_texts
from provisioning.unmanaged import Unmanaged

__all__ = [
    "PLAN_FORMAT",
    "SIGNS",
    "as_json",
    "as_text",
    "masked",
    "printable",
    "realm_as_json",
    "remarks",
    "summary",
    "unmanaged_sentences",
    "values",
]

PLAN_FORMAT = 1
NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What a new object has where nothing is said."""

SIGNS: Mapping[Action, str] = {"create": "+", "update": "~", "delete": "-"}
_COLOURS: Mapping[Action, str] = {"create": "green", "update": "yellow", "delete": "red"}


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
        lines += [f"      {path}: {' -> '.join(texts)}" for path, texts in values(change)]
        lines += [f"      ! {sentence}" for sentence in remarks(plan, change)]
    lines += [f"  = {printable(sentence)}" for sentence in plan.kept]
    lines += [f"  ? {printable(sentence)}" for sentence in unmanaged_sentences(plan)]
    return "\n".join(lines)


def values(change: Change) -> list[tuple[str, tuple[str, ...]]]:
    """What is shown of every value: its path; what it was and becomes, or what it is made.

    Of a delete there are none: the JSON plan keeps all that the object held.
    """
    if change.action == "delete":
        return []
    shown: list[tuple[str, tuple[str, ...]]] = []
    for difference in masked(change):
        before, after = value_texts(difference.before, difference.after)
        if change.action == "update":
            shown.append((printable(difference.path), (before, after)))
        elif difference.after not in NOTHING:
            shown.append((printable(difference.path), (value_text(difference.after),)))
    return shown


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


def summary(plan: Plan) -> str:
    """How much is to be done, in words."""
    if plan.empty:
        return "as declared"
    counts = {
        "to create": plan.count("create"),
        "to update": plan.count("update"),
        "to delete": plan.count("delete"),
    }
    told = [f"{count} {words}" for words, count in counts.items() if count]
    return ", ".join([*(["the realm is new"] if plan.creates_realm else []), *told])


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


def _coloured(action: Action, text: str, *, colour: bool) -> str:
    return click.style(text, fg=_COLOURS[action]) if colour else text
