"""Streebog, the GOST R 34.11-2012 hash (RFC 6986), with one table look-up per octet.

Octets in and out stand as every library prints them: the message is read little-endian, the digest
is written little-endian.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, reduce
from operator import getitem, xor

from eds_verifier.gost._streebog_constants import PI, A, C

_BLOCK = 64
_MASK = (1 << 512) - 1
_START = {512: 0, 256: int.from_bytes(b"\x01" * _BLOCK, "little")}


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    """For each of 64 octet positions: what each octet value adds to S, P and L together."""

    def row(position: int) -> Iterable[int]:
        # P moves octet 8r+c to octet r of word c; L multiplies that word by A, bit by bit.
        r, c = divmod(position, 8)
        for value in range(256):
            image = PI[value]
            word = reduce(xor, (A[63 - 8 * r - bit] for bit in range(8) if image >> bit & 1), 0)
            yield word << 64 * c

    return tuple(tuple(row(position)) for position in range(_BLOCK))


def _compress(n: int, h: int, m: int) -> int:
    """g_N(h, m) of RFC 6986 section 7."""
    tables = _tables()
    key = reduce(xor, map(getitem, tables, (h ^ n).to_bytes(_BLOCK, "little")))
    state = m
    for constant in C:
        state = reduce(xor, map(getitem, tables, (state ^ key).to_bytes(_BLOCK, "little")))
        key = reduce(xor, map(getitem, tables, (key ^ constant).to_bytes(_BLOCK, "little")))
    return state ^ key ^ h ^ m


def streebog(data: bytes, *, bits: int = 512) -> bytes:
    """Return the digest of `data`: 64 octets, or 32 with `bits=256`.

    Raises ValueError for any other `bits`.
    """
    if bits not in _START:
        raise ValueError(f"Streebog has 256 or 512 bits, not {bits}")
    h = _START[bits]
    n = total = 0
    whole = len(data) - len(data) % _BLOCK
    for start in range(0, whole, _BLOCK):
        m = int.from_bytes(data[start : start + _BLOCK], "little")
        h = _compress(n, h, m)
        n = (n + 512) & _MASK
        total = (total + m) & _MASK
    rest = data[whole:]
    m = int.from_bytes(rest + b"\x01", "little")
    h = _compress(n, h, m)
    n = (n + 8 * len(rest)) & _MASK
    total = (total + m) & _MASK
    h = _compress(0, _compress(0, h, n), total)
    return h.to_bytes(_BLOCK, "little")[-(bits // 8) :]
