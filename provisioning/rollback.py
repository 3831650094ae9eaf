"""A run taken back: what its record says was there before, declared again. Pure.

What comes of it is planned, shown, asked for, locked and recorded like any other declaration. It
names only what the run changed; the rest of the realm is none of its business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from policies.errors import REFUSED
from provisioning.errors import ProvisioningError
from provisioning.keepers import AGREEMENT, AGREEMENT_TEXTS, PROFILE
from provisioning.ownership import PRUNABLE, Ownership, identity_of, owners
from provisioning.plan import Plan
from provisioning.plan_consequences import LOST
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.runs import Recorded
from provisioning.runs_image import Image
from provisioning.runs_record import ImageRecord, left_digest
from provisioning.state_text import State

_CLEARED = (
    "since people may be in the middle of it; when no policy names it, a later apply deletes it"
)


class RollbackRefusedError(ProvisioningError):
    """The run cannot be taken back here."""

    code = "rollback_refused"
    exit_code = REFUSED


@dataclass(frozen=True, slots=True)
class Rollback:
    """What to declare, and what people must know: what stays, what cannot come back."""

    desired: Desired
    notes: tuple[str, ...]


def require_taken_back_here(recorded: Recorded, *, server: str, live: Live) -> None:
    """Refuse a run that wrote nothing, another server, and a realm that is not the one of the run.

    Raises RollbackRefusedError.
    """
    record = recorded.record
    if recorded.outcome is not None and recorded.outcome.outcome == "refused":
        raise RollbackRefusedError(
            f"the run was refused before it wrote anything ({recorded.outcome.code})",
            hint="`tanba runs` says which runs wrote; what is there now is not of this one.",
        )
    if record.server != server:
        raise RollbackRefusedError(
            f"the run was on {record.server!r}, not on {server!r}",
            hint="Roll it back there.",
        )
    if record.realm_id is None:
        raise RollbackRefusedError(
            f"the run made the realm {record.realm!r}: there is nothing before it to go back to",
            hint="Delete the realm in Keycloak yourself if that is meant.",
        )
    if live.ids.get(Key(Kind.REALM, record.realm)) != record.realm_id:
        raise RollbackRefusedError(
            f"the realm {record.realm!r} is not there any more, or was made anew since the run",
            hint="What was in the other realm says nothing about this one.",
        )


def rolled_back(recorded: Recorded, live: Live, ownership: Ownership) -> Rollback:
    """What to declare so that everything the run changed is as before.

    `ownership` tells whether an object is still the one that the run made: only then it goes.
    Raises RollbackRefusedError when nobody can tell what is Tanba's.
    """
    made = [image.key for image in recorded.record.images if image.action == "create"]
    if ownership.unknown and any(key in live.objects for key in made):
        raise RollbackRefusedError(
            f"what the run made cannot be told from what others made: {ownership.unknown}"
        )
    parts = [_part(image.image, live, ownership) for image in recorded.record.images]
    going = {part.absent for part in parts if part.absent is not None}
    resources = [part.resource for part in parts if part.resource is not None]
    there = live.objects.keys() | {resource.key for resource in resources}
    homeless = {
        resource.key: above
        for resource in resources
        for above in owners(resource.key, live)
        if above not in there or above in going
    }
    notes = [note for part in parts for note in part.notes]
    notes += [
        f"{key.kind} {key} does not come back: {above.kind} {above} is not there"
        for key, above in homeless.items()
    ]
    desired = Desired(
        live.realm,
        tuple(resource for resource in resources if resource.key not in homeless),
        absent=frozenset(k for k in going if not any(a in going for a in owners(k, live))),
        whole=False,
    )
    return Rollback(desired, (*notes, *_since(recorded, live)))


def changed_since(recorded: Recorded, planned: Plan) -> tuple[str, ...]:
    """A sentence on each value that the run left otherwise than it is now."""
    left = {image.key: image.left for image in recorded.record.images}
    return tuple(
        f"{change.key.kind} {change.key}: {difference.path} was changed since the run"
        for change in planned.changes
        for difference in change.differences
        if _told_apart(left.get(change.key, {}), difference.path)
        and left[change.key][difference.path] != difference.before
    )


def amended(recorded: Recorded, desired: Desired, state: State) -> State:
    """The realm's state after a rollback: as it was, for what the run had changed.

    What somebody else had made and the run deleted does not become Tanba's by its return.
    """
    back = {image.key: image for image in recorded.record.images}
    objects = dict(state.applied.objects)
    created, inside = dict(state.created), dict(state.inside)
    for key in {resource.key for resource in desired.resources} | desired.absent:
        image = back[key]
        objects.pop(key, None)
        if image.applied is not None:
            objects[key] = image.applied
        if image.action == "delete" and not image.owned:
            identity = created.pop(key, None)
            if image.inside and identity is not None:
                inside[key] = identity
    applied = replace(state.applied, objects=objects)
    return replace(state, applied=applied, created=created, inside=inside)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one object adds to the declaration."""

    resource: Resource | None = None
    absent: Key | None = None
    notes: tuple[str, ...] = ()


