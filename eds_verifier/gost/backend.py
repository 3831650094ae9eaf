"""Who does the arithmetic: ours, in Python; faster ones can stand behind the same two methods."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from eds_verifier.gost.curve import Curve, Point, joint_multiply
from eds_verifier.gost.streebog import streebog


class Backend(Protocol):
    """The two operations that cost time. Every backend gives the same answers."""

    @property
    def name(self) -> str:
        """What runs: shown by `tanba eds info` and the benchmark."""

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`."""

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point, or None for the point at infinity."""


class PurePython:
    """No library needed."""

    name = "python"

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`, 64 or 32 octets."""
        return streebog(data, bits=bits)

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point, or None for the point at infinity."""
        return joint_multiply(curve, z1, z2, point)


@cache
def default_backend() -> Backend:
    """The backend this machine uses."""
    return PurePython()
