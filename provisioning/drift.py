"""Whose change a difference is: Keycloak's or the policy's, since the last apply. Pure.

Three values are compared: what the last apply declared (its digests, from the realm's state), what
is declared now and what the realm holds now. Where the state says nothing, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisioning.diff import Difference
from provisioning.drift_digests import SECRET, Applied, Digests, declared_digests, found_digests
from provisioning.plan import SET_ASIDE, Action, Change, Plan
from provisioning.resources import Key, Kind, Live
from provisioning.state import State

THERE = "there"
"""Stands for an object as a whole, where only whether it is there counts."""


class Side(StrEnum):
    """Where something was changed since the last apply."""

    KEYCLOAK = "keycloak"
    POLICY = "policy"
    BOTH = "both"
    UNKNOWN = "unknown"
    """Nothing was applied yet, its record cannot be read, or it is a secret."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One value that is not as declared (`before`: found, `after`: declared), and whose change."""

    difference: Difference
    side: Side


@dataclass(frozen=True, slots=True)
class Drifted:
    """One object that is not as declared.

    A missing object (`create`) and a surplus one (`delete`) have one deviation, of path "".
    """

    action: Action
    key: Key
    deviations: tuple[Deviation, ...]

    @property
    def side(self) -> Side:
        """The side of all its deviations; `both` only where both are known to have changed it."""
        sides = {deviation.side for deviation in self.deviations}
        if sides <= {Side.KEYCLOAK, Side.UNKNOWN} and Side.KEYCLOAK in sides:
            return Side.KEYCLOAK
        if sides <= {Side.POLICY, Side.UNKNOWN} and Side.UNKNOWN in sides:
            return Side.UNKNOWN
        return sides.pop() if len(sides) == 1 else Side.BOTH

    @property
    def perhaps_in_keycloak(self) -> bool:
        """Whether somebody may have changed it in Keycloak."""
        return any(deviation.side is not Side.POLICY for deviation in self.deviations)


@dataclass(frozen=True, slots=True)
class Drift:
    """Everything that separates a realm from its declaration.

    `missing`: the realm is not there; then its objects are not told one by one.
    """

    realm: str
    missing: bool
    objects: tuple[Drifted, ...]

    @property
    def empty(self) -> bool:
        """Whether the realm is as declared."""
        return not self.objects and not self.missing

    def count(self, side: Side) -> int:
        """How many values were changed on one side; an object that came or went is one.

        So is a whole realm: where it went cannot be told.
        """
        values = sum(d.side is side for o in self.objects for d in o.deviations)
        return values + (self.missing and side is Side.UNKNOWN)


def drift(planned: Plan, live: Live, state: State | None) -> Drift:
    """Sort a plan by side; None stands for a state that cannot be read.

    Left out is what is nobody's change: a binding that is only to be written because its flow is
    built anew, and the clearing away of a flow that Tanba itself replaced.
    """
    if planned.creates_realm:
        return Drift(planned.realm, missing=True, objects=())
    applied = None if state is None or state.at is None else state.applied
    cleared = {(idle.alias, identity) for identity, idle in state.idle.items()} if state else set()
    found = [
        _drifted(change, live, applied)
        for change in planned.changes
        if not (change.action == "delete" and (change.key.name, change.live_id) in cleared)
    ]
    return Drift(planned.realm, missing=False, objects=tuple(o for o in found if o.deviations))


def _drifted(change: Change, live: Live, applied: Applied | None) -> Drifted:
    match change.action:
        case "create":
            return _whole(change, _side_of_missing(change, applied))
        case "delete":
            return _whole(change, _side_of_surplus(change.key, applied))
        case _:
            return Drifted(change.action, change.key, _values(change, live, applied))


def _whole(change: Change, side: Side) -> Drifted:
    """The object as one value; what it holds is in the plan."""
    found, declared = (None, THERE) if change.action == "create" else (THERE, None)
    deviation = Deviation(Difference("", found, declared), side)
    return Drifted(change.action, change.key, (deviation,))


def _side_of_missing(change: Change, applied: Applied | None) -> Side:
    if applied is None:
        return Side.UNKNOWN
    then = applied.objects.get(change.key)
    if then is None:
        return Side.POLICY
    return Side.KEYCLOAK if then == declared_digests(change.body or {}) else Side.BOTH


def _side_of_surplus(key: Key, applied: Applied | None) -> Side:
    if applied is None:
        return Side.UNKNOWN
    if key in applied.objects:
        return Side.POLICY
    forbidden = key in applied.absent or (key.kind, key.parent) in applied.complete
    return Side.KEYCLOAK if forbidden else Side.POLICY


def _values(change: Change, live: Live, applied: Applied | None) -> tuple[Deviation, ...]:
    body = change.body or {}
    now, found = declared_digests(body), found_digests(body, live.objects.get(change.key))
    return tuple(
        Deviation(
            difference,
            Side.UNKNOWN
            if _left_behind(difference)
            else _side(difference.path, change.key, applied, now, found),
        )
        for difference in change.differences
        if not _only_rebound(difference, change.key)
    )


def _only_rebound(difference: Difference, key: Key) -> bool:
    return key.kind is not Kind.FLOW and difference.before == f"{difference.after} {SET_ASIDE}"


def _left_behind(difference: Difference) -> bool:
    """Bound still to a flow that was set aside, by an apply that was cut off: nobody's choice."""
    before = difference.before
    return isinstance(before, str) and before.startswith(f"{difference.after} set aside ")


def _side(path: str, key: Key, applied: Applied | None, now: Digests, found: Digests) -> Side:
    then = applied.objects.get(key) if applied is not None else {}
    if then is None:
        return Side.POLICY
    if applied is None or SECRET in {now.get(path), then.get(path)}:
        return Side.UNKNOWN
    if any(then.get(above) != now[above] for above in _lists_above(path, now)):
        # The list has other members than then, on both sides the same: places mean nothing.
        return Side.BOTH
    if path not in then:
        return Side.POLICY
    return _SIDES[then[path] != found.get(path), then[path] != now.get(path)]


_SIDES: Mapping[tuple[bool, bool], Side] = {
    (True, False): Side.KEYCLOAK,
    (False, True): Side.POLICY,
    (True, True): Side.BOTH,
    (False, False): Side.UNKNOWN,
}
"""(found is not what was declared then, declared is not what was declared then) → side."""


def _lists_above(path: str, now: Digests) -> list[str]:
    return [path[:end] for end, c in enumerate(path) if c == "[" and path[:end] in now]
