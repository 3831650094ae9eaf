"""z1·base + z2·point: by tables where there are some, by doubling or natively where not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Protocol

from eds_verifier.gost.curve import Curve, Point
from eds_verifier.gost.formulas import INFINITY, Formulas, divided, foldable, folded
from eds_verifier.gost.tables import Table, Tables, affine_all, make_table, terms

_log = logging.getLogger(__name__)

_WINDOW = 5


class NativeError(Exception):
    """A native library did not do its part."""


class Multiplier(Protocol):
    """A library that multiplies without tables."""

    @property
    def name(self) -> str:
        """The library and its version."""

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point for 0 ≤ z1, z2 < q and a point of the curve; NativeError."""


class Arithmetic:
    """Multiplication on any curve.

    `number` makes the integers that our own formulas work with. `native` does what no table is
    there for, on the curves it was found right on; where it fails our own formulas do it.
    """

    def __init__(
        self,
        *,
        number: Callable[[int], int] = int,
        native: Multiplier | None = None,
        native_curves: Iterable[Curve] = (),
        after: int = 16,
    ) -> None:
        self._number = number
        self._native = native
        self._native_curves = frozenset(native_curves)
        self._formulas = lru_cache(maxsize=16)(self._make_formulas)
        self._tables = Tables(self._make_table, after=after)

    def prepare(self, curve: Curve, point: Point) -> None:
        """Say that the point, a multiple of the base point, will be multiplied often."""
        self._tables.mark(curve, point)

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point, scalars modulo q; None is infinity.

        ValueError when `point` is not on the curve.
        """
        if not curve.holds(point):
            raise ValueError("the point is not on the curve")
        wanted = [(z % curve.q, of) for z, of in ((z2, point), (z1, curve.base)) if z % curve.q]
        ready: list[Point] = []
        unready: list[tuple[int, Point]] = []
        for z, of in wanted:
            table = self._tables.get(curve, of)
            if table is not None:
                ready += terms(curve, table, z)
            elif self._native is not None and curve in self._native_curves:
                try:
                    return self._native.joint_multiply(curve, z1 % curve.q, z2 % curve.q, point)
                except NativeError:
                    _log.exception("%s failed; Python multiplies instead", self._native.name)
                    unready.append((z, of))
            else:
                unready.append((z, of))
        formulas = self._formulas(curve)
        total = _straus(self._number(curve.p), formulas, self._numbers(unready))
        x, y, z = formulas.accumulate(total, ready)
        if not z % curve.p:
            return None
        ((x, y),) = affine_all(self._number(curve.p), [(x, y, z)])
        return int(x), int(y)

    def _numbers(self, pairs: list[tuple[int, Point]]) -> list[tuple[int, Point]]:
        return [(z, (self._number(x), self._number(y))) for z, (x, y) in pairs]

    def _make_formulas(self, curve: Curve) -> Formulas:
        if self._number is int and foldable(curve):
            return folded(curve)
        return divided(curve, self._number)

    def _make_table(self, curve: Curve, point: Point) -> Table:
        return make_table(curve, point, self._formulas(curve), self._number)


def _straus(p: int, formulas: Formulas, pairs: list[tuple[int, Point]]) -> tuple[int, int, int]:
    """The sum of scalar times point over all pairs, with one chain of doublings."""
    added: dict[int, list[Point]] = {}
    for scalar, point in pairs:
        odd = _odd_multiples(p, formulas, point)
        for place, digit in _naf(scalar):
            x, y = odd[abs(digit) >> 1]
            added.setdefault(place, []).append((x, y) if digit > 0 else (x, -y))
    total = INFINITY
    places = sorted(added, reverse=True)
    for place, following in zip(places, [*places, 0][1:], strict=True):
        total = formulas.accumulate(total, added[place])
        total = formulas.double(total, place - following)
    return total


def _naf(scalar: int) -> Iterable[tuple[int, int]]:
    """Places and odd digits, |digit| < 2^(window-1), at least `window` places apart."""
    full, half = 1 << _WINDOW, 1 << (_WINDOW - 1)
    place = 0
    while scalar:
        zeros = (scalar & -scalar).bit_length() - 1
        place += zeros
        scalar >>= zeros
        digit = scalar & (full - 1)
        if digit >= half:
            digit -= full
        yield place, digit
        scalar -= digit


def _odd_multiples(p: int, formulas: Formulas, point: Point) -> tuple[Point, ...]:
    """1, 3, 5, … times `point`."""
    count = 1 << (_WINDOW - 2)
    once = (*point, 1)
    doubled = formulas.double(once, 1)
    if not doubled[2] % p:  # a point of order two
        return (point,) * count
    (twice,) = affine_all(p, [doubled])
    multiples = [once]
    for _ in range(count - 1):
        multiples.append(formulas.accumulate(multiples[-1], [twice]))
    return affine_all(p, multiples)
