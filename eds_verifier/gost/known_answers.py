"""What a library must answer before it is used: a wrong one must never decide.

The digests are those of RFC 6986 and RFC 5831 and of one longer message; the points were computed
by three implementations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from eds_verifier.gost.curve import CRYPTOPRO_A, TC26_256_A, TC26_512_A, Curve, Point

_RFC_6986 = b"012345678901234567890123456789012345678901234567890123456789012"
_LONG = bytes(range(256)) * 5

_STREEBOG = (
    (
        512,
        _RFC_6986,
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
            "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
        ),
    ),
    (256, _RFC_6986, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    (
        512,
        b"",
        (
            "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
            "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"
        ),
    ),
    (256, b"", "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"),
    (
        512,
        _LONG,
        (
            "913afd1d203b766c601a140fe221efcb21e21111a5d2c023f30745afc019d7ce"
            "b76295a334e5eeb8e69c8adbdf51e264ef95567e829521e591b593fd2edafdab"
        ),
    ),
    (256, _LONG, "9715208bfe66f6d562e0031d87e7095aefee36295599254fd827be2f0f4c26ea"),
)
_GOSTR3411_94 = (
    (b"", "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d"),
    (
        b"This is message, length=32 bytes",
        "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa",
    ),
    (
        b"Suppose the original message has length = 50 bytes",
        "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
    ),
    (_LONG, "fbae930eaca06fd74ce7cf5b86f45bf8300b39fe9c19e2756f38c1ebd3e0f53d"),
)

_POINTS = {
    TC26_512_A: (
        (
            "118ec73094dd290f8c84550b3e0841d37557466fe21312dc8d787ec43366ba9b"
            "201a5dffc96439062caab57d3269a105628e7cb11f0a91782f44ab916e32f8ea"
        ),
        (
            "1f20a2bcebb8e7d689afb9334c69614c3621fbdae25d2efd71f906fe7e78eac5"
            "1ca7cb4a2112244626178d05fd38b9f415bad33e427ec9d52129261f7ee00fb8"
        ),
        (
            "191d90828ca2aca8f16a666c15d5cb5bfef03579f9f52f593ee8455e0b58a9e1"
            "f51b4e387cde260866c466b1b5ce1ec8cdb24227dd4a13ac93af6d89eed7430e"
        ),
        (
            "b2300e83332355f87ced9f31922073bb669d840065a2bc76a9e7b880f398f18b"
            "72907c2416fd9d1a9934647ff63b412bcc125e635b1a7fe884b6235038158182"
        ),
    ),
    TC26_256_A: (
        "abf8412e90edbcc1218f33826495264ccc269378e1c450944698717e46c78cb2",
        "2978dc103a28e45c398e2637a73fde57dd72f41e3a4bf099df821ffc87b263a3",
        "4468f6051532f8057188b71e4bd320032506e18ee4870598340b0f7031addf5c",
        "0b9865638b50840d346e7188b57275e9b93da7403d7dc6df8dd0bf45f1b10b05",
    ),
    CRYPTOPRO_A: (
        "4c5bdcd7c71c3de9332fa21da742799f0b13771d8ef4b31165ccd012f3319a75",
        "2186e4e40a9ec08a703beb1cd594d02dc0a87a1c02d3d38f5cdf5544cde3ecd1",
        "514fa38f0ffbb0f443c56fedea0415a17cb363cc903ec753e1a96cd6b47acfef",
        "4afa6323b955653b6b8403da4f44b275c8376b90ad03f88ea3b659e1ea13efe4",
    ),
}
"""Per curve, x and y of Q = ⌊q/3⌋·base and of ⌊q/5⌋·base + ⌊q/7⌋·Q."""

CURVES: tuple[Curve, ...] = tuple(_POINTS)
"""The curves `multiplies_rightly` can check."""


class Hashes(Protocol):
    """Who hashes."""

    @property
    def name(self) -> str:
        """What runs."""

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`, 64 or 32 octets."""

    def gostr3411_94(self, data: bytes) -> bytes:
        """The GOST R 34.11-94 digest of `data`, 32 octets."""


def hashes_rightly(hashes: Hashes) -> bool:
    """Whether every known digest comes out."""
    return all(
        hashes.streebog(message, bits=bits).hex() == digest for bits, message, digest in _STREEBOG
    ) and all(hashes.gostr3411_94(message).hex() == digest for message, digest in _GOSTR3411_94)


def multiplies_rightly(
    multiply: Callable[[Curve, int, int, Point], Point | None], curve: Curve
) -> bool:
    """Whether a joint multiplication on one of CURVES gives the known points.

    Infinity and a doubling where an addition is expected are among them.
    """
    qx, qy, rx, ry = (int(number, 16) for number in _POINTS[curve])
    q, third, point = curve.q, curve.q // 3, (qx, qy)
    questions: tuple[tuple[int, int, Point, Point | None], ...] = (
        (q // 5, q // 7, point, (rx, ry)),
        (q - third, 1, point, None),
        (third, q - 2, point, (qx, curve.p - qy)),
    )
    twice = multiply(curve, 0, 2, point)
    return (
        all(multiply(curve, z1, z2, of) == answer for z1, z2, of, answer in questions)
        and twice is not None
        and multiply(curve, third, 1, point) == twice
    )
