"""What was declared when a realm was applied, as short digests: one for each value. Pure.

Compared with what is declared now and with what the realm holds now, they tell whose change a
difference is. No digest of a secret is made: of one there is only that it was declared.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from provisioning.diff import shown
from provisioning.fingerprint import FROM_SECRETS, canonical
from provisioning.resources import Body, Desired, Key, Kind

Digests = Mapping[str, str]
"""Path, as `provisioning.diff` writes it → digest."""

SECRET = ""
"""Stands instead of a digest where a secret is declared."""

DIGEST_CHARACTERS = 8
"""Of base64: 48 bits. They tell a change from none; they prove nothing to an attacker."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one apply declared of a realm; `absent` and `complete` as in `Desired`."""

    objects: Mapping[Key, Digests] = field(default_factory=dict)
    absent: frozenset[Key] = frozenset()
    complete: frozenset[tuple[Kind, str]] = frozenset()


def applied_of(desired: Desired) -> Applied:
    """The record of a declaration, for the state that `apply` leaves in the realm."""
    objects = {resource.key: declared_digests(resource.body) for resource in desired.resources}
    return Applied(objects, desired.absent, desired.complete)


def declared_digests(body: Body) -> dict[str, str]:
    """A digest for each value that comparing looks at; for a list of objects, of their names."""
    return {path: _digest(declared) for path, declared, _ in _values(body, None, "")}


def found_digests(body: Body, live: Any) -> dict[str, str]:
    """The same paths as `declared_digests(body)`, of what a realm holds there."""
    return {
        path: SECRET if declared is _SECRET else _digest(found)
        for path, declared, found in _values(body, live, "")
    }


_SECRET = object()


def _digest(value: Any) -> str:
    if value is _SECRET:
        return SECRET
    hashed = hashlib.sha256(canonical(shown(value)).encode()).digest()
    return base64.urlsafe_b64encode(hashed).decode()[:DIGEST_CHARACTERS]


def _values(declared: Any, live: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """(path, declared, found), both sides in a shape in which equal is equal."""
    if isinstance(declared, Mapping):
        found = live if isinstance(live, Mapping) else {}
        for key, value in declared.items():
            below = f"{path}.{key}" if path else key
            if key in FROM_SECRETS:
                yield below, _SECRET, _SECRET
            else:
                yield from _values(value, found.get(key), below)
    elif _holds_secret(declared):
        yield path, _SECRET, _SECRET
    elif isinstance(declared, frozenset):
        yield path, _unordered(declared), _unordered(live) if _is_list(live) else live
    elif isinstance(declared, tuple | list):
        yield from _list(declared, live, path)
    elif declared is None and live in (None, "", [], {}):
        yield path, None, None
    else:
        # Where a list is declared no more, it was more likely a set than an ordered one.
        yield path, declared, _unordered(live) if _is_list(live) else live


def _list(declared: Sequence[Any], live: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    names = [_name(item) for item in declared]
    members: Sequence[Any] = live if _is_list(live) else ()
    found = [_name(item) for item in members]
    yield path, names or None, found or None  # no list is an empty one, as in comparing
    same = names == found
    for index, item in enumerate(declared):
        if isinstance(item, Mapping):
            yield from _values(item, members[index] if same else None, f"{path}[{index}]")


def _name(item: Any) -> Any:
    return shown(
        item.get("flow") or item.get("provider") or item.get("name")
        if isinstance(item, Mapping)
        else item
    )


def _holds_secret(declared: Any) -> bool:
    if isinstance(declared, frozenset | tuple | list):
        return any(isinstance(item, SecretStr) for item in declared)
    return isinstance(declared, SecretStr)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _unordered(items: Any) -> list[Any]:
    return sorted((shown(item) for item in items), key=canonical)
