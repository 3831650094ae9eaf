"""The elliptic curves of GOST 34.310-2004 and GOST R 34.10-2015, and multiplication on them.

Points are affine `(x, y)`; `None` is the point at infinity. Inside, points are Jacobian `(X, Y, Z)`
with x = X/Z², y = Y/Z³.

Nothing here takes the same time for every input: to verify needs no secret. `multiply` may be
given a secret by the local stand's demo keys only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]

_BASE_WINDOW = 8
_KEY_WINDOW = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + ax + b over the integers modulo `p`; `base` has the prime order `q`.

    The curve has `cofactor` times `q` points.
    """

    p: int
    a: int
    b: int
    q: int
    base: Point
    cofactor: int = 1

    @property
    def octets(self) -> int:
        """How many octets one coordinate or one scalar takes."""
        return (self.p.bit_length() + 7) // 8

    def holds(self, point: Point) -> bool:
        """Whether `point` is a point of the curve, its coordinates reduced."""
        x, y = point
        if not (0 <= x < self.p and 0 <= y < self.p):
            return False
        return (y * y - (x * x * x + self.a * x + self.b)) % self.p == 0


TC26_512_A = Curve(
    p=2**512 - 569,
    a=2**512 - 569 - 3,
    b=int(
        "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"
        "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
        16,
    ),
    q=int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
        "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
        16,
    ),
    base=(
        3,
        int(
            "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
            "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
            16,
        ),
    ),
)
"""id-tc26-gost-3410-12-512-paramSetA (RFC 7836 appendix A.1): the NCA's 1.2.398.3.10.1.1.2.2.1."""

TC26_256_A = Curve(
    p=2**256 - 617,
    a=0xC2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335,
    b=0x295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513,
    q=0x400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67,
    base=(
        0x91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28,
        0x32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C,
    ),
    cofactor=4,
)
"""id-tc26-gost-3410-2012-256-paramSetA (RFC 7836 appendix A.2).

The vendor's library and others read the NCA's 1.2.398.3.10.1.1.2.1.1 so; no certificate with it is
known.
"""

CRYPTOPRO_A = Curve(
    p=2**256 - 617,
    a=2**256 - 617 - 3,
    b=166,
    q=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893,
    base=(1, 0x8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14),
)
"""id-GostR3410-2001-CryptoPro-A-ParamSet (RFC 4357 11.4): the NCA's 1.2.398.3.10.1.1.1.1.1."""


def multiply(curve: Curve, scalar: int, point: Point | None = None) -> Point | None:
    """Return `scalar` times `point` (the base point when none is given), affine.

    `point` must be on the curve: ValueError otherwise.
    """
    if point is None:
        return joint_multiply(curve, scalar, 0, curve.base)
    return joint_multiply(curve, 0, scalar, point)


def joint_multiply(curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
    """Return z1·base + z2·point, affine: one doubling chain for both (Straus, Shamir)."""
    if not curve.holds(point):
        raise ValueError("the point is not on the curve")
    first = _naf(z1 % curve.q, _BASE_WINDOW)
    second = _naf(z2 % curve.q, _KEY_WINDOW)
    length = max(len(first), len(second))
    first += [0] * (length - len(first))
    second += [0] * (length - len(second))
    base_table = _base_table(curve)
    key_table = _odd_multiples(curve, point, _KEY_WINDOW) if any(second) else ()
    p = curve.p
    sum_: _Jacobian = (1, 1, 0)
    for digit1, digit2 in zip(reversed(first), reversed(second), strict=True):
        sum_ = _double(curve, sum_)
        if digit1:
            sum_ = _add_signed(curve, sum_, base_table, digit1)
        if digit2:
            sum_ = _add_signed(curve, sum_, key_table, digit2)
    return _affine(p, sum_)


def _naf(scalar: int, window: int) -> list[int]:
    """Digits of `scalar`, least significant first: zero or odd, |digit| < 2^(window-1)."""
    digits = []
    full, half = 1 << window, 1 << (window - 1)
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= half:
                digit -= full
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


@lru_cache(maxsize=4)
def _base_table(curve: Curve) -> tuple[Point, ...]:
    return _odd_multiples(curve, curve.base, _BASE_WINDOW)


def _odd_multiples(curve: Curve, point: Point, window: int) -> tuple[Point, ...]:
    """1, 3, 5, … times `point`: 2^(window-2) of them, affine by one shared inversion."""
    p = curve.p
    doubled = _affine(p, _double(curve, (*point, 1)))
    if doubled is None:  # a point of order two: not on a curve of prime order
        raise ValueError("the point has no odd multiples")
    multiples: list[_Jacobian] = [(*point, 1)]
    for _ in range((1 << (window - 2)) - 1):
        multiples.append(_add(curve, multiples[-1], doubled))
    return _affine_all(p, multiples)


def _add_signed(curve: Curve, sum_: _Jacobian, table: tuple[Point, ...], digit: int) -> _Jacobian:
    if digit > 0:
        return _add(curve, sum_, table[digit >> 1])
    x, y = table[-digit >> 1]
    return _add(curve, sum_, (x, curve.p - y))


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not z:
        return point
    p = curve.p
    delta = z * z % p
    gamma = y * y % p
    beta = x * gamma % p
    if curve.a == p - 3:
        alpha = 3 * (x - delta) * (x + delta) % p
    else:
        alpha = (3 * x * x + curve.a * delta * delta) % p
    x3 = (alpha * alpha - 8 * beta) % p
    z3 = 2 * y * z % p
    y3 = (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p
    return x3, y3, z3


def _add(curve: Curve, left: _Jacobian, right: Point) -> _Jacobian:
    """Jacobian plus affine."""
    x1, y1, z1 = left
    x2, y2 = right
    if not z1:
        return x2, y2, 1
    p = curve.p
    zz = z1 * z1 % p
    h = (x2 * zz - x1) % p
    r = (y2 * z1 * zz - y1) % p
    if not h:
        return (1, 1, 0) if r else _double(curve, left)
    hh = h * h % p
    hhh = h * hh % p
    v = x1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    y3 = (r * (v - x3) - y1 * hhh) % p
    return x3, y3, z1 * h % p


def _affine(p: int, point: _Jacobian) -> Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, p)
    square = inverse * inverse % p
    return x * square % p, y * square * inverse % p


def _affine_all(p: int, points: list[_Jacobian]) -> tuple[Point, ...]:
    """Affine forms of points that are not infinity, by one inversion (Montgomery's trick)."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % p)
    inverse = pow(products[-1], -1, p)
    affine: list[Point] = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1]), strict=True):
        own = inverse * before % p
        inverse = inverse * z % p
        square = own * own % p
        affine.append((x * square % p, y * square * own % p))
    return tuple(reversed(affine))
