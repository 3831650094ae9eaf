"""The hashes by the system's libgcrypt, through ctypes.

Its GOSTR3411_94 is the one with the Test S-box, which the NCA uses; GOSTR3411_CP is another hash.
The data is read where it lies. Short data keeps the interpreter's lock, long data gives it up.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_char_p, c_int, c_size_t, c_uint, c_void_p
from typing import Any

from eds_verifier.gost.arithmetic import NativeError

_FILES = {"linux": "libgcrypt.so.20"}

_DISABLE_SECMEM = 37
_INITIALIZATION_FINISHED = 38
_INITIALIZATION_FINISHED_P = 39

_GOSTR3411_94 = 308
_STRIBOG = {256: 309, 512: 310}

_LONG = 16384

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "gcry_check_version": (c_char_p, (c_char_p,)),
    "gcry_control": (c_uint, (c_int,)),
    "gcry_md_open": (c_uint, (c_void_p, c_int, c_uint)),
    "gcry_md_write": (None, (c_void_p, c_char_p, c_size_t)),
    "gcry_md_read": (c_void_p, (c_void_p, c_int)),
    "gcry_md_close": (None, (c_void_p,)),
    "gcry_md_get_algo_dlen": (c_uint, (c_int,)),
}


class Libgcrypt:
    """Each hash has its own handle: safe for threads."""

    def __init__(self, file: str | None = None) -> None:
        """Load and initialise the library; NativeError where it is missing."""
        file = file or _FILES.get(sys.platform)
        if file is None:
            raise NativeError("no libgcrypt is known for this platform")
        try:
            self._lib = ctypes.PyDLL(file)
            for name, (result, arguments) in _SIGNATURES.items():
                function = getattr(self._lib, name)
                function.restype, function.argtypes = result, arguments
            self._write_long = ctypes.CDLL(file).gcry_md_write
        except (OSError, AttributeError) as error:
            raise NativeError(f"libgcrypt cannot be used: {error}") from None
        self._write_long.restype, self._write_long.argtypes = _SIGNATURES["gcry_md_write"]
        version: bytes | None = self._lib.gcry_check_version(None)
        if version is None:
            raise NativeError("libgcrypt has no version")
        # Another user in this process may have initialised it: that is done once.
        if not self._lib.gcry_control(_INITIALIZATION_FINISHED_P):
            for command in (_DISABLE_SECMEM, _INITIALIZATION_FINISHED):
                if self._lib.gcry_control(command):
                    raise NativeError("libgcrypt does not start")
        self.name = f"libgcrypt {version.decode('ascii', 'replace')}"

    def streebog(self, data: bytes, *, bits: int = 512) -> bytes:
        """The Streebog digest of `data`; ValueError for other `bits` than 256 and 512."""
        if bits not in _STRIBOG:
            raise ValueError(f"Streebog has 256 or 512 bits, not {bits}")
        return self._digest(_STRIBOG[bits], bits // 8, data)

    def gostr3411_94(self, data: bytes) -> bytes:
        """The GOST R 34.11-94 digest of `data`."""
        return self._digest(_GOSTR3411_94, 32, data)

    def _digest(self, algorithm: int, size: int, data: bytes) -> bytes:
        if self._lib.gcry_md_get_algo_dlen(algorithm) != size:
            raise NativeError("libgcrypt lacks a hash")
        handle = c_void_p()
        if self._lib.gcry_md_open(ctypes.byref(handle), algorithm, 0) or handle.value is None:
            raise NativeError("libgcrypt does not open a hash")
        try:
            write = self._lib.gcry_md_write if len(data) < _LONG else self._write_long
            write(handle, data, len(data))
            digest = self._lib.gcry_md_read(handle, algorithm)
            if not digest:
                raise NativeError("libgcrypt gave no digest")
            return ctypes.string_at(digest, size)
        finally:
            self._lib.gcry_md_close(handle)
