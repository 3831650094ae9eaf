"""Names: read by their declared types, compared by RFC 5280 section 7.1.

Bounded before anything is normalised: Unicode normalisation takes time with the square of a run of
combining marks, and names come from strangers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1.der import boxed
from eds_verifier.verdict import Reason, Refused

MAX_NAME = 4_096
"""Octets of a whole Name; the NCA's have some hundreds."""
MAX_VALUE = 512
"""Characters of one attribute's value; X.520 allows 64 for most."""

Prepared = tuple[tuple[tuple[str, str | bytes], ...], ...]

_STRINGS = {
    b"\x0c": "utf-8",  # UTF8String
    b"\x13": "ascii",  # PrintableString
    b"\x16": "ascii",  # IA5String
    b"\x1e": "utf-16-be",  # BMPString
}
"""String types by tag. TeletexString and UniversalString have no reading to rely on."""


@asn1.sequence
class AttributeTypeAndValue:
    """One attribute of a name; the value's string type is up to its tag."""

    type: ObjectIdentifier
    value: asn1.TLV


@asn1.sequence
class _Name:
    """A Name, boxed."""

    rdns: list[asn1.SetOf[AttributeTypeAndValue]]


def attributes_of(
    name: bytes, *, what: str, reason: Reason = Reason.MALFORMED
) -> tuple[tuple[str, str], ...]:
    """OID and text of every attribute of a DER Name, in order, without values that are no text.

    Raises Refused(`reason`) for a name or value that is too long, and for text that its string
    type does not allow.
    """
    return tuple(
        (oid, value)
        for rdn in _read(name, what, reason)
        for oid, value in rdn
        if isinstance(value, str)
    )


def same_name(left: bytes, right: bytes) -> bool:
    """Whether two DER Names are one name: case, runs of spaces and string types do not count.

    Refuses malformed for what cannot be compared.
    """
    return left == right or _prepared(left) == _prepared(right)


@lru_cache(maxsize=512)
def _prepared(name: bytes) -> Prepared:
    """A name as it is compared: each RDN a set (RFC 5280 section 7.1)."""
    return tuple(
        tuple(sorted(((oid, _folded(value)) for oid, value in rdn), key=_by_kind))
        for rdn in _read(name, "a name", Reason.MALFORMED)
    )


def _by_kind(pair: tuple[str, str | bytes]) -> tuple[str, str, bytes]:
    """An order over texts and other values together."""
    oid, value = pair
    return (oid, value, b"") if isinstance(value, str) else (oid, "", value)


def _folded(value: str | bytes) -> str | bytes:
    """RFC 4518's preparation in the parts that matter: compatibility forms, case, spaces."""
    if isinstance(value, bytes):
        return value
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return " ".join(folded.split())


def _read(name: bytes, what: str, reason: Reason) -> Iterator[list[tuple[str, str | bytes]]]:
    if len(name) > MAX_NAME:
        raise Refused(reason, f"{what} is longer than {MAX_NAME} octets")
    for rdn in boxed(_Name, name, what=what, reason=reason).rdns:
        yield [
            (pair.type.dotted_string, _value(pair.value, what, reason)) for pair in rdn.as_list()
        ]


def _value(value: asn1.TLV, what: str, reason: Reason) -> str | bytes:
    encoding = _STRINGS.get(value.tag_bytes)
    octets = bytes(value.data)
    if encoding is None:
        return value.tag_bytes + octets
    try:
        text = octets.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(reason, f"{what} cannot be read") from None
    if len(text) > MAX_VALUE:
        raise Refused(reason, f"{what} holds a value longer than {MAX_VALUE} characters")
    return text
