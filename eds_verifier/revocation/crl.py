"""What an authority's CRLs say about one certificate (RFC 5280 section 6.3, 5.2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl_entries import REASON_HOLD, REASON_REMOVE, Revocation
from eds_verifier.revocation.crl_reading import Crl, HeldCrl, read_crl
from eds_verifier.revocation.evidence import Cause, Unusable

__all__ = ["Crl", "CrlAnswer", "HeldCrl", "completes", "is_delta_needed", "read_crl", "read_status"]

Status = Literal["good", "revoked", "suspended"]


@dataclass(frozen=True, slots=True)
class CrlAnswer:
    """What the authority's CRLs say about one certificate; `since`, `reason` if it is not good.

    `rests_on`: the base and, where one was needed, the delta.
    """

    status: Status
    this_update: datetime
    next_update: datetime | None
    delta_this_update: datetime | None
    since: datetime | None
    reason: int | None
    rests_on: tuple[Crl, ...]


def read_status(  # noqa: PLR0913 - the whole input of the rule, each part named
    crls: Iterable[bytes],
    leaf: Certificate,
    issuer: Certificate,
    *,
    policy: VerificationPolicy,
    at: datetime,
    held: Iterable[Crl] = (),
    delta_published: bool = True,
) -> CrlAnswer:
    """What the newest usable base and delta say; raises Unusable saying why they do not suffice.

    `crls` prove themselves now, `held` were proven. A base alone suffices when no delta is needed
    and it is not older than `crl_max_age`; with a delta, only the delta must be that fresh: it
    completes its base. `delta_published`: whether the trust list knows an address of a delta.
    """
    bases, deltas, unusable = _sorted(crls, held, issuer, policy, at)
    if not bases:
        raise unusable or Unusable("there is no CRL")
    base = bases[-1]
    delta = next((d for d in reversed(deltas) if completes(d, base)), None)
    newest = delta or base
    if delta is None and is_delta_needed(policy, delta_published=delta_published):
        missing = "there is no delta CRL that completes the base CRL"
        raise unusable or Unusable(missing, Cause.DELTA)
    if at - newest.this_update > policy.crl_max_age + policy.clock_skew:
        raise Unusable("the CRL is too old", Cause.STALE)
    status, entry = _status(leaf.serial, base, delta)
    if status == "good":
        _check_covers(leaf, base, newest)
    return CrlAnswer(
        status=status,
        this_update=base.this_update,
        next_update=newest.next_update,
        delta_this_update=delta.this_update if delta else None,
        since=entry.since if entry else None,
        reason=entry.reason if entry else None,
        rests_on=(base, delta) if delta else (base,),
    )


def is_delta_needed(policy: VerificationPolicy, *, delta_published: bool) -> bool:
    """Whether a base CRL alone will not do."""
    return {"required": True, "optional": False, "when_published": delta_published}[
        policy.delta_crl
    ]


def _sorted(
    crls: Iterable[bytes],
    held: Iterable[Crl],
    issuer: Certificate,
    policy: VerificationPolicy,
    at: datetime,
) -> tuple[list[Crl], list[Crl], Unusable | None]:
    """Bases and deltas valid at `at`, oldest first, and why the last one left out was."""
    usable: list[Crl] = []
    left_out: Unusable | None = None

    def proven() -> Iterator[Crl | Unusable]:
        for item in crls:
            try:
                yield read_crl(item, issuer.der)
            except Unusable as unusable:
                yield unusable
        yield from (one for one in held if one.issuer == issuer.sha256)

    for item in proven():
        try:
            if isinstance(item, Unusable):
                raise item
            _check_interval(item, policy, at)
        except Unusable as unusable:
            # Another authority's CRL beside the right one explains nothing.
            if left_out is None or unusable.cause is not Cause.NOT_AUTHORISED:
                left_out = unusable
        else:
            usable.append(item)
    usable.sort(key=lambda item: item.issued)
    bases = [item for item in usable if item.base_number is None]
    return bases, [item for item in usable if item.base_number is not None], left_out


def _check_interval(read: Crl, policy: VerificationPolicy, at: datetime) -> None:
    if read.this_update > at + policy.clock_skew:
        raise Unusable(
            f"the CRL is from the future: issued {read.this_update:%Y-%m-%d %H:%M} UTC, after the"
            " instant judged",
            Cause.STALE,
        )
    if read.next_update is None or read.next_update + policy.clock_skew < at:
        raise Unusable("the CRL is past its nextUpdate", Cause.STALE)


def _check_covers(leaf: Certificate, base: Crl, newest: Crl) -> None:
    """RFC 5280 section 3.3: when a certificate has expired, its entry may be taken off the CRL."""
    for crl in (base, newest):
        if crl.this_update > leaf.not_after and not (
            crl.expired_from is not None and crl.expired_from <= leaf.not_after
        ):
            raise Unusable(
                "the certificate has expired, and the CRL says nothing of expired ones",
                Cause.EXPIRED,
            )


def completes(delta: Crl, base: Crl) -> bool:
    """RFC 5280 section 5.2.4: the delta lists every change since `base_number`, or a later base."""
    return (
        base.number is not None
        and delta.base_number is not None
        and delta.base_number <= base.number
        and delta.this_update >= base.this_update
    )


def _status(serial: int, base: Crl, delta: Crl | None) -> tuple[Status, Revocation | None]:
    """Only a hold can be lifted: what was revoked for good stays so, whatever a delta removes."""
    entry = base.entries.find(serial)
    change = None if delta is None else delta.entries.find(serial)
    if change is not None and change.reason == REASON_REMOVE:
        entry = None if entry is None or entry.reason == REASON_HOLD else entry
    elif change is not None:
        entry = _graver(entry, change)
    if entry is None:
        return "good", None
    return "suspended" if entry.reason == REASON_HOLD else "revoked", entry


def _graver(entry: Revocation | None, change: Revocation) -> Revocation:
    """A delta's entry replaces the base's, but does not turn a revocation into a hold."""
    if entry is None or entry.reason == REASON_HOLD or change.reason != REASON_HOLD:
        return change
    return entry
