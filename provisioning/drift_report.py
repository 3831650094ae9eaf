"""What `tanba drift` found, as a document for programs; `drift_text` says the same to people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import AwareDatetime, JsonValue

from policies.base import Frozen
from provisioning.admin_events import AdminEvent
from provisioning.admin_events_read import PAGE, PAGES
from provisioning.diff import MASK, Difference
from provisioning.drift import Deviation, Drifted, Side
from provisioning.drift_check import TOLD, Checked, Told, silent
from provisioning.fingerprint import FROM_SECRETS
from provisioning.plan import Action
from provisioning.resources import Kind
from provisioning.unmanaged import Unmanaged

DRIFT_FORMAT = 1

SHOWN_EVENTS = 5
"""Of one object, the newest; how many more there are is said."""

What = Literal["missing", "differs", "surplus"]
_WHAT: dict[Action, What] = {"create": "missing", "update": "differs", "delete": "surplus"}


class DeviationRecord(Frozen):
    """One value: what the realm holds and what is declared, secrets masked. null: not set."""

    path: str
    found: JsonValue
    declared: JsonValue
    changed_in: Side


class EventRecord(Frozen):
    """One request that changed the object, or (`certain` is false) may have.

    `at` is by Keycloak's clock. `user` is the user's internal id, `name` the user name where this
    identity may read it. `applies`: it is the identity by which Tanba applied.
    """

    at: AwareDatetime
    operation: str
    path: str
    user: str
    name: str | None
    client: str
    address: str
    applies: bool
    certain: bool


class ObjectRecord(Frozen):
    """One object that is not as declared; `differences` is empty unless it `differs`.

    `events`: the newest of what changed it since the last apply; `more_events` are left out.
    """

    kind: Kind
    name: str
    what: What
    changed_in: Side
    differences: tuple[DeviationRecord, ...]
    events: tuple[EventRecord, ...]
    more_events: int


class UnmanagedRecord(Frozen):
    """What no policy names: an object, or (`settings`: their paths) part of one.

    `events`: who wrote to it since the last apply; none for what has been there for longer.
    """

    kind: Kind
    name: str
    settings: tuple[str, ...]
    events: tuple[EventRecord, ...]
    more_events: int


class AppliedRecord(Frozen):
    """The last apply that wrote: its run, who ran it where, and when by that machine's clock.

    `run` is empty where it wrote nothing but this record.
    """

    run: str
    who: str
    at: AwareDatetime


class RealmRecord(Frozen):
    """One realm. `missing`: it is not there. `applied`: null when no apply is on record.

    `state_damage`: why the record of the last apply cannot be read; null when it can.
    `events_read`: whether admin events were looked at for who and when; `remarks`: what limits
    that answer; `kept`: what is left on purpose. `unmanaged`: null when it was not asked for.
    """

    realm: str
    missing: bool
    applied: AppliedRecord | None
    state_damage: str | None
    objects: tuple[ObjectRecord, ...]
    events_read: bool
    remarks: tuple[str, ...]
    kept: tuple[str, ...]
    unmanaged: tuple[UnmanagedRecord, ...] | None


class DriftDocument(Frozen):
    """Every realm's drift on one server."""

    version: Literal[1]
    server: str
    realms: tuple[RealmRecord, ...]


def schema() -> dict[str, Any]:
    """The JSON Schema of what `drift --format json` prints."""
    document = DriftDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def document_of(checked: Iterable[Checked], *, server: str) -> DriftDocument:
    """Everything found, the same for the same world."""
    return DriftDocument(
        version=DRIFT_FORMAT, server=server, realms=tuple(realm_of(one) for one in checked)
    )


def as_json(document: DriftDocument, *, indent: int | None = 2) -> str:
    """The document as text; without `indent` in one line."""
    return json.dumps(document.model_dump(mode="json"), ensure_ascii=False, indent=indent)


