"""A point that is multiplied often: its multiples beforehand, so that nothing is doubled later.

A table has one row for each octet of a scalar. Row i holds 1, 2, …, 128 times 256^i·P, affine: the
scalar is written in octets from -127 to 128, and one point of each row is added. Making the table
costs about as much as sixteen multiplications; 512 bits take 2 MiB.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eds_verifier.gost.curve import Curve, Point
from eds_verifier.gost.formulas import Formulas, Jacobian

Table = tuple[tuple[Point, ...], ...]

_PER_ROW = 128
_OFFSET = 127


def make_table(
    curve: Curve, point: Point, formulas: Formulas, number: Callable[[int], int]
) -> Table:
    """The table of a multiple of the base point, made of `number`s."""
    p, a = number(curve.p), number(curve.a)
    current: Jacobian = (number(point[0]), number(point[1]), number(1))
    powers = []
    for _ in range(_rows(curve)):
        powers.append(current)
        current = formulas.double(current, 8)
    columns = [affine_all(p, powers)]
    while len(columns) < _PER_ROW:
        highest = columns[-1]
        sums = _add_all(
            p, a, [pair for column in columns for pair in zip(column, highest, strict=True)]
        )
        columns += [
            tuple(sums[start : start + len(highest)]) for start in range(0, len(sums), len(highest))
        ]
    return tuple(zip(*columns, strict=True))


def terms(curve: Curve, table: Table, scalar: int) -> Iterator[Point]:
    """The points whose sum is `scalar` (0 ≤ scalar < q) times the table's point.

    An ordinate may be negative.
    """
    negated = scalar > curve.q >> 1
    if negated:
        scalar = curve.q - scalar
    size = _rows(curve)
    octets = (scalar + int.from_bytes(bytes([_OFFSET]) * size)).to_bytes(size, "little")
    for row, octet in zip(table, octets, strict=True):
        if octet > _OFFSET:
            x, y = row[octet - _OFFSET - 1]
            yield (x, -y) if negated else (x, y)
        elif octet < _OFFSET:
            x, y = row[_OFFSET - 1 - octet]
            yield (x, y) if negated else (x, -y)


def _rows(curve: Curve) -> int:
    return (curve.q.bit_length() + 7) // 8


def affine_all(p: int, points: Sequence[Jacobian]) -> tuple[Point, ...]:
    """Affine forms of points that are not infinity."""
    affine = []
    for (x, y, _), inverse in zip(points, _inverses(p, [z for *_, z in points]), strict=True):
        square = inverse * inverse % p
        affine.append((x * square % p, y * (square * inverse % p) % p))
    return tuple(affine)


def _add_all(p: int, a: int, pairs: Sequence[tuple[Point, Point]]) -> list[Point]:
    """The sum of each pair; none of them infinity, equal points allowed."""
    slopes = []
    for (x1, y1), (x2, y2) in pairs:
        slopes.append((3 * x1 * x1 + a, 2 * y1) if x1 == x2 else (y2 - y1, x2 - x1))
    sums = []
    inverses = _inverses(p, [divisor for _, divisor in slopes])
    for ((x1, y1), (x2, _)), (rise, _), inverse in zip(pairs, slopes, inverses, strict=True):
        slope = rise * inverse % p
        x = (slope * slope - x1 - x2) % p
        sums.append((x, (slope * (x1 - x) - y1) % p))
    return sums


def _inverses(p: int, numbers: Sequence[int]) -> list[int]:
    """1/n modulo p of each, by one inversion (Montgomery's trick). ValueError when one is zero."""
    products = [numbers[0]]
    for number in numbers[1:]:
        products.append(products[-1] * number % p)
    inverse = pow(products[-1], -1, p)
    inverses = []
    for (before, _), number in zip(
        reversed(list(pairwise(products))), reversed(numbers[1:]), strict=True
    ):
        inverses.append(inverse * before % p)
        inverse = inverse * number % p
    inverses.append(inverse)
    inverses.reverse()
    return inverses


@dataclass(slots=True)
class _Entry:
    uses: int = 0
    table: Table | None = None


class Tables:
    """The tables of base points and of the marked points, at most `capacity` of the latter.

    A table is made at the `after`-th use, when not having it has cost as much as making it. Points
    must be multiples of the base point. Safe for threads.
    """

    def __init__(
        self, make: Callable[[Curve, Point], Table], *, capacity: int = 8, after: int = 16
    ) -> None:
        self._make = make
        self._capacity = capacity
        self._after = after
        self._bases: dict[Curve, _Entry] = {}
        self._marked: OrderedDict[tuple[Curve, Point], _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def mark(self, curve: Curve, point: Point) -> None:
        """Say that `point` will be used often. The least recently used one gives way."""
        with self._lock:
            self._marked.setdefault((curve, point), _Entry())
            self._marked.move_to_end((curve, point))
            while len(self._marked) > self._capacity:
                self._marked.popitem(last=False)

    def get(self, curve: Curve, point: Point) -> Table | None:
        """The table, where there is one; counts as a use."""
        with self._lock:
            if point == curve.base:
                entry = self._bases.setdefault(curve, _Entry())
            elif (curve, point) in self._marked:
                entry = self._marked[curve, point]
                self._marked.move_to_end((curve, point))
            else:
                return None
            entry.uses += 1
            due = entry.uses == self._after
        if due:
            entry.table = self._make(curve, point)
        return entry.table
