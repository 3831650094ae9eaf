"""What a plan was computed from, as digests: one per object and side. Pure.

Only what comparing looked at counts: another setting of the same object may move without making a
plan stale, since writing keeps it. Of a secret nothing enters but whether it is as declared, so
that no digest can be guessed back to one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK, differences, shown
from provisioning.plan import Plan
from provisioning.resources import Desired, Key, Kind, Live

FROM_SECRETS = frozenset({SMTP_FINGERPRINT})
"""Keys whose values are computed from a secret; they are treated as one."""


@dataclass(frozen=True, slots=True)
class ObjectDigests:
    """One object: SHA-256 (hex) of what is declared of it and of what was found of that.

    None: not declared (a delete), or not there.
    """

    key: Key
    declared: str | None
    found: str | None


def fingerprint(desired: Desired, live: Live, planned: Plan) -> tuple[ObjectDigests, ...]:
    """Every object that `planned` was computed from, in stable order.

    The realm's own entry holds its internal id: a realm made anew under the name is another.
    """
    bodies = {resource.key: resource.body for resource in desired.resources}
    deleted = {change.key for change in planned.changes if change.action == "delete"}
    return tuple(
        ObjectDigests(key, _declared(bodies.get(key)), _found(key, bodies.get(key), live))
        for key in sorted(bodies.keys() | deleted)
    )


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: the same text for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def looked_at(declared: Any, live: Any) -> Any:
    """The part of `live` that comparing with `declared` reads, as JSON without secrets."""
    if isinstance(declared, Mapping):
        found = live if isinstance(live, Mapping) else {}
        return {key: _member(key, value, found.get(key)) for key, value in declared.items()}
    if isinstance(declared, SecretStr):
        return _state(declared.get_secret_value(), live)
    if isinstance(declared, frozenset | tuple | list) and any(
        isinstance(item, SecretStr) for item in declared
    ):
        return (
            "not set"
            if not live
            else "as declared"
            if not differences(declared, live)
            else "another"
        )
    if isinstance(declared, frozenset) and isinstance(live, list | tuple):
        return sorted((shown(item) for item in live), key=canonical)
    return shown(live)


def without_secrets(declared: Any) -> Any:
    """A declared value as JSON; a secret leaves only that one is declared."""
    if isinstance(declared, Mapping):
        return {
            key: MASK if key in FROM_SECRETS and value is not None else without_secrets(value)
            for key, value in declared.items()
        }
    return shown(declared)


def _member(key: str, declared: Any, live: Any) -> Any:
    return _state(declared, live) if key in FROM_SECRETS else looked_at(declared, live)


def _state(declared: str | None, live: Any) -> str:
    found = live.get_secret_value() if isinstance(live, SecretStr) else live
    if found is None:
        return "not set"
    if found == MASK:
        return "not shown"
    return "as declared" if found == declared else "another"


def _declared(body: Any) -> str | None:
    return None if body is None else digest(without_secrets(body))


def _found(key: Key, body: Any, live: Live) -> str | None:
    found = live.objects.get(key)
    if found is None:
        return None
    part = shown(found) if body is None else looked_at(body, found)
    identity = live.ids.get(key) if key.kind is Kind.REALM else None
    return digest({"id": identity, "body": part})
