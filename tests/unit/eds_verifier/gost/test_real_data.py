"""Signatures of the NCA itself: certificates, CRLs, OCSP answers and CMS of both algorithms.

Objects are taken apart by position here, so that nothing but `eds_verifier.gost` is under test.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from eds_verifier.gost import CRYPTOPRO_A, TC26_512_A, PublicKey, verify
from tests.unit.eds_verifier.gost.keys import CHOICES, backend

# 1.2.398.3.10.1.1 and what follows.
_ARC = bytes.fromhex("2a830e030a0101")
KEY_CURVES = {_ARC + b"\2\2": TC26_512_A, _ARC + b"\1\1": CRYPTOPRO_A}
SIGNATURES = {_ARC + b"\2\3\2": "gost2015", _ARC + b"\1\2": "gost2004"}
GOST_2015, GOST_2004 = "gost2015", "gost2004"


def _parts(der: bytes) -> list[bytes]:
    """The elements inside a DER element."""
    _, start, end = _bounds(der, 0)
    parts, place = [], start
    while place < end:
        _, _, after = _bounds(der, place)
        parts.append(der[place:after])
        place = after
    return parts


def _bounds(der: bytes, place: int) -> tuple[int, int, int]:
    tag, length, start = der[place], der[place + 1], place + 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[place + 2 : start])
    return tag, start, start + length


def _content(der: bytes) -> bytes:
    _, start, end = _bounds(der, 0)
    return der[start:end]


def _oid(algorithm: bytes) -> bytes:
    return _content(_parts(algorithm)[0])


@dataclass(frozen=True)
class Signed:
    """What is signed, by what algorithm, and the signature."""

    data: bytes
    algorithm: str
    signature: bytes

    @classmethod
    def read(cls, der: bytes) -> Signed:
        """A certificate, CRL or BasicOCSPResponse: three fields, the rest ignored."""
        data, algorithm, signature, *_ = _parts(der)
        return cls(data, SIGNATURES.get(_oid(algorithm), "another"), _content(signature)[1:])

    def holds(self, key: PublicKey | None, choice: str) -> bool:
        """Whether the key made it."""
        using = backend(choice)
        digest = using.streebog if self.algorithm == GOST_2015 else using.gostr3411_94
        return key is not None and verify(key, digest(self.data), self.signature, backend=using)


@dataclass(frozen=True)
class Read:
    """A certificate: names, key, and its own signature."""

    issuer: bytes
    subject: bytes
    key: PublicKey | None
    signed: Signed

    @classmethod
    def of(cls, der: bytes) -> Read:
        """Take a certificate apart."""
        signed = Signed.read(der)
        _, _, _, issuer, _, subject, info, *_ = _parts(signed.data)
        algorithm, key = _parts(info)
        curve = KEY_CURVES.get(_oid(algorithm))
        if curve is None:
            return cls(issuer, subject, None, signed)
        octets = _content(_content(key)[1:])
        return cls(issuer, subject, PublicKey.parse(octets, curve=curve), signed)


@pytest.fixture(scope="module")
def certificates(shared_data: Path) -> dict[str, Read]:
    """All certificates by file name."""
    folders = ("nca-rk/prod", "nca-rk/test", "samples/certs")
    files = [file for folder in folders for file in sorted((shared_data / folder).glob("*.cer"))]
    return {file.stem: Read.of(file.read_bytes()) for file in files}


SIGNED_BY = [
    ("root_gost", "root_gost", GOST_2004),
    ("nca_gost", "root_gost", GOST_2004),
    ("root_gost_2020", "root_gost_2020", GOST_2004),
    ("ucgo_gost", "root_gost_2020", GOST_2004),
    ("btsd_gost", "root_gost_2020", GOST_2004),
    ("legal_ceo_gost2004_test", "nca_gost_test_2019", GOST_2004),
    ("root_gost_2022", "root_gost_2022", GOST_2015),
    ("nca_gost_2022", "root_gost_2022", GOST_2015),
    ("leaf_tsa_gost_2022", "nca_gost_2022", GOST_2015),
    ("root_test_gost_2022", "root_test_gost_2022", GOST_2015),
    ("nca_gost2022_test", "root_test_gost_2022", GOST_2015),
    ("gost2015_individual_valid", "nca_gost2022_test", GOST_2015),
    ("gost2015_legal_head_valid", "nca_gost2022_test", GOST_2015),
]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("subject", "issuer", "algorithm"), SIGNED_BY)
def test_the_nca_s_certificates_hold(
    certificates: dict[str, Read], choice: str, subject: str, issuer: str, algorithm: str
) -> None:
    certificate = certificates[subject]
    assert certificate.signed.algorithm == algorithm
    assert certificate.signed.holds(certificates[issuer].key, choice)
    others = [
        name
        for name, other in certificates.items()
        if name != issuer and certificate.signed.holds(other.key, choice)
    ]
    assert others == []


def test_every_test_user_s_certificate_holds(certificates: dict[str, Read]) -> None:
    users = {name: read for name, read in certificates.items() if name.startswith("gost2015_")}
    assert len(users) == 13
    issuer = certificates["nca_gost2022_test"].key
    for name, user in users.items():
        assert user.signed.holds(issuer, "python"), name


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    ("file", "issuer"),
    [
        ("nca_gost2022_test_2025-04", "nca_gost2022_test"),
        ("nca_gost2022_d_test_2025-04", "nca_gost2022_test"),
        ("nca_gost2022_test_2026-08", "nca_gost2022_test"),
        ("nca_gost_test_2022-03", "nca_gost_test_2019"),
    ],
)
def test_the_nca_s_crls_hold(
    shared_data: Path, certificates: dict[str, Read], choice: str, file: str, issuer: str
) -> None:
    crl = Signed.read((shared_data / f"samples/crl/{file}.crl").read_bytes())
    assert crl.holds(certificates[issuer].key, choice)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    ("file", "algorithm"),
    [
        ("ocsp_response_ceo_2015_revoked", GOST_2015),
        ("ocsp_response_individual_2015", GOST_2015),
        ("ocsp_response_ceo_sign_2004_revoked", GOST_2004),
    ],
)
def test_the_nca_s_ocsp_answers_hold(
    shared_data: Path, choice: str, file: str, algorithm: str
) -> None:
    _, response = _parts((shared_data / f"samples/ocsp/{file}.bin").read_bytes())
    basic = _content(_parts(_parts(response)[0])[1])
    signed = Signed.read(basic)
    assert signed.algorithm == algorithm
    responder, *_ = _parts(_parts(_parts(basic)[3])[0])
    assert signed.holds(Read.of(responder).key, choice)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(
    ("file", "algorithm"),
    [
        ("individual_attached", GOST_2015),
        ("individual_detached", GOST_2015),
        ("legal_entity_attached", GOST_2015),
        ("legal_entity_detached", GOST_2015),
        ("gost2004_legal_attached", GOST_2004),
    ],
)
def test_signatures_made_with_the_nca_s_software_hold(
    shared_data: Path, choice: str, file: str, algorithm: str
) -> None:
    der = (shared_data / f"samples/cms/{file}.der").read_bytes()
    _, _, _, certificates, *_, signers = _parts(_parts(_parts(der)[1])[0])
    (signer,) = _parts(signers)
    _, _, _, attributes, _, signature, *_ = _parts(signer)
    # The signed attributes are hashed as a SET, not as the [0] they stand in (RFC 5652 5.4).
    signed = Signed(b"\x31" + attributes[1:], algorithm, _content(signature))
    keys = [Read.of(certificate).key for certificate in _parts(certificates)]
    assert any(signed.holds(key, choice) for key in keys)
