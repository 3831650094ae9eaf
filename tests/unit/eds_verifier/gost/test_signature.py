"""GOST signatures as the NCA lays them out, and the ways to get them wrong."""

from __future__ import annotations

import pytest

from eds_verifier.gost import (
    CRYPTOPRO_A,
    TC26_256_A,
    TC26_512_A,
    Curve,
    GostKeyError,
    PublicKey,
    digest_number,
    gostr3411_94,
    streebog,
    verify,
)
from eds_verifier.gost.arithmetic import Arithmetic
from eds_verifier.gost.backend import Backend, PythonHashes
from tests.unit.eds_verifier.gost.keys import (
    CHOICES,
    CURVES,
    ORDER_TWO,
    SigningKey,
    add,
    backend,
    pair,
    times,
)

DATA = "деректер".encode()
KEY = SigningKey.of("gost tests")
DIGEST = streebog(DATA)
SIGNATURE = KEY.sign(DIGEST)
R, S = (int.from_bytes(half, "little") for half in (SIGNATURE[:64], SIGNATURE[64:]))
Q = TC26_512_A.q


def _digest(curve: Curve) -> bytes:
    return DIGEST[: curve.octets]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("curve", CURVES)
def test_a_signature_holds(choice: str, curve: Curve) -> None:
    key = SigningKey.of("holds", curve)
    assert verify(key.public, _digest(curve), key.sign(_digest(curve)), backend=backend(choice))


