"""What a write carries, for requests that replace the whole and for those that keep the rest. Pure.

Some of Keycloak's PUTs take an absent member for "unset", others for "leave it": for those, what
must not be set is sent empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.plan import Change
from provisioning.resources import Body, merged, wire


def body_of(change: Change) -> Body:
    """The declared body. Raises ValueError for a delete, which no plan has of such a kind."""
    if change.body is None:
        raise ValueError(f"{change.key.kind} {change.key} is never deleted")
    return change.body


def blanked(declared: Any) -> Any:
    """A declared value as JSON in which "must not be set" is an empty text."""
    if declared is None:
        return ""
    if isinstance(declared, Mapping):
        return {name: blanked(value) for name, value in declared.items()}
    return wire(declared)


def patched(live: Mapping[str, Any], declared: Body, *, keeping: tuple[str, ...]) -> dict[str, Any]:
    """`merged`, for a PUT that leaves what it does not carry.

    A member that must not be set becomes the empty value of its type; `keeping`: members that are
    maps whose keys stay as well when they are left out.
    """
    document: dict[str, Any] = merged(live, declared)
    for name, value in declared.items():
        if value is None:
            if name in live:
                document[name] = _empty(live[name])
        elif name in keeping and isinstance(value, Mapping):
            document[name] |= {key: "" for key, item in value.items() if item is None}
    return document


def _empty(live: Any) -> Any:
    """The empty value of the type that `live` has; of a number null, which some take for unset."""
    return type(live)() if isinstance(live, str | list | dict) else None


def moved(change: Change, path: str) -> tuple[list[str], list[str]]:
    """What is to be added to the set at `path` of the body, and what is to be taken away; sorted.

    Taken from the differences, which were computed from what the realm held: nothing is read.
    """
    body_of(change)
    for difference in change.differences:
        if difference.path == path:
            added, gone = set(difference.after or ()), set(difference.before or ())
            return sorted(added - gone), sorted(gone - added)
    return [], []
