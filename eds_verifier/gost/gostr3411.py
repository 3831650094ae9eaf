"""GOST R 34.11-94 (GOST 34.311-95), the hash of GOST 34.310-2004 signatures (RFC 5831).

The NCA uses the Test S-box of RFC 4357 section 11.2 and the start vector zero. Octets in and out
stand as every library prints them: the message and the digest are read little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache

_BLOCK = 32
_MASK_32 = (1 << 32) - 1
_MASK_256 = (1 << 256) - 1
_PIECE = 1 << 20

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


@cache
def _substitutions() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What each value of the low and of the high 16 bits turns into, rotated left by 11."""

    def table(rows: Sequence[str], shift: int) -> tuple[int, ...]:
        values = [0]
        for position, row in enumerate(rows):
            images = [int(digit, 16) << shift + 4 * position for digit in row]
            values = [image | value for image in images for value in values]
        return tuple((value << 11 | value >> 21) & _MASK_32 for value in values)

    return table(_S_BOX[:4], 0), table(_S_BOX[4:], 16)


def _encrypt(key: tuple[int, ...], low: int, high: int) -> tuple[int, int]:
    """GOST 28147-89 of one block (RFC 5830 section 5): both halves afterwards."""
    lows, highs = _substitutions()
    k0, k1, k2, k3, k4, k5, k6, k7 = key
    for first, second in (
        *(((k0, k1), (k2, k3), (k4, k5), (k6, k7)) * 3),
        (k7, k6),
        (k5, k4),
        (k3, k2),
        (k1, k0),
    ):
        total = low + first
        high ^= lows[total & 0xFFFF] ^ highs[total >> 16 & 0xFFFF]
        total = high + second
        low ^= lows[total & 0xFFFF] ^ highs[total >> 16 & 0xFFFF]
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
    words = struct.unpack("<8I", h.to_bytes(_BLOCK, "little"))
    s = b"".join(
        struct.pack("<2I", *_encrypt(key, words[2 * place], words[2 * place + 1]))
        for place, key in enumerate(_keys(h, m))
    )
    of_s, of_rest = _psi_tables()
    result = 0
    for row, octet in zip(of_s, s, strict=True):
        result ^= row[octet]
    for row, octet in zip(of_rest, (h ^ _psi(m, 1)).to_bytes(_BLOCK, "little"), strict=True):
        result ^= row[octet]
    return result


def gostr3411_94(data: bytes) -> bytes:
    """Return the digest of `data`: 32 octets."""
    h = total = 0
    for start in range(0, len(data), _BLOCK):
        m = int.from_bytes(data[start : start + _BLOCK], "little")
        h = _step(h, m)
        total += m
    h = _step(h, 8 * len(data))
    return _step(h, total & _MASK_256).to_bytes(_BLOCK, "little")
