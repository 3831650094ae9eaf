"""Tables of multiples: what they hold, when they are made and how many there are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from eds_verifier.gost import CRYPTOPRO_A, TC26_256_A, TC26_512_A, Curve, Point
from eds_verifier.gost.formulas import divided
from eds_verifier.gost.tables import Table, Tables, affine_all, make_table, terms
from tests.unit.eds_verifier.gost.keys import CURVES, add, times

CURVE = CRYPTOPRO_A
POINT = (1, CURVE.p - CURVE.base[1])


@pytest.mark.parametrize("curve", CURVES)
def test_row_i_holds_the_multiples_of_256_to_the_i(curve: Curve) -> None:
    table = make_table(curve, curve.base, divided(curve), int)
    assert len(table) == (curve.q.bit_length() + 7) // 8
    for i in (0, 1, len(table) - 1):
        for k in (1, 2, 3, 127, 128):
            assert table[i][k - 1] == times(curve, k << 8 * i, curve.base)


@pytest.mark.parametrize("curve", [TC26_512_A, TC26_256_A, CRYPTOPRO_A])
def test_the_terms_of_a_scalar_add_up_to_it(curve: Curve) -> None:
    table = make_table(curve, curve.base, divided(curve), int)
    q = curve.q
    for scalar in (0, 1, 127, 128, 129, 255, 256, q // 2, q // 2 + 1, q - 1, q - 128, q // 3):
        total: Point | None = None
        for x, y in terms(curve, table, scalar):
            total = add(curve, total, (x, y % curve.p))
        assert total == times(curve, scalar, curve.base)


def _tables(made: list[Point], *, capacity: int = 2, after: int = 3) -> Tables:
    def make(curve: Curve, point: Point) -> Table:
        made.append(point)
        return ((point,),)

    return Tables(make, capacity=capacity, after=after)


def test_a_table_is_made_at_the_third_use_and_once() -> None:
    made: list[Point] = []
    tables = _tables(made)
    tables.mark(CURVE, POINT)
    assert [tables.get(CURVE, POINT) for _ in range(2)] == [None, None]
    assert made == []
    assert [tables.get(CURVE, POINT) for _ in range(4)] == [((POINT,),)] * 4
    assert made == [POINT]


def test_a_point_that_nobody_marked_never_gets_a_table() -> None:
    made: list[Point] = []
    tables = _tables(made)
    assert {tables.get(CURVE, POINT) for _ in range(100)} == {None}
    assert made == []


def test_the_base_point_needs_no_mark_and_never_gives_way() -> None:
    made: list[Point] = []
    tables = _tables(made, capacity=1)
    for _ in range(3):
        tables.get(CURVE, CURVE.base)
    for number in range(5):
        tables.mark(CURVE, (number, number))
    assert tables.get(CURVE, CURVE.base) == ((CURVE.base,),)
    assert made == [CURVE.base]


def test_the_least_recently_used_point_gives_way() -> None:
    made: list[Point] = []
    tables = _tables(made, after=1)
    first, second, third = (1, 1), (2, 2), (3, 3)
    tables.mark(CURVE, first)
    tables.mark(CURVE, second)
    assert tables.get(CURVE, first)
    tables.mark(CURVE, third)
    assert tables.get(CURVE, second) is None
    assert tables.get(CURVE, first)
    assert tables.get(CURVE, third)


def test_a_mark_made_twice_keeps_the_table() -> None:
    made: list[Point] = []
    tables = _tables(made, after=1)
    for _ in range(3):
        tables.mark(CURVE, POINT)
        assert tables.get(CURVE, POINT)
    assert made == [POINT]


def test_the_same_point_on_another_curve_is_another_point() -> None:
    made: list[Point] = []
    tables = _tables(made, after=1)
    tables.mark(CURVE, POINT)
    assert tables.get(TC26_256_A, POINT) is None


def test_threads_make_a_table_once() -> None:
    made: list[Point] = []
    tables = _tables(made, after=10)
    tables.mark(CURVE, POINT)
    start = threading.Barrier(8)

    def work(_: int) -> None:
        start.wait(60)
        for _ in range(200):
            tables.get(CURVE, POINT)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert made == [POINT]


def test_an_affine_form_of_infinity_is_an_error() -> None:
    with pytest.raises(ValueError, match="not invertible"):
        affine_all(CURVE.p, [(1, 1, 1), (1, 1, 0)])
