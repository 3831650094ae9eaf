"""The plan as a document: what `plan --out` writes and `apply plan.json` holds the world to.

`apply` never writes what the file says. It rebuilds the declaration from the policies, reads the
realm, compares anew, and goes on only if that gives exactly what the file says. So a changed file
can be refused but cannot bring in a write, and no body or secret has to be in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, ValidationError

from policies.base import Frozen
from provisioning.apply import Surveyed
from provisioning.fingerprint import canonical, digest, fingerprint
from provisioning.plan import Action
from provisioning.plan_consequences import Touched
from provisioning.planfile_errors import (
    PlanFileError,
    PlanForOtherServerError,
    PlanPoliciesError,
    PolicyMovedError,
    RealmMovedError,
)
from provisioning.render import PLAN_FORMAT, realm_as_json
from provisioning.resources import Desired, Kind

_MAX_BYTES = 64_000_000
_NAMED = 5
_AGAIN = "Run `tanba plan --out` again and look at what it says now."

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class DifferenceRecord(Frozen):
    """One value that is not as declared; secrets are masked. null: not set."""

    path: str
    before: JsonValue
    after: JsonValue


class TouchRecord(Frozen):
    """What a change does to people who are signing in (`sign-ins`) or signed in (`sessions`)."""

    what: Touched
    sentence: str


class ChangeRecord(Frozen):
    """One object that would be written. `name`: with its parent before it, `eds/iin`.

    `loses`: what the delete takes for good; null when nothing is lost.
    """

    action: Action
    kind: Kind
    name: str
    differences: tuple[DifferenceRecord, ...]
    touches: tuple[TouchRecord, ...]
    loses: str | None


class ObjectRecord(Frozen):
    """One object the plan was computed from: SHA-256 of what was declared and found of it.

    null: not declared (a delete), or not there. Secrets are not in the digests.
    """

    kind: Kind
    name: str
    declared: Digest | None
    found: Digest | None


class UnmanagedRecord(Frozen):
    """What no policy names: an object, or (`settings`: their paths) part of one."""

    kind: Kind
    name: str
    settings: tuple[str, ...]


class RealmRecord(Frozen):
    """One realm: its changes in the order of writing; `kept` says what is left on purpose.

    `unmanaged`: what no policy names, where it was asked for; it is for people, `apply` does not
    look at it.
    """

    realm: str
    creates_realm: bool
    changes: tuple[ChangeRecord, ...]
    kept: tuple[str, ...]
    objects: tuple[ObjectRecord, ...]
    unmanaged: tuple[UnmanagedRecord, ...] | None = None


class PlanDocument(Frozen):
    """A plan: for which server, from which policies (as the command named them), and what.

    `checksum` is SHA-256 of everything else as canonical JSON (sorted keys, no spaces, UTF-8). It
    tells damage and careless edits; it is no signature.
    """

    version: Literal[1]
    server: str
    policies: tuple[str, ...] = Field(min_length=1)
    realms: tuple[RealmRecord, ...] = Field(min_length=1)
    checksum: Digest


def schema() -> dict[str, Any]:
    """The JSON Schema of a plan."""
    document = PlanDocument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}


def document_of(
    surveyed: Iterable[Surveyed], *, server: str, policies: Iterable[str]
) -> dict[str, Any]:
    """The plan of every realm as one JSON object, the same for the same world."""
    body = {
        "version": PLAN_FORMAT,
        "server": server,
        "policies": list(policies),
        "realms": [_realm(realm) for realm in surveyed],
    }
    return {**body, "checksum": digest(body)}


def as_file(document: Mapping[str, Any]) -> str:
    """The text of a plan file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_plan(path: Path) -> PlanDocument:
    """The plan in a file. Raises PlanFileError unless it is whole and of this format."""
    raw = _parsed(path)
    version = raw.get("version")
    if version != PLAN_FORMAT or isinstance(version, bool):
        raise PlanFileError(
            f"{path}: a plan of format {PLAN_FORMAT} is expected",
            hint="Another version of Tanba wrote it, or it is no plan. " + _AGAIN,
        )
    try:
        document = PlanDocument.model_validate(raw)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise PlanFileError(f"{path}: not a plan: {where}", hint=_AGAIN) from None
    if document.checksum != digest({k: v for k, v in raw.items() if k != "checksum"}):
        raise PlanFileError(
            f"{path}: its checksum does not fit: it was edited or damaged", hint=_AGAIN
        )
    return document


