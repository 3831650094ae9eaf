"""`plan(desired, live) -> Plan`: what `apply` would write, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from provisioning.diff import Difference, differences, shown
from provisioning.keepers import keep_what_the_keeper_owns
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource

Action = Literal["create", "update", "delete"]

ORDER = {kind: position for position, kind in enumerate(Kind)}

SET_ASIDE = "(changed in Keycloak)"


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is not as declared. `body` is None for a delete."""

    action: Action
    key: Key
    differences: tuple[Difference, ...]
    body: Body | None

    @property
    def structural(self) -> bool:
        """Whether the object cannot be mended in place (a flow with other steps)."""
        return any(difference.structural for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change of one realm in the order of writing; `kept` says what is left on purpose."""

    realm: str
    creates_realm: bool
    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the realm is as declared."""
        return not self.changes and not self.creates_realm

    def count(self, action: Action) -> int:
        """How many objects are to be created, updated or deleted."""
        return sum(change.action == action for change in self.changes)


def plan(desired: Desired, live: Live) -> Plan:
    """Compare; only what is declared is looked at, only what differs is written."""
    kept_desired, kept = keep_what_the_keeper_owns(desired, live)
    changes = [c for r in kept_desired.resources if (c := _change(r, live)) is not None]
    changes += [
        Change("delete", key, (Difference("", shown(live.objects[key]), None),), None)
        for key in _surplus(kept_desired, live)
    ]
    changes = _rebind(changes, kept_desired)
    changes.sort(key=lambda change: (ORDER[change.key.kind], change.key.parent, change.key.name))
    return Plan(desired.realm, not live.exists, tuple(changes), kept)


def _change(resource: Resource, live: Live) -> Change | None:
    found = live.objects.get(resource.key)
    if found is None:
        return Change("create", resource.key, differences(resource.body, {}), resource.body)
    found_differences = differences(resource.body, found)
    if not found_differences:
        return None
    return Change("update", resource.key, found_differences, resource.body)


def _surplus(desired: Desired, live: Live) -> Iterable[Key]:
    declared = {resource.key for resource in desired.resources}
    for key in live.objects:
        surplus = (key.kind, key.parent) in desired.complete and key not in declared
        if surplus or key in desired.absent:
            yield key


def _rebind(changes: list[Change], desired: Desired) -> list[Change]:
    """A flow that is built anew gets a new id: whatever names it must be written too."""
    rebuilt = {c.key.name for c in changes if c.action == "update" and c.structural}
    if not rebuilt:
        return changes
    by_key = {change.key: change for change in changes}
    for resource in desired.resources:
        bindings = tuple(
            Difference(name, f"{value} {SET_ASIDE}", value)
            for name, value in _texts(resource.body)
            if value in rebuilt
        )
        if bindings and resource.key.kind is not Kind.FLOW:
            change = by_key.get(resource.key) or Change("update", resource.key, (), resource.body)
            by_key[resource.key] = replace(change, differences=change.differences + bindings)
    return list(by_key.values())


def _texts(body: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in body.items() if isinstance(value, str))
