"""Multiplication by the system's OpenSSL, version 3, through ctypes.

The shared library is looked for by the name its ABI has; nothing is searched or compiled. Calls
that take microseconds keep the interpreter's lock; the multiplication gives it up.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from contextlib import ExitStack
from ctypes import c_char_p, c_int, c_ulong, c_void_p
from typing import Any

from eds_verifier.gost.arithmetic import NativeError
from eds_verifier.gost.curve import Curve, Point

_FILES = {"linux": "libcrypto.so.3", "darwin": "libcrypto.3.dylib"}
_MAX_CURVES = 16
_MAX_OCTETS = 66

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "OpenSSL_version_num": (c_ulong, ()),
    "ERR_clear_error": (None, ()),
    "BN_new": (c_void_p, ()),
    "BN_free": (None, (c_void_p,)),
    "BN_CTX_new": (c_void_p, ()),
    "BN_CTX_free": (None, (c_void_p,)),
    "BN_lebin2bn": (c_void_p, (c_char_p, c_int, c_void_p)),
    "BN_bn2lebinpad": (c_int, (c_void_p, c_char_p, c_int)),
    "EC_GROUP_new_curve_GFp": (c_void_p, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "EC_GROUP_set_generator": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "EC_GROUP_free": (None, (c_void_p,)),
    "EC_POINT_new": (c_void_p, (c_void_p,)),
    "EC_POINT_free": (None, (c_void_p,)),
    "EC_POINT_set_affine_coordinates": (
        c_int,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    "EC_POINT_get_affine_coordinates": (
        c_int,
        (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    ),
    "EC_POINT_is_at_infinity": (c_int, (c_void_p, c_void_p)),
}
_MULTIPLY = (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p))


class Libcrypto:
    """Holds one EC_GROUP per curve; everything else lives for one call. Safe for threads."""

    def __init__(self, file: str | None = None) -> None:
        """Load the library; NativeError where it is missing or another version."""
        file = file or _FILES.get(sys.platform)
        if file is None:
            raise NativeError("no libcrypto is known for this platform")
        try:
            self._lib = ctypes.PyDLL(file)
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(self._lib, name)
                function.restype, function.argtypes = result, arguments
            self._multiply = ctypes.CDLL(file).EC_POINT_mul
        except (OSError, AttributeError) as error:
            raise NativeError(f"libcrypto cannot be used: {error}") from None
        self._multiply.restype, self._multiply.argtypes = _MULTIPLY
        version = self._lib.OpenSSL_version_num()
        if version >> 28 != 3:
            raise NativeError(f"libcrypto has the version {version:#x}; 3 is needed")
        self.name = f"libcrypto {version >> 28}.{version >> 20 & 0xFF}.{version >> 4 & 0xFFFF}"
        self._groups: dict[Curve, int] = {}
        self._lock = threading.Lock()

    def joint_multiply(self, curve: Curve, z1: int, z2: int, point: Point) -> Point | None:
        """z1·base + z2·point for 0 ≤ z1, z2 < q and a point of the curve; NativeError."""
        group = self._group(curve)
        with _Call(self._lib) as call:
            given = call.point(group, point)
            result = call.owned("EC_POINT_new", "EC_POINT_free", group)
            scalars = call.number(z1), call.number(z2)
            call.ok(self._multiply(group, result, scalars[0], given, scalars[1], call.context))
            at_infinity = self._lib.EC_POINT_is_at_infinity(group, result)
            if at_infinity not in (0, 1):
                raise NativeError("libcrypto did not tell whether the point is at infinity")
            if at_infinity:
                return None
            x, y = call.number(0), call.number(0)
            call.ok(self._lib.EC_POINT_get_affine_coordinates(group, result, x, y, call.context))
            return call.read(x, curve.octets), call.read(y, curve.octets)

    def _group(self, curve: Curve) -> int:
        with self._lock:
            if curve not in self._groups:
                if len(self._groups) == _MAX_CURVES:
                    raise NativeError("too many curves")
                self._groups[curve] = self._make_group(curve)
            return self._groups[curve]

    def _make_group(self, curve: Curve) -> int:
        with _Call(self._lib) as call:
            p, a, b = (call.number(number) for number in (curve.p, curve.a, curve.b))
            group: int | None = self._lib.EC_GROUP_new_curve_GFp(p, a, b, call.context)
            call.ok(group)
            assert group is not None  # noqa: S101 - `ok` has refused it
            try:
                base = call.point(group, curve.base)
                order, cofactor = call.number(curve.q), call.number(curve.cofactor)
                call.ok(self._lib.EC_GROUP_set_generator(group, base, order, cofactor))
            except NativeError:
                self._lib.EC_GROUP_free(group)
                raise
            return group


class _Call(ExitStack):
    """What one call makes; freed at its end, whatever happens."""

    def __init__(self, lib: ctypes.PyDLL) -> None:
        super().__init__()
        self._lib = lib

    def __enter__(self) -> _Call:
        super().__enter__()
        self.context = self.owned("BN_CTX_new", "BN_CTX_free")
        return self

    def ok(self, result: object) -> None:
        """Refuse NULL and 0. The thread's error queue is left empty: `ssl` may read it too."""
        if not result:
            self._lib.ERR_clear_error()
            raise NativeError("libcrypto refused a call")

    def owned(self, make: str, free: str, *arguments: int) -> int:
        """Make something that is freed at the end."""
        made: int | None = getattr(self._lib, make)(*arguments)
        self.ok(made)
        assert made is not None  # noqa: S101 - `ok` has refused it
        self.callback(getattr(self._lib, free), made)
        return made

    def number(self, value: int) -> int:
        """A BIGNUM."""
        made = self.owned("BN_new", "BN_free")
        octets = value.to_bytes(_MAX_OCTETS, "little")
        self.ok(self._lib.BN_lebin2bn(octets, len(octets), made))
        return made

    def point(self, group: int, point: Point) -> int:
        """An EC_POINT; the library refuses one off the curve."""
        made = self.owned("EC_POINT_new", "EC_POINT_free", group)
        x, y = (self.number(coordinate) for coordinate in point)
        self.ok(self._lib.EC_POINT_set_affine_coordinates(group, made, x, y, self.context))
        return made

    def read(self, number: int, size: int) -> int:
        """The value of a BIGNUM of at most `size` octets."""
        octets = ctypes.create_string_buffer(size)
        if self._lib.BN_bn2lebinpad(number, octets, size) != size:
            self._lib.ERR_clear_error()
            raise NativeError("libcrypto gave a number that is too long")
        return int.from_bytes(octets.raw, "little")