def realm_of(checked: Checked) -> RealmRecord:
    """One realm of the document."""
    state = checked.state
    return RealmRecord(
        realm=checked.drift.realm,
        missing=checked.drift.missing,
        applied=AppliedRecord(run=state.run, who=state.who, at=state.at)
        if state is not None and state.at is not None
        else None,
        state_damage=checked.damage or None,
        objects=tuple(_object(found, checked) for found in checked.drift.objects),
        events_read=bool(checked.told) and not checked.trail.unread,
        remarks=tuple(remarks(checked)),
        kept=checked.kept,
        unmanaged=None
        if checked.unmanaged is None
        else tuple(_unmanaged(item, checked) for item in checked.unmanaged),
    )


def remarks(checked: Checked) -> list[str]:
    """What a reader must know before believing, or missing, who changed something."""
    trail, told = checked.trail, checked.told
    found: list[str] = []
    if told and trail.unread:
        found.append(f"who and when: {trail.unread}")
    elif told and trail.since is None:
        found.append(
            "who and when: no apply is on record, so these are the last changes to each object, "
            "whoever made them"
        )
    elif told and trail.own is None:
        found.append(
            "who and when: the apply itself is not among Keycloak's admin events (they were off, "
            "are expired or erased), so older changes may be missing"
        )
    if not trail.complete:
        found.append(f"who and when: only the newest {PAGE * PAGES:,} events were looked at")
    if len(told) == TOLD:
        found.append(f"who and when: only looked for of the first {TOLD} objects")
    if told and not checked.records_events:
        found.append("Keycloak records no admin events in this realm now")
    kinds = sorted({str(key.kind) for key in told if silent(key)})
    if kinds and not trail.unread:
        found.append(f"Keycloak never records who changes: {', '.join(kinds)}")
    strangers = [e for e in trail.touched if trail.own is not None and not _applies(e, checked)]
    if strangers:
        last = strangers[0]
        who = checked.names.get(last.actor.user_id) or f"the user with the id {last.actor.user_id}"
        found.append(
            f"the record of the last apply was written at {instant(last)} by {who}, not by the "
            "identity that applied: what it says may be forged"
        )
    return found


def instant(event: AdminEvent) -> str:
    """When, to the second, in UTC."""
    return event.at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _object(found: Drifted, checked: Checked) -> ObjectRecord:
    told = checked.told.get(found.key, Told())
    return ObjectRecord(
        kind=found.key.kind,
        name=str(found.key),
        what=_WHAT[found.action],
        changed_in=found.side,
        differences=tuple(_deviation(d) for d in found.deviations)
        if found.action == "update"
        else (),
        events=tuple(_event(e, told, checked) for e in told.events[:SHOWN_EVENTS]),
        more_events=max(len(told.events) - SHOWN_EVENTS, 0),
    )


def _unmanaged(item: Unmanaged, checked: Checked) -> UnmanagedRecord:
    told = checked.told.get(item.key, Told())
    return UnmanagedRecord(
        kind=item.key.kind,
        name=str(item.key),
        settings=item.settings,
        events=tuple(_event(e, told, checked) for e in told.events[:SHOWN_EVENTS]),
        more_events=max(len(told.events) - SHOWN_EVENTS, 0),
    )


def _deviation(deviation: Deviation) -> DeviationRecord:
    difference = deviation.difference
    return DeviationRecord(
        path=difference.path,
        found=_masked(difference, difference.before),
        declared=_masked(difference, difference.after),
        changed_in=deviation.side,
    )


def _masked(difference: Difference, value: Any) -> Any:
    """What is computed from a secret is shown as one."""
    derived = any(difference.path.endswith(key) for key in FROM_SECRETS)
    return MASK if derived and value is not None else value


def _event(event: AdminEvent, told: Told, checked: Checked) -> EventRecord:
    return EventRecord(
        at=event.at,
        operation=event.operation,
        path=event.path,
        user=event.actor.user_id,
        name=checked.names.get(event.actor.user_id),
        client=event.actor.client_id,
        address=event.actor.address,
        applies=_applies(event, checked),
        certain=told.certain,
    )


def _applies(event: AdminEvent, checked: Checked) -> bool:
    own = checked.trail.own
    same = own is not None and (own.realm_id, own.user_id) == (
        event.actor.realm_id,
        event.actor.user_id,
    )
    return same and bool(event.actor.user_id)
