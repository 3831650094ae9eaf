"""CRLs, base and delta, of the issuing authority itself (RFC 5280 section 5).

The signature is proven first; then the entries become a compact index and the octets are not
needed any more. Indirect and partitioned CRLs (issuingDistributionPoint) are not used by the NCA
and are refused.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import (
    AuthorityKeyIdentifier,
    Extension,
    Extensions,
    decode,
    integer_of,
    time_of,
)
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.revocation.crl_entries import CrlEntries, element, read_entries
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.signatures import Scheme, holds, read_scheme
from eds_verifier.verdict import Refused

MAX_CRL = 64 * 1_048_576
REMEMBERED_OCTETS = 64 * 1_048_576
REMEMBERED_CRLS = 64
EXPIRED_CERTS_ON_CRL = "2.5.29.60"
_WHAT = "the CRL"
_UNREADABLE = "the CRL cannot be read"
_KNOWN_CRITICAL = frozenset(
    {
        oids.CRL_NUMBER,
        oids.AUTHORITY_KEY_IDENTIFIER,
        oids.DELTA_CRL_INDICATOR,
        EXPIRED_CERTS_ON_CRL,
    }
)
_INTEGER, _BITS, _SEQUENCE, _EXTENSIONS = 0x02, 0x03, 0x30, 0xA0
_TIMES = frozenset({0x17, 0x18})
_VERSION_2 = b"\x02\x01\x01"


@dataclass(frozen=True, slots=True, repr=False)
class Crl:
    """A CRL whose signature and issuer were proven; `issuer` is its certificate's SHA-256.

    `base_number` is set for a delta: the number of the base it needs, at least. The NCA numbers
    its deltas apart from its bases, so two numbers of different kinds are never compared.
    `expired_from`: certificates that expired since then are still listed (X.509 expiredCertsOnCRL);
    None: an entry may be gone as soon as its certificate has expired.
    """

    issuer: str
    number: int | None
    base_number: int | None
    this_update: datetime
    next_update: datetime | None
    entries: CrlEntries
    expired_from: datetime | None = None

    @property
    def issued(self) -> tuple[datetime, int]:
        """What orders CRLs of one kind: the instant, then the number (RFC 5280 section 5.2.3)."""
        return self.this_update, -1 if self.number is None else self.number


@dataclass(frozen=True, slots=True, repr=False)
class HeldCrl:
    """A proven CRL on the shelf. `octets` gives the octets it was read from, as evidence."""

    crl: Crl
    sha256: bytes
    octets: Callable[[], bytes]


class _Remembered:
    """The CRLs read last, by the SHA-256 of their octets and their issuer's; bounded in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._crls: OrderedDict[tuple[bytes, bytes], Crl] = OrderedDict()
        self._octets = 0

    def get(self, key: tuple[bytes, bytes]) -> Crl | None:
        with self._lock:
            if key in self._crls:
                self._crls.move_to_end(key)
            return self._crls.get(key)

    def put(self, key: tuple[bytes, bytes], crl: Crl) -> None:
        with self._lock:
            if key in self._crls:
                return
            self._crls[key] = crl
            self._octets += crl.entries.octets
            while self._octets > REMEMBERED_OCTETS or len(self._crls) > REMEMBERED_CRLS:
                _, oldest = self._crls.popitem(last=False)
                self._octets -= oldest.entries.octets


_remembered = _Remembered()


def read_crl(data: bytes, issuer_der: bytes) -> Crl:
    """`prove_crl`, remembered: the same octets and issuer prove the same."""
    key = (hashlib.sha256(data).digest(), hashlib.sha256(issuer_der).digest())
    crl = _remembered.get(key)
    if crl is None:
        crl = prove_crl(data, issuer_der)
        _remembered.put(key, crl)
    return crl


def prove_crl(
    data: bytes, issuer_der: bytes, *, give_up: Callable[[], bool] = lambda: False
) -> Crl:
    """Read and prove a CRL against its issuer's certificate; raises Unusable saying why not.

    `give_up` is asked while entries are read; a reading that takes too long ends as Unusable.
    """
    if len(data) > MAX_CRL:
        raise Unusable("the CRL is too large", Cause.TOO_LARGE)
    try:
        return _read(data, Certificate.parse(issuer_der), give_up)
    except Refused as refused:  # a parser's or an algorithm's refusal is about the CRL only
        raise Unusable(refused.detail) from None


@dataclass(frozen=True, slots=True, repr=False)
class _Parts:
    """TBSCertList: the small fields as octets, the entries as a range of the whole."""

    inner_algorithm: bytes
    issuer: bytes
    this_update: bytes
    next_update: bytes | None
    entries: tuple[int, int]
    extensions: bytes | None


