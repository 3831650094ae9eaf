"""The curves are what they are said to be."""

from __future__ import annotations

import pytest

from eds_verifier.gost import TC26_256_A, Curve, multiply
from tests.unit.eds_verifier.gost.keys import CURVES, times


@pytest.mark.parametrize("curve", CURVES)
def test_the_base_point_is_on_the_curve_and_has_the_order_q(curve: Curve) -> None:
    x, y = curve.base
    assert curve.holds(curve.base)
    assert times(curve, curve.q, curve.base) is None
    assert multiply(curve, curve.q) is None
    assert multiply(curve, curve.q - 1) == (x, curve.p - y)


@pytest.mark.parametrize("curve", CURVES)
def test_the_numbers_of_points_is_possible(curve: Curve) -> None:
    # Hasse: |cofactor * q - (p + 1)| <= 2 * sqrt(p), squared.
    assert (curve.cofactor * curve.q - curve.p - 1) ** 2 <= 4 * curve.p


def test_the_256_bit_curve_is_the_published_edwards_curve() -> None:
    # RFC 7836 appendix A.2 gives e = 1 and d beside the Weierstrass form: s = (e - d)/4,
    # t = (e + d)/6, a = s^2 - 3t^2, b = 2t^3 - t*s^2.
    p = TC26_256_A.p
    d = 0x0605F6B7C183FA81578BC39CFAD518132B9DF62897009AF7E522C32D6DC7BFFB
    s, t = (1 - d) * pow(4, -1, p) % p, (1 + d) * pow(6, -1, p) % p
    assert TC26_256_A.a == (s * s - 3 * t * t) % p
    assert TC26_256_A.b == (2 * t**3 - t * s * s) % p


@pytest.mark.parametrize("curve", CURVES)
def test_coordinates_are_reduced_and_fit_the_equation(curve: Curve) -> None:
    x, y = curve.base
    for point in ((0, 0), (x, y + 1), (x + curve.p, y), (x, y - curve.p), (-1, y), (y, x)):
        assert not curve.holds(point)


@pytest.mark.parametrize("curve", CURVES)
def test_multiplication_refuses_a_point_off_the_curve(curve: Curve) -> None:
    x, y = curve.base
    with pytest.raises(ValueError, match="not on the curve"):
        multiply(curve, 2, (x, y + 1))
