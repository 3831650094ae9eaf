"""What is kept of a run in its folder: `run.json`, durable before the first write. Pure.

It names who changed what, where and when, and holds what was there before. No secret is in it.
The checksum tells damage and careless edits; it is no signature: a record is as trustworthy as the
folder it lies in.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, JsonValue, ValidationError

from policies.base import Frozen
from policies.errors import REFUSED
from provisioning.errors import ProvisioningError
from provisioning.fingerprint import canonical, digest
from provisioning.plan import Action
from provisioning.render import realm_as_json
from provisioning.resources import Key, Kind, Live
from provisioning.runs_image import Image, decoded, encoded, images
from provisioning.state import State
from provisioning.survey import Surveyed

FORMAT = 1
RUN_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9-]{1,40}-[0-9a-f]{6}")

_ODD = re.compile(r"[^A-Za-z0-9-]+")


class RunUnreadableError(ProvisioningError):
    """What lies in a run's folder is not what Tanba wrote there."""

    code = "run_unreadable"
    exit_code = REFUSED


@dataclass(frozen=True, slots=True)
class Heading:
    """Which run, on which server, by whom, when."""

    run: str
    server: str
    who: str
    at: datetime


class ImageRecord(Frozen):
    """One object before the run, as in `runs_image.Image`; `before` is encoded.

    `owned`: whether Tanba had made it; `inside`: whether Keycloak had put it into something that
    Tanba made. `applied`: digests of what was last declared of it.
    """

    action: Action
    kind: Kind
    name: str
    parent: str
    id: str | None
    before: dict[str, JsonValue] | None
    left: dict[str, JsonValue]
    left_out: tuple[str, ...]
    owned: bool
    inside: bool
    applied: dict[str, str] | None

    @property
    def key(self) -> Key:
        """Which object."""
        return Key(self.kind, self.name, self.parent)

    @property
    def image(self) -> Image:
        """The object before the run. Raises ValueError when `before` is not what we wrote."""
        before = decoded(self.before)
        return Image(self.action, self.key, self.id, before, self.left, self.left_out)


class RunRecord(Frozen):
    """One run: `plan` is one realm of `tanba plan --format json`. `realm_id` is Keycloak's.

    `images`: every object that is changed, first those of the plan in its order.
    """

    version: Literal[1]
    id: Annotated[str, Field(pattern=rf"^{RUN_ID.pattern}$")]
    who: str
    at: AwareDatetime
    server: str
    realm: str
    realm_id: str | None
    keycloak: str
    plan: dict[str, JsonValue]
    images: tuple[ImageRecord, ...]
    checksum: str


class OutcomeRecord(Frozen):
    """How a run ended. `left`: digests of flows and new objects as the run left them, by place.

    `refused`: before anything was written. A run that was cut off has no outcome.
    """

    version: Literal[1]
    outcome: Literal["applied", "failed", "refused"]
    code: str | None
    at: AwareDatetime
    left: dict[str, str]


def new_id(realm: str, at: datetime) -> str:
    """A name for a run: sortable by time, of one realm, not to be guessed."""
    readable = _ODD.sub("-", realm).strip("-")[:40] or "realm"
    return f"{at:%Y%m%dT%H%M%SZ}-{readable}-{secrets.token_hex(3)}"


def record_of(surveyed: Surveyed, state: State, heading: Heading) -> dict[str, Any]:
    """`run.json` of a run that is about to carry out the plan."""
    live = surveyed.live
    body: dict[str, Any] = {
        "version": FORMAT,
        "id": heading.run,
        "who": heading.who,
        "at": heading.at.isoformat(),
        "server": heading.server,
        "realm": live.realm,
        "realm_id": live.ids.get(Key(Kind.REALM, live.realm)),
        "keycloak": live.version,
        "plan": realm_as_json(surveyed.plan),
        "images": [_image(image, state) for image in images(surveyed.plan, live)],
    }
    return {**body, "checksum": digest(body)}


def outcome_of(
    record: Mapping[str, Any], outcome: str, *, code: str | None, at: datetime, live: Live | None
) -> dict[str, Any]:
    """`outcome.json`; `live`: the realm after the last write, where the run came to that."""
    left = {}
    for place, image in enumerate(record["images"]):
        key = Key(Kind(image["kind"]), image["name"], image["parent"])
        if live is not None and (found := left_digest(image["action"], key, live)) is not None:
            left[str(place)] = found
    return {
        "version": FORMAT,
        "outcome": outcome,
        "code": code,
        "at": at.isoformat(),
        "left": left,
    }


def left_digest(action: str, key: Key, live: Live) -> str | None:
    """A digest of what cannot be compared value by value; None for anything else."""
    if key not in live.objects or (action != "create" and key.kind is not Kind.FLOW):
        return None
    return digest(encoded(live.objects[key]))


def parsed_record(text: str) -> RunRecord:
    """Raises RunUnreadableError unless it is whole and of this format."""
    raw = _json(text)
    if raw.get("version") != FORMAT or isinstance(raw.get("version"), bool):
        raise RunUnreadableError(
            "the run is of another format", hint="Another version of Tanba wrote it."
        )
    if raw.get("checksum") != digest({k: v for k, v in raw.items() if k != "checksum"}):
        raise RunUnreadableError("the run's checksum does not fit: it was edited or damaged")
    try:
        record = RunRecord.model_validate(raw)
        for image in record.images:
            image.image  # noqa: B018 - decoding is the check
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RunUnreadableError(f"the run is damaged: {where}") from None
    except (TypeError, ValueError):
        raise RunUnreadableError("the run is damaged: images") from None
    return record


def parsed_outcome(text: str) -> OutcomeRecord:
    """Raises RunUnreadableError unless it is whole and of this format."""
    try:
        return OutcomeRecord.model_validate(_json(text))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RunUnreadableError(f"the run's outcome is damaged: {where}") from None


def _image(image: Image, state: State) -> dict[str, Any]:
    digests = state.applied.objects.get(image.key)
    return {
        "action": image.action,
        "kind": str(image.key.kind),
        "name": image.key.name,
        "parent": image.key.parent,
        "id": image.live_id,
        "before": encoded(image.before),
        "left": dict(image.left),
        "left_out": list(image.left_out),
        "owned": image.key in state.created,
        "inside": image.key in state.inside,
        "applied": None if digests is None else dict(digests),
    }


def _json(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(text)
        canonical(raw).encode()  # JSON can spell half a character, which no text holds
    except (ValueError, RecursionError):
        raise RunUnreadableError("the run is damaged: it is no JSON") from None
    if not isinstance(raw, dict):
        raise RunUnreadableError("the run is damaged: it is no object")
    return raw
