"""A plan for people and for programs; secrets are already masked in what it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from provisioning.diff import MASK, Difference
from provisioning.fingerprint import FROM_SECRETS
from provisioning.plan import Change, Plan

PLAN_FORMAT = 1
_SIGNS = {"create": "+", "update": "~", "delete": "-"}
_LONGEST_VALUE = 100


def as_json(plans: Iterable[Plan], *, server: str) -> dict[str, Any]:
    """Plans as one JSON object: `version`, `server`, `realms[].changes[].differences[]`."""
    return {
        "version": PLAN_FORMAT,
        "server": server,
        "realms": [realm_as_json(plan) for plan in plans],
    }


def realm_as_json(plan: Plan) -> dict[str, Any]:
    """One realm of `as_json`."""
    return {
        "realm": plan.realm,
        "creates_realm": plan.creates_realm,
        "changes": [_change(change) for change in plan.changes],
        "kept": list(plan.kept),
    }


def as_text(plan: Plan) -> str:
    """One realm's plan: a line per object, under it a line per value; in stable order."""
    lines = [f"{plan.realm}: {summary(plan)}"]
    if plan.creates_realm:
        lines.append(f"  + realm {plan.realm} (new)")
    for change in plan.changes:
        lines.append(f"  {_SIGNS[change.action]} {change.key.kind} {change.key}")
        if change.action == "update":
            lines += [f"      {_difference(difference)}" for difference in _masked(change)]
    lines += [f"  = {sentence}" for sentence in plan.kept]
    return "\n".join(lines)


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


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": str(change.key.kind),
        "name": str(change.key),
        "differences": [
            {"path": d.path, "before": d.before, "after": d.after} for d in _masked(change)
        ],
    }


def _masked(change: Change) -> list[Difference]:
    """What is computed from a secret is shown as one."""
    return [
        replace(d, before=None if d.before is None else MASK, after=d.after and MASK)
        if any(d.path.endswith(key) for key in FROM_SECRETS)
        else d
        for d in change.differences
    ]


def _difference(difference: Difference) -> str:
    return f"{difference.path}: {_value(difference.before)} -> {_value(difference.after)}"


def _value(value: Any) -> str:
    if value is None:
        return "(not set)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
