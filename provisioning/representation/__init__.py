"""Keycloak's RealmRepresentation as objects: a live snapshot and a policy's `raw:` alike. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.representation import brokers, clients, flows, groups, realm, roles, scopes
from provisioning.representation.objects import Objects

__all__ = ["SECTIONS", "Objects", "objects_of"]

SECTIONS: frozenset[str] = frozenset().union(
    *(part.SECTIONS for part in (brokers, clients, flows, groups, realm, roles, scopes))
)
"""Keys of a RealmRepresentation that hold objects of their own; any other is a realm's setting."""


def objects_of(representation: Mapping[str, Any], *, whole: bool = True) -> Objects:
    """Every object in a RealmRepresentation, with Keycloak's ids where it names them.

    `whole`: what the representation does not hold is not there (a snapshot), so that a client
    without scopes has none; otherwise nothing is said about it (a part that a policy declares).

    A list whose order means nothing is a list here; `order.as_declared` tells which those are.
    Raises ValueError or KeyError where a member lacks its own name.
    """
    found = Objects(whole=whole)
    realm.collect(representation, found)
    roles.collect(representation, found)
    groups.collect(representation, found)
    scopes.collect(representation, found)
    clients.collect(representation, found)
    flows.collect(representation, found)
    brokers.collect(representation, found)
    return found