def _read(data: bytes, issuer: Certificate, give_up: Callable[[], bool]) -> Crl:
    tbs, outer_algorithm, signature = _outer(data)
    parts = _split(data, *_content(data, *tbs))
    if _scheme(parts.inner_algorithm) != _scheme(outer_algorithm):
        raise Unusable("the CRL names two signature algorithms")
    if not same_name(parts.issuer, issuer.subject_der):
        raise Unusable("the CRL is another authority's", Cause.NOT_AUTHORISED)
    if issuer.key_usage and "crl_sign" not in issuer.key_usage:
        raise Unusable("the authority's key may not sign CRLs", Cause.NOT_AUTHORISED)
    extensions = _extensions(parts.extensions)
    _check_key(extensions.get(oids.AUTHORITY_KEY_IDENTIFIER), issuer)
    if not holds(_scheme(outer_algorithm), issuer.key_info, data[slice(*tbs)], signature):
        raise Unusable("the CRL's signature does not hold", Cause.SIGNATURE)
    return Crl(
        issuer=issuer.sha256,
        number=_number(extensions, oids.CRL_NUMBER),
        base_number=_number(extensions, oids.DELTA_CRL_INDICATOR),
        this_update=time_of(parts.this_update, what=_WHAT),
        next_update=None if parts.next_update is None else time_of(parts.next_update, what=_WHAT),
        entries=read_entries(data, *parts.entries, give_up=give_up),
        expired_from=_expired_from(extensions.get(EXPIRED_CERTS_ON_CRL)),
    )


def _scheme(identifier: bytes) -> Scheme:
    return read_scheme(identifier, what=_WHAT)


def _outer(data: bytes) -> tuple[tuple[int, int], bytes, bytes]:
    """Where the signed part is, header included; the AlgorithmIdentifier; the signature."""
    start, end = _content(data, 0, len(data))
    ranges: list[tuple[int, int]] = []
    position = start
    while position < end:
        _, _, after = element(data, position, end, what=_UNREADABLE)
        ranges.append((position, after))
        position = after
        if len(ranges) > 3:
            break
    if len(ranges) != 3:
        raise Unusable(_UNREADABLE)
    tbs, algorithm, bits = ranges
    tag, first, _ = element(data, *bits, what=_UNREADABLE)
    if tag != _BITS or data[first : first + 1] != b"\0":
        raise Unusable(_UNREADABLE)
    return tbs, data[slice(*algorithm)], data[first + 1 : bits[1]]


def _content(data: bytes, position: int, limit: int) -> tuple[int, int]:
    """The range of the content of the SEQUENCE that fills `data[position:limit]`."""
    tag, start, end = element(data, position, limit, what=_UNREADABLE)
    if tag != _SEQUENCE or end != limit:
        raise Unusable(_UNREADABLE)
    return start, end


def _split(data: bytes, position: int, limit: int) -> _Parts:
    fields: list[tuple[int, int, int, int]] = []
    while position < limit:
        tag, start, end = element(data, position, limit, what=_UNREADABLE)
        fields.append((tag, position, start, end))
        position = end
        if len(fields) > 7:
            raise Unusable(_UNREADABLE)

    def take(wanted: frozenset[int]) -> tuple[int, int, int] | None:
        if fields and fields[0][0] in wanted:
            return fields.pop(0)[1:]
        return None

    def octets(wanted: frozenset[int]) -> bytes | None:
        found = take(wanted)
        return None if found is None else data[found[0] : found[2]]

    def required(wanted: frozenset[int]) -> bytes:
        found = octets(wanted)
        if found is None:
            raise Unusable(_UNREADABLE)
        return found

    version = octets(frozenset({_INTEGER}))
    parts = _Parts(
        inner_algorithm=required(frozenset({_SEQUENCE})),
        issuer=required(frozenset({_SEQUENCE})),
        this_update=required(_TIMES),
        next_update=octets(_TIMES),
        entries=(take(frozenset({_SEQUENCE})) or (0, 0, 0))[1:],
        extensions=octets(frozenset({_EXTENSIONS})),
    )
    if fields or version not in (None, _VERSION_2) or (parts.extensions and not version):
        raise Unusable(_UNREADABLE)
    return parts


def _extensions(encoded: bytes | None) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in _decode_extensions(encoded):
        oid = item.extn_id.dotted_string
        if oid in found:
            raise Unusable("the CRL repeats an extension", Cause.NOT_UNDERSTOOD)
        if oid == oids.ISSUING_DISTRIBUTION_POINT or (item.critical and oid not in _KNOWN_CRITICAL):
            raise Unusable(
                "the CRL has an extension that limits it in a way not understood",
                Cause.NOT_UNDERSTOOD,
            )
        found[oid] = item.extn_value
    return found


def _decode_extensions(encoded: bytes | None) -> list[Extension]:
    if encoded is None:
        return []
    _, start, end = element(encoded, 0, len(encoded), what=_UNREADABLE)
    inner = encoded[start:end]
    _content(inner, 0, len(inner))
    return decode(Extensions, b"\x30" + encoded[1:], what=_WHAT).items


def _check_key(encoded: bytes | None, issuer: Certificate) -> None:
    if encoded is None:
        return
    named = decode(AuthorityKeyIdentifier, encoded, what=_WHAT).key_identifier
    if named is not None and named != issuer.subject_key_id:
        raise Unusable("the CRL is signed with another key of the authority", Cause.NOT_AUTHORISED)


def _expired_from(encoded: bytes | None) -> datetime | None:
    return None if encoded is None else time_of(encoded, what=_WHAT)


def _number(extensions: dict[str, bytes], oid: str) -> int | None:
    if oid not in extensions:
        return None
    return integer_of(extensions[oid], what=_WHAT)
