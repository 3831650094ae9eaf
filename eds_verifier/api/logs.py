"""The REST interface's log lines: the fields listed here and no others.

Nothing of a request's body is among them, nor the key: only its id, which the settings give.
"""

from __future__ import annotations

import logging
from typing import Any

LOGGER = logging.getLogger("eds_verifier.api")

FIELDS = frozenset(
    {
        "key",
        "route",
        "status",
        "problem",
        "reference",
        "purpose",
        "verdict",
        "reason",
        "source",
        "milliseconds",
        "keys",
        "trust",
    }
)
"""`key` is a key's id; `route` a route's template, never the address that was asked for."""


def log(event: str, *, level: int = logging.INFO, **fields: Any) -> None:
    """Write one event. A field outside FIELDS raises ValueError."""
    unknown = set(fields) - FIELDS
    if unknown:
        raise ValueError(f"not a field that may be logged: {sorted(unknown)}")
    LOGGER.log(level, event, extra={"fields": fields})
