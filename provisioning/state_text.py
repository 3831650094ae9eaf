"""How a realm's state is written: JSON of version 1 with a checksum, packed where it is long.

Whoever may write to the realm may write this text: reading it takes nothing on trust. It is of one
realm, by its internal id, so that a state carried to another realm says nothing there.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from policies.base import Frozen
from policies.errors import REFUSED
from provisioning.drift_digests import Applied
from provisioning.errors import ProvisioningError
from provisioning.fingerprint import canonical, digest
from provisioning.resources import Key, Kind

FORMAT = 1
_PACKED = "zlib:"
_SHORT = 4_000
"""Characters; up to here the text is left as JSON that a person can read."""

_LONGEST = 32_000_000
"""Octets of JSON; a realm of 1,000 clients, 1,000 roles and 500 groups takes about 0.5 million."""

_Text = Annotated[str, Field(max_length=4_000)]


class StateUnreadableError(ProvisioningError):
    """The realm's state is not what Tanba left there, so nothing is concluded from it."""

    code = "state_unreadable"
    exit_code = REFUSED


@dataclass(frozen=True, slots=True)
class Idle:
    """A flow of Tanba's that no policy names any more: its alias, and since when."""

    alias: str
    since: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What a realm keeps for Tanba.

    `realm`: its internal id. `run`, `who`, `at`: the last apply that wrote. `created`: what Tanba
    made and is still there → its identity (ownership.identity_of). `inside`: what Keycloak put into
    that by itself. `pending`: what a run is about
    to make; there afterwards only when that run was cut off. `idle`: by a flow's internal id.
    `applied`: digests of what was last declared. `client`: the internal id of the client that
    holds the text, which is not part of it.
    """

    realm: str
    run: str = ""
    who: str = ""
    at: datetime | None = None
    created: Mapping[Key, str] = field(default_factory=dict)
    inside: Mapping[Key, str] = field(default_factory=dict)
    pending: frozenset[Key] = frozenset()
    idle: Mapping[str, Idle] = field(default_factory=dict)
    applied: Applied = field(default_factory=Applied)
    client: str = ""

    @property
    def empty(self) -> bool:
        """Whether the realm keeps nothing yet."""
        return not self.client

    def same(self, other: State) -> bool:
        """Whether both say the same, whichever run said it."""
        return replace(other, run=self.run, who=self.who, at=self.at) == self


class _Stored(Frozen):
    """The text's members; keys as [kind, name, parent]."""

    version: Literal[1]
    realm: _Text
    run: _Text
    who: _Text
    at: AwareDatetime | None
    created: tuple[tuple[Kind, _Text, _Text, _Text], ...]
    inside: tuple[tuple[Kind, _Text, _Text, _Text], ...]
    pending: tuple[tuple[Kind, _Text, _Text], ...]
    idle: tuple[tuple[_Text, _Text, AwareDatetime], ...]
    applied: tuple[tuple[Kind, _Text, _Text, dict[_Text, _Text]], ...]
    absent: tuple[tuple[Kind, _Text, _Text], ...]
    complete: tuple[tuple[Kind, _Text], ...]
    checksum: _Text


def written(state: State) -> str:
    """The text of a state; the same for the same state."""
    body: dict[str, Any] = {
        "version": FORMAT,
        "realm": state.realm,
        "run": state.run,
        "who": state.who,
        "at": state.at and state.at.isoformat(),
        "created": _identified(state.created),
        "inside": _identified(state.inside),
        "pending": [_flat(key) for key in sorted(state.pending)],
        "idle": [
            [identity, idle.alias, idle.since.isoformat()]
            for identity, idle in sorted(state.idle.items())
        ],
        "applied": [
            [*_flat(key), dict(state.applied.objects[key])] for key in sorted(state.applied.objects)
        ],
        "absent": [_flat(key) for key in sorted(state.applied.absent)],
        "complete": sorted([str(kind), parent] for kind, parent in state.applied.complete),
    }
    text = canonical({**body, "checksum": digest(body)})
    if len(text) <= _SHORT:
        return text
    return _PACKED + base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def parsed(text: object, *, realm: str) -> State:
    """The state that `written` wrote for the realm of this internal id.

    Raises StateUnreadableError for anything else.
    """
    if not isinstance(text, str):
        raise StateUnreadableError("the realm's state holds no text")
    raw = _json(text)
    if raw.get("version") != FORMAT or isinstance(raw.get("version"), bool):
        raise StateUnreadableError(
            "the realm's state is of another format",
            hint="Another version of Tanba wrote it; use that one.",
        )
    if raw.get("checksum") != digest({k: v for k, v in raw.items() if k != "checksum"}):
        raise StateUnreadableError("the realm's state is damaged: its checksum does not fit")
    try:
        stored = _Stored.model_validate(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise StateUnreadableError(f"the realm's state is damaged: {where}") from None
    if stored.realm != realm:
        raise StateUnreadableError("the realm's state was written for another realm")
    return State(
        realm,
        stored.run,
        stored.who,
        stored.at,
        _identities(stored.created),
        _identities(stored.inside),
        frozenset(_keys(stored.pending)),
        {identity: Idle(alias, since) for identity, alias, since in stored.idle},
        Applied(
            {Key(kind, name, parent): digests for kind, name, parent, digests in stored.applied},
            frozenset(_keys(stored.absent)),
            frozenset(stored.complete),
        ),
    )


def _flat(key: Key) -> list[str]:
    return [str(key.kind), key.name, key.parent]


def _identified(objects: Mapping[Key, str]) -> list[list[str]]:
    return [[*_flat(key), objects[key]] for key in sorted(objects)]


def _identities(flat: tuple[tuple[Kind, str, str, str], ...]) -> dict[Key, str]:
    return {Key(kind, name, parent): identity for kind, name, parent, identity in flat}


def _keys(flat: tuple[tuple[Kind, str, str], ...]) -> list[Key]:
    return [Key(kind, name, parent) for kind, name, parent in flat]


def _json(text: str) -> dict[str, Any]:
    damaged = StateUnreadableError("the realm's state is damaged: it is no JSON")
    try:
        plain = _unpacked(text.removeprefix(_PACKED)) if text.startswith(_PACKED) else text
        raw = json.loads(plain)
        canonical(raw).encode()  # JSON can spell half a character, which no text holds
    except (ValueError, RecursionError, zlib.error):
        raise damaged from None
    if not isinstance(raw, dict):
        raise damaged
    return raw


def _unpacked(packed: str) -> str:
    """Never more than `_LONGEST` octets, whatever a few kilobytes claim to hold."""
    try:
        data = base64.b64decode(packed, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, _LONGEST)
    if not unpacking.eof:
        raise ValueError("cut off, or too long")
    return text.decode()
