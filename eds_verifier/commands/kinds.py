"""What a file is that somebody gave, by its first octets or its PEM label; nothing of it is proven.

For messages to a person only: a reader of certificates, messages or CRLs judges by itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from enum import StrEnum

_LABEL = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_BLOCK = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]{1,40})-----\s([A-Za-z0-9+/=\s]*)-----END (?P=label)-----"
)
_INTEGER, _BITS, _OCTETS, _OID, _ENUMERATED = 0x02, 0x03, 0x04, 0x06, 0x0A
_SEQUENCE, _SET, _TAG_0 = 0x30, 0x31, 0xA0
_TIMES = frozenset({0x17, 0x18})
_MOST_PARTS = 12
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED_DATA = frozenset(bytes.fromhex(f"2a864886f70d0107{number:02x}") for number in (3, 4, 6))
_TIME_STAMP_INFO = bytes.fromhex("2a864886f70d0109100104")


class Kind(StrEnum):
    """What a file may be, as a sentence says it."""

    CERTIFICATE = "a certificate"
    CHAIN = "a chain of certificates without a signature (.p7b)"
    CRL = "a CRL"
    ENCRYPTED = "an encrypted message"
    MESSAGE = "a signed message"
    OCSP_RESPONSE = "an OCSP response"
    PKCS12 = "a PKCS #12 file with a private key"
    PRIVATE_KEY = "a private key"
    PUBLIC_KEY = "a public key"
    REQUEST = "a request for a certificate"
    TIME_STAMP_RESPONSE = "a time stamp response"
    TIME_STAMP_TOKEN = "a time stamp token"  # noqa: S105 - RFC 3161's word


_SECRET = frozenset({Kind.PKCS12, Kind.PRIVATE_KEY})
_LABELS = {
    b"CERTIFICATE": Kind.CERTIFICATE,
    b"X509 CERTIFICATE": Kind.CERTIFICATE,
    b"TRUSTED CERTIFICATE": Kind.CERTIFICATE,
    b"CERTIFICATE REQUEST": Kind.REQUEST,
    b"NEW CERTIFICATE REQUEST": Kind.REQUEST,
    b"PUBLIC KEY": Kind.PUBLIC_KEY,
    b"X509 CRL": Kind.CRL,
}

Part = tuple[int, int, int]
"""An element of BER: its tag, where its content begins, and where it ends."""


def kind_of(data: bytes) -> Kind | None:
    """What the octets are (DER, PEM or base64), or None for what is not known here."""
    kind = _kind_of_der(data)
    if kind is not None:  # whatever PEM may stand inside, such as what was signed
        return kind
    labels = _LABEL.findall(data)
    if any(label.endswith(b"PRIVATE KEY") for label in labels):
        return Kind.PRIVATE_KEY
    if labels and labels[0] in _LABELS:
        return _LABELS[labels[0]]
    return _kind_of_der(plain(data))


def said_of(data: bytes, *, wanted: str) -> str | None:
    """A sentence about a file that is not what was `wanted`; None when it is not known."""
    if not data:
        return "the file is empty"
    kind = kind_of(data)
    if kind is None:
        return None
    return f"this is {kind}" + (f": it is not opened; give {wanted}" if kind in _SECRET else "")


def plain(data: bytes) -> bytes:
    """The octets under PEM or base64: the first block's; `data` itself where there is neither."""
    block = _BLOCK.search(data)
    if data[:1] == bytes((_SEQUENCE,)) and (block is None or _kind_of_der(data)):
        return data
    text = data if block is None else block[2]
    try:
        return base64.b64decode(text.translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError):
        return data


def is_whole(data: bytes) -> bool:
    """Whether the octets are one element of definite length, and nothing behind it."""
    if len(data) < 2 or data[1] == 0x80:
        return False
    size = data[1] & 0x7F if data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + size], "big") if size else data[1]
    return len(data) == 2 + size + length


def _kind_of_der(data: bytes) -> Kind | None:
    outer = _part(data, 0, len(data))
    parts = _parts(data, outer) if outer is not None and outer[0] == _SEQUENCE else []
    read = _BY_FIRST_TAG.get(parts[0][0]) if parts else None
    return read(data, parts) if read else None


def _kind_of_response(_data: bytes, _parts: list[Part]) -> Kind | None:
    """An OCSPResponse alone begins with an ENUMERATED (RFC 6960 section 4.2.1)."""
    return Kind.OCSP_RESPONSE


