"""Signatures on certificates: what is accepted here, and what RFC 5280 alone adds to it."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from eds_verifier.asn1.reading import load
from eds_verifier.asn1.unchanged import UnchangedCertificate
from eds_verifier.path.signature import (
    AcceptedSignatures,
    AllSignatures,
    certificate_signature_holds,
    signed_by,
)
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import gost_key, pss_key, rsa_key
from tests.unit.eds_verifier.path.chains import (
    Made,
    authority,
    certify,
    person,
    signed,
    to_be_signed,
)


class EcKey:
    """ECDSA with SHA-256: a good algorithm, and none of the NCA's."""

    signature_oid = key_oid = "1.2.840.10045.4.3.2"
    signature_parameters = b""
    digest_oid = ""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.info = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def digest(self, data: bytes) -> bytes:
        raise NotImplementedError

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


KEYS = {"rsa": rsa_key("signer"), "pss": pss_key("signer"), "gost": gost_key("signer")}


def pair(key: object) -> tuple[Made, Made]:
    issuer = certify(authority("I", key))  # type: ignore[arg-type]  # EcKey is one too
    return issuer, certify(person(issuer), issuer)


def validate(validator: AcceptedSignatures, leaf: bytes, issuer: bytes) -> None:
    read, above = (load(UnchangedCertificate, data) for data in (leaf, issuer))
    validator.validate_signature(
        read["signature_value"].native,
        read["tbs_certificate"].dump(),
        above.public_key,
        read["signature_algorithm"],
    )


@pytest.mark.parametrize("kind", KEYS)
def test_a_signature_of_an_accepted_algorithm_holds(kind: str) -> None:
    issuer, leaf = pair(KEYS[kind])
    assert signed_by(leaf.certificate, issuer.certificate)
    for validator in (AcceptedSignatures(), AllSignatures()):
        validate(validator, leaf.der, issuer.der)


@pytest.mark.parametrize("kind", KEYS)
def test_a_signature_of_another_key_or_over_other_octets_does_not(kind: str) -> None:
    issuer, leaf = pair(KEYS[kind])
    changed = bytearray(leaf.der)
    changed[60] ^= 1
    others = [
        pair(key)[0]
        for name, key in KEYS.items()
        if name != kind and {kind, name} != {"rsa", "pss"}
    ]
    for other in others:
        assert not signed_by(leaf.certificate, other.certificate)
    for validator in (AcceptedSignatures(), AllSignatures()):
        with pytest.raises(InvalidSignature):
            validate(validator, bytes(changed), issuer.der)
        for other in others:
            with pytest.raises(InvalidSignature):
                validate(validator, leaf.der, other.der)


def test_ecdsa_is_taken_by_the_standard_alone() -> None:
    issuer, leaf = pair(EcKey())
    validate(AllSignatures(), leaf.der, issuer.der)
    with pytest.raises(InvalidSignature):
        validate(AcceptedSignatures(), leaf.der, issuer.der)


@pytest.mark.parametrize("algorithm", ["1.2.3.4", "1.3.6.1.4.1.6801.1.2.2"])
def test_an_unknown_algorithm_is_no_signature(algorithm: str) -> None:
    key = EcKey()
    key.signature_oid = algorithm
    issuer, leaf = pair(key)
    for validator in (AcceptedSignatures(), AllSignatures()):
        with pytest.raises(InvalidSignature):
            validate(validator, leaf.der, issuer.der)


def test_a_key_not_accepted_signs_nothing() -> None:
    weak = rsa_key("weak", 1024)
    issuer, leaf = pair(weak)
    certificate, above = leaf.certificate, issuer.certificate
    assert not signed_by(certificate, above)
    with pytest.raises(Refused, match="1024 bits"):
        certificate_signature_holds(
            certificate.scheme, above.key_info, certificate.tbs, certificate.signature
        )


def test_the_algorithm_signed_is_the_algorithm_used() -> None:
    """The outer identifier alone is not signed: it must say what the inner one does."""
    issuer, leaf = pair(KEYS["rsa"])
    tbs = to_be_signed(leaf.draft, issuer.draft)
    assert signed(tbs, issuer.draft.key) == leaf.der
    signature = der.bits(issuer.draft.key.sign(tbs))
    other = der.seq(tbs, der.algorithm("1.2.840.113549.1.1.13"), signature)
    with pytest.raises(Refused, match="two signature algorithms"):
        Made(leaf.draft, other).certificate  # noqa: B018 - reading it is what is tested