def test_the_256_bit_algorithms_hold_with_their_own_hashes() -> None:
    for curve, digest in (
        (CRYPTOPRO_A, gostr3411_94(DATA)),
        (TC26_256_A, streebog(DATA, bits=256)),
    ):
        key = SigningKey.of("own hash", curve)
        assert verify(key.public, digest, key.sign(digest))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(SIGNATURE[::-1], id="the byte order of RFC 9215"),
        pytest.param(SIGNATURE[64:] + SIGNATURE[:64], id="s before r"),
        pytest.param(SIGNATURE[:64][::-1] + SIGNATURE[64:][::-1], id="big-endian halves"),
        pytest.param(pair(TC26_512_A, 0, S), id="r is zero"),
        pytest.param(pair(TC26_512_A, R, 0), id="s is zero"),
        pytest.param(pair(TC26_512_A, 0, 0), id="both are zero"),
        pytest.param(pair(TC26_512_A, Q, S), id="r is q"),
        pytest.param(pair(TC26_512_A, R, Q), id="s is q"),
        pytest.param(pair(TC26_512_A, Q, Q), id="both are q"),
        pytest.param(b"\xff" * 128, id="both are as large as they can be"),
        pytest.param(pair(TC26_512_A, R, Q - S), id="s is negated"),
        pytest.param(pair(TC26_512_A, Q - R, S), id="r is negated"),
        pytest.param(SIGNATURE[:-1], id="one octet short"),
        pytest.param(SIGNATURE + b"\0", id="one octet long"),
        pytest.param(b"", id="empty"),
    ],
)
def test_another_encoding_or_value_does_not_hold(choice: str, signature: bytes) -> None:
    assert not verify(KEY.public, DIGEST, signature, backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
def test_a_number_beyond_q_does_not_stand_for_its_remainder(choice: str) -> None:
    curve = TC26_256_A  # q has two bits less than the field: r + q always fits
    key = SigningKey.of("beyond q", curve)
    digest = _digest(curve)
    signature = key.sign(digest)
    r, s = (int.from_bytes(half, "little") for half in (signature[:32], signature[32:]))
    assert verify(key.public, digest, pair(curve, r, s), backend=backend(choice))
    for wrong in ((r + curve.q, s), (r, s + curve.q), (r + curve.q, s + curve.q)):
        assert not verify(key.public, digest, pair(curve, *wrong), backend=backend(choice))


class _AlwaysAgrees(Backend):
    """Arithmetic that gives whatever point would make the signature hold."""

    def __init__(self, r: int) -> None:
        super().__init__(name="agrees", arithmetic=Arithmetic(), hashes=PythonHashes())
        self._r = r

    def joint_multiply(self, *_: object) -> tuple[int, int]:
        return self._r, 1


@pytest.mark.parametrize(
    ("r", "s"), [(0, S), (R, 0), (Q, S), (R, Q), (Q + 1, S), (R, Q + 1), (0, 0), (Q, Q)]
)
def test_a_number_out_of_range_is_refused_whatever_the_arithmetic_says(r: int, s: int) -> None:
    assert verify(KEY.public, DIGEST, pair(TC26_512_A, R, S), backend=_AlwaysAgrees(R))
    assert not verify(KEY.public, DIGEST, pair(TC26_512_A, r, s), backend=_AlwaysAgrees(r))


def test_another_digest_or_key_does_not_hold() -> None:
    assert not verify(KEY.public, streebog(b"other"), SIGNATURE)
    assert not verify(SigningKey.of("another").public, DIGEST, SIGNATURE)
    assert not verify(KEY.public, DIGEST[::-1], SIGNATURE)


@pytest.mark.parametrize("length", [0, 32, 63, 65, 128])
def test_a_digest_of_another_length_does_not_hold(length: int) -> None:
    assert not verify(KEY.public, DIGEST.ljust(length, b"\0")[:length], SIGNATURE)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("curve", CURVES)
def test_the_digest_zero_counts_as_one(choice: str, curve: Curve) -> None:
    zero, one = bytes(curve.octets), b"\1".ljust(curve.octets, b"\0")
    q = curve.q.to_bytes(curve.octets, "little")
    key = SigningKey.of("zero", curve)
    signature = key.sign(one)
    for digest in (zero, q, one):
        assert digest_number(digest, curve) == 1
        assert verify(key.public, digest, signature, backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("curve", CURVES)
def test_a_sum_at_infinity_does_not_hold(choice: str, curve: Curve) -> None:
    # s·base - r·Q is infinity when s = r·d.
    key = SigningKey.of("infinity", curve)
    for r in (1, 2, curve.q - 1, curve.base[0] % curve.q):
        signature = pair(curve, r, r * key.scalar % curve.q)
        assert not verify(key.public, _digest(curve), signature, backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("curve", CURVES)
def test_a_signature_holds_whose_two_multiples_are_equal(choice: str, curve: Curve) -> None:
    # z1·base = z2·Q = t·base: the addition of both meets a doubling.
    q, digest = curve.q, _digest(curve)
    e, t = digest_number(digest, curve), 123456789
    point = times(curve, 2 * t, curve.base)
    assert point is not None
    r, s = point[0] % q, t * e % q
    key = SigningKey(curve, -s * pow(r, -1, q) % q)
    assert verify(key.public, digest, pair(curve, r, s), backend=backend(choice))
    assert not verify(key.public, digest, pair(curve, r, q - s), backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("scalar", [1, 2, -1, -2])
def test_a_key_next_to_the_base_point_is_a_key(choice: str, curve: Curve, scalar: int) -> None:
    key = SigningKey(curve, scalar % curve.q)
    signature = key.sign(_digest(curve))
    other = SigningKey(curve, -scalar % curve.q)
    assert verify(key.public, _digest(curve), signature, backend=backend(choice))
    assert not verify(other.public, _digest(curve), signature, backend=backend(choice))


@pytest.mark.parametrize("choice", CHOICES)
def test_a_prepared_key_answers_as_before(choice: str) -> None:
    using = backend(choice)
    KEY.public.prepare(backend=using)
    wrong = pair(TC26_512_A, R, Q - S)
    at_infinity = pair(TC26_512_A, 5, 5 * KEY.scalar % Q)
    for _ in range(40):  # before its table is made, and after
        assert verify(KEY.public, DIGEST, SIGNATURE, backend=using)
    for signature in (wrong, at_infinity, SIGNATURE[::-1]):
        assert not verify(KEY.public, DIGEST, signature, backend=using)
    assert not verify(KEY.public, streebog(b"other"), SIGNATURE, backend=using)


@pytest.mark.parametrize("curve", CURVES)
def test_what_is_no_point_of_the_curve_is_no_key(curve: Curve) -> None:
    octets = SigningKey.of("no point", curve).public.octets()
    size = curve.octets
    x, y = (int.from_bytes(half, "little") for half in (octets[:size], octets[size:]))
    for wrong in (
        bytes(2 * size),
        octets[:-1],
        octets + b"\0",
        b"",
        octets[::-1],
        octets[size:] + octets[:size],
        b"\xff" * 2 * size,
        pair(curve, x, y + 1),
        pair(curve, curve.p, y),
        pair(curve, x, curve.p),
        b"\4" + octets,
    ):
        with pytest.raises(GostKeyError):
            PublicKey.parse(wrong, curve=curve)


def test_a_coordinate_beyond_p_is_not_reduced() -> None:
    # The base point's x is 1: x + p still fits into 32 octets.
    x, y = CRYPTOPRO_A.base
    assert PublicKey.parse(pair(CRYPTOPRO_A, x, y), curve=CRYPTOPRO_A).point == (x, y)
    assert (x + CRYPTOPRO_A.p).bit_length() <= 256
    with pytest.raises(GostKeyError):
        PublicKey.parse(pair(CRYPTOPRO_A, x + CRYPTOPRO_A.p, y), curve=CRYPTOPRO_A)


def test_a_point_outside_the_group_of_the_base_point_is_no_key() -> None:
    curve = TC26_256_A
    assert curve.holds(ORDER_TWO)
    key = SigningKey.of("cofactor", curve).public
    shifted = add(curve, key.point, ORDER_TWO)
    assert shifted is not None
    assert curve.holds(shifted)
    for point in (ORDER_TWO, shifted):
        with pytest.raises(GostKeyError):
            PublicKey.parse(PublicKey(curve, point).octets(), curve=curve)
    assert PublicKey.parse(key.octets(), curve=curve) == key


def test_a_key_survives_writing_and_reading() -> None:
    assert PublicKey.parse(KEY.public.octets()) == KEY.public
