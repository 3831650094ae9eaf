"""One look at one realm: what is not as declared, whose change it is, and who made it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from provisioning.admin_events import SILENT, AdminEvent, Match, about
from provisioning.admin_events_read import Trail, known_of, names_of, read_trail
from provisioning.connection import Connection
from provisioning.drift import Drift, drift
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.state import State, StateUnreadableError, read_state
from provisioning.survey import survey
from provisioning.unmanaged import Unmanaged, unmanaged

TOLD = 200
"""Of so many objects who changed them is looked for; where more differ, nobody reads each."""


@dataclass(frozen=True, slots=True)
class Told:
    """What events say of one object, newest first; `certain`: their paths name it."""

    events: tuple[AdminEvent, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Checked:
    """One realm at one moment. `damage`: why its state cannot be read; then `state` is None.

    `told` has an entry for each object that somebody may have changed in Keycloak, and for what
    is `unmanaged` (None: not asked for). `names`: user names by internal id, as far as they may be
    read.
    """

    drift: Drift
    state: State | None
    damage: str = ""
    kept: tuple[str, ...] = ()
    trail: Trail = field(default_factory=Trail)
    told: Mapping[Key, Told] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    records_events: bool = True
    unmanaged: tuple[Unmanaged, ...] | None = None

    @property
    def clean(self) -> bool:
        """Whether the realm is as declared and its state is as Tanba left it."""
        return self.drift.empty and not self.damage


def check(
    connection: Connection,
    desired: Desired,
    *,
    at: datetime,
    before: Checked | None = None,
    wants_unmanaged: bool = False,
) -> Checked:
    """Read the realm and compare; events only where something differs. Read-only.

    `before`: the last look; when nothing moved since, its events are taken and none are read.
    `wants_unmanaged`: look for what no policy names too; it is not what makes a realm unclean.
    Raises what Connection raises; a damaged state is a finding, no error.
    """
    surveyed = survey(connection, desired, at=at)
    live = surveyed.live
    state, damage = _state(live)
    found = drift(surveyed.plan, live, state)
    fresh = Checked(
        found,
        state,
        damage,
        surveyed.plan.kept,
        records_events=_records_events(live),
        unmanaged=unmanaged(surveyed.desired, live) if wants_unmanaged and live.exists else None,
    )
    if before is not None and same(before, fresh):
        return replace(fresh, trail=before.trail, told=before.told, names=before.names)
    if not (found.objects or fresh.unmanaged):
        return fresh
    suspects = [o.key for o in found.objects if o.perhaps_in_keycloak]
    strangers = [item.key for item in fresh.unmanaged or () if item.key not in suspects]
    trail = read_trail(connection, live, state, {key.kind for key in suspects + strangers})
    told = tell(suspects[:TOLD], trail, live, state)
    by_name = tell(strangers[: TOLD - len(told)], trail, live, state)
    told |= {key: one if one.certain else Told() for key, one in by_name.items()}
    actors = [e.actor for one in told.values() for e in one.events]
    actors += [event.actor for event in trail.touched]
    return replace(fresh, trail=trail, told=told, names=names_of(connection, live, actors))


def same(one: Checked, other: Checked) -> bool:
    """Whether two looks found the same, whoever made it so."""
    return (one.drift, one.state, one.damage, one.kept, one.unmanaged) == (
        other.drift,
        other.state,
        other.damage,
        other.kept,
        other.unmanaged,
    )


def tell(suspects: Iterable[Key], trail: Trail, live: Live, state: State | None) -> dict[Key, Told]:
    """The events of each object: those that name it, else those that may mean it. Pure."""
    known = known_of(live, state)
    result = {}
    for key in suspects:
        matched = [(event, about(event, key, known)) for event in trail.events]
        named = tuple(event for event, match in matched if match is Match.NAMED)
        possible = tuple(event for event, match in matched if match is Match.POSSIBLE)
        result[key] = Told(named or possible, certain=bool(named))
    return result


def silent(key: Key) -> bool:
    """Whether Keycloak keeps no event of what happens to an object of this kind."""
    return key.kind in SILENT


def _state(live: Live) -> tuple[State | None, str]:
    try:
        return read_state(live), ""
    except StateUnreadableError as error:
        return None, f"{error.message}. {error.hint}".strip()


def _records_events(live: Live) -> bool:
    realm = live.objects.get(Key(Kind.REALM, live.realm)) or {}
    return bool(realm.get("adminEventsEnabled"))
