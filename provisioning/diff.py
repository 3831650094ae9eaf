"""Exact differences between what is declared and what is there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

MASK = "**********"
"""What Keycloak answers instead of a secret, and what we show of one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not as declared; `before` and `after` are safe to show.

    `structural`: a list of things with identity (a flow's executions) has other members or
    another order, so that it cannot be mended value by value.
    """

    path: str
    before: Any
    after: Any
    structural: bool = False


def differences(declared: Any, live: Any, *, path: str = "") -> tuple[Difference, ...]:
    """Every value in `declared` that `live` does not have; nothing else is looked at."""
    return tuple(_walk(declared, live, path))


def shown(value: Any) -> Any:
    """A value as it may be printed: secrets masked, sets in stable order."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in sorted(value.items()) if item is not None}
    if isinstance(value, frozenset):
        return sorted(shown(item) for item in value)
    if isinstance(value, tuple | list):
        return [shown(item) for item in value]
    return value


def _walk(declared: Any, live: Any, path: str) -> Iterator[Difference]:
    if isinstance(declared, Mapping):
        yield from _mapping(declared, live, path)
    elif isinstance(declared, frozenset | tuple | list) and _only_secrets(declared):
        yield from _secrets(declared, live, path)
    elif isinstance(declared, frozenset):
        if not isinstance(live, Sequence) or isinstance(live, str) or set(live) != declared:
            yield Difference(path, shown(live), shown(declared))
    elif isinstance(declared, tuple | list):
        yield from _list(declared, live, path)
    elif isinstance(declared, SecretStr):
        yield from _secret(declared, live, path)
    elif declared is None:
        if live not in (None, "", [], {}):
            yield Difference(path, shown(live), None)
    elif declared != live or isinstance(declared, bool) != isinstance(live, bool):
        yield Difference(path, shown(live), declared)


def _mapping(declared: Mapping[str, Any], live: Any, path: str) -> Iterator[Difference]:
    found = live if isinstance(live, Mapping) else {}
    for key, value in declared.items():
        yield from _walk(value, found.get(key), f"{path}.{key}" if path else key)


def _list(declared: Sequence[Any], live: Any, path: str) -> Iterator[Difference]:
    found = live if isinstance(live, Sequence) and not isinstance(live, str) else ()
    if [_identity(item) for item in declared] != [_identity(item) for item in found]:
        structural = any(isinstance(item, Mapping) for item in declared)
        yield Difference(path, shown(live), shown(declared), structural)
        return
    for index, (wanted, item) in enumerate(zip(declared, found, strict=True)):
        if isinstance(wanted, Mapping):
            yield from _walk(wanted, item, f"{path}[{index}]")


def _identity(item: Any) -> Any:
    """What tells members of a list apart: a name where they have one, else the whole value."""
    if not isinstance(item, Mapping):
        return item
    return item.get("flow") or item.get("provider") or item.get("name")


def _only_secrets(declared: frozenset[Any] | Sequence[Any]) -> bool:
    return bool(declared) and all(isinstance(item, SecretStr) for item in declared)


def _secrets(
    declared: frozenset[Any] | Sequence[Any], live: Any, path: str
) -> Iterator[Difference]:
    """A component keeps its one secret in a list; of masked ones only the number can be told."""
    found = list(live) if isinstance(live, list | tuple) else []
    wanted = list(declared)
    if len(found) != len(wanted):
        yield Difference(path, [MASK] * len(found) or None, [MASK] * len(wanted))
        return
    clear = [item.get_secret_value() if isinstance(item, SecretStr) else item for item in found]
    if MASK not in clear and sorted(clear) != sorted(s.get_secret_value() for s in wanted):
        yield Difference(path, [MASK] * len(found), [MASK] * len(wanted))


def _secret(declared: SecretStr, live: Any, path: str) -> Iterator[Difference]:
    """A secret Keycloak masks in its answer cannot be compared; its fingerprint stands for it."""
    if live == MASK:
        return
    found = live.get_secret_value() if isinstance(live, SecretStr) else live
    if found != declared.get_secret_value():
        yield Difference(path, None if found is None else MASK, MASK)
