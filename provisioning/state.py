"""What a realm's state becomes by an apply, and what follows from it. Pure.

The state says which objects Tanba made, what was last declared, and which flows wait to be
cleared; any machine that applies reads it from the realm itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from provisioning.drift_digests import Applied, applied_of
from provisioning.ownership import PRUNABLE, Ownership, bindings, identity_of, owners
from provisioning.ownership_flows import finished_name
from provisioning.plan import Plan
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.state_client import read_state, write_state
from provisioning.state_text import Idle, State, StateUnreadableError

_ASIDE = re.compile(r" set aside \d+")
"""What the writer of flows adds to the name of one that it builds anew."""

__all__ = [
    "Carried",
    "Idle",
    "State",
    "StateUnreadableError",
    "claimed",
    "ownership_of",
    "read_state",
    "state_after",
    "state_before",
    "write_state",
]


@dataclass(frozen=True, slots=True)
class Carried:
    """One apply: what was declared, and the plan that was carried out.

    `before` and `after`: the realm under the lock, before the first write and after the last.
    `remaining`: what is not as declared all the same, since only a part of a plan was carried out.
    """

    desired: Desired
    planned: Plan
    before: Live
    after: Live
    remaining: Plan


def ownership_of(live: Live, *, at: datetime | None) -> Ownership:
    """What is Tanba's in a realm at the instant `at`, as the realm's state says.

    Without an instant no flow has waited long enough. A state that cannot be read makes nothing
    Tanba's: nothing is pruned, and the plan says why.
    """
    try:
        state = read_state(live)
    except StateUnreadableError as error:
        return Ownership(unknown=error.message)
    idle = {identity: idle.since for identity, idle in state.idle.items()}
    return Ownership(claimed(state, live), state.inside, idle, at)


def claimed(state: State, live: Live) -> dict[Key, str]:
    """What Tanba made, with what a run that was cut off was about to make and is there now.

    Such a run had seen that it was not there, and held the lock. A flow goes on under another name
    once it was set aside; renamed by anybody else it is theirs.
    """
    names = {identity: key for key, identity in live.ids.items() if key.kind is Kind.FLOW}
    found: dict[Key, str] = {}
    for key, identity in state.created.items():
        now = names.get(identity, key) if key.kind is Kind.FLOW else key
        if now.name == key.name or _ASIDE.fullmatch(now.name.removeprefix(key.name)):
            found[now] = identity
    for key in state.pending:
        if key not in found and (identity_now := identity_of(key, live)) is not None:
            found[key] = identity_now
    for identity, key in names.items():
        whole = finished_name(key.name, identity)
        if whole is not None and Key(Kind.FLOW, whole) in state.pending:
            found[key] = identity
    return found


def state_before(state: State, planned: Plan) -> State:
    """What is written before the first write, so that no ownership is lost when the run is.

    Equal to `state` when nothing is to be made.
    """
    making = {
        change.key
        for change in planned.changes
        if (change.action == "create" and change.key.kind in PRUNABLE)
        or (change.key.kind is Kind.FLOW and change.structural and change.key in state.created)
    }
    return replace(state, pending=state.pending | making)


def state_after(state: State, carried: Carried, *, run: str, who: str, at: datetime) -> State:
    """What is written after the last write.

    Equal to `state` when nothing was written and nothing else is to be said.
    """
    created = _created(state, carried)
    result = replace(
        state,
        realm=state.realm or carried.after.ids.get(Key(Kind.REALM, carried.after.realm), ""),
        created=created,
        inside=_inside(state, created, carried),
        pending=frozenset(),
        idle=_idle(state, created, carried, at),
        applied=_applied(state.applied, carried),
    )
    if carried.planned.empty and result.same(state):
        return state
    return replace(result, run=run, who=who, at=at)


def _created(state: State, carried: Carried) -> dict[Key, str]:
    """Tanba's objects that are still there, and those it has just made."""
    planned, before, after = carried.planned, carried.before, carried.after
    standing = {
        key: identity
        for key, identity in claimed(state, before).items()
        if identity_of(key, before) == identity
    }
    made = {c.key for c in planned.changes if c.action == "create" and c.key.kind in PRUNABLE}
    rebuilt = {
        change.key
        for change in planned.changes
        if change.key.kind is Kind.FLOW
        and change.action == "update"
        and before.ids.get(change.key) != after.ids.get(change.key)
    }
    moved = claimed(replace(state, created=standing, pending=frozenset()), after)
    found = {
        key: same
        for key, identity in moved.items()
        if (same := _same(key, identity, before, after)) is not None
    }
    for key in made | rebuilt:
        if (identity_now := identity_of(key, after)) is not None:
            found[key] = identity_now
    return found


def _inside(state: State, created: Mapping[Key, str], carried: Carried) -> dict[Key, str]:
    """What Keycloak put into Tanba's new objects by itself, and had put into those of before."""
    after = carried.after
    made = {c.key for c in carried.planned.changes if c.action == "create"} & created.keys()
    found = {
        key: identity
        for key, identity in state.inside.items()
        if identity_of(key, after) == identity
    }
    for key in after.objects:
        if key.kind in PRUNABLE and any(above in made for above in owners(key, after)):
            identity = identity_of(key, after)
            if identity is not None and key not in created:
                found[key] = identity
    return found


def _same(key: Key, identity: str, before: Live, after: Live) -> str | None:
    """The identity now; None when the object is gone or was made anew by somebody else."""
    now = identity_of(key, after)
    if key in before.ids or key in after.ids:
        return now if now == identity else None
    return now


def _idle(
    state: State, created: Mapping[Key, str], carried: Carried, at: datetime
) -> dict[str, Idle]:
    """Flows of Tanba's that nothing names and nobody is sent to, each since it was first so."""
    desired, live = carried.desired, carried.after
    if not desired.whole:
        present = set(live.ids.values())
        return {identity: idle for identity, idle in state.idle.items() if identity in present}
    declared = {resource.key for resource in desired.resources}
    bound = bindings(live.objects.items())
    return {
        identity: Idle(key.name, state.idle[identity].since if identity in state.idle else at)
        for key, identity in created.items()
        if key.kind is Kind.FLOW and key not in declared and key.name not in bound
    }


def _applied(before: Applied, carried: Carried) -> Applied:
    """What was declared; of what was not carried out, what was declared before."""
    if not carried.desired.whole:
        return before
    now = applied_of(carried.desired)
    left = {change.key for change in carried.remaining.changes}
    kept = _only(before, left)
    objects = {key: digests for key, digests in now.objects.items() if key not in left}
    return Applied(objects | kept, now.absent, now.complete)


def _only(applied: Applied, keys: Iterable[Key]) -> dict[Key, Mapping[str, str]]:
    return {key: applied.objects[key] for key in keys if key in applied.objects}
