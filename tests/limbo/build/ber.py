"""The same message in other encodings of BER, PEM and base64 (X.690 section 8, RFC 7468)."""

from __future__ import annotations

import base64

_CONSTRUCTED = 0x20
_END = b"\0\0"


def header(element: bytes) -> tuple[int, int]:
    """Octets of tag and length, and of the content, of the definite element at the start."""
    first = element[1]
    if first < 0x80:
        return 2, first
    size = first & 0x7F
    return 2 + size, int.from_bytes(element[2 : 2 + size])


def indefinite(element: bytes, *, depth: int) -> bytes:
    """`element` with indefinite lengths down to `depth` constructed levels."""
    head, length = header(element)
    content = element[head : head + length]
    if not element[0] & _CONSTRUCTED or depth == 0:
        return element[: head + length]
    return (
        bytes((element[0], 0x80))
        + b"".join(indefinite(child, depth=depth - 1) for child in children(content))
        + _END
    )


def children(content: bytes) -> list[bytes]:
    """The elements that stand one after another in `content`."""
    found = []
    position = 0
    while position < len(content):
        head, length = header(content[position:])
        found.append(content[position : position + head + length])
        position += head + length
    return found


def chunked(octet_string: bytes, *, size: int) -> bytes:
    """A constructed OCTET STRING of indefinite length around pieces of one."""
    head, length = header(octet_string)
    content = octet_string[head : head + length]
    pieces = (content[start : start + size] for start in range(0, length, size))
    return b"\x24\x80" + b"".join(b"\x04" + bytes((len(p),)) + p for p in pieces) + _END


def pem(data: bytes, label: str = "CMS") -> bytes:
    begin, end = (f"-----{word} {label}-----\n".encode() for word in ("BEGIN", "END"))
    return begin + base64.encodebytes(data) + end
