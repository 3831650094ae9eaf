"""GOST R 34.11-94 (GOST 34.311-95), the hash of GOST 34.310-2004 signatures (RFC 5831).

The NCA uses the Test S-box of RFC 4357 section 11.2 and the start vector zero. Octets in and out
stand as every library prints them: the message and the digest are read little-endian.
"""

from __future__ import annotations

import struct
from functools import cache, reduce
from itertools import chain
from operator import getitem, xor

_BLOCK = 32
_MASK_32 = (1 << 32) - 1
_MASK_256 = (1 << 256) - 1

_S_BOX = (
    "4a92d80e6b1c7f53",
    "eb4c6dfa23810759",
    "581da342efc7609b",
    "7da1089fe46cb253",
    "6c715fd84a9e03b2",
    "4ba0721d36859cfe",
    "db413f590ae7682c",
    "1fd057a4923e6b8c",
)
"""id-GostR3411-94-TestParamSet: one row for each four bits, the lowest first."""

_C3 = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00
_CONSTANTS = (0, _C3, 0)
"""C2, C3, C4 of RFC 5831 section 4.1."""


_Substitutions = tuple[list[int], list[int], list[int], list[int]]


@cache
def _substitutions() -> _Substitutions:
    """What each value of each octet turns into, in its place and rotated left by 11."""

    def table(place: int) -> list[int]:
        low, high = (
            [int(digit, 16) << 8 * place + shift for digit in _S_BOX[2 * place + shift // 4]]
            for shift in (0, 4)
        )
        images = [first | second for second in high for first in low]
        return [(image << 11 | image >> 21) & _MASK_32 for image in images]

    return table(0), table(1), table(2), table(3)


def _encrypt(tables: _Substitutions, key: tuple[int, ...], low: int, high: int) -> tuple[int, int]:
    """GOST 28147-89 of one block (RFC 5830 section 5): both halves afterwards."""
    t0, t1, t2, t3 = tables
    forwards = list(zip(key[::2], key[1::2], strict=True))
    for first, second in (
        *forwards,
        *forwards,
        *forwards,
        *zip(key[::-2], key[-2::-2], strict=True),
    ):
        x = low + first
        high ^= t0[x & 255] ^ t1[x >> 8 & 255] ^ t2[x >> 16 & 255] ^ t3[x >> 24 & 255]
        x = high + second
        low ^= t0[x & 255] ^ t1[x >> 8 & 255] ^ t2[x >> 16 & 255] ^ t3[x >> 24 & 255]
    return high, low


def _keys(h: int, m: int) -> list[tuple[int, ...]]:
    """The four keys of RFC 5831 section 4.1, each as eight words, the lowest first."""
    keys = []
    u, v = h, m
    for step in range(4):
        if step:
            u = _a(u) ^ _CONSTANTS[step - 1]
            v = _a(_a(v))
        w = (u ^ v).to_bytes(_BLOCK, "little")
        keys.append(struct.unpack("<8I", b"".join([w[start::8] for start in range(8)])))
    return keys


def _a(y: int) -> int:
    return y >> 64 | ((y ^ y >> 64) & 0xFFFFFFFFFFFFFFFF) << 192


def _psi(value: int, times: int) -> int:
    """The shift register of RFC 5831 section 4.3, so many times."""
    for _ in range(times):
        fed = value ^ value >> 16 ^ value >> 32 ^ value >> 48 ^ value >> 192 ^ value >> 240
        value = value >> 16 | (fed & 0xFFFF) << 240
    return value


@cache
def _psi_tables() -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """ψ^74 and ψ^61 of each octet in each place: both are linear."""

    def table(times: int) -> tuple[tuple[int, ...], ...]:
        rows = []
        for place in range(_BLOCK):
            row = [0]
            for bit in range(8):
                image = _psi(1 << 8 * place + bit, times)
                row += [image ^ value for value in row]
            rows.append(tuple(row))
        return tuple(rows)

    return table(12 + 1 + 61), table(61)


def _step(h: int, m: int) -> int:
    """χ(M, H) of RFC 5831 section 4: ψ^61(H ⊕ ψ(M ⊕ ψ^12(S)))."""
    substitutions = _substitutions()
    words = struct.unpack("<8I", h.to_bytes(_BLOCK, "little"))
    halves: list[int] = []
    for place, key in enumerate(_keys(h, m)):
        halves += _encrypt(substitutions, key, words[2 * place], words[2 * place + 1])
    of_s, of_rest = _psi_tables()
    rest = (h ^ _psi(m, 1)).to_bytes(_BLOCK, "little")
    return reduce(
        xor,
        chain(map(getitem, of_s, struct.pack("<8I", *halves)), map(getitem, of_rest, rest)),
    )


def gostr3411_94(data: bytes) -> bytes:
    """Return the digest of `data`: 32 octets."""
    h = total = 0
    for start in range(0, len(data), _BLOCK):
        m = int.from_bytes(data[start : start + _BLOCK], "little")
        h = _step(h, m)
        total += m
    h = _step(h, 8 * len(data))
    return _step(h, total & _MASK_256).to_bytes(_BLOCK, "little")