def _part(image: Image, live: Live, ownership: Ownership) -> _Part:
    notes = tuple(
        f"{image.key.kind} {image.key}: {path} is a secret, which is not kept; it stays as it is"
        for path in image.left_out
    )
    if image.action == "create":
        return _made(image, live, ownership)
    body = image.before
    if body is None or (image.action == "update" and not body):  # nothing but secrets
        return _Part(notes=notes)
    without = _without_the_keepers(image.key, body)
    if without != body:
        notes += (f"{image.key.kind} {image.key}: what belongs to the agreement's keeper stays",)
        body = without
    if image.action == "update" and not _may_update(image.key, live):
        gone = f"{image.key.kind} {image.key} is not there any more and does not come back"
        return _Part(notes=(gone,))
    if image.action == "delete":
        notes += tuple(_lost(image, live))
    return _Part(Resource(image.key, body), notes=notes)


def _made(image: Image, live: Live, ownership: Ownership) -> _Part:
    key = image.key
    if key.kind is Kind.LOCALIZATION and key in live.objects:
        if live.objects[key].keys() <= image.left.keys():
            return _Part(absent=key)
        return _Part(Resource(key, dict.fromkeys(image.left)))  # others added texts of theirs
    if key not in live.objects or key.kind not in PRUNABLE:
        return _Part()  # gone, or a setting of something that the run made too
    if identity_of(key, live) != ownership.created.get(key):
        return _Part(notes=(f"{key.kind} {key} is not the one that the run made; it stays",))
    if key.kind is Kind.FLOW:
        return _Part(notes=(f"flow {key} stays, {_CLEARED}",))
    return _Part(absent=key)


def _without_the_keepers(key: Key, body: Body) -> Body:
    """Neither the values of `agreement` nor the texts that go with them (design 3)."""
    if key.kind is Kind.LOCALIZATION:
        return {name: text for name, text in body.items() if name not in AGREEMENT_TEXTS}
    attributes = body.get("attributes") or {}
    if key != PROFILE or AGREEMENT not in attributes:
        return body
    gate = attributes[AGREEMENT]
    if gate is None:
        kept = {name: value for name, value in attributes.items() if name != AGREEMENT}
    else:
        rules = gate.get("validations")
        left = {name: rule for name, rule in (rules or {}).items() if name != "options"}
        kept = {**attributes, AGREEMENT: {**gate, **({"validations": left} if rules else {})}}
    return {**body, "attributes": kept}


def _may_update(key: Key, live: Live) -> bool:
    return key in live.objects or key.kind is Kind.LOCALIZATION


def _lost(image: Image, live: Live) -> Iterator[str]:
    name = f"{image.key.kind} {image.key}"
    if image.key in live.objects:
        yield f"{name} was made again since the run; it gets its old values"
    elif image.key.kind in LOST:
        yield f"{name} comes back without {LOST[image.key.kind]}"


def _since(recorded: Recorded, live: Live) -> Iterator[str]:
    """What was changed of flows and of what the run made: nobody can say it value by value."""
    if recorded.outcome is None or recorded.outcome.outcome != "applied":
        yield "the run did not end well, so nobody can tell everything that was changed since"
        return
    for place, digest in recorded.outcome.left.items():
        image = _at(recorded.record.images, place)
        if image is None:
            continue
        now = left_digest(image.action, image.key, live)
        if now is not None and now != digest:
            yield f"{image.kind} {image.key} was changed since the run; that change goes too"


def _at(images: tuple[ImageRecord, ...], place: str) -> ImageRecord | None:
    number = int(place) if place.isdecimal() else -1
    return images[number] if 0 <= number < len(images) else None


def _told_apart(left: Mapping[str, Any], path: str) -> bool:
    """Lists of objects are compared as a whole, by `_since`."""
    value = left.get(path)
    is_list = isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    return path in left and not is_list
