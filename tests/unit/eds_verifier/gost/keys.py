"""Keys that sign, and the backends of this machine, for the tests of `eds_verifier.gost`.

Nothing here is shared with the code under test but the curve's numbers: points are added by the
textbook's affine formulas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from eds_verifier.gost import CRYPTOPRO_A, TC26_256_A, TC26_512_A, Curve, Point, PublicKey
from eds_verifier.gost.arithmetic import NativeError
from eds_verifier.gost.backend import LOADERS, Backend, make_backend

RFC_7091_256 = Curve(
    p=2**255 + 0x431,
    a=7,
    b=0x5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E,
    q=0x8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3,
    base=(2, 0x08E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8),
)
"""RFC 7091 section 7.1, the same as in RFC 5832."""

RFC_7091_512 = Curve(
    p=int(
        "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
        "F1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
        16,
    ),
    a=7,
    b=int(
        "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC43"
        "61834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
        16,
    ),
    q=int(
        "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
        "A82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
        16,
    ),
    base=(
        int(
            "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762"
            "FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
            16,
        ),
        int(
            "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C"
            "83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
            16,
        ),
    ),
)
"""RFC 7091 section 7.2."""

_P, _D = TC26_256_A.p, 0x0605F6B7C183FA81578BC39CFAD518132B9DF62897009AF7E522C32D6DC7BFFB
ORDER_TWO: Point = ((1 + _D) * pow(6, -1, _P) % _P, 0)
"""A point of TC26_256_A that is no multiple of the base point: t of RFC 7836 appendix A.2."""

CURVES = [
    pytest.param(TC26_512_A, id="tc26-512-a"),
    pytest.param(TC26_256_A, id="tc26-256-a"),
    pytest.param(CRYPTOPRO_A, id="cryptopro-a"),
    pytest.param(RFC_7091_256, id="rfc7091-256"),
    pytest.param(RFC_7091_512, id="rfc7091-512"),
]
CHOICES = ["python", "gmpy2", "native"]
_NEEDED: dict[str, tuple[Callable[[], object], ...]] = {
    "python": (),
    "gmpy2": (LOADERS.gmpy2,),
    "native": (LOADERS.libcrypto, LOADERS.libgcrypt),
}


@cache
def backend(choice: str) -> Backend:
    """The backend of a choice; the test is skipped where this machine lacks a library for it."""
    try:
        for load in _NEEDED[choice]:
            load()
    except NativeError as error:
        pytest.skip(str(error))
    return make_backend(choice)


def add(curve: Curve, left: Point | None, right: Point | None) -> Point | None:
    """The sum of two points as GOST R 34.10-2012 section 5.1 defines it."""
    if left is None or right is None:
        return right if left is None else left
    (x1, y1), (x2, y2) = left, right
    p = curve.p
    if x1 == x2 and (y1 + y2) % p == 0:
        return None
    if x1 == x2:
        slope = (3 * x1 * x1 + curve.a) * pow(2 * y1, -1, p) % p
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, p) % p
    x = (slope * slope - x1 - x2) % p
    return x, (slope * (x1 - x) - y1) % p


@cache
def times(curve: Curve, scalar: int, point: Point | None) -> Point | None:
    """`scalar` times `point`, by doubling and adding."""
    total = None
    while scalar:
        if scalar & 1:
            total = add(curve, total, point)
        point = add(curve, point, point)
        scalar >>= 1
    return total


def pair(curve: Curve, r: int, s: int) -> bytes:
    """A signature in the NCA's layout; numbers too long for it are cut."""
    mask = (1 << 8 * curve.octets) - 1
    return b"".join((number & mask).to_bytes(curve.octets, "little") for number in (r, s))


@dataclass(frozen=True)
class SigningKey:
    """A private key that everybody may know."""

    curve: Curve
    scalar: int

    @classmethod
    def of(cls, name: str, curve: Curve = TC26_512_A) -> SigningKey:
        """The key of a name, the same in every run."""
        number = int.from_bytes(hashlib.sha512(name.encode()).digest())
        return cls(curve, 1 + number % (curve.q - 1))

    @property
    def public(self) -> PublicKey:
        """The public key."""
        point = times(self.curve, self.scalar, self.curve.base)
        assert point is not None
        return PublicKey(self.curve, point)

    def sign(self, digest: bytes) -> bytes:
        """GOST R 34.10-2012 section 6.1 with a nonce made of the digest."""
        q = self.curve.q
        e = int.from_bytes(digest, "little") % q or 1
        nonce = hashlib.sha512(digest + str(self.scalar).encode()).digest()
        k = 1 + int.from_bytes(nonce) % (q - 1)
        point = times(self.curve, k, self.curve.base)
        assert point is not None
        r = point[0] % q
        return pair(self.curve, r, (r * self.scalar + k * e) % q)
