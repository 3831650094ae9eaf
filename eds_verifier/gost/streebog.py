"""Streebog, the GOST R 34.11-2012 hash (RFC 6986), with one table look-up per octet.

Octets in and out stand as every library prints them: the message is read little-endian, the digest
is written little-endian.
"""

from __future__ import annotations

import struct
from functools import cache, reduce
from operator import xor

from eds_verifier.gost._streebog_constants import PI, A, C

_BLOCK = 64
_MASK = (1 << 512) - 1
_START = {512: 0, 256: int.from_bytes(b"\x01" * _BLOCK, "little")}
_from_words = struct.Struct("<8Q").pack

_Tables = tuple[list[int], ...]


@cache
def _tables() -> _Tables:
    """For each of a word's 8 octets: what each value of it adds to the word after S, P and L."""

    def word(place: int, image: int) -> int:
        # L multiplies the word by A, bit by bit.
        return reduce(xor, (A[63 - 8 * place - bit] for bit in range(8) if image >> bit & 1), 0)

    return tuple([word(place, image) for image in PI] for place in range(8))


def _lps(tables: _Tables, state: int) -> int:
    """L(P(S(state))) of RFC 6986 section 6, written out: a loop takes twice as long.

    P makes word c of the octets c, 8+c, …, 56+c.
    """
    # fmt: off
    t0, t1, t2, t3, t4, t5, t6, t7 = tables
    (
        a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7,
        c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3, d4, d5, d6, d7,
        e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7,
        g0, g1, g2, g3, g4, g5, g6, g7, h0, h1, h2, h3, h4, h5, h6, h7,
    ) = state.to_bytes(64, "little")
    return int.from_bytes(_from_words(
        t0[a0] ^ t1[b0] ^ t2[c0] ^ t3[d0] ^ t4[e0] ^ t5[f0] ^ t6[g0] ^ t7[h0],
        t0[a1] ^ t1[b1] ^ t2[c1] ^ t3[d1] ^ t4[e1] ^ t5[f1] ^ t6[g1] ^ t7[h1],
        t0[a2] ^ t1[b2] ^ t2[c2] ^ t3[d2] ^ t4[e2] ^ t5[f2] ^ t6[g2] ^ t7[h2],
        t0[a3] ^ t1[b3] ^ t2[c3] ^ t3[d3] ^ t4[e3] ^ t5[f3] ^ t6[g3] ^ t7[h3],
        t0[a4] ^ t1[b4] ^ t2[c4] ^ t3[d4] ^ t4[e4] ^ t5[f4] ^ t6[g4] ^ t7[h4],
        t0[a5] ^ t1[b5] ^ t2[c5] ^ t3[d5] ^ t4[e5] ^ t5[f5] ^ t6[g5] ^ t7[h5],
        t0[a6] ^ t1[b6] ^ t2[c6] ^ t3[d6] ^ t4[e6] ^ t5[f6] ^ t6[g6] ^ t7[h6],
        t0[a7] ^ t1[b7] ^ t2[c7] ^ t3[d7] ^ t4[e7] ^ t5[f7] ^ t6[g7] ^ t7[h7],
    ), "little")
    # fmt: on


def _compress(tables: _Tables, n: int, h: int, m: int) -> int:
    """g_N(h, m) of RFC 6986 section 7."""
    key = _lps(tables, h ^ n)
    state = m
    for constant in C:
        state = _lps(tables, state ^ key)
        key = _lps(tables, key ^ constant)
    return state ^ key ^ h ^ m


def streebog(data: bytes, *, bits: int = 512) -> bytes:
    """Return the digest of `data`: 64 octets, or 32 with `bits=256`.

    Raises ValueError for any other `bits`.
    """
    if bits not in _START:
        raise ValueError(f"Streebog has 256 or 512 bits, not {bits}")
    tables = _tables()
    h = _START[bits]
    n = total = 0
    whole = len(data) - len(data) % _BLOCK
    for start in range(0, whole, _BLOCK):
        m = int.from_bytes(data[start : start + _BLOCK], "little")
        h = _compress(tables, n, h, m)
        n = (n + 512) & _MASK
        total = (total + m) & _MASK
    rest = data[whole:]
    m = int.from_bytes(rest + b"\x01", "little")
    h = _compress(tables, n, h, m)
    n = (n + 8 * len(rest)) & _MASK
    total = (total + m) & _MASK
    h = _compress(tables, 0, _compress(tables, 0, h, n), total)
    return h.to_bytes(_BLOCK, "little")[-(bits // 8) :]
