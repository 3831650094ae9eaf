"""Keys and signatures of GOST R 34.10-2015 and GOST 34.310-2004 as Kazakhstan's NCA lays them out.

The layout differs from RFC 4491 and RFC 9215:

    public key   OCTET STRING inside subjectPublicKey: x little-endian ‖ y little-endian
    signature    r little-endian ‖ s little-endian
    digest       read as a little-endian number

Reading any of them in another order is no fallback: such a signature is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

from eds_verifier.gost.backend import Backend, default_backend, multiply
from eds_verifier.gost.curve import TC26_512_A, Curve, Point


class GostKeyError(ValueError):
    """The octets are not a public key on the curve."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A point proven to lie on its curve. Made by `parse`."""

    curve: Curve
    point: Point

    @classmethod
    def parse(cls, octets: bytes, *, curve: Curve = TC26_512_A) -> PublicKey:
        """Read x ‖ y, both little-endian; GostKeyError when that is no point of the curve."""
        size = curve.octets
        if len(octets) != 2 * size:
            raise GostKeyError(f"a public key has {2 * size} octets, not {len(octets)}")
        point = (
            int.from_bytes(octets[:size], "little"),
            int.from_bytes(octets[size:], "little"),
        )
        if not curve.holds(point):
            raise GostKeyError("the public key is not a point of the curve")
        if curve.cofactor != 1 and not _is_multiple_of_base(curve, point):
            raise GostKeyError("the public key is not a multiple of the base point")
        return cls(curve, point)

    def prepare(self, *, backend: Backend | None = None) -> None:
        """Say that this is the key of an authority: it will be used often and for long.

        After some uses a table is made, and checking takes a third of the time. The tables are
        few: a key that anybody may bring is not marked.
        """
        (backend or default_backend()).prepare(self.curve, self.point)

    def octets(self) -> bytes:
        """Write the key as `parse` reads it."""
        size = self.curve.octets
        return b"".join(coordinate.to_bytes(size, "little") for coordinate in self.point)


def _is_multiple_of_base(curve: Curve, point: Point) -> bool:
    """Whether q·point is infinity, found as (q-1)·point = -point."""
    x, y = point
    return y != 0 and multiply(curve, curve.q - 1, point) == (x, curve.p - y)


def digest_number(digest: bytes, curve: Curve) -> int:
    """e of GOST R 34.10-2012 section 6: the digest modulo q, or 1 in place of 0."""
    return int.from_bytes(digest, "little") % curve.q or 1


def verify(
    key: PublicKey, digest: bytes, signature: bytes, *, backend: Backend | None = None
) -> bool:
    """Whether `signature` (r ‖ s, little-endian) over `digest` was made with the key of `key`.

    Any octets are taken; whatever is not such a signature is False.
    """
    curve = key.curve
    size = curve.octets
    if len(digest) != size or len(signature) != 2 * size:
        return False
    r = int.from_bytes(signature[:size], "little")
    s = int.from_bytes(signature[size:], "little")
    if not (0 < r < curve.q and 0 < s < curve.q):
        return False
    v = pow(digest_number(digest, curve), -1, curve.q)
    point = (backend or default_backend()).joint_multiply(
        curve, s * v % curve.q, -r * v % curve.q, key.point
    )
    return point is not None and point[0] % curve.q == r
