"""Who does the arithmetic and the hashing: the fastest that is there and answers rightly.

    choice   gmpy2    libcrypto   libgcrypt
    python   never    never       never
    gmpy2    needed   never       never
    native   found    needed      needed
    auto     found    found       found

The environment variable TANBA_GOST_BACKEND chooses; without it the choice is `auto`. libcrypto
multiplies by keys without a table, gmpy2 computes with tables, libgcrypt hashes; where one is not
used, Python does its part. Nothing is used before it has given the known answers.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Literal, TypeVar

from eds_verifier.gost.arithmetic import Arithmetic, Multiplier, NativeError
from eds_verifier.gost.curve import Curve, Point
from eds_verifier.gost.gostr3411 import gostr3411_94 as python_gostr3411_94
from eds_verifier.gost.known_answers import CURVES, Hashes, hashes_rightly, multiplies_rightly
from eds_verifier.gost.libcrypto import Libcrypto
from eds_verifier.gost.libgcrypt import Libgcrypt
from eds_verifier.gost.streebog import streebog as python_streebog

_log = logging.getLogger(__name__)

VARIABLE = "TANBA_GOST_BACKEND"

_Use = Literal["never", "found", "needed"]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Choice:
    gmpy2: _Use
    libcrypto: _Use
    libgcrypt: _Use


_CHOICES = {
    "python": _Choice("never", "never", "never"),
    "gmpy2": _Choice("needed", "never", "never"),
    "native": _Choice("found", "needed", "needed"),
    "auto": _Choice("found", "found", "found"),
}


class BackendError(Exception):
    """What TANBA_GOST_BACKEND names is not there, or gives wrong answers."""


class PythonHashes:
    """Hashing without a library."""

    name = "python"

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`."""
        return python_streebog(data, bits=bits)

    def gostr3411_94(self, data: bytes) -> bytes:
        """The GOST R 34.11-94 digest of `data`."""
        return python_gostr3411_94(data)


@dataclass(frozen=True, slots=True)
class Integers:
    """A type of integers, and where it comes from."""

    name: str
    make: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Loaders:
    """How each library is loaded; NativeError where it is missing."""

    gmpy2: Callable[[], Integers]
    libcrypto: Callable[[], Multiplier]
    libgcrypt: Callable[[], Hashes]


def _load_gmpy2() -> Integers:
    try:
        gmpy2: Any = import_module("gmpy2")
    except ImportError as error:
        raise NativeError(f"gmpy2 cannot be imported: {error}") from None
    return Integers(f"gmpy2 {gmpy2.version()}", gmpy2.mpz)


LOADERS = Loaders(_load_gmpy2, Libcrypto, Libgcrypt)


class Backend:
    """The operations that cost time. Every backend gives the same answers. Safe for threads."""

    def __init__(self, *, name: str, arithmetic: Arithmetic, hashes: Hashes) -> None:
        self.name = name
        """What runs, with versions; `python` where no library does.

        Shown by `tanba eds info`, on `/health` and by the benchmarks.
        """
        self._arithmetic = arithmetic
        self._hashes = hashes

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`, 64 or 32 octets."""
        try:
            return self._hashes.streebog(data, bits=bits)
        except NativeError:
            _log.exception("%s failed; Python hashes instead", self._hashes.name)
            return python_streebog(data, bits=bits)

    def gostr3411_94(self, data: bytes) -> bytes:
        """The GOST R 34.11-94 digest of `data`, 32 octets."""
        try:
            return self._hashes.gostr3411_94(data)
        except NativeError:
            _log.exception("%s failed; Python hashes instead", self._hashes.name)
            return python_gostr3411_94(data)

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point, scalars modulo q; None is infinity.

        ValueError when `point` is not on the curve.
        """
        return self._arithmetic.joint_multiply(curve, z1, z2, point)

    def prepare(self, curve: Curve, point: Point) -> None:
        """Say that the point, a multiple of the base point, will be multiplied often."""
        self._arithmetic.prepare(curve, point)


def make_backend(choice: str, loaders: Loaders = LOADERS) -> Backend:
    """The backend of a choice; BackendError for another word and for what is needed and missing."""
    if choice not in _CHOICES:
        raise BackendError(f"{VARIABLE} is one of {', '.join(_CHOICES)}, not {choice!r}")
    uses = _CHOICES[choice]
    integers = _load("gmpy2", uses.gmpy2, loaders.gmpy2, _computes_rightly)
    native = _load("libcrypto", uses.libcrypto, loaders.libcrypto, _multiplies_rightly)
    hashes = _load("libgcrypt", uses.libgcrypt, loaders.libgcrypt, hashes_rightly)
    arithmetic = Arithmetic(
        number=integers.make if integers else int,
        native=native,
        native_curves=CURVES if native else (),
    )
    points = " and ".join(part.name for part in (native, integers) if part)
    name = f"points: {points or 'python'}; hashes: {hashes.name if hashes else 'python'}"
    return Backend(
        name=name if points or hashes else "python",
        arithmetic=arithmetic,
        hashes=hashes or PythonHashes(),
    )


def _load(
    what: str, use: _Use, load: Callable[[], _T], answers_rightly: Callable[[_T], bool]
) -> _T | None:
    if use == "never":
        return None
    try:
        loaded = load()
        right = _checked(loaded, answers_rightly)
    except NativeError as error:
        if use == "needed":
            raise BackendError(f"{VARIABLE} needs {what}: {error}") from None
        _log.info("%s is not used: %s", what, error)
        return None
    if right:
        return loaded
    if use == "needed":
        raise BackendError(f"{VARIABLE} needs {what}, and it gives wrong answers")
    _log.error("%s gives wrong answers and is not used", what)
    return None


def _checked(loaded: _T, answers_rightly: Callable[[_T], bool]) -> bool:
    try:
        return answers_rightly(loaded)
    except (ArithmeticError, TypeError, ValueError):  # what wrong numbers lead our formulas to
        return False


def _computes_rightly(integers: Integers) -> bool:
    arithmetic = Arithmetic(number=integers.make)
    return all(multiplies_rightly(arithmetic.joint_multiply, curve) for curve in CURVES)


def _multiplies_rightly(native: Multiplier) -> bool:
    return all(multiplies_rightly(native.joint_multiply, curve) for curve in CURVES)


@cache
def default_backend() -> Backend:
    """The backend this process uses; BackendError when TANBA_GOST_BACKEND cannot be met."""
    return make_backend(os.environ.get(VARIABLE) or "auto")


def multiply(curve: Curve, scalar: int, point: Point | None = None) -> Point | None:
    """Return `scalar` times `point` (the base point when none is given), affine.

    `point` must be on the curve: ValueError otherwise. How long it takes depends on the scalar:
    for a secret of the local stand's demo keys only.
    """
    if point is None:
        return default_backend().joint_multiply(curve, scalar, 0, curve.base)
    return default_backend().joint_multiply(curve, 0, scalar, point)
