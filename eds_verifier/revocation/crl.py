"""CRLs, base and delta, of the issuing authority itself (RFC 5280 sections 5 and 6.3).

Entries are read by a small walker of our own: the NCA's production CRLs are large. Indirect and
partitioned CRLs (issuingDistributionPoint) are not used by the NCA and are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

from asn1crypto import core, crl, x509

from eds_verifier.asn1 import oids
from eds_verifier.asn1.reading import load, octets, reading
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Unusable
from eds_verifier.signatures import algorithm_oid, holds, scheme_of
from eds_verifier.verdict import Refused

MAX_CRL = 64 * 1_048_576
_KNOWN_CRITICAL = frozenset(
    {oids.CRL_NUMBER, oids.AUTHORITY_KEY_IDENTIFIER, oids.DELTA_CRL_INDICATOR}
)
_REASON_HOLD, _REASON_REMOVE = 6, 8
_INTEGER, _SEQUENCE = 0x02, 0x30

Status = Literal["good", "revoked", "suspended"]


@dataclass(frozen=True, slots=True, repr=False)
class Crl:
    """A CRL whose signature and issuer were proven. `entries`: serial number to reason code.

    `base_number` is set for a delta: the number of the base it needs, at least. The NCA numbers
    its deltas apart from its bases, so two numbers of different kinds are never compared.
    """

    number: int | None
    base_number: int | None
    this_update: datetime
    next_update: datetime | None
    entries: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CrlAnswer:
    """What the authority's CRLs say about one certificate."""

    status: Status
    this_update: datetime
    next_update: datetime | None
    delta_this_update: datetime | None


@lru_cache(maxsize=16)
def read_crl(data: bytes, issuer_der: bytes) -> Crl:
    """Read and prove a CRL against its issuer's certificate; raises Unusable saying why not.

    Remembered: the same octets and issuer prove the same.
    """
    if len(data) > MAX_CRL:
        raise Unusable("the CRL is too large")
    try:
        with reading("the CRL"):
            return _read(data, Certificate.parse(issuer_der))
    except Refused as refused:  # a parser's or an algorithm's refusal is about the CRL only
        raise Unusable(refused.detail) from None


def _read(data: bytes, issuer: Certificate) -> Crl:
    outer = load(crl.CertificateList, data)
    tbs = outer["tbs_cert_list"]
    inner_oid = algorithm_oid(tbs["signature"], what="the CRL")
    outer_oid = algorithm_oid(outer["signature_algorithm"], what="the CRL")
    if inner_oid != outer_oid:
        raise Unusable("the CRL names two signature algorithms")
    if tbs["issuer"] != issuer.subject:
        raise Unusable("the CRL is another authority's")
    if issuer.key_usage and "crl_sign" not in issuer.key_usage:
        raise Unusable("the authority's key may not sign CRLs")
    extensions = _extensions(tbs["crl_extensions"])
    key_id = extensions.get(oids.AUTHORITY_KEY_IDENTIFIER)
    if key_id is not None:
        named = load(x509.AuthorityKeyIdentifier, key_id)["key_identifier"].native
        if named is not None and named != issuer.subject_key_id:
            raise Unusable("the CRL is signed with another key of the authority")
    scheme = scheme_of(outer_oid, what="the CRL")
    if not holds(scheme, issuer.key_info, octets(tbs), bytes(outer["signature"].native)):
        raise Unusable("the CRL's signature does not hold")
    revoked = tbs["revoked_certificates"]
    return Crl(
        number=_number(extensions, oids.CRL_NUMBER),
        base_number=_number(extensions, oids.DELTA_CRL_INDICATOR),
        this_update=tbs["this_update"].native,
        next_update=tbs["next_update"].native,
        entries=MappingProxyType(
            {} if isinstance(revoked, core.Void) else dict(_entries(bytes(revoked.contents)))
        ),
    )


def _extensions(encoded: Any) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if isinstance(encoded, core.Void):
        return found
    for item in encoded:
        oid = str(item["extn_id"].dotted)
        if oid in found:
            raise Unusable("the CRL repeats an extension")
        if oid == oids.ISSUING_DISTRIBUTION_POINT or (
            item["critical"].native and oid not in _KNOWN_CRITICAL
        ):
            raise Unusable("the CRL has an extension that limits it in a way not understood")
        found[oid] = bytes(item["extn_value"].contents)
    return found


def _number(extensions: dict[str, bytes], oid: str) -> int | None:
    if oid not in extensions:
        return None
    return int(load(core.Integer, extensions[oid]).native)


