"""The two objects that Tanba keeps in a realm for itself; no policy names them.

They are neither compared nor listed, exported or adopted.
"""

from __future__ import annotations

from provisioning.resources import Key, Kind

LOCK_SCOPE = "tanba-lock"
"""Client scope; there while one run writes to the realm."""

STATE_CLIENT = "tanba-state"
"""Client, disabled; its attribute says what Tanba created and what was last applied."""

_CLIENT_KINDS = frozenset({Kind.CLIENT, Kind.CLIENT_CLIENT_SCOPES, Kind.CLIENT_ROLE_SCOPE})
_SCOPE_KINDS = frozenset({Kind.CLIENT_SCOPE, Kind.CLIENT_SCOPE_ROLE_SCOPE})


def is_own(key: Key) -> bool:
    """Whether the object, or what it belongs to, is one of the two."""
    if key.parent in {LOCK_SCOPE, STATE_CLIENT}:
        return True
    return (key.kind in _CLIENT_KINDS and key.name == STATE_CLIENT) or (
        key.kind in _SCOPE_KINDS and key.name == LOCK_SCOPE
    )