def recorded_policies(document: PlanDocument) -> tuple[Path, ...]:
    """The policies that the plan was made from, under the working folder.

    Raises PlanPoliciesError when one is elsewhere: a file that travelled must not choose what is
    read from this machine.
    """
    for name in document.policies:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not name.isprintable():
            raise PlanPoliciesError(
                "the plan was made from policies outside the working folder",
                hint="Name them yourself: tanba apply PLAN.json POLICY…",
            )
    return tuple(Path(name) for name in document.policies)


def require_server(document: PlanDocument, server: str) -> None:
    """Refuse a plan that was made for another address. Raises PlanForOtherServerError."""
    if document.server != server:
        raise PlanForOtherServerError(
            f"the plan is for {document.server!r}, not for {server!r}",
            hint="Apply it there, or make a plan for this server.",
        )


def require_declaration(document: PlanDocument, declared: Sequence[Desired]) -> None:
    """Refuse policies of other realms than the plan's. Raises PolicyMovedError."""
    planned, now = [r.realm for r in document.realms], [d.realm for d in declared]
    if planned != now:
        raise PolicyMovedError(
            f"the plan is for the realms {_listed(planned)}, the policies are of {_listed(now)}",
            hint="Name the policies that the plan was made from, in their order.",
        )


def require_unmoved(document: PlanDocument, surveyed: Sequence[Surveyed]) -> None:
    """Refuse when comparing anew gives anything but what the plan says.

    Raises PolicyMovedError, RealmMovedError naming the objects, or PlanFileError when both sides
    stand and still the changes are others.
    """
    require_declaration(document, [realm.desired for realm in surveyed])
    for planned, realm in zip(document.realms, surveyed, strict=True):
        now = RealmRecord.model_validate(_realm(realm))
        _require_side(planned, now, "declared")
        _require_side(planned, now, "found")
        if planned.model_copy(update={"unmanaged": None}) != now:
            raise PlanFileError(
                f"{now.realm}: policies and realm are as they were, and yet the plan says "
                "something else than they give",
                hint="It was edited, or another version of Tanba made it. " + _AGAIN,
            )


def _require_side(
    planned: RealmRecord, now: RealmRecord, side: Literal["declared", "found"]
) -> None:
    before = {(o.kind, o.name): getattr(o, side) for o in planned.objects}
    after = {(o.kind, o.name): getattr(o, side) for o in now.objects}
    moved = [
        f"{kind} {name}"
        for kind, name in sorted(before.keys() | after.keys())
        if before.get((kind, name)) != after.get((kind, name))
    ]
    if not moved:
        return
    if side == "declared":
        raise PolicyMovedError(
            f"{now.realm}: the policies declare something else than when the plan was made: "
            f"{_listed(moved)}",
            hint="Take the policies that the plan was made from, or plan anew. " + _AGAIN,
        )
    raise RealmMovedError(
        f"{now.realm}: the realm moved since the plan was made: {_listed(moved)}", hint=_AGAIN
    )


def _realm(surveyed: Surveyed) -> dict[str, Any]:
    digests = fingerprint(surveyed.desired, surveyed.live, surveyed.plan)
    return realm_as_json(surveyed.plan) | {
        "objects": [
            {
                "kind": str(item.key.kind),
                "name": str(item.key),
                "declared": item.declared,
                "found": item.found,
            }
            for item in digests
        ]
    }


def _parsed(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PlanFileError(f"{path}: larger than {_MAX_BYTES} bytes", hint=_AGAIN)
        raw = json.loads(path.read_text(encoding="utf-8"))
        canonical(raw).encode()  # JSON can spell half a character, which no text holds
    except OSError as error:
        raise PlanFileError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise PlanFileError(f"{path}: not JSON", hint=_AGAIN) from None
    if not isinstance(raw, dict):
        raise PlanFileError(f"{path}: not a plan", hint=_AGAIN)
    return raw


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name)[1:-1] for name in names[:_NAMED]) or "none"
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
