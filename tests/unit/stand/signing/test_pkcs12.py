"""PKCS#12 as the NCA makes it, and RC2, which hides its certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from stand.signing import rc2
from stand.signing.pkcs12 import Pkcs12Error, open_pkcs12

PASSWORD = "Qwerty12"


@pytest.mark.parametrize(
    ("key", "bits", "plain", "cipher"),
    [  # RFC 2268 section 5
        ("0000000000000000", 63, "0000000000000000", "ebb773f993278eff"),
        ("ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"),
        ("3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"),
        ("88", 64, "0000000000000000", "61a8a244adacccf0"),
        ("88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"),
        ("88bca90e90875a7f0f79c384627bafb2", 64, "0000000000000000", "1a807d272bbe5db1"),
        ("88bca90e90875a7f0f79c384627bafb2", 128, "0000000000000000", "2269552ab0f85ca6"),
    ],
)
def test_rc2_decrypts_the_rfcs_examples(key: str, bits: int, plain: str, cipher: str) -> None:
    opened = rc2.decrypt_cbc(
        bytes.fromhex(cipher), key=bytes.fromhex(key), vector=bytes(8), effective_bits=bits
    )
    assert opened.hex() == plain


@pytest.mark.parametrize(("data", "vector"), [(bytes(7), bytes(8)), (bytes(8), bytes(7))])
def test_rc2_takes_whole_blocks_only(data: bytes, vector: bytes) -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        rc2.decrypt_cbc(data, key=bytes(5), vector=vector)


def test_every_published_nca_key_opens_and_fits_its_certificate(shared_data: Path) -> None:
    found = sorted((shared_data / "samples" / "p12").glob("*.p12"))
    assert len(found) >= 9
    for path in found:
        opened = open_pkcs12(path.read_bytes(), PASSWORD)
        assert opened.key.public_key_info in opened.certificates[0], path.name


def test_the_certificate_inside_is_the_published_one(shared_data: Path) -> None:
    name = "gost2015_individual_valid"
    opened = open_pkcs12((shared_data / "samples" / "p12" / f"{name}.p12").read_bytes(), PASSWORD)
    published = (shared_data / "samples" / "certs" / f"{name}.cer").read_bytes()
    assert opened.certificates == (published,)


@pytest.mark.parametrize("password", ["", "qwerty12", "Qwerty123", "Құпия"])
def test_a_wrong_password_is_refused_without_saying_more(shared_data: Path, password: str) -> None:
    path = shared_data / "samples" / "p12" / "gost2015_individual_valid.p12"
    with pytest.raises(Pkcs12Error, match="password") as refused:
        open_pkcs12(path.read_bytes(), password)
    assert not password or password not in str(refused.value)


def test_a_changed_container_is_refused(shared_data: Path) -> None:
    data = bytearray((shared_data / "samples/p12/gost2015_individual_valid.p12").read_bytes())
    data[300] ^= 1
    with pytest.raises(Pkcs12Error):
        open_pkcs12(bytes(data), PASSWORD)


@pytest.mark.parametrize("data", [b"", b"\x30\x80", b"\x30\x03\x02\x01\x03", b"hello"])
def test_what_is_no_container_is_refused(data: bytes) -> None:
    with pytest.raises(Pkcs12Error):
        open_pkcs12(data, PASSWORD)
