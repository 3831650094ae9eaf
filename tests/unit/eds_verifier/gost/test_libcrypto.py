"""libcrypto behind ctypes: what it is asked, what it refuses, and that nothing is left behind."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import replace

import psutil
import pytest

from eds_verifier.gost import CRYPTOPRO_A, TC26_512_A, Curve
from eds_verifier.gost.arithmetic import NativeError
from eds_verifier.gost.libcrypto import Libcrypto
from tests.unit.eds_verifier.gost.keys import CURVES, RFC_7091_256, times


@pytest.fixture(scope="module")
def libcrypto() -> Libcrypto:
    try:
        return Libcrypto()
    except NativeError as error:
        pytest.skip(str(error))


def test_its_version_is_named(libcrypto: Libcrypto) -> None:
    assert libcrypto.name.startswith("libcrypto 3.")


@pytest.mark.parametrize("curve", CURVES)
def test_it_multiplies_on_every_curve(libcrypto: Libcrypto, curve: Curve) -> None:
    q = curve.q
    point = times(curve, 5, curve.base)
    assert point is not None
    for z1, z2 in ((0, 0), (1, 0), (0, 1), (5, 1), (q - 5, 1), (q - 1, q - 1), (q // 2, q // 3)):
        expected = times(curve, (z1 + 5 * z2) % q, curve.base)
        assert libcrypto.joint_multiply(curve, z1, z2, point) == expected


@pytest.mark.parametrize("point", [(0, 0), (1, 1), (CRYPTOPRO_A.p, 1)])
def test_a_point_off_the_curve_is_an_error(libcrypto: Libcrypto, point: tuple[int, int]) -> None:
    with pytest.raises(NativeError):
        libcrypto.joint_multiply(CRYPTOPRO_A, 1, 1, point)


def test_a_curve_whose_base_point_is_not_on_it_is_an_error(libcrypto: Libcrypto) -> None:
    wrong = replace(CRYPTOPRO_A, b=167)
    for _ in range(40):
        with pytest.raises(NativeError):
            libcrypto.joint_multiply(wrong, 1, 1, CRYPTOPRO_A.base)
    assert libcrypto.joint_multiply(CRYPTOPRO_A, 1, 0, CRYPTOPRO_A.base) == CRYPTOPRO_A.base


def test_the_curves_it_keeps_are_few(libcrypto: Libcrypto) -> None:
    few = type(libcrypto)()
    curves = [replace(TC26_512_A, cofactor=cofactor) for cofactor in range(1, 18)]
    for curve in curves[:16]:
        assert few.joint_multiply(curve, 1, 0, curve.base) == curve.base
    with pytest.raises(NativeError, match="too many curves"):
        few.joint_multiply(curves[16], 1, 0, curves[16].base)


def test_a_refusal_leaves_no_error_for_others_in_the_thread(libcrypto: Libcrypto) -> None:
    peek = ctypes.PyDLL("libcrypto.so.3" if sys.platform == "linux" else "libcrypto.3.dylib")
    peek.ERR_peek_error.restype = ctypes.c_ulong
    with pytest.raises(NativeError):
        libcrypto.joint_multiply(CRYPTOPRO_A, 1, 1, (1, 1))
    assert peek.ERR_peek_error() == 0


def _megabytes() -> float:
    return psutil.Process().memory_info().rss / (1 << 20)


def test_neither_answers_nor_refusals_keep_memory(libcrypto: Libcrypto) -> None:
    curve = RFC_7091_256

    def both(rounds: int) -> None:
        for _ in range(rounds):
            libcrypto.joint_multiply(curve, 1, 1, curve.base)
            with pytest.raises(NativeError):
                libcrypto.joint_multiply(curve, 1, 1, (1, 1))

    both(200)
    before = _megabytes()
    both(10000)
    assert _megabytes() - before < 2


@pytest.mark.parametrize("file", ["no-such-library.so.3", "libc.so.6"])
def test_a_library_that_is_missing_or_another_one_is_an_error(file: str) -> None:
    with pytest.raises(NativeError, match="libcrypto cannot be used"):
        Libcrypto(file)


def test_an_unknown_platform_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(NativeError, match="this platform"):
        Libcrypto()