def _entries(octets: bytes) -> Iterator[tuple[int, int]]:
    """Serial number and reason code (0 when none is given) of each revoked certificate."""
    position = 0
    while position < len(octets):
        tag, start, position = _element(octets, position)
        if tag != _SEQUENCE:
            raise Unusable("the CRL's entries cannot be read")
        tag, serial_start, serial_end = _element(octets, start)
        if tag != _INTEGER or serial_end > position:
            raise Unusable("the CRL's entries cannot be read")
        serial = int.from_bytes(octets[serial_start:serial_end], "big", signed=True)
        _, _, date_end = _element(octets, serial_end)
        reason = 0
        if date_end < position:
            reason = _reason(octets[date_end:position])
        elif date_end > position:
            raise Unusable("the CRL's entries cannot be read")
        yield serial, reason


def _element(octets: bytes, position: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the DER element at `position`."""
    tag, length = octets[position], octets[position + 1]
    start = position + 2
    if length >= 0x80:
        size = length & 0x7F
        length = int.from_bytes(octets[start : start + size], "big")
        start += size
    end = start + length
    if end > len(octets):
        raise Unusable("the CRL's entries cannot be read")
    return tag, start, end


def _reason(encoded: bytes) -> int:
    reason = 0
    for item in load(crl.CRLEntryExtensions, encoded):
        oid = item["extn_id"].dotted
        if oid == oids.REASON_CODE:
            value = load(core.Enumerated, bytes(item["extn_value"].contents)).contents
            reason = int.from_bytes(value, "big")
        elif item["critical"].native:
            raise Unusable("a CRL entry has a critical extension not understood")
    return reason


def read_status(
    crls: tuple[bytes, ...],
    leaf: Certificate,
    issuer: Certificate,
    *,
    policy: VerificationPolicy,
    at: datetime,
) -> CrlAnswer:
    """What the newest usable base and delta say; raises Unusable saying why they do not suffice.

    A base alone suffices when the policy leaves the delta optional and the base is not older than
    `crl_max_age`; with a delta, only the delta must be that fresh: it completes its base.
    """
    bases, deltas, unusable = _sorted(crls, issuer, policy, at)
    if not bases:
        raise Unusable(unusable or "there is no CRL")
    base = bases[-1]
    delta = next((d for d in reversed(deltas) if _completes(d, base)), None)
    newest = delta or base
    if delta is None and policy.delta_crl == "required":
        raise Unusable(unusable or "there is no delta CRL that completes the base CRL")
    if _age(newest, at) > policy.crl_max_age + policy.clock_skew:
        raise Unusable("the CRL is too old")
    return CrlAnswer(
        status=_status(leaf.serial, base, delta),
        this_update=base.this_update,
        next_update=newest.next_update,
        delta_this_update=delta.this_update if delta else None,
    )


def _sorted(
    crls: tuple[bytes, ...], issuer: Certificate, policy: VerificationPolicy, at: datetime
) -> tuple[list[Crl], list[Crl], str]:
    """Bases and deltas valid at `at`, oldest first, and why the last one left out was."""
    usable: list[Crl] = []
    detail = ""
    for data in crls:
        try:
            read = read_crl(data, issuer.der)
            _check_interval(read, policy, at)
        except Unusable as unusable:
            detail = unusable.detail
        else:
            usable.append(read)
    usable.sort(key=lambda item: item.this_update)
    bases = [item for item in usable if item.base_number is None]
    return bases, [item for item in usable if item.base_number is not None], detail


def _check_interval(read: Crl, policy: VerificationPolicy, at: datetime) -> None:
    if read.this_update > at + policy.clock_skew:
        raise Unusable("the CRL is from the future: check the clock")
    if read.next_update is None or read.next_update + policy.clock_skew < at:
        raise Unusable("the CRL is past its nextUpdate")


def _completes(delta: Crl, base: Crl) -> bool:
    """RFC 5280 section 5.2.4: the delta lists every change since `base_number`, or a later base."""
    return (
        base.number is not None
        and delta.base_number is not None
        and delta.base_number <= base.number
        and delta.this_update >= base.this_update
    )


def _age(read: Crl, at: datetime) -> timedelta:
    return at - read.this_update


def _status(serial: int, base: Crl, delta: Crl | None) -> Status:
    reason = base.entries.get(serial)
    if delta is not None and serial in delta.entries:
        reason = delta.entries[serial]
        if reason == _REASON_REMOVE:
            return "good"
    if reason is None:
        return "good"
    return "suspended" if reason == _REASON_HOLD else "revoked"
