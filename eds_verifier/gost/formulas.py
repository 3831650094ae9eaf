"""Adding and doubling points: the inner loops of every multiplication.

Points are Jacobian `(X, Y, Z)` with x = X/Z², y = Y/Z³; Z = 0 is infinity, and always written as
exactly 0. What is added is affine. Two ways of reducing give the same points:

- `divided`: each product modulo p. Right for any curve and any integer type.
- `folded`: p = 2^n - c with a small c, so the bits above n are multiplied by c and added to those
  below; twice that where it matters. Half the time of a division on Python's own integers. The
  coordinates inside are then not reduced and may be negative. A doubling cannot meet infinity
  unawares because a curve of prime order has no point with y = 0: other curves are refused.

Nothing here takes the same time for every input: to verify needs no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from eds_verifier.gost.curve import Curve, Point

Jacobian = tuple[int, int, int]
INFINITY: Jacobian = (1, 1, 0)


@dataclass(frozen=True, slots=True)
class Formulas:
    """The two loops for one curve."""

    double: Callable[[Jacobian, int], Jacobian]
    """`double(point, times)`: 2^times times the point."""
    accumulate: Callable[[Jacobian, Iterable[Point]], Jacobian]
    """The point plus all those affine ones. The sign of an ordinate may be turned: (x, -y)."""


def foldable(curve: Curve) -> bool:
    """Whether `folded` is right for the curve."""
    n = curve.p.bit_length()
    return curve.cofactor == 1 and curve.a == curve.p - 3 and 0 < 2**n - curve.p < 2**16 and n > 128


def folded(curve: Curve) -> Formulas:
    """For p = 2^n - c, a = -3 and a prime number of points; ValueError for another curve."""
    if not foldable(curve):
        raise ValueError("the curve's numbers cannot be folded")
    n = curve.p.bit_length()
    c = 2**n - curve.p
    double = _folding_double(n, c)
    return Formulas(double, _folding_accumulate(curve.p, n, c, double))


def _folding_double(n: int, c: int) -> Callable[[Jacobian, int], Jacobian]:
    low = 2**n - 1

    def double(point: Jacobian, times: int) -> Jacobian:
        x, y, z = point
        for _ in range(times):
            delta = z * z
            delta = (delta & low) + c * (delta >> n)
            gamma = y * y
            gamma = (gamma & low) + c * (gamma >> n)
            beta = x * gamma
            beta = (beta & low) + c * (beta >> n)
            alpha = 3 * (x - delta) * (x + delta)
            alpha = (alpha & low) + c * (alpha >> n)
            z = 2 * y * z
            z = (z & low) + c * (z >> n)
            x = alpha * alpha - 8 * beta
            x = (x & low) + c * (x >> n)
            x = (x & low) + c * (x >> n)
            y = alpha * (4 * beta - x) - 8 * gamma * gamma
            y = (y & low) + c * (y >> n)
            y = (y & low) + c * (y >> n)
            z = (z & low) + c * (z >> n)
        return x, y, z

    return double


def _folding_accumulate(
    p: int, n: int, c: int, double: Callable[[Jacobian, int], Jacobian]
) -> Callable[[Jacobian, Iterable[Point]], Jacobian]:
    low = 2**n - 1

    def accumulate(point: Jacobian, others: Iterable[Point]) -> Jacobian:
        x1, y1, z1 = point
        for x2, y2 in others:
            if not z1:
                x1, y1, z1 = x2, y2, 1
                continue
            zz = z1 * z1
            zz = (zz & low) + c * (zz >> n)
            h = x2 * zz - x1
            h = (h & low) + c * (h >> n)
            zz *= z1
            zz = (zz & low) + c * (zz >> n)
            r = y2 * zz - y1
            r = (r & low) + c * (r >> n)
            if not h % p:
                x1, y1, z1 = INFINITY if r % p else double((x1, y1, z1), 1)
                continue
            hh = h * h
            hh = (hh & low) + c * (hh >> n)
            hhh = h * hh
            hhh = (hhh & low) + c * (hhh >> n)
            v = x1 * hh
            v = (v & low) + c * (v >> n)
            x1 = r * r - hhh - 2 * v
            x1 = (x1 & low) + c * (x1 >> n)
            x1 = (x1 & low) + c * (x1 >> n)
            y1 = r * (v - x1) - y1 * hhh
            y1 = (y1 & low) + c * (y1 >> n)
            y1 = (y1 & low) + c * (y1 >> n)
            z1 = z1 * h
            z1 = (z1 & low) + c * (z1 >> n)
            z1 = (z1 & low) + c * (z1 >> n)
        return x1, y1, z1

    return accumulate


def divided(curve: Curve, number: Callable[[int], int] = int) -> Formulas:
    """For any curve; `number` makes the integers the arithmetic is done with."""
    p, a = number(curve.p), number(curve.a)
    is_minus_three = curve.a == curve.p - 3

    def double(point: Jacobian, times: int) -> Jacobian:
        x, y, z = point
        for _ in range(times):
            delta = z * z % p
            gamma = y * y % p
            beta = x * gamma % p
            if is_minus_three:
                alpha = 3 * (x - delta) * (x + delta) % p
            else:
                alpha = (3 * x * x + a * (delta * delta % p)) % p
            z = 2 * y * z % p
            x = (alpha * alpha - 8 * beta) % p
            y = (alpha * (4 * beta - x) - 8 * gamma * gamma) % p
        return x, y, z

    def accumulate(point: Jacobian, others: Iterable[Point]) -> Jacobian:
        x1, y1, z1 = point
        for x2, y2 in others:
            if not z1:
                x1, y1, z1 = x2, y2, 1
                continue
            zz = z1 * z1 % p
            h = (x2 * zz - x1) % p
            r = (y2 * (z1 * zz % p) - y1) % p
            if not h:
                x1, y1, z1 = INFINITY if r else double((x1, y1, z1), 1)
                continue
            hh = h * h % p
            hhh = h * hh % p
            v = x1 * hh % p
            x1 = (r * r - hhh - 2 * v) % p
            y1 = (r * (v - x1) - y1 * hhh) % p
            z1 = z1 * h % p
        return x1, y1, z1

    return Formulas(double, accumulate)
