"""The elliptic curves of GOST 34.310-2004 and GOST R 34.10-2015.

Points are affine `(x, y)`; `None` is the point at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[int, int]


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
