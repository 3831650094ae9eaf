"""Reading who changed a realm since its last apply: few requests, newest events first.

Events are by Keycloak's clock. The last apply's end on that clock is the event of its last write,
of the client that keeps the realm's state; whoever sent that one is the identity that applies.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from provisioning.admin_events import (
    Actor,
    AdminEvent,
    Known,
    event_of,
    resource_types,
)
from provisioning.connection import Connection, quoted
from provisioning.errors import NotPermittedError, UnexpectedAnswerError
from provisioning.resources import Key, Kind, Live
from provisioning.state import State

PAGE = 200
PAGES = 5
"""At most 1,000 events are read, the newest."""

NAMES = 10
"""So many people are asked for by name."""

CLOCKS = timedelta(minutes=2)
"""How far our clock and Keycloak's may lie apart for the last write of an apply to be found."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Who wrote to a realm after `since`, newest first; None: no apply is on record.

    `own`: the identity that applies. `touched`: later writes to the client that keeps the realm's
    state. `unread`: why nothing is known; then everything else is empty. `complete`: no older
    events were left out.
    """

    since: datetime | None = None
    events: tuple[AdminEvent, ...] = ()
    touched: tuple[AdminEvent, ...] = ()
    own: Actor | None = None
    complete: bool = True
    unread: str = ""


def known_of(live: Live, state: State | None) -> Known:
    """What identifies this realm's objects in the paths of events."""
    present = set(live.ids.values())
    made = state.created if state is not None else {}
    gone = {key: identity for key, identity in made.items() if identity not in present}
    flows = {
        alias: key.name
        for key, body in live.objects.items()
        if key.kind is Kind.FLOW
        for alias in _subflows(body.get("executions") or ())
    }
    return Known(live.ids, gone, flows)


def read_trail(
    connection: Connection, live: Live, state: State | None, kinds: Iterable[Kind]
) -> Trail:
    """The events that may tell who changed objects of `kinds` since the last apply. Read-only.

    Where no apply is on record they are the newest of all. An identity that may not read them is
    no error. Raises what Connection raises.
    """
    types = resource_types(kinds)
    path = f"/realms/{quoted(live.realm)}/admin-events"
    try:
        anchor, touched = _last_write(connection, path, state)
        since = anchor.at if anchor is not None else (state.at if state is not None else None)
        events, complete = _since(connection, path, since, types) if types else ((), True)
    except NotPermittedError:
        return Trail(
            unread="this identity may not read who changed what: it lacks the role view-events of "
            f"the realm {live.realm}"
        )
    own = anchor.actor if anchor is not None else None
    return Trail(since, events, touched, own, complete)


def names_of(connection: Connection, live: Live, actors: Iterable[Actor]) -> Mapping[str, str]:
    """User names by internal id, as far as this identity may read them: at most `NAMES`.

    A realm is administered by its own users and by those of `master`.
    """
    own_realm = live.ids.get(Key(Kind.REALM, live.realm))
    names: dict[str, str] = {}
    closed: set[str] = set()
    wanted = list({(a.realm_id, a.user_id): None for a in actors if a.user_id.strip(".")})
    for realm_id, user_id in wanted[:NAMES]:
        realm = live.realm if realm_id == own_realm else connection.settings.auth_realm
        if realm in closed:
            continue
        try:
            user = connection.find(f"/realms/{quoted(realm)}/users/{quoted(user_id)}")
        except NotPermittedError:
            closed.add(realm)
            continue
        if isinstance(user, Mapping) and isinstance(user.get("username"), str):
            names[user_id] = user["username"]
    return names


def _last_write(
    connection: Connection, path: str, state: State | None
) -> tuple[AdminEvent | None, tuple[AdminEvent, ...]]:
    """The event of the apply's last write, nearest to the instant it noted; and what came later.

    Oldest first: nobody can push it out of sight by writing often.
    """
    if state is None or state.at is None or not state.client:
        return None, ()
    query = {
        "resourceTypes": ("CLIENT",),
        "resourcePath": f"clients/{state.client}",
        "dateFrom": _milliseconds(state.at - CLOCKS),
        "direction": "asc",
        "max": PAGE,
    }
    at = state.at
    events = _events(connection.get(f"{path}?{_query(query)}"))
    near = [event for event in events if abs(event.at - at) <= CLOCKS]
    anchor = min(near, key=lambda event: abs(event.at - at), default=None)
    later = anchor.at if anchor is not None else at
    return anchor, tuple(event for event in reversed(events) if event.at > later)


def _since(
    connection: Connection, path: str, since: datetime | None, types: Sequence[str]
) -> tuple[tuple[AdminEvent, ...], bool]:
    found: list[AdminEvent] = []
    for page in range(PAGES):
        query: dict[str, Any] = {
            "resourceTypes": types,
            "first": page * PAGE,
            "max": PAGE,
        }
        if since is not None:
            query["dateFrom"] = _milliseconds(since)
        events = _events(connection.get(f"{path}?{_query(query)}"))
        found += [event for event in events if since is None or event.at > since]
        if len(events) < PAGE:
            return tuple(found), True
    return tuple(found), False


def _events(answer: Any) -> list[AdminEvent]:
    if not isinstance(answer, list):
        raise UnexpectedAnswerError("the admin events are no list")
    return [event_of(event) for event in answer]


def _query(parameters: Mapping[str, Any]) -> str:
    return urllib.parse.urlencode(parameters, doseq=True)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _subflows(executions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for execution in executions:
        if "flow" in execution:
            yield execution["flow"]
        yield from _subflows(execution.get("executions") or ())
