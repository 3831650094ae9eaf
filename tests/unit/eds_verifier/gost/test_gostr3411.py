"""GOST R 34.11-94 with the Test S-box against published values."""

from __future__ import annotations

import pytest

from eds_verifier.gost import gostr3411_94
from tests.unit.eds_verifier.gost.keys import CHOICES, backend

DIGESTS = (
    (b"", "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d"),
    (b"abc", "f3134348c44fb1b2a277729e2285ebb5cb5e0f29c975bc753b70497c06a4d51d"),
    (b"message digest", "ad4434ecb18f2c99b60cbe59ec3d2469582b65273f48de72db2fde16a4889a4d"),
    # RFC 5831 section 7.3, whose numbers are printed from the highest octet.
    (
        b"This is message, length=32 bytes",
        "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa",
    ),
    (
        b"Suppose the original message has length = 50 bytes",
        "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208",
    ),
)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("message", "digest"), DIGESTS)
def test_the_published_digests_come_out(choice: str, message: bytes, digest: str) -> None:
    assert gostr3411_94(message).hex() == digest
    assert backend(choice).gostr3411_94(message).hex() == digest


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("length", [1, 31, 32, 33, 63, 64, 65, 1300, 16383, 16384, 70000])
def test_every_backend_hashes_alike(choice: str, length: int) -> None:
    data = bytes(number * 29 + number // 5 & 0xFF for number in range(length))
    assert backend(choice).gostr3411_94(data) == gostr3411_94(data)


def test_a_sum_of_blocks_that_overflows_is_carried() -> None:
    data = b"\xff" * 96
    assert backend("native").gostr3411_94(data) == gostr3411_94(data)


def test_zeroes_that_fill_the_last_block_are_not_part_of_the_message() -> None:
    assert gostr3411_94(b"a") != gostr3411_94(b"a".ljust(32, b"\0"))
