"""GOST R 34.10 keys and signatures of every size and generation, in the layout of the NCA."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Literal

from eds_verifier import gost
from tests.limbo.build import oids
from tests.unit.eds_verifier import der


@dataclass(frozen=True)
class GostFamily:
    """One generation of Kazakhstan's GOST: curve, digest, and their OIDs."""

    curve: gost.Curve
    digest: Callable[[bytes], bytes]
    key: str
    parameters: bytes
    signature: str
    digest_oid: str
    cms: str


GOST_2015 = GostFamily(
    gost.TC26_512_A,
    gost.streebog,
    oids.GOST_2015_512,
    der.seq(der.oid(oids.GOST_2015_512_SET), der.oid(oids.STREEBOG_512)),
    oids.GOST_2015_512_SIGNATURE,
    oids.STREEBOG_512,
    oids.GOST_2015_512_SIGNATURE,
)
GOST_2004 = GostFamily(
    gost.CRYPTOPRO_A,
    gost.gostr3411_94,
    oids.GOST_2004,
    der.seq(der.oid(oids.GOST_2004_SET), der.oid(oids.GOST_34311_SET)),
    oids.GOST_2004_SIGNATURE,
    oids.GOST_34311,
    oids.GOST_2004,
)
GOST_2015_256 = GostFamily(
    gost.TC26_256_A,
    partial(gost.streebog, bits=256),
    oids.GOST_2015_256,
    der.seq(der.oid(oids.GOST_2015_256_SET), der.oid(oids.STREEBOG_256)),
    oids.GOST_2015_256_SIGNATURE,
    oids.STREEBOG_256,
    oids.GOST_2015_256_SIGNATURE,
)
FAMILIES = {"gost2015": GOST_2015, "gost2015-256": GOST_2015_256, "gost2004": GOST_2004}
"""By the kind of key."""


@dataclass(frozen=True)
class GostKey:
    """GOST R 34.10 in the NCA's layout: every number little-endian, r before s."""

    family: GostFamily
    scalar: int

    @property
    def size(self) -> int:
        return self.family.curve.octets

    @cached_property
    def point(self) -> gost.Point:
        return _times_base(self.family.curve, self.scalar)

    @cached_property
    def info(self) -> bytes:
        return gost_info(self.octets(), self.family)

    def octets(self) -> bytes:
        """x and y, little-endian."""
        return b"".join(number.to_bytes(self.size, "little") for number in self.point)

    @property
    def digest_algorithm(self) -> bytes:
        return der.algorithm(self.family.digest_oid)

    @property
    def signature_algorithm(self) -> bytes:
        return der.algorithm(self.family.signature)

    @property
    def cms_algorithm(self) -> bytes:
        return der.algorithm(self.family.cms)

    def digest(self, data: bytes) -> bytes:
        return self.family.digest(data)

    def sign(self, data: bytes) -> bytes:
        r, s = self.numbers(self.digest(data))
        return r.to_bytes(self.size, "little") + s.to_bytes(self.size, "little")

    def numbers(self, digest: bytes, *, order: Literal["little", "big"] = "little") -> gost.Point:
        """r and s over a digest read in that byte order; the nonce comes from key and digest."""
        curve = self.family.curve
        e = int.from_bytes(digest, order) % curve.q or 1
        k = _scalar(curve, f"{self.scalar}".encode() + digest)
        r = _times_base(curve, k)[0] % curve.q
        return r, (r * self.scalar + k * e) % curve.q


def gost_info(point: bytes, family: GostFamily = GOST_2015, *, parameters: bytes = b"") -> bytes:
    """SubjectPublicKeyInfo around any octets for the point."""
    algorithm = der.algorithm(family.key, parameters or family.parameters)
    return der.seq(algorithm, der.bits(der.octets(point)))


def _scalar(curve: gost.Curve, seed: bytes) -> int:
    return 1 + int.from_bytes(hashlib.shake_256(seed).digest(96)) % (curve.q - 1)


@cache
def _times_base(curve: gost.Curve, scalar: int) -> gost.Point:
    point = gost.multiply(curve, scalar)
    if point is None:
        raise ValueError("a multiple of the group's order has no affine point")
    return point


@cache
def gost_key(name: str, family: GostFamily = GOST_2015) -> GostKey:
    return GostKey(family, _scalar(family.curve, name.encode()))


def point_of_small_order(curve: gost.Curve) -> gost.Point:
    """A point whose order divides the cofactor: q times any point that is not a multiple of G."""
    x = 1
    while True:
        square = (x**3 + curve.a * x + curve.b) % curve.p
        y = pow(square, (curve.p + 1) // 4, curve.p)  # p is 3 modulo 4
        if y * y % curve.p == square and (found := _times(curve, curve.q, (x, y))) is not None:
            return found
        x += 1


def _times(curve: gost.Curve, scalar: int, point: gost.Point) -> gost.Point | None:
    """By doubling and adding, for any scalar: `gost.multiply` takes scalars modulo q."""
    total: gost.Point | None = None
    for bit in f"{scalar:b}":
        total = add(curve, total, total)
        if bit == "1":
            total = add(curve, total, point)
    return total


def add(curve: gost.Curve, left: gost.Point | None, right: gost.Point | None) -> gost.Point | None:
    """The sum of two points; None is infinity."""
    if left is None or right is None:
        return left or right
    (x1, y1), (x2, y2), p = left, right, curve.p
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    rise, run = (3 * x1 * x1 + curve.a, 2 * y1) if left == right else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, p) % p
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p
