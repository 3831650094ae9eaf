"""`plan(desired, live) -> Plan`: what `apply` would write, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from provisioning.diff import Difference, differences, shown
from provisioning.keepers import keep_what_the_keeper_owns
from provisioning.ownership import NOTHING, Ownership, prunes
from provisioning.plan_bindings import bindings, left_behind
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.unmanaged import Unmanaged

Action = Literal["create", "update", "delete"]

ORDER = {kind: position for position, kind in enumerate(Kind)}

IN_PLACE = frozenset({Kind.CLIENT_SCOPE_MAPPER, Kind.CLIENT_MAPPER, Kind.IDENTITY_PROVIDER_MAPPER})
"""Deleted in the order of their kind: each gives somebody something. The rest goes last."""

_FLOW_KINDS = frozenset({"providerId", "type", "provider"})

_DEFAULT_ROLE = "default-roles-"

SET_ASIDE = "(its steps as they are now)"


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is not as declared. `body` is None for a delete.

    `live_id`: Keycloak's internal id of the object found, where it has one.
    """

    action: Action
    key: Key
    differences: tuple[Difference, ...]
    body: Body | None
    live_id: str | None = None

    @property
    def structural(self) -> bool:
        """Whether the object cannot be mended in place (a flow with other steps)."""
        return any(difference.structural for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change of one realm in the order of writing; `kept` says what is left on purpose.

    `unmanaged`: what no policy names, where that was asked for; it is never written.
    """

    realm: str
    creates_realm: bool
    changes: tuple[Change, ...]
    kept: tuple[str, ...] = ()
    unmanaged: tuple[Unmanaged, ...] | None = None

    @property
    def empty(self) -> bool:
        """Whether the realm is as declared."""
        return not self.changes and not self.creates_realm

    def count(self, action: Action) -> int:
        """How many objects are to be created, updated or deleted."""
        return sum(change.action == action for change in self.changes)


def plan(desired: Desired, live: Live, ownership: Ownership = NOTHING) -> Plan:
    """Compare; only what is declared is looked at, only what differs is written.

    `ownership`: what Tanba made there; what no policy names any more of that is deleted.
    """
    kept_desired, kept = keep_what_the_keeper_owns(desired, live)
    changes = [c for r in kept_desired.resources if (c := _change(r, live)) is not None]
    surplus = frozenset(_surplus(kept_desired, live))
    pruned = prunes(kept_desired, live, ownership, writing=bool(changes or surplus))
    changes += [_delete(key, live) for key in surplus | pruned.keys]
    changes = _rebind(changes, kept_desired, live)
    changes.sort(key=_order)
    return Plan(desired.realm, not live.exists, tuple(changes), kept + pruned.kept)


def _change(resource: Resource, live: Live) -> Change | None:
    found = live.objects.get(resource.key)
    if found is None:
        made_of = differences(resource.body, {})
        if resource.key.kind is Kind.REALM and not made_of:
            return None  # creating the realm is all there is to do
        if _includes_nothing(resource):
            return None
        return Change("create", resource.key, made_of, resource.body)
    found_differences = differences(resource.body, found)
    if not found_differences:
        return None
    if resource.key.kind is Kind.FLOW:
        found_differences = tuple(map(_of_flow, found_differences))
    live_id = live.ids.get(resource.key)
    return Change("update", resource.key, found_differences, resource.body, live_id)


def _includes_nothing(resource: Resource) -> bool:
    """Whether it says of a role that is made new that it includes none, as is so anyway.

    Keycloak gives the default role some.
    """
    key = resource.key
    is_default = not key.parent and key.name.startswith(_DEFAULT_ROLE)
    is_composites = key.kind is Kind.ROLE_COMPOSITES and not is_default
    return is_composites and not any(resource.body.values())


def _delete(key: Key, live: Live) -> Change:
    gone = Difference("", shown(live.objects[key]), None)
    return Change("delete", key, (gone,), None, live.ids.get(key))


def _of_flow(difference: Difference) -> Difference:
    """What kind of flow it is, or of a subflow, cannot be changed in place."""
    if difference.path.rpartition(".")[2] in _FLOW_KINDS:
        return replace(difference, structural=True)
    return difference


def _order(change: Change) -> tuple[bool, float, int, str, str]:
    """Whole objects go when nothing refers to them any more, so in the reverse order.

    What a path is deep in (a group, a component under another) is made after and goes before it.
    """
    key = change.key
    depth = key.name.count("/")
    if change.action == "delete" and key.kind not in IN_PLACE:
        return True, -ORDER[key.kind], -depth, key.parent, key.name
    return False, _position(change), depth, key.parent, key.name


def _position(change: Change) -> float:
    """The kind's; but what everybody is given is taken away before anybody is let in.

    Roles of clients may be of clients that the same plan creates: those wait for them.
    """
    is_default = change.key.kind is Kind.ROLE_COMPOSITES and change.key.name.startswith(
        _DEFAULT_ROLE
    )
    if is_default and not (change.body or {}).get("client"):
        return ORDER[Kind.USER_PROFILE] + 0.5
    return ORDER[change.key.kind]


def _surplus(desired: Desired, live: Live) -> Iterable[Key]:
    declared = {resource.key for resource in desired.resources}
    for key in live.objects:
        surplus = (key.kind, key.parent) in desired.complete and key not in declared
        if surplus or key in desired.absent:
            yield key


def _rebind(changes: list[Change], desired: Desired, live: Live) -> list[Change]:
    """A flow that is built anew gets a new id: whatever names it must be written too."""
    rebuilt = frozenset(c.key.name for c in changes if c.action == "update" and c.structural)
    by_key = {change.key: change for change in changes}
    declared = {resource.key: resource.body for resource in desired.resources}
    named = [
        (key, binding, binding.flow)
        for key, body in declared.items()
        for binding in bindings(key, body)
        if binding.flow in rebuilt
    ]
    for key, binding, alias in (*named, *left_behind(desired, live, rebuilt)):
        change = by_key.get(key) or Change(
            "update", key, (), declared.get(key, {}), live.ids.get(key)
        )
        known = {difference.path for difference in change.differences}
        if change.body is not None and binding.path not in known:
            before = f"{alias} {SET_ASIDE}" if binding.flow == alias else binding.flow
            by_key[key] = replace(
                change,
                differences=(*change.differences, Difference(binding.path, before, alias)),
                body=binding.put_into(change.body, alias),
            )
    return list(by_key.values())