def _kind_of_nested(data: bytes, parts: list[Part]) -> Kind | None:
    tags = _tags(parts)
    inner = _tags(_parts(data, parts[0]))
    if tags == (_SEQUENCE, _SEQUENCE, _BITS) and inner:
        return _kind_of_signed(inner)
    if inner[:1] == (_OID,):
        return _BY_ALGORITHM.get(tags)
    is_status = inner[:1] == (_INTEGER,) and set(tags) == {_SEQUENCE} and len(tags) <= 2
    return Kind.TIME_STAMP_RESPONSE if is_status else None


def _kind_of_content(data: bytes, parts: list[Part]) -> Kind | None:
    """A ContentInfo (RFC 5652 section 3)."""
    of_type = data[slice(*parts[0][1:])]
    if of_type in _ENCRYPTED_DATA:
        return Kind.ENCRYPTED
    if of_type != _SIGNED_DATA or len(parts) < 2 or parts[1][0] != _TAG_0:
        return None
    signed = [part for body in _parts(data, parts[1])[:1] for part in _parts(data, body)]
    encapsulated = next((part for part in signed if part[0] == _SEQUENCE), None)
    content = _parts(data, encapsulated)[:1] if encapsulated else []
    if any(data[first:end] == _TIME_STAMP_INFO for _, first, end in content):
        return Kind.TIME_STAMP_TOKEN
    if len(signed) > 3 and signed[-1][0] == _SET and signed[-1][1] == signed[-1][2]:
        return Kind.CHAIN
    return Kind.MESSAGE


def _kind_of_secret(data: bytes, parts: list[Part]) -> Kind | None:
    """What begins with a version: PFX (RFC 7292), PKCS #8, and the keys of RFC 8017 and 5915."""
    tags = _tags(parts)
    version = data[slice(*parts[0][1:])]
    if tags[:2] == (_INTEGER, _SEQUENCE) and version == b"\x03":
        return Kind.PKCS12
    is_key = (
        tags[:3] == (_INTEGER, _SEQUENCE, _OCTETS)
        or (tags[:2] == (_INTEGER, _OCTETS) and version == b"\x01")
        or (set(tags) == {_INTEGER} and len(tags) == 9)
    )
    return Kind.PRIVATE_KEY if is_key else None


def _kind_of_signed(inner: tuple[int, ...]) -> Kind | None:
    """By the fields of what was signed (RFC 5280 sections 4.1 and 5.1, RFC 2986)."""
    if inner[0] == _TAG_0:
        return Kind.CERTIFICATE
    fields = inner[1:] if inner[0] == _INTEGER else inner
    if fields[:2] != (_SEQUENCE, _SEQUENCE) or len(fields) < 3:
        return None
    if fields[2] in _TIMES:
        return Kind.CRL
    return Kind.REQUEST if fields[2] == _TAG_0 else Kind.CERTIFICATE


def _tags(parts: list[Part]) -> tuple[int, ...]:
    return tuple(tag for tag, _, _ in parts)


def _parts(data: bytes, outer: Part) -> list[Part]:
    """The first elements inside another; fewer where they cannot be read."""
    _, position, limit = outer
    found: list[Part] = []
    while len(found) < _MOST_PARTS and (part := _part(data, position, limit)) is not None:
        found.append(part)
        position = part[2]
    return found


def _part(data: bytes, position: int, limit: int) -> Part | None:
    """The element at `position`; one of indefinite length, or cut short, ends at `limit`."""
    if position + 2 > limit:
        return None
    tag, length = data[position], data[position + 1]
    first = position + 2
    if length == 0x80:
        return tag, first, limit
    if length > 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[first : first + size], "big")
        first += size
    return tag, min(first, limit), min(first + length, limit)


_BY_FIRST_TAG: dict[int, Callable[[bytes, list[Part]], Kind | None]] = {
    _OID: _kind_of_content,
    _ENUMERATED: _kind_of_response,
    _INTEGER: _kind_of_secret,
    _SEQUENCE: _kind_of_nested,
}
_BY_ALGORITHM: dict[tuple[int, ...], Kind] = {
    (_SEQUENCE, _OCTETS): Kind.PRIVATE_KEY,
    (_SEQUENCE, _BITS): Kind.PUBLIC_KEY,
}
