"""What one request of a creation carries besides the object itself. Pure.

Keycloak gives a new client all client scopes of the realm. Created with its own, a client never has
more than is declared, not even for a moment, and ten removals for each are not needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from provisioning.plan import Change
from provisioning.resources import Kind

SCOPES = {"default": "defaultClientScopes", "optional": "optionalClientScopes"}
"""Members of a body of `client_client_scopes`, and what a ClientRepresentation calls them."""

_MAPPERS = "protocolMappers"
_OWNERS = {Kind.CLIENT_MAPPER: Kind.CLIENT, Kind.CLIENT_SCOPE_MAPPER: Kind.CLIENT_SCOPE}


@dataclass(frozen=True, slots=True)
class Write:
    """What one call of a writer carries out: `change`, whose body has taken in those `along`."""

    change: Change
    along: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything that is done when the call returns."""
        return (self.change, *self.along)


def folded(changes: Iterable[Change]) -> tuple[Write, ...]:
    """The writes of a plan in its order: new clients and client scopes with what belongs to them.

    A change that the request of another carries stands in that one's `along`, nowhere else.
    """
    order = tuple(changes)
    along: dict[tuple[Kind, str], list[Change]] = {
        (change.key.kind, change.key.name): []
        for change in order
        if change.action == "create" and change.key.kind in _OWNERS.values()
    }
    writes = []
    for change in order:
        owner = _owner(change)
        if owner in along:
            along[owner].append(change)
        else:
            writes.append(change)
    return tuple(_write(change, along) for change in writes)


def _owner(change: Change) -> tuple[Kind, str] | None:
    """Which object's creation can carry the change."""
    key = change.key
    if change.action == "delete" or change.body is None:
        return None
    if key.kind in _OWNERS:
        return _OWNERS[key.kind], key.parent
    if key.kind is Kind.CLIENT_CLIENT_SCOPES and SCOPES.keys() <= change.body.keys():
        # One of them alone would empty the other, which nobody declared.
        return Kind.CLIENT, key.name
    return None


def _write(change: Change, along: Mapping[tuple[Kind, str], list[Change]]) -> Write:
    taken = along.get((change.key.kind, change.key.name), ()) if change.action == "create" else ()
    if not taken or change.body is None:
        return Write(change)
    body: dict[str, Any] = dict(change.body)
    mappers: list[dict[str, Any]] = []
    for other in taken:
        declared = other.body or {}
        if other.key.kind is Kind.CLIENT_CLIENT_SCOPES:
            body |= {long: declared[short] for short, long in SCOPES.items()}
        else:
            mappers.append({"name": other.key.name, **declared})
    if mappers:
        body[_MAPPERS] = tuple(mappers)
    return Write(replace(change, body=body), tuple(taken))
