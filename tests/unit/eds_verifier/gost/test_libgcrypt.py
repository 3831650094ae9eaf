"""libgcrypt behind ctypes."""

from __future__ import annotations

import sys
import tracemalloc

import psutil
import pytest

from eds_verifier.gost.arithmetic import NativeError
from eds_verifier.gost.known_answers import hashes_rightly
from eds_verifier.gost.libgcrypt import Libgcrypt


@pytest.fixture(scope="module")
def libgcrypt() -> Libgcrypt:
    try:
        return Libgcrypt()
    except NativeError as error:
        pytest.skip(str(error))


def test_it_gives_the_known_answers(libgcrypt: Libgcrypt) -> None:
    assert libgcrypt.name.startswith("libgcrypt 1.")
    assert hashes_rightly(libgcrypt)


def test_it_may_be_loaded_twice(libgcrypt: Libgcrypt) -> None:
    assert Libgcrypt().streebog(b"x") == libgcrypt.streebog(b"x")


def _megabytes() -> float:
    return psutil.Process().memory_info().rss / (1 << 20)


def test_large_data_is_not_copied(libgcrypt: Libgcrypt) -> None:
    data = bytes(4 << 20)
    tracemalloc.start()
    try:
        libgcrypt.gostr3411_94(data)
        libgcrypt.streebog(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 16


def test_hashing_keeps_no_memory(libgcrypt: Libgcrypt) -> None:
    for _ in range(500):
        libgcrypt.streebog(b"")
    before = _megabytes()
    for _ in range(20000):
        libgcrypt.streebog(b"")
    assert _megabytes() - before < 2


def test_octets_after_a_zero_count(libgcrypt: Libgcrypt) -> None:
    assert libgcrypt.streebog(b"a\0b") != libgcrypt.streebog(b"a\0c")
    assert libgcrypt.gostr3411_94(b"\0") != libgcrypt.gostr3411_94(b"\0\0")


@pytest.mark.parametrize("file", ["no-such-library.so.20", "libc.so.6"])
def test_a_library_that_is_missing_or_another_one_is_an_error(file: str) -> None:
    with pytest.raises(NativeError, match="libgcrypt cannot be used"):
        Libgcrypt(file)


def test_an_unknown_platform_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "plan9")
    with pytest.raises(NativeError, match="this platform"):
        Libgcrypt()
