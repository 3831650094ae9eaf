"""Which writes of a plan may go at once. Pure.

A plan is cut into steps that go one after another. Within a step everything is of one kind, and
objects of different owners are written side by side: none of them refers to another. What belongs
to one owner stays in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from provisioning.plan import Change
from provisioning.resources import Key, Kind
from provisioning.writers.folding import Write, folded

Lane = tuple[Write, ...]
"""Writes that go one after another."""


SIDE_BY_SIDE = frozenset(
    {
        Kind.ROLE,
        Kind.CLIENT_SCOPE,
        Kind.CLIENT_SCOPE_MAPPER,
        Kind.CLIENT,
        Kind.CLIENT_ROLE,
        Kind.CLIENT_CLIENT_SCOPES,
        Kind.CLIENT_ROLE_SCOPE,
        Kind.CLIENT_SCOPE_ROLE_SCOPE,
        Kind.CLIENT_MAPPER,
        Kind.ROLE_COMPOSITES,
        Kind.GROUP,
        Kind.IDENTITY_PROVIDER_MAPPER,
    }
)
"""Kinds whose objects Keycloak keeps apart, and of which realms have many. Any other kind is part
of a document of the whole realm, or its writes look at each other, or there are few.
"""


def steps(changes: Iterable[Change]) -> Iterator[tuple[Lane, ...]]:
    """The plan's changes in its order; lanes of one step may be written at once."""
    for (kind, deleted), run in groupby(folded(changes), key=_sort_of):
        if kind is Kind.GROUP:
            by_depth = sorted(run, key=_depth, reverse=deleted)
            for _, level in groupby(by_depth, key=_depth):
                yield _lanes(level, apart=not deleted)
        else:
            yield _lanes(run, apart=kind in SIDE_BY_SIDE and not deleted)


def _sort_of(write: Write) -> tuple[Kind, bool]:
    return write.change.key.kind, write.change.action == "delete"


def _depth(write: Write) -> int:
    """A group is made after the one it is in, and deleted before it. `~/`: a slash in a name."""
    return write.change.key.name.replace("~/", "").count("/")


def _lanes(writes: Iterable[Write], *, apart: bool) -> tuple[Lane, ...]:
    if not apart:
        return (tuple(writes),)
    lanes: dict[str, list[Write]] = {}
    for write in writes:
        lanes.setdefault(_owner(write.change.key), []).append(write)
    return tuple(tuple(lane) for lane in lanes.values())


def _owner(key: Key) -> str:
    return key.parent or key.name
