"""Who does the arithmetic: ours, in Python; faster ones can stand behind the same methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from eds_verifier.gost.arithmetic import Arithmetic
from eds_verifier.gost.curve import Curve, Point
from eds_verifier.gost.gostr3411 import gostr3411_94
from eds_verifier.gost.streebog import streebog


@dataclass(frozen=True, slots=True)
class Backend:
    """The operations that cost time. Every backend gives the same answers."""

    name: str
    arithmetic: Arithmetic = field(default_factory=Arithmetic)

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`, 64 or 32 octets."""
        return streebog(data, bits=bits)

    def gostr3411_94(self, data: bytes) -> bytes:
        """The GOST R 34.11-94 digest of `data`, 32 octets."""
        return gostr3411_94(data)

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point, or None for the point at infinity."""
        return self.arithmetic.joint_multiply(curve, z1, z2, point)


@cache
def default_backend() -> Backend:
    """The backend this machine uses."""
    return Backend("python")


def multiply(curve: Curve, scalar: int, point: Point | None = None) -> Point | None:
    """Return `scalar` times `point` (the base point when none is given), affine.

    `point` must be on the curve: ValueError otherwise.
    """
    if point is None:
        return default_backend().joint_multiply(curve, scalar, 0, curve.base)
    return default_backend().joint_multiply(curve, 0, scalar, point)
