"""What `tanba drift` found, for people: a line for each object, under it each value and who."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from provisioning.admin_events import SILENT
from provisioning.diff import MASK
from provisioning.drift import Side
from provisioning.drift_check import TOLD
from provisioning.drift_report import (
    DeviationRecord,
    EventRecord,
    ObjectRecord,
    RealmRecord,
    UnmanagedRecord,
    What,
)
from provisioning.render_values import printable, value_texts

_WORDS: Mapping[tuple[What, Side], str] = {
    ("differs", Side.KEYCLOAK): "changed in Keycloak",
    ("differs", Side.POLICY): "changed in the policy",
    ("differs", Side.BOTH): "changed in Keycloak and in the policy",
    ("differs", Side.UNKNOWN): "changed, where cannot be told",
    ("missing", Side.KEYCLOAK): "deleted in Keycloak",
    ("missing", Side.POLICY): "new in the policy",
    ("missing", Side.BOTH): "deleted in Keycloak and changed in the policy",
    ("missing", Side.UNKNOWN): "not there, why cannot be told",
    ("surplus", Side.KEYCLOAK): "added in Keycloak",
    ("surplus", Side.POLICY): "no longer in the policy",
    ("surplus", Side.BOTH): "added in Keycloak, and the policy changed",
    ("surplus", Side.UNKNOWN): "not to be there, why it is cannot be told",
}
_SIGNS: Mapping[What, str] = {"missing": "-", "differs": "~", "surplus": "+"}
_COLOURS: Mapping[Side, str] = {
    Side.KEYCLOAK: "red",
    Side.POLICY: "yellow",
    Side.BOTH: "red",
    Side.UNKNOWN: "magenta",
}


def as_text(realm: RealmRecord, *, colour: bool = False) -> str:
    """One realm; nothing in it can bring in a terminal's control sequences."""
    return "\n".join(_lines(realm, colour=colour))


def headline(realm: RealmRecord) -> str:
    """The realm, and how much was changed on which side."""
    since = ""
    if realm.applied is not None:
        at = realm.applied.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        who = printable(realm.applied.who)
        # None where an apply had nothing to write but the record itself.
        run = f" (run {printable(realm.applied.run)})" if realm.applied.run else ""
        since = f" since the apply of {at} by {who}{run}"
    elif not realm.missing and realm.state_damage is None:
        since = "; no apply is on record"
    return f"{realm.realm}: {_summary(realm)}{since}"


def _summary(realm: RealmRecord) -> str:
    if realm.missing:
        return "the realm is not there"
    if not realm.objects:
        return "as declared"
    counts = {side: sum(found.changed_in is side for found in realm.objects) for side in Side}
    words = {
        Side.KEYCLOAK: "changed in Keycloak",
        Side.POLICY: "changed in the policy",
        Side.BOTH: "changed in both",
        Side.UNKNOWN: "changed, where cannot be told",
    }
    parts = [f"{count} {words[side]}" for side, count in counts.items() if count]
    return f"objects not as declared: {', '.join(parts)}"


def _lines(realm: RealmRecord, *, colour: bool) -> Iterator[str]:
    yield headline(realm)
    if realm.state_damage is not None:
        line = f"  ! the record of the last apply is damaged: {printable(realm.state_damage)}"
        yield click.style(line, fg="red") if colour else line
    suspects = sum(found.changed_in is not Side.POLICY for found in realm.objects)
    told_of_all = realm.events_read and suspects <= TOLD
    for found in realm.objects:
        head = f"  {_SIGNS[found.what]} {found.kind} {printable(found.name)}: {_words(found)}"
        yield click.style(head, fg=_COLOURS[found.changed_in]) if colour else head
        yield from (f"      {_value(value, found)}" for value in found.differences)
        yield from (f"      > {_event(event)}" for event in found.events)
        if found.more_events:
            yield f"      > and {found.more_events} more before"
        elif told_of_all and not found.events and _has_events(found):
            yield "      > no admin event tells who"
    for item in realm.unmanaged or ():
        yield f"  * {item.kind} {printable(item.name)}: {_not_named(item)}"
        yield from (f"      > {_event(event)}" for event in item.events)
        if item.more_events:
            yield f"      > and {item.more_events} more before"
    yield from (f"  ? {printable(sentence)}" for sentence in realm.remarks)
    yield from (f"  = {printable(sentence)}" for sentence in realm.kept)


def _not_named(item: UnmanagedRecord) -> str:
    settings = ", ".join(printable(path) for path in item.settings)
    return f"not named: {settings}" if settings else "no policy names it"


def _has_events(found: ObjectRecord) -> bool:
    return found.changed_in is not Side.POLICY and found.kind not in SILENT


def _words(found: ObjectRecord) -> str:
    sides = {value.changed_in for value in found.differences}
    if len(sides) > 1:
        return "changed in several places"
    return _WORDS[found.what, found.changed_in]


def _value(value: DeviationRecord, found: ObjectRecord) -> str:
    if value.declared == value.found == MASK:
        text = f"{printable(value.path)}: found another secret than declared"
    else:
        declared, there = value_texts(value.declared, value.found)
        text = f"{printable(value.path)}: declared {declared}, found {there}"
    sides = {other.changed_in for other in found.differences}
    return text if len(sides) == 1 else f"{text} ({_WORDS['differs', value.changed_in]})"


def _event(event: EventRecord) -> str:
    """`2026-11-23T16:04:11Z UPDATE by aigerim from 10.0.0.7 (clients/…)`."""
    perhaps = "" if event.certain else "perhaps "
    who = event.name or (f"the user with the id {event.user}" if event.user else "nobody known")
    who = f"{who}, the identity that applies," if event.applies else who
    at = event.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    where = f" from {event.address}" if event.address else ""
    return printable(f"{perhaps}{at} {event.operation} by {who}{where} ({event.path or 'realm'})")
