"""Claims as rows for people: what matters first, times readable, nothing left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = (
    "name",
    "iin",
    "subject_type",
    "organization",
    "bin",
    "eds_role",
    "agreement",
    "agreement_signed",
    "eds_auth_time",
    "email",
    "acr",
    "auth_time",
)
"""Shown first, also when the token has none of them: an absent claim says something too."""

_TIMES = {"auth_time", "eds_auth_time", "exp", "iat", "nbf"}


@dataclass(frozen=True, slots=True)
class Row:
    """One claim. `value` is None when the token does not have it."""

    name: str
    value: str | None


def rows(claims: Mapping[str, Any]) -> tuple[Row, ...]:
    """`FIRST` in their order, then all others by name."""
    names = [*FIRST, *sorted(claims.keys() - set(FIRST))]
    return tuple(Row(name, _text(name, claims.get(name))) for name in names)


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if name in _TIMES:
        return _time(value)
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _time(value: Any) -> str:
    try:
        at = datetime.fromtimestamp(int(value), tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return str(value)
    return f"{value} ({at:%Y-%m-%d %H:%M:%S} UTC)"
