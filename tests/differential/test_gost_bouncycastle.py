"""Our check of GOST-2015 signatures beside BouncyCastle's arithmetic and Streebog.

Skipped where its jars are not at hand: `make prepare` fetches them, a test downloads nothing.
"""

from __future__ import annotations

import hashlib
from functools import cache

import pytest

from benchmarks.support.bouncycastle import BouncyCastle
from benchmarks.support.jars import UnavailableError, cached
from eds_verifier.gost import TC26_512_A, GostKeyError, PublicKey, streebog, verify
from tests.unit.eds_verifier.factory import NOW, GostKey, Message, gost_key, issue, pki


@cache
def _castle() -> BouncyCastle | str:
    setup = pki("gost")
    try:
        castle = BouncyCastle(cached(), setup.root.der, setup.issuer.der, NOW)
    except UnavailableError as unavailable:
        return str(unavailable)
    castle.prepare_gost()
    return castle


@pytest.fixture
def castle() -> BouncyCastle:
    found = _castle()
    if isinstance(found, str):
        pytest.skip(found)
    return found


def _ours(point: bytes, data: bytes, signature: bytes) -> bool:
    try:
        key = PublicKey.parse(point)
    except GostKeyError:
        return False
    return verify(key, streebog(data), signature)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 63, 64, 65, 127, 128, 1_000, 5_000])
def test_streebog_is_the_same(castle: BouncyCastle, size: int) -> None:
    data = hashlib.shake_256(str(size).encode()).digest(size)
    assert castle.streebog(data) == streebog(data)


@pytest.mark.parametrize("number", range(12))
def test_good_signatures_hold_on_both_sides(castle: BouncyCastle, number: int) -> None:
    key, data = GostKey(f"castle {number}"), b"data %d" % number
    point, signature = key.public.octets(), key.sign(data)
    assert castle.gost_signature_holds(point, data, signature)
    assert _ours(point, data, signature)


def _broken(number: int) -> tuple[bytes, bytes, bytes]:
    """Key, data and signature, with one of the three changed."""
    key, data = GostKey("castle"), b"data"
    point, signature = key.public.octets(), key.sign(data)
    q = TC26_512_A.q.to_bytes(64, "little")
    zero = bytes(64)
    table = [
        (point, b"date", signature),
        (GostKey("another").public.octets(), data, signature),
        (point, data, signature[64:] + signature[:64]),
        (point, data, signature[::-1]),
        (point, data, signature[:64][::-1] + signature[64:][::-1]),
        (point, data, zero + signature[64:]),
        (point, data, signature[:64] + zero),
        (point, data, q + signature[64:]),
        (point, data, signature[:64] + q),
        (point, data, b"\xff" * 128),
        (bytes(128), data, signature),
        (point[64:] + point[:64], data, signature),
        (point[::-1], data, signature),
        (bytes((point[0] ^ 1,)) + point[1:], data, signature),
    ]
    if number < len(table):
        return table[number]
    changed = bytearray(signature)
    position = (number * 37) % (8 * len(changed))
    changed[position // 8] ^= 1 << position % 8
    return point, data, bytes(changed)


@pytest.mark.parametrize("number", range(40))
def test_broken_ones_hold_on_neither(castle: BouncyCastle, number: int) -> None:
    point, data, signature = _broken(number)
    assert not _ours(point, data, signature)
    assert not castle.gost_signature_holds(point, data, signature)


def test_a_whole_message_holds_and_another_authoritys_does_not(castle: BouncyCastle) -> None:
    setup = pki("gost")
    message = Message(issue(setup.person(), setup.issuer))
    content = castle.octets(message.content)
    assert castle.gost_holds(castle.octets(message.encode()), content)
    stranger = issue(setup.person())
    assert not castle.gost_holds(castle.octets(Message(stranger).encode()), content)
    other = Message(issue(setup.person(), setup.issuer), signature=gost_key("other").sign(b""))
    assert not castle.gost_holds(castle.octets(other.encode()), content)
