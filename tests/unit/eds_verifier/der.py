"""Writing DER by hand, so that a test can break exactly one thing."""

# mypy: allow-untyped-calls

from __future__ import annotations

from datetime import datetime

from asn1crypto import core

NULL = b"\x05\x00"


def tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, b"".join(parts))


def explicit(number: int, *parts: bytes) -> bytes:
    return tlv(0xA0 | number, b"".join(parts))


def integer(value: int) -> bytes:
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    return tlv(4, value)


def bits(value: bytes) -> bytes:
    return tlv(3, b"\0" + value)


def boolean() -> bytes:
    return b"\x01\x01\xff"


def enumerated(value: int) -> bytes:
    return tlv(10, bytes((value,)))


def utf8(text: str) -> bytes:
    return tlv(12, text.encode())


def printable(text: str) -> bytes:
    return tlv(19, text.encode("ascii"))


def oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


def utc(instant: datetime) -> bytes:
    return tlv(23, instant.strftime("%y%m%d%H%M%SZ").encode())


def generalized(instant: datetime) -> bytes:
    return tlv(24, instant.strftime("%Y%m%d%H%M%SZ").encode())


def algorithm(dotted: str, parameters: bytes = NULL) -> bytes:
    return seq(oid(dotted), parameters)
