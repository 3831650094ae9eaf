"""Streebog against RFC 6986's values."""

from __future__ import annotations

import pytest

from eds_verifier.gost import streebog
from tests.unit.eds_verifier.gost.keys import CHOICES, backend

# RFC 6986 section 10 prints digests and messages as numbers; libraries print octets reversed.
M1 = b"012345678901234567890123456789012345678901234567890123456789012"
M2 = "Се ветри, Стрибожи внуци, веютъ с моря стрелами на храбрыя плъкы Игоревы".encode("cp1251")
DIGESTS = (
    (
        M1,
        512,
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
            "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
        ),
    ),
    (M1, 256, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    (
        M2,
        512,
        (
            "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
            "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"
        ),
    ),
    (M2, 256, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"),
    (
        b"",
        512,
        (
            "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
            "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"
        ),
    ),
    (b"", 256, "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"),
)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("message", "bits", "digest"), DIGESTS)
def test_the_published_digests_come_out(
    choice: str, message: bytes, bits: int, digest: str
) -> None:
    assert streebog(message, bits=bits).hex() == digest
    assert backend(choice).streebog(message, bits=bits).hex() == digest


@pytest.mark.parametrize("choice", CHOICES)
def test_there_is_no_other_length(choice: str) -> None:
    with pytest.raises(ValueError, match="384"):
        streebog(b"", bits=384)
    with pytest.raises(ValueError, match="384"):
        backend(choice).streebog(b"", bits=384)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    "length", [1, 31, 32, 63, 64, 65, 127, 128, 129, 1300, 16383, 16384, 40000]
)
def test_every_backend_hashes_alike(choice: str, length: int) -> None:
    data = bytes(number * 31 + number // 7 & 0xFF for number in range(length))
    for bits in (256, 512):
        assert backend(choice).streebog(data, bits=bits) == streebog(data, bits=bits)


def test_a_sum_of_blocks_that_overflows_is_carried() -> None:
    # Three blocks of ones: the checksum passes 2^512 twice.
    data = b"\xff" * 192
    assert backend("native").streebog(data) == streebog(data)
