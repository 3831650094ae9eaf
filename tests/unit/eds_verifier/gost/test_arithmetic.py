"""Multiplication: every backend against the textbook's formulas and against each other."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eds_verifier.gost import CRYPTOPRO_A, TC26_256_A, TC26_512_A, Curve, Point, streebog
from eds_verifier.gost.arithmetic import Arithmetic, NativeError
from eds_verifier.gost.formulas import divided, foldable, folded
from tests.unit.eds_verifier.gost.keys import CHOICES, CURVES, ORDER_TWO, add, backend, times

SLOW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NEVER = 1 << 40


def scalars(curve: Curve) -> st.SearchStrategy[int]:
    """Any scalar, and those that meet a special case."""
    q = curve.q
    special = [0, 1, 2, 3, 127, 128, 129, 255, 256, q // 2, q // 2 + 1, q - 2, q - 1, q, q + 1, -1]
    powers = [1 << bit for bit in (64, 128, curve.q.bit_length() - 1)]
    return st.sampled_from(special + powers) | st.integers(0, q - 1)


def _expected(curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
    q = curve.q
    return add(curve, times(curve, z1 % q, curve.base), times(curve, z2 % q, point))


def _ways(curve: Curve) -> dict[str, Arithmetic]:
    ways = {
        "python by doubling": Arithmetic(after=NEVER),
        "python by tables": Arithmetic(after=1),
    }
    return ways | {choice: backend(choice)._arithmetic for choice in CHOICES[1:]}


@pytest.mark.parametrize("curve", CURVES)
def test_all_ways_lead_to_the_same_point(curve: Curve) -> None:
    ways = _ways(curve)

    @SLOW
    @given(scalars(curve), scalars(curve), scalars(curve))
    def check(z1: int, z2: int, d: int) -> None:
        point = times(curve, d % curve.q, curve.base)
        if point is None:
            point = curve.base
        ways["python by tables"].prepare(curve, curve.base)
        expected = _expected(curve, z1, z2, point)
        for name, way in ways.items():
            assert way.joint_multiply(curve, z1, z2, point) == expected, name

    check()


SPECIAL = (0, 1, 2, -1, -2)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("d", [1, 2, 3, -1, -2])
def test_sums_of_equal_opposite_and_neighbouring_points_are_right(curve: Curve, d: int) -> None:
    point = times(curve, d % curve.q, curve.base)
    assert point is not None
    tabled = Arithmetic(after=1)
    tabled.prepare(curve, point)
    ways = {**_ways(curve), "prepared": tabled}
    for z1 in SPECIAL:
        for z2 in SPECIAL:
            expected = times(curve, (z1 + z2 * d) % curve.q, curve.base)
            for name, way in ways.items():
                assert way.joint_multiply(curve, z1, z2, point) == expected, (name, z1, z2)


@pytest.mark.parametrize("curve", [TC26_512_A, TC26_256_A, CRYPTOPRO_A])
def test_a_prepared_point_is_multiplied_as_before(curve: Curve) -> None:
    point = times(curve, 0xC0FFEE, curve.base)
    assert point is not None
    ways = {"tables": Arithmetic(after=1), "doubling": Arithmetic(after=NEVER)}
    ways["tables"].prepare(curve, point)

    @settings(max_examples=60, deadline=None)
    @given(scalars(curve), scalars(curve))
    def check(z1: int, z2: int) -> None:
        results = {way.joint_multiply(curve, z1, z2, point) for way in ways.values()}
        assert len(results) == 1

    check()


@pytest.mark.parametrize("curve", CURVES)
def test_folding_is_refused_where_it_would_be_wrong(curve: Curve) -> None:
    right = curve in (TC26_512_A, CRYPTOPRO_A)
    assert foldable(curve) is right
    if not right:
        with pytest.raises(ValueError, match="folded"):
            folded(curve)


@pytest.mark.parametrize(
    "curve",
    [
        replace(CRYPTOPRO_A, cofactor=2),
        replace(CRYPTOPRO_A, a=CRYPTOPRO_A.a - 1),
        replace(CRYPTOPRO_A, p=2**256 - 2**16 - 1, a=2**256 - 2**16 - 4),
        replace(CRYPTOPRO_A, p=2**127 - 1, a=2**127 - 4),
    ],
    ids=["a point of order two", "another a", "a large c", "short numbers"],
)
def test_each_condition_of_folding_counts(curve: Curve) -> None:
    assert foldable(CRYPTOPRO_A)
    assert not foldable(curve)


@pytest.mark.parametrize("curve", [TC26_512_A, CRYPTOPRO_A])
def test_numbers_that_are_folded_again_and_again_stay_small_and_right(curve: Curve) -> None:
    start = (*curve.base, 1)
    x, y, z = folded(curve).double(start, 5000)
    assert max(abs(number) for number in (x, y, z)) < 2 * curve.p
    u, v, w = divided(curve).double(start, 5000)
    assert (x * w * w - u * z * z) % curve.p == 0
    assert (y * w**3 - v * z**3) % curve.p == 0


@pytest.mark.parametrize("curve", [TC26_512_A, CRYPTOPRO_A])
def test_adding_sees_equal_and_opposite_points_in_any_written_form(curve: Curve) -> None:
    formulas, p = folded(curve), curve.p
    x, y = curve.base
    for z in (1, 2, p - 1, 3 * p + 1, -5):
        for shift in (-2 * p, -p, 0, p, 3 * p):
            same = (x * z * z % p + shift, y * z**3 % p - shift, z)
            assert not formulas.accumulate(same, [(x, -y)])[2]
            assert not formulas.accumulate(same, [(x, p - y)])[2]
            a, b, c = formulas.accumulate(same, [(x, y)])
            twice = add(curve, curve.base, curve.base)
            assert twice is not None
            assert (a - twice[0] * c * c) % p == 0
            assert (b - twice[1] * c**3) % p == 0


@pytest.mark.parametrize("choice", CHOICES)
def test_points_outside_the_base_point_s_group_are_multiplied_rightly_too(choice: str) -> None:
    # `PublicKey.parse` relies on it to find them.
    curve = TC26_256_A
    shifted = add(curve, curve.base, ORDER_TWO)
    assert shifted is not None
    for point in (ORDER_TWO, shifted):
        for z1, z2 in ((0, 1), (0, 2), (0, 3), (1, 1), (5, 8), (7, curve.q - 1)):
            expected = add(curve, times(curve, z1, curve.base), times(curve, z2, point))
            assert backend(choice).joint_multiply(curve, z1, z2, point) == expected


@pytest.mark.parametrize("choice", CHOICES)
def test_many_threads_get_the_right_answers(choice: str) -> None:
    using, curve = backend(choice), CRYPTOPRO_A
    points = [times(curve, 1000 + number, curve.base) for number in range(4)]
    questions = [
        (number * 7919, curve.q - number, point) for number in range(5) for point in points if point
    ]
    expected = [_expected(curve, *question) for question in questions]
    messages = [b"%d" % number * 30 for number in range(len(questions))]
    digests = [streebog(message) for message in messages]
    for point in points[:2]:
        assert point is not None
        using.prepare(curve, point)
    start = threading.Barrier(8)

    def work(offset: int) -> int:
        start.wait(60)
        right = 0
        for turn in range(len(questions)):
            place = (turn + offset) % len(questions)
            right += using.joint_multiply(curve, *questions[place]) == expected[place]
            right += using.streebog(messages[place]) == digests[place]
        return right

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [2 * len(questions)] * 8


class _Breaks:
    """A library that was right when it was asked first, and fails later."""

    name = "a library"

    def joint_multiply(self, *_: object) -> Point | None:
        raise NativeError("out of memory")


def test_where_a_library_fails_python_answers(caplog: pytest.LogCaptureFixture) -> None:
    curve = TC26_512_A
    arithmetic = Arithmetic(native=_Breaks(), native_curves=[curve])
    with caplog.at_level(logging.ERROR):
        answer = arithmetic.joint_multiply(curve, 3, 5, curve.base)
    assert answer == times(curve, 8, curve.base)
    assert "Python multiplies instead" in caplog.text


def test_a_library_is_not_asked_about_a_curve_it_was_not_checked_on() -> None:
    arithmetic = Arithmetic(native=_Lies(), native_curves=[TC26_512_A])
    assert arithmetic.joint_multiply(CRYPTOPRO_A, 1, 1, CRYPTOPRO_A.base) == times(
        CRYPTOPRO_A, 2, CRYPTOPRO_A.base
    )


class _Lies:
    name = "a liar"

    def joint_multiply(self, *_: object) -> Point | None:
        return CRYPTOPRO_A.base
