"""How the authorities answer: what `/health/ready`, the metrics and the pages say of the NCA.

It tells what happened when somebody was asked. Nobody is asked for the sake of the state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from eds_verifier.revocation.crl_reading import Crl
from eds_verifier.revocation.crl_supply import places_of
from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.shelf import CrlShelf
from eds_verifier.revocation.source import SourceKind, SourceRecord, Sources
from eds_verifier.trust import TrustedAuthority, TrustStore

EXPIRY_WARNING = timedelta(days=90)
SERVES_FOR = timedelta(hours=24)
"""How old a CRL may be to serve, by the default policy; a portal's policy may be stricter."""

SourceStatus = Literal["answering", "down", "not_asked"]
Answering = Literal["answering", "degraded", "down"]
_BADNESS: dict[Answering, int] = {"answering": 0, "degraded": 1, "down": 2}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceState(_Frozen):
    """One responder or CRL. `cause` is why it failed last; `down_since` is set while it is down.

    `this_update`, `age_seconds` and `entries` are of the CRL held, whatever became of its source.
    """

    kind: SourceKind
    status: SourceStatus
    last_success: AwareDatetime | None = None
    last_failure: AwareDatetime | None = None
    cause: Cause | None = None
    down_since: AwareDatetime | None = None
    this_update: AwareDatetime | None = None
    age_seconds: int | None = None
    entries: int | None = None


class AuthorityState(_Frozen):
    """One authority of the trust list and its sources.

    `answering`: everything asked answers. `degraded`: something does not, and verdicts can still
    be had. `down`: none can, since `down_since`.
    """

    name: str
    role: str
    generation: str
    status: Answering
    down_since: AwareDatetime | None = None
    not_after: AwareDatetime
    days_left: int
    expires_soon: bool
    unsafe_test: bool
    sources: tuple[SourceState, ...] = ()


class TrustState(_Frozen):
    """Every authority of one trust list. `status` is that of the worst; `down_since` is its."""

    trust: str
    status: Answering
    down_since: AwareDatetime | None = None
    unsafe_test: bool
    authorities: tuple[AuthorityState, ...]


def state_of(trust: TrustStore, sources: Sources, shelf: CrlShelf, *, now: datetime) -> TrustState:
    """The state of a trust store's authorities at the instant `now` of the wall clock."""
    authorities = tuple(_authority(one, sources, shelf, now) for one in trust.authorities)
    status, since = worst_of(authorities)
    return TrustState(
        trust=trust.name,
        status=status,
        down_since=since,
        unsafe_test=any(one.unsafe_test for one in authorities),
        authorities=authorities,
    )


def worst_of(
    states: Iterable[AuthorityState | TrustState],
) -> tuple[Answering, datetime | None]:
    """The worst status among them, and since when the first of them is down."""
    parts = tuple(states)
    statuses: list[Answering] = ["answering", *(one.status for one in parts)]
    since = (one.down_since for one in parts if one.down_since is not None)
    return max(statuses, key=_BADNESS.__getitem__), min(since, default=None)


def _authority(
    authority: TrustedAuthority, sources: Sources, shelf: CrlShelf, now: datetime
) -> AuthorityState:
    states: list[SourceState] = []
    sha256 = authority.certificate.sha256
    if authority.ocsp is not None:
        states.append(_source("ocsp", sources.of(sha256, "ocsp").record, None, now))
    for place in places_of(authority):
        held = shelf.peek(place)
        crl = held.crl if held else None
        record = sources.of(sha256, place.kind).record
        states.append(_source(place.kind, record, crl, now))
    status, since = _answering(states, now)
    not_after = authority.certificate.not_after
    return AuthorityState(
        name=authority.name,
        role=authority.role,
        generation=authority.generation,
        status=status,
        down_since=since,
        not_after=not_after,
        days_left=(not_after - now).days,
        # What the old generation issued is judged at another time: nobody renews it.
        expires_soon=authority.generation == "current" and not_after - now <= EXPIRY_WARNING,
        unsafe_test=authority.unsafe_test,
        sources=tuple(states),
    )


def _source(kind: SourceKind, record: SourceRecord, crl: Crl | None, now: datetime) -> SourceState:
    status: SourceStatus = "not_asked"
    if record.down_since is not None:
        status = "down"
    elif record.last_success is not None:
        status = "answering"
    return SourceState(
        kind=kind,
        status=status,
        last_success=record.last_success,
        last_failure=record.last_failure,
        cause=record.cause,
        down_since=record.down_since,
        this_update=crl.this_update if crl else None,
        age_seconds=max(0, int((now - crl.this_update).total_seconds())) if crl else None,
        entries=len(crl.entries) if crl else None,
    )


def _answering(states: list[SourceState], now: datetime) -> tuple[Answering, datetime | None]:
    """From an authority's sources to what can be had of it, and since when nothing."""
    down = [state for state in states if state.down_since is not None]
    if not down:
        return "answering", None
    ways = [[one for one in states if one.kind == "ocsp"], _crl_way(states, now)]
    blocked = [[one.down_since for one in way if one.down_since is not None] for way in ways if way]
    if not all(blocked):
        return "degraded", None
    # Nothing could be had from when the last way was blocked; a way is blocked by any part of it.
    return "down", max(min(since) for since in blocked)


def _crl_way(states: list[SourceState], now: datetime) -> list[SourceState]:
    """The CRL sources; as not blocked while what is held still serves."""
    crls = [one for one in states if one.kind != "ocsp"]
    newest = max((one.this_update for one in crls if one.this_update), default=None)
    complete = all(one.this_update is not None for one in crls)
    if newest is None or not complete or now - newest > SERVES_FOR:
        return crls
    return [one.model_copy(update={"down_since": None}) for one in crls]
