"""DER by declared types: what several readers share, and the border to the decoder.

The decoder is `cryptography.hazmat.asn1`: strict DER, no recursion beyond the declared types, so
hostile octets cost no more than their length. Parts whose type depends on something else arrive as
`TLV` and are decoded when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, TypeVar

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1.ber import encode
from eds_verifier.verdict import Reason, Refused

T = TypeVar("T")

MAX_ELEMENTS = 256

SEQUENCE, SET, OCTET_STRING, NULL = b"\x30", b"\x31", b"\x04", b"\x05\x00"


@asn1.sequence
class SubjectPublicKeyInfo:
    """RFC 5280 section 4.1.2.7."""

    algorithm: asn1.TLV
    public_key: asn1.BitString


@asn1.sequence
class Extension:
    """RFC 5280 section 4.2. An explicit FALSE is read as what it says."""

    extn_id: ObjectIdentifier
    critical: bool | None
    extn_value: bytes


@asn1.sequence
class AuthorityKeyIdentifier:
    """RFC 5280 section 4.2.1.1; `issuer` holds GeneralNames."""

    key_identifier: Annotated[bytes | None, asn1.Implicit(0)]
    issuer: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    serial: Annotated[int | None, asn1.Implicit(2)]


@asn1.sequence
class Elements:
    """Any SEQUENCE by its elements, boxed."""

    items: list[asn1.TLV]


@asn1.sequence
class Extensions:
    """Extensions, boxed."""

    items: list[Extension]


@asn1.sequence
class _Oids:
    """A SEQUENCE OF OBJECT IDENTIFIER, boxed."""

    values: list[ObjectIdentifier]


@asn1.sequence
class _Octets:
    """An OCTET STRING, boxed."""

    value: bytes


@asn1.sequence
class _Integer:
    """An INTEGER, boxed."""

    value: int


@asn1.sequence
class _Time:
    """A Time, boxed."""

    value: asn1.UTCTime | asn1.GeneralizedTime


def decode(cls: type[T], data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> T:
    """Decode `data`, one DER element of the declared type and nothing after it.

    Raises Refused(`reason`), saying only what was being read: a decoder's text may quote octets.
    """
    try:
        return asn1.decode_der(cls, data)
    except (ValueError, OverflowError):
        raise Refused(reason, f"{what} cannot be read") from None


def boxed(cls: type[T], *elements: bytes, what: str, reason: Reason = Reason.MALFORMED) -> T:
    """`decode` for elements that stand alone: a declared type is always a SEQUENCE of fields."""
    return decode(cls, encode(0x30, b"".join(elements)), what=what, reason=reason)


def raw(element: asn1.TLV) -> bytes:
    """The element's octets, header included. In DER there is only one way to write the header."""
    content = bytes(element.data)
    length = len(content)
    if length < 0x80:
        return element.tag_bytes + bytes((length,)) + content
    size = (length.bit_length() + 7) // 8
    return element.tag_bytes + bytes((0x80 | size,)) + length.to_bytes(size, "big") + content


def raw_all(elements: Iterable[asn1.TLV]) -> bytes:
    """Several elements, one after the other."""
    return b"".join(map(raw, elements))


def elements_of(
    element: asn1.TLV, *, what: str, reason: Reason = Reason.MALFORMED, at_most: int = MAX_ELEMENTS
) -> list[asn1.TLV]:
    """The elements of a SEQUENCE; more than `at_most` are refused before any is made."""
    return _elements(element, SEQUENCE, what, reason, at_most)


def members_of(
    element: asn1.TLV, *, what: str, reason: Reason = Reason.MALFORMED, at_most: int = MAX_ELEMENTS
) -> list[asn1.TLV]:
    """The members of a SET, in the order they stand, which is not judged; bounded likewise."""
    return _elements(element, SET, what, reason, at_most)


def _elements(
    element: asn1.TLV, tag: bytes, what: str, reason: Reason, at_most: int
) -> list[asn1.TLV]:
    content = bytes(element.data)
    if element.tag_bytes != tag or _has_more(content, at_most):
        raise Refused(reason, f"{what} cannot be read")
    return boxed(Elements, encode(0x30, content), what=what, reason=reason).items


def _has_more(content: bytes, at_most: int) -> bool:
    """Whether more than `at_most` elements begin in `content`; what is no DER is left to decode."""
    position = count = 0
    while position + 2 <= len(content):
        count += 1
        if count > at_most:
            return True
        length = content[position + 1]
        position += 2
        if length >= 0x80:
            size = length & 0x7F
            length = int.from_bytes(content[position : position + min(size, 8)], "big")
            position += size
        position += length
    return False


def algorithm_parts(identifier: bytes, *, what: str) -> tuple[str, bytes]:
    """OID and parameters of an AlgorithmIdentifier; absent parameters are empty octets."""
    parts = boxed(Elements, identifier, what=what).items
    if not 1 <= len(parts) <= 2:
        raise Refused(Reason.MALFORMED, f"{what} cannot be read")
    return oid_of(raw(parts[0]), what=what), raw(parts[1]) if len(parts) == 2 else b""


def oid_of(data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> str:
    """The one OBJECT IDENTIFIER in `data`."""
    values = boxed(_Oids, encode(0x30, data), what=what, reason=reason).values
    if len(values) != 1:
        raise Refused(reason, f"{what} cannot be read")
    return values[0].dotted_string


def oids_of(data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> tuple[str, ...]:
    """The OIDs of a SEQUENCE OF OBJECT IDENTIFIER."""
    return tuple(oid.dotted_string for oid in boxed(_Oids, data, what=what, reason=reason).values)


def octets_of(data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> bytes:
    """The content of an OCTET STRING."""
    return boxed(_Octets, data, what=what, reason=reason).value


def integer_of(data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> int:
    """The value of an INTEGER."""
    return boxed(_Integer, data, what=what, reason=reason).value


def time_of(data: bytes, *, what: str, reason: Reason = Reason.MALFORMED) -> datetime:
    """The instant of a Time: UTC, whole seconds (RFC 5280 section 4.1.2.5)."""
    return instant(boxed(_Time, data, what=what, reason=reason).value, what=what, reason=reason)


def instant(
    time: asn1.UTCTime | asn1.GeneralizedTime, *, what: str, reason: Reason = Reason.MALFORMED
) -> datetime:
    """The instant of a decoded time, which must not have fractions of a second."""
    value = time.as_datetime()
    if value.microsecond:
        raise Refused(reason, f"{what} cannot be read")
    return value
