"""What is collected from a representation: bodies and ids by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from provisioning.resources import Body, Key


@dataclass(slots=True)
class Objects:
    """Bodies by key, and Keycloak's internal ids; `whole` as in `objects_of`.

    `unclear`: flows of which a step names its settings by an alias that several have: only
    Keycloak itself can tell which are meant, so they hold none.
    """

    whole: bool
    bodies: dict[Key, Body] = field(default_factory=dict)
    ids: dict[Key, str] = field(default_factory=dict)
    unclear: set[Key] = field(default_factory=set)

    def add(self, key: Key, body: Body, *, id_: object = None) -> None:
        """Take one object. Raises ValueError when the representation names it twice."""
        if key in self.bodies:
            raise ValueError(f"{key.kind} {key} is there twice")
        self.bodies[key] = body
        if isinstance(id_, str):
            self.ids[key] = id_


def without(body: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A copy without some members."""
    left_out = frozenset(names)
    return {name: value for name, value in body.items() if name not in left_out}


def members(representation: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list under `name`; empty where there is none."""
    return list(representation.get(name) or ())


def role_names(by_client: Mapping[str, Iterable[str]] | None) -> list[str]:
    """Roles of clients as `clientId/role`, in stable order."""
    return sorted(
        f"{client}/{name}" for client, names in (by_client or {}).items() for name in names
    )
