"""Keys: both kinds sign so that independent code verifies, and survive PKCS#8."""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from eds_verifier.gost import TC26_512_A, PublicKey, verify
from stand.signing import asn1
from stand.signing.keys import GostKey, KeyFormatError, RsaKey, SigningKey, load_pkcs8


def gost_public_key(key: GostKey) -> PublicKey:
    # The key's octets are the end of the DER: BIT STRING { OCTET STRING { x || y } }.
    return PublicKey.parse(key.public_key_info[-128:])


def test_a_gost_signature_verifies_with_the_verifiers_own_code() -> None:
    key = GostKey.generate()
    signature = key.sign(b"message")
    assert verify(gost_public_key(key), key.digest(b"message"), signature)
    assert not verify(gost_public_key(key), key.digest(b"another"), signature)


def test_a_gost_signature_in_rfc_byte_order_does_not_verify() -> None:
    key = GostKey.generate()
    reversed_block = key.sign(b"message")[::-1]
    assert not verify(gost_public_key(key), key.digest(b"message"), reversed_block)


def test_two_gost_signatures_never_share_their_random_number() -> None:
    key = GostKey.generate()
    r = {key.sign(b"message")[:64] for _ in range(4)}
    assert len(r) == 4


def test_an_rsa_signature_is_pkcs1_with_sha256() -> None:
    key = RsaKey.generate(2048)
    signature = key.sign(b"message")
    key.key.public_key().verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize("make", [GostKey.generate, lambda: RsaKey.generate(2048)])
def test_a_key_survives_pkcs8(make: type[SigningKey]) -> None:
    key = make()
    again = load_pkcs8(key.pkcs8())
    assert (again.name, again.public_key_info) == (key.name, key.public_key_info)


@pytest.mark.parametrize("scalar", [0, TC26_512_A.q, TC26_512_A.q + 1, -1])
def test_a_gost_scalar_outside_the_group_is_refused(scalar: int) -> None:
    with pytest.raises(KeyFormatError, match="outside"):
        GostKey(scalar)


@pytest.mark.parametrize("damage", [b"", b"\x30\x00", b"\x04\x01x", b"not der at all"])
def test_what_is_not_pkcs8_is_refused(damage: bytes) -> None:
    with pytest.raises(KeyFormatError):
        load_pkcs8(damage)


def test_a_gost_key_cut_short_is_refused() -> None:
    info = asn1.PrivateKeyInfo.load(GostKey.generate().pkcs8())
    info["private_key"] = b"\x04\x02ab"
    with pytest.raises(KeyFormatError, match="64 octets"):
        load_pkcs8(info.dump())
