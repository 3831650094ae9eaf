"""Names that several objects share, and how they are written."""

from __future__ import annotations

import json
from typing import Any

BROKER = "eds"
"""Alias of the identity provider; part of its redirect address, so it never changes."""

BROKER_CLIENT_ID = "keycloak"
"""Keycloak's own client_id at the verifier."""

IDENTITY_SCOPE = "eds-identity"

LEVEL_BASIC, LEVEL_EDS = 1, 2
LEVELS = {"basic": LEVEL_BASIC, "eds": LEVEL_EDS}

SESSION_NOTES = (
    "subject_type",
    "bin",
    "organization",
    "eds_role",
    "eds_auth_time",
    "eds_key_storage",
)
"""Claims that belong to the session opened with a certificate, never to the account."""


def compact(value: Any) -> str:
    """JSON as one string, always the same for the same value: for configuration that holds JSON."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def yes(*, when: bool = True) -> str:
    """A truth value as Keycloak's string configuration spells it."""
    return "true" if when else "false"
