"""What a file is, by its first octets or its PEM label."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from eds_verifier.commands.kinds import Kind, is_whole, kind_of, plain, said_of
from tests.unit.eds_verifier.factory import Message, crl, issue, ocsp_response, pki, responder
from tests.unit.eds_verifier.factory import rsa_key as signing_key
from tests.unit.eds_verifier.trusted_list import pem

PKI = pki("rsa")
PERSON = issue(PKI.person(), PKI.issuer)
KEY = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
FORMAT = serialization.PrivateFormat
OPEN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"password")
ROOT = x509.load_der_x509_certificate(PKI.root.der)
REQUEST = (
    x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(KEY, hashes.SHA256())
)
PUBLIC = serialization.PublicFormat.SubjectPublicKeyInfo

FILES: dict[str, tuple[bytes, Kind | None]] = {
    "certificate": (PERSON.der, Kind.CERTIFICATE),
    "certificate in PEM": (pem(PERSON.der), Kind.CERTIFICATE),
    "certificate in base64": (base64.encodebytes(PERSON.der), Kind.CERTIFICATE),
    "certificate behind text": (b"Certificate:\n  Data:\n" + pem(PERSON.der), Kind.CERTIFICATE),
    "message": (Message(PERSON).encode(), Kind.MESSAGE),
    "message about a certificate": (
        Message(PERSON, content=pem(PERSON.der)).encode(),
        Kind.MESSAGE,
    ),
    "certificate behind text that begins as DER does": (
        b"0 s:CN=x\n" + pem(PERSON.der),
        Kind.CERTIFICATE,
    ),
    "chain": (pkcs7.serialize_certificates([ROOT], DER), Kind.CHAIN),
    "chain in PEM": (pkcs7.serialize_certificates([ROOT], PEM), Kind.CHAIN),
    "CRL": (crl(PKI.issuer), Kind.CRL),
    "CRL in PEM": (
        x509.load_der_x509_crl(crl(PKI.issuer)).public_bytes(PEM),
        Kind.CRL,
    ),
    "OCSP response": (
        ocsp_response(PERSON, PKI.issuer, responder(PKI.issuer, signing_key("responder"))),
        Kind.OCSP_RESPONSE,
    ),
    "OCSP responder's error": (b"\x30\x03\x0a\x01\x06", Kind.OCSP_RESPONSE),
    "PKCS #12": (
        pkcs12.serialize_key_and_certificates(b"n", KEY, None, None, LOCKED),
        Kind.PKCS12,
    ),
    "PKCS #8": (KEY.private_bytes(DER, FORMAT.PKCS8, OPEN), Kind.PRIVATE_KEY),
    "PKCS #8 encrypted": (KEY.private_bytes(DER, FORMAT.PKCS8, LOCKED), Kind.PRIVATE_KEY),
    "PKCS #8 in PEM": (KEY.private_bytes(PEM, FORMAT.PKCS8, LOCKED), Kind.PRIVATE_KEY),
    "EC key": (KEY.private_bytes(DER, FORMAT.TraditionalOpenSSL, OPEN), Kind.PRIVATE_KEY),
    "RSA key": (RSA.private_bytes(DER, FORMAT.TraditionalOpenSSL, OPEN), Kind.PRIVATE_KEY),
    "certificate and its key": (
        pem(PERSON.der) + RSA.private_bytes(PEM, FORMAT.TraditionalOpenSSL, OPEN),
        Kind.PRIVATE_KEY,
    ),
    "public key": (KEY.public_key().public_bytes(DER, PUBLIC), Kind.PUBLIC_KEY),
    "request": (REQUEST.public_bytes(DER), Kind.REQUEST),
    "request in PEM": (REQUEST.public_bytes(PEM), Kind.REQUEST),
    "encrypted message": (
        bytes.fromhex("300f06092a864886f70d010703a0023000"),
        Kind.ENCRYPTED,
    ),
    "nothing": (b"", None),
    "text": (b"hello, world\n", None),
    "base64 of text": (base64.b64encode(b"hello, world"), None),
    "zeros": (bytes(99), None),
}


@pytest.mark.parametrize(("data", "kind"), FILES.values(), ids=FILES)
def test_a_file_is_named(data: bytes, kind: Kind | None) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize("data", [data for data, _ in FILES.values()], ids=FILES)
def test_a_file_cut_anywhere_is_looked_at_without_an_error(data: bytes) -> None:
    for end in range(min(len(data), 200)):
        kind_of(data[:end])
        kind_of(data[:end] + b"\xff" * 9)


def test_the_samples_of_the_nca_are_named(shared_data: Path) -> None:
    folders = {
        "certs": {Kind.CERTIFICATE},
        "crl": {Kind.CRL},
        "ocsp": {Kind.OCSP_RESPONSE},
        "p12": {Kind.PKCS12},
        "tsp": {Kind.TIME_STAMP_RESPONSE, Kind.TIME_STAMP_TOKEN},
    }
    for folder, kinds in folders.items():
        files = list((shared_data / "samples" / folder).iterdir())
        assert {kind_of(file.read_bytes()) for file in files} == kinds


def test_a_private_key_is_not_opened_and_an_empty_file_is_said_to_be_one() -> None:
    data = FILES["PKCS #12"][0]
    said = "this is a PKCS #12 file with a private key: it is not opened; give the certificate"
    assert said_of(data, wanted="the certificate") == said
    assert said_of(b"", wanted="the certificate") == "the file is empty"
    assert said_of(crl(PKI.issuer), wanted="the certificate") == "this is a CRL"
    assert said_of(b"?", wanted="the certificate") is None


def test_armour_is_taken_off_and_what_has_none_stays() -> None:
    for data in (PERSON.der, pem(PERSON.der), base64.encodebytes(PERSON.der)):
        assert plain(data) == PERSON.der
    assert plain(b"?!") == b"?!"
    about = Message(PERSON, content=pem(PERSON.der)).encode()
    assert plain(about) == about
    assert plain(b"0 s:CN=x\n" + pem(PERSON.der)) == PERSON.der


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (PERSON.der, True),
        (PERSON.der[:-1], False),
        (PERSON.der + b"\n", False),
        (b"\x30\x00", True),
        (b"\x30\x80\x00\x00", False),
        (b"\x30", False),
        (b"", False),
    ],
)
def test_an_element_is_whole_when_it_ends_with_the_file(data: bytes, whole: bool) -> None:  # noqa: FBT001
    assert is_whole(data) is whole
