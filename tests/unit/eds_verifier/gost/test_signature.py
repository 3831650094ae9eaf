"""Streebog and GOST R 34.10-2015 against published values and the ways to get them wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.gost import TC26_512_A, GostKeyError, PublicKey, multiply, streebog, verify
from eds_verifier.gost.backend import default_backend
from tests.unit.eds_verifier.factory import gost_key

# RFC 6986 section 10 prints digests and messages as numbers; libraries print octets reversed.
M1 = b"012345678901234567890123456789012345678901234567890123456789012"
DIGESTS = (
    (
        M1,
        512,
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
            "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
        ),
    ),
    (M1, 256, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    (
        b"",
        512,
        (
            "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
            "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"
        ),
    ),
    (b"", 256, "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"),
)
KEY = gost_key("gost tests")
DATA = "деректер".encode()
DIGEST = streebog(DATA)
SIGNATURE = KEY.sign(DATA)
Q = TC26_512_A.q


@pytest.mark.parametrize(("message", "bits", "digest"), DIGESTS)
def test_streebog_gives_the_published_digests(message: bytes, bits: int, digest: str) -> None:
    assert streebog(message, bits=bits).hex() == digest


def test_streebog_has_no_other_length() -> None:
    with pytest.raises(ValueError, match="384"):
        streebog(b"", bits=384)


def test_the_base_point_has_the_order_q() -> None:
    assert TC26_512_A.holds(TC26_512_A.base)
    assert multiply(TC26_512_A, Q) is None
    x, y = TC26_512_A.base
    assert multiply(TC26_512_A, Q - 1) == (x, TC26_512_A.p - y)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, Q - 1), st.integers(0, Q - 1), st.integers(1, Q - 1))
def test_joint_multiplication_is_linear(z1: int, z2: int, d: int) -> None:
    point = multiply(TC26_512_A, d)
    assert point is not None
    assert default_backend().joint_multiply(TC26_512_A, z1, z2, point) == multiply(TC26_512_A, (z1 + z2 * d) % Q)


def test_a_signature_holds() -> None:
    assert verify(KEY.public, DIGEST, SIGNATURE)


def _pair(r: int, s: int) -> bytes:
    return r.to_bytes(64, "little") + s.to_bytes(64, "little")


R, S = (int.from_bytes(half, "little") for half in (SIGNATURE[:64], SIGNATURE[64:]))


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(SIGNATURE[::-1], id="the byte order of RFC 9215"),
        pytest.param(SIGNATURE[64:] + SIGNATURE[:64], id="s before r"),
        pytest.param(SIGNATURE[:64][::-1] + SIGNATURE[64:][::-1], id="big-endian halves"),
        pytest.param(_pair(0, S), id="r is zero"),
        pytest.param(_pair(R, 0), id="s is zero"),
        pytest.param(_pair(0, 0), id="both are zero"),
        pytest.param(_pair(Q, S), id="r is q"),
        pytest.param(_pair(R, Q), id="s is q"),
        pytest.param(_pair(R, Q - S), id="s is negated"),
        pytest.param(SIGNATURE[:-1], id="one octet short"),
        pytest.param(SIGNATURE + b"\0", id="one octet long"),
        pytest.param(b"", id="empty"),
    ],
)
def test_another_encoding_or_value_does_not_hold(signature: bytes) -> None:
    assert not verify(KEY.public, DIGEST, signature)


def test_another_digest_or_key_does_not_hold() -> None:
    assert not verify(KEY.public, streebog(b"other"), SIGNATURE)
    assert not verify(gost_key("another").public, DIGEST, SIGNATURE)
    assert not verify(KEY.public, DIGEST[::-1], SIGNATURE)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(bytes(128), id="the origin"),
        pytest.param(KEY.public.octets()[:-1], id="one octet short"),
        pytest.param(KEY.public.octets()[::-1], id="big-endian"),
        pytest.param(b"\xff" * 128, id="coordinates beyond p"),
        pytest.param((3).to_bytes(64, "little") + (5).to_bytes(64, "little"), id="off the curve"),
    ],
)
def test_what_is_no_point_of_the_curve_is_no_key(octets: bytes) -> None:
    with pytest.raises(GostKeyError):
        PublicKey.parse(octets)


def test_multiplication_refuses_a_point_off_the_curve() -> None:
    with pytest.raises(ValueError, match="not on the curve"):
        multiply(TC26_512_A, 2, (3, 5))


def test_a_key_survives_writing_and_reading() -> None:
    assert PublicKey.parse(KEY.public.octets()) == KEY.public
