"""The entries of a CRL as a compact index: 27 octets for each, sorted, and no object per entry.

The NCA's production CRLs hold hundreds of thousands of entries. They are walked once, after the
signature was proven, and only what a verdict needs is kept: serial number, reason, date.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat import asn1

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import Extension, decode, instant, time_of
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.verdict import Refused

REASON_NONE, REASON_HOLD, REASON_REMOVE = 0, 6, 8
MAX_ODD_SERIALS = 1_000
"""Entries kept whose serial numbers no certificate may bear (RFC 5280 section 4.1.2.2)."""

INVALIDITY_DATE, CERTIFICATE_ISSUER = "2.5.29.24", "2.5.29.29"

_SERIAL, _DATE = 20, 6
_RECORD = _SERIAL + 1 + _DATE
_BUCKETS = 256
_LOOK_UP_EVERY = 0x3FFF

_SEQUENCE, _INTEGER, _UTC_TIME = 0x30, 0x02, b"\x17\x0d"
_BROKEN = "the CRL's entries cannot be read"
_REASON_EXTENSION = bytes.fromhex("300c300a0603551d1504030a01")
_REASONS: Mapping[bytes, int] = {
    b"": REASON_NONE,
    **{_REASON_EXTENSION + bytes((code,)): code for code in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10)},
}
"""What follows the date of nearly every entry: nothing, or a reason code alone (section 5.3.1)."""


@dataclass(frozen=True, slots=True, order=True)
class Revocation:
    """One entry: the CRLReason (0 when none is given) and since when.

    `since` is the invalidity date when that is earlier than the revocation date (section 5.3.2).
    """

    reason: int
    since: datetime


@asn1.sequence
class _Entry:
    serial: int
    date: asn1.UTCTime | asn1.GeneralizedTime
    extensions: list[Extension] | None


class CrlEntries:
    """Entries by serial number. Made by `read_entries`; read-only."""

    __slots__ = ("_buckets", "_odd", "_size")

    def __init__(self, buckets: tuple[bytes, ...], odd: Mapping[int, tuple[bytes, ...]]) -> None:
        self._buckets = buckets
        self._odd = odd
        self._size = sum(map(len, buckets)) // _RECORD + sum(map(len, odd.values()))

    def __len__(self) -> int:
        return self._size

    @property
    def octets(self) -> int:
        """How much memory the entries take, about."""
        return sum(map(len, self._buckets))

    def find(self, serial: int) -> Revocation | None:
        """The entry about a serial number; the gravest, then the earliest, when it is repeated.

        Raises Unusable when its date is no date.
        """
        found = [_revocation(tail) for tail in self._tails(serial)]
        return min(
            found, key=lambda item: (_LENIENCE.get(item.reason, 0), item.since), default=None
        )

    def _tails(self, serial: int) -> tuple[bytes, ...]:
        if not _is_plain(serial):
            return self._odd.get(serial, ())
        key = serial.to_bytes(_SERIAL)
        bucket = self._buckets[key[-1]]
        count = len(bucket) // _RECORD
        first = bisect_left(
            range(count), key, key=lambda i: bucket[i * _RECORD : i * _RECORD + _SERIAL]
        )
        tails = []
        for start in range(first * _RECORD, len(bucket), _RECORD):
            if bucket[start : start + _SERIAL] != key:
                break
            tails.append(bucket[start + _SERIAL : start + _RECORD])
        return tuple(tails)


_LENIENCE: Mapping[int, int] = {REASON_HOLD: 1, REASON_REMOVE: 2}


def _is_plain(serial: int) -> bool:
    return serial >= 0 and serial.bit_length() <= 8 * _SERIAL


def _revocation(tail: bytes) -> Revocation:
    digits = f"{int.from_bytes(tail[1:]):014}"
    year = int(digits[:4])
    month, day, hour, minute, second = (int(digits[i : i + 2]) for i in range(4, 14, 2))
    try:
        since = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise Unusable("a CRL entry's date is no date") from None
    return Revocation(tail[0], since)


def read_entries(
    data: bytes, start: int, end: int, *, give_up: Callable[[], bool] = lambda: False
) -> CrlEntries:
    """Walk revokedCertificates, whose content is `data[start:end]`.

    `give_up` is asked now and then: a walk that would take too long ends as Unusable. So does
    anything that is not DER, and an entry with a critical extension not understood.
    """
    buckets = [bytearray() for _ in range(_BUCKETS)]
    odd: dict[int, list[bytes]] = {}
    position, walked = start, 0
    while position < end:
        walked += 1
        if not walked & _LOOK_UP_EVERY and give_up():
            raise Unusable("the CRL could not be read in time", Cause.TIMEOUT)
        # The loop is the cost of a CRL: the usual entry is taken apart here, by slices alone.
        head = data[position : position + 4]
        if len(head) == 4 and head[0] == _SEQUENCE and head[1] < 0x80 and head[2] == _INTEGER:
            after = position + 2 + head[1]
            serial_end = position + 4 + head[3]
            tail = data[serial_end:after]
            date = tail[2:14]
            reason = _REASONS.get(tail[15:])
            if (
                0 < head[3] <= _SERIAL
                and reason is not None
                and tail[:2] == _UTC_TIME
                and tail[14:15] == b"Z"
                and date.isdigit()
                and after <= end
                and data[position + 4] < 0x80
            ):
                century = 20 if date < b"5" else 19
                number = int(date) + century * 1_000_000_000_000
                buckets[data[serial_end - 1]] += b"%b%c%b" % (
                    data[position + 4 : serial_end].rjust(_SERIAL, b"\0"),
                    reason,
                    number.to_bytes(_DATE),
                )
                position = after
                continue
        position = _walk_unusual(data, position, end, buckets, odd)
    return CrlEntries(
        tuple(map(_sorted, buckets)), {serial: tuple(tails) for serial, tails in odd.items()}
    )


def _sorted(bucket: bytearray) -> bytes:
    records = [bytes(bucket[i : i + _RECORD]) for i in range(0, len(bucket), _RECORD)]
    bucket.clear()
    records.sort()
    return b"".join(records)


def _walk_unusual(
    data: bytes,
    position: int,
    end: int,
    buckets: list[bytearray],
    odd: dict[int, list[bytes]],
) -> int:
    """Any other entry, read in full; returns where the next one starts."""
    tag, _, after = element(data, position, end, what=_BROKEN)
    if tag != _SEQUENCE:
        raise Unusable(_BROKEN)
    try:
        entry = decode(_Entry, data[position:after], what=_BROKEN)
        since = instant(entry.date, what=_BROKEN)
        reason, invalid_since = _read_extensions(entry.extensions or [])
    except Refused:
        raise Unusable(_BROKEN) from None
    since = min(since, invalid_since or since)
    tail = bytes((reason,)) + int(f"{since:%Y%m%d%H%M%S}").to_bytes(_DATE)
    if _is_plain(entry.serial):
        key = entry.serial.to_bytes(_SERIAL)
        buckets[key[-1]] += key + tail
    else:
        odd.setdefault(entry.serial, []).append(tail)
        if sum(map(len, odd.values())) > MAX_ODD_SERIALS:
            raise Unusable("the CRL lists too many serial numbers that no certificate may bear")
    return after


def _read_extensions(extensions: list[Extension]) -> tuple[int, datetime | None]:
    reason, invalid_since = REASON_NONE, None
    seen: set[str] = set()
    for extension in extensions:
        oid = extension.extn_id.dotted_string
        if oid in seen:
            raise Unusable("a CRL entry repeats an extension", Cause.NOT_UNDERSTOOD)
        seen.add(oid)
        if oid == oids.REASON_CODE:
            reason = enumerated(extension.extn_value, what=_BROKEN)
        elif oid == INVALIDITY_DATE:
            invalid_since = time_of(extension.extn_value, what=_BROKEN)
        elif extension.critical or oid == CERTIFICATE_ISSUER:
            raise Unusable(
                "a CRL entry has an extension that changes its meaning in a way not understood",
                Cause.NOT_UNDERSTOOD,
            )
    return reason, invalid_since


def enumerated(data: bytes, *, what: str) -> int:
    """The value of a one-octet ENUMERATED; Unusable for anything else."""
    if len(data) != 3 or data[:2] != b"\x0a\x01" or data[2] >= 0x80:
        raise Unusable(what)
    return data[2]


def element(data: bytes, position: int, limit: int, *, what: str) -> tuple[int, int, int]:
    """Tag, start and end of the content of the DER element at `position`; Unusable past `limit`.

    For what is too large to be copied; smaller parts are decoded by declared types.
    """
    if position + 2 > limit:
        raise Unusable(what)
    tag, length = data[position], data[position + 1]
    start = position + 2
    if length >= 0x80:
        size = length & 0x7F
        encoded = data[start : start + size]
        length = int.from_bytes(encoded)
        start += size
        if not 1 <= size <= 4 or start > limit or encoded[0] == 0 or length < 0x80:
            raise Unusable(what)
    if tag & 0x1F == 0x1F or start + length > limit:
        raise Unusable(what)
    return tag, start, start + length
