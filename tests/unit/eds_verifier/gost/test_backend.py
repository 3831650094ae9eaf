"""Which library does what, and that a wrong one never decides."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from eds_verifier.gost import TC26_512_A, Curve, Point, gostr3411_94, streebog, verify
from eds_verifier.gost.arithmetic import NativeError
from eds_verifier.gost.backend import (
    LOADERS,
    VARIABLE,
    BackendError,
    Integers,
    Loaders,
    PythonHashes,
    default_backend,
    make_backend,
)
from eds_verifier.gost.known_answers import CURVES, Hashes, hashes_rightly, multiplies_rightly
from tests.unit.eds_verifier.gost.keys import SigningKey, add, backend, times

PYTHON = "python"


def _missing() -> None:
    raise NativeError("it is not there")


NOTHING = Loaders(_missing, _missing, _missing)  # type: ignore[arg-type] # never returns


@dataclass
class _Points:
    """A library that computes with Python, and lies as told."""

    lie: Callable[[Point | None], Point | None] = lambda point: point
    name: str = "fake points"
    asked: int = 0

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        self.asked += 1
        return self.lie(backend("python").joint_multiply(curve, z1, z2, point))


@dataclass
class _Hashes:
    """A library that hashes with Python, and lies as told."""

    lie: Callable[[bytes], bytes] = lambda digest: digest
    lie_94: Callable[[bytes], bytes] = lambda digest: digest
    name: str = "fake hashes"

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        return self.lie(streebog(data, bits=bits))

    def gostr3411_94(self, data: bytes) -> bytes:
        return self.lie_94(gostr3411_94(data))


def _negated(point: Point | None) -> Point | None:
    return None if point is None else (point[0], TC26_512_A.p - point[1])


def test_python_itself_gives_the_known_answers() -> None:
    assert hashes_rightly(PythonHashes())
    for curve in CURVES:
        assert multiplies_rightly(backend("python").joint_multiply, curve)


def test_the_known_points_are_those_of_the_textbook() -> None:
    def by_the_book(curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        return add(curve, times(curve, z1, curve.base), times(curve, z2, point))

    for curve in CURVES:
        assert multiplies_rightly(by_the_book, curve)


def test_without_libraries_python_does_everything() -> None:
    for choice in ("auto", "python"):
        assert make_backend(choice, NOTHING).name == PYTHON


def test_the_choice_python_loads_nothing() -> None:
    def loaded() -> Integers:
        raise AssertionError

    loaders = Loaders(loaded, loaded, loaded)  # type: ignore[arg-type] # never returns
    assert make_backend("python", loaders).name == PYTHON


@pytest.mark.parametrize(
    ("choice", "what"), [("gmpy2", "gmpy2"), ("native", "libcrypto")], ids=["gmpy2", "native"]
)
def test_what_is_named_and_missing_is_an_error(choice: str, what: str) -> None:
    with pytest.raises(BackendError, match=f"{VARIABLE} needs {what}: it is not there"):
        make_backend(choice, NOTHING)


def test_native_needs_the_hashes_too() -> None:
    loaders = replace(NOTHING, libcrypto=_Points)
    with pytest.raises(BackendError, match="needs libgcrypt"):
        make_backend("native", loaders)


@pytest.mark.parametrize("word", ["", "Python", "openssl", "auto "])
def test_another_word_is_an_error(word: str) -> None:
    with pytest.raises(BackendError, match="python, gmpy2, native, auto"):
        make_backend(word, NOTHING)


def test_points_and_hashes_are_chosen_apart() -> None:
    points = make_backend("auto", replace(NOTHING, libcrypto=_Points))
    assert points.name == "points: fake points; hashes: python"
    hashes = make_backend("auto", replace(NOTHING, libgcrypt=_Hashes))
    assert hashes.name == "points: python; hashes: fake hashes"


LIARS: dict[str, Loaders] = {
    "a point is negated": replace(NOTHING, libcrypto=lambda: _Points(_negated)),
    "infinity is a point": replace(
        NOTHING, libcrypto=lambda: _Points(lambda point: point or TC26_512_A.base)
    ),
    "every point is infinity": replace(NOTHING, libcrypto=lambda: _Points(lambda _: None)),
    "every point is the base": replace(
        NOTHING, libcrypto=lambda: _Points(lambda _: TC26_512_A.base)
    ),
    "a digest is reversed": replace(
        NOTHING, libgcrypt=lambda: _Hashes(lambda digest: digest[::-1])
    ),
    "a digest is cut": replace(NOTHING, libgcrypt=lambda: _Hashes(lambda digest: digest[:32])),
    "the old hash has another S-box": replace(
        NOTHING, libgcrypt=lambda: _Hashes(lie_94=lambda _: bytes(32))
    ),
    "an integer is off by one": replace(
        NOTHING, gmpy2=lambda: Integers("fake integers", lambda number: number ^ 1)
    ),
}


@pytest.mark.parametrize("liar", LIARS)
def test_a_library_that_answers_wrongly_is_not_used_and_this_is_logged_once(
    liar: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        using = make_backend("auto", LIARS[liar])
    assert using.name == PYTHON
    assert [record.message for record in caplog.records if "wrong answers" in record.message] == [
        caplog.records[0].message
    ]
    key, digest = SigningKey.of("liars"), streebog(b"liars")
    assert using.streebog(b"liars") == digest
    assert verify(key.public, digest, key.sign(digest), backend=using)


@pytest.mark.parametrize(
    ("choice", "loaders"),
    [
        ("native", replace(LIARS["a point is negated"], libgcrypt=_Hashes)),
        ("native", replace(LIARS["a digest is cut"], libcrypto=_Points)),
        ("gmpy2", LIARS["an integer is off by one"]),
    ],
)
def test_a_library_that_is_named_and_answers_wrongly_is_an_error(
    choice: str, loaders: Loaders
) -> None:
    with pytest.raises(BackendError, match="wrong answers"):
        make_backend(choice, loaders)


class _HashesThatBreak(_Hashes):
    broken = False

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        if self.broken:
            raise NativeError("out of memory")
        return super().streebog(data, bits=bits)

    def gostr3411_94(self, data: bytes) -> bytes:
        if self.broken:
            raise NativeError("out of memory")
        return super().gostr3411_94(data)


def test_where_hashing_breaks_later_python_hashes(caplog: pytest.LogCaptureFixture) -> None:
    hashes = _HashesThatBreak()
    loaded: Callable[[], Hashes] = lambda: hashes  # noqa: E731
    using = make_backend("auto", replace(NOTHING, libgcrypt=loaded))
    hashes.broken = True
    with caplog.at_level(logging.ERROR):
        assert using.streebog(b"x") == streebog(b"x")
        assert using.streebog(b"x", bits=256) == streebog(b"x", bits=256)
        assert using.gostr3411_94(b"x") == gostr3411_94(b"x")
    assert caplog.text.count("Python hashes instead") == 3


def test_a_key_without_a_table_is_the_library_s_and_one_with_a_table_is_not() -> None:
    points = _Points()
    using = make_backend("auto", replace(NOTHING, libcrypto=lambda: points))
    asked, curve = points.asked, TC26_512_A
    key = SigningKey.of("tabled").public.point
    using.joint_multiply(curve, 3, 4, key)
    assert points.asked == asked + 1
    using.prepare(curve, key)
    answers = {using.joint_multiply(curve, 3, 4, key) for _ in range(40)}
    assert len(answers) == 1
    asked = points.asked
    assert using.joint_multiply(curve, 3, 4, key) in answers
    assert points.asked == asked


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = default_backend.__wrapped__
    monkeypatch.setenv(VARIABLE, "python")
    assert fresh().name == PYTHON
    monkeypatch.setenv(VARIABLE, "fastest")
    with pytest.raises(BackendError, match="'fastest'"):
        fresh()
    for nothing in ("auto", ""):
        monkeypatch.setenv(VARIABLE, nothing)
        assert fresh().name == make_backend("auto", LOADERS).name
    monkeypatch.delenv(VARIABLE)
    assert fresh().name == make_backend("auto", LOADERS).name


def test_gmpy2_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmpy2", None)
    assert "gmpy2" not in make_backend("auto").name
    with pytest.raises(BackendError, match="needs gmpy2: gmpy2 cannot be imported"):
        make_backend("gmpy2")


def test_every_process_has_one_backend() -> None:
    assert default_backend() is default_backend()
