"""The user profile: one document without compare-and-set, so read, merge, write, read back.

The allowed values of `agreement` are the keeper's: those that stand in the moment of writing are
written again, whatever was declared or planned (design 3). All of it happens under the realm lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.errors import UnexpectedAnswerError
from provisioning.keepers import AGREEMENT, allowed_values, with_allowed_values
from provisioning.plan import Change
from provisioning.resources import Body, merged
from provisioning.writers.bodies import body_of
from provisioning.writers.target import Target

_PATH = "/users/profile"
_ATTRIBUTES = "attributes"


class UserProfile:
    """The user profile."""

    def write(self, target: Target, change: Change) -> None:
        live = target.get(_PATH)
        body = with_standing_values(body_of(change), live)
        target.put(_PATH, document_of(live, body))
        self._read_back(target, allowed_values(body) or allowed_values(_by_name(live)))

    def _read_back(self, target: Target, expected: frozenset[str]) -> None:
        if allowed_values(_by_name(target.get(_PATH))) != expected:
            raise UnexpectedAnswerError(
                f"the realm {target.realm} allows other values of {AGREEMENT} than were just "
                "written",
                hint="Somebody else is writing the user profile; run again when they are done.",
            )


def with_standing_values(body: Body, live: Mapping[str, Any]) -> Body:
    """The declared profile with the values of `agreement` that `live` allows, if it has some."""
    standing = allowed_values(_by_name(live))
    if not standing or not allowed_values(body):
        return body
    return with_allowed_values(body, standing)


def document_of(live: Mapping[str, Any], body: Body) -> dict[str, Any]:
    """The whole document: declared attributes in their order, then those nobody declared. Pure."""
    found = {attribute["name"]: attribute for attribute in live[_ATTRIBUTES]}
    declared: Mapping[str, Any] = body.get(_ATTRIBUTES) or {}
    attributes = [
        {"name": name, **merged(found.get(name, {}), attribute)}
        for name, attribute in declared.items()
        if attribute is not None
    ]
    attributes += [attribute for name, attribute in found.items() if name not in declared]
    rest = {name: value for name, value in body.items() if name != _ATTRIBUTES}
    return {**merged(live, rest), _ATTRIBUTES: attributes}


def _by_name(document: Mapping[str, Any]) -> dict[str, Any]:
    return {_ATTRIBUTES: {attribute["name"]: attribute for attribute in document[_ATTRIBUTES]}}
