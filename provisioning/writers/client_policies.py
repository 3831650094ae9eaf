"""Client profiles and client policies: each kind is one document of the whole realm.

There is no compare-and-set, so the document is read, one member of it changed, written and read
back. Writes of one kind never run side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.errors import UnexpectedAnswerError
from provisioning.plan import Change
from provisioning.resources import merged
from provisioning.writers.target import Target


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the list `members` of the document at `path`."""

    path: str
    members: str

    def write(self, target: Target, change: Change) -> None:
        document = with_member(target.get(self.path), self.members, change)
        target.put(self.path, document)
        name = change.key.name
        written, stored = (
            _named(found, self.members, name) for found in (document, target.get(self.path))
        )
        if (stored is None) != (written is None):
            raise UnexpectedAnswerError(
                f"the realm {target.realm} does not hold the {change.key.kind} {name} as it was "
                "just written",
                hint="Somebody else is writing client policies; run again when they are done.",
            )


def with_member(document: Mapping[str, Any], members: str, change: Change) -> dict[str, Any]:
    """The document with one member as declared, or without it; the others in their places. Pure."""
    name = change.key.name
    listed = list(document.get(members) or ())
    position = next((n for n, item in enumerate(listed) if item["name"] == name), len(listed))
    live = listed[position] if position < len(listed) else {"name": name}
    listed[position : position + 1] = (
        [] if change.body is None else [{**merged(live, change.body), "name": name}]
    )
    # Keycloak's own profiles are not this document's to hold.
    return {members: listed}


def _named(document: Mapping[str, Any], members: str, name: str) -> Mapping[str, Any] | None:
    return next((item for item in document.get(members) or () if item["name"] == name), None)
