"""What fuzzing starts from: the test factory's certificates, messages and answers, signed by keys
made in this run, and the NCA's real ones where they are at hand. Nothing of it is checked in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from eds_verifier.asn1 import oids
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Extension,
    Message,
    Pki,
    Signer,
    attribute,
    crl,
    gost_key,
    issue,
    ocsp_response,
    pki,
    pss_key,
    responder,
    revoked_status,
    rsa_key,
    time_stamp,
    time_stamper,
)

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
NONCE = bytes(range(16))
MAX_SEED = 65_536


@cache
def person(kind: str) -> Signer:
    """Somebody certified by the issuer of `pki(kind)`."""
    setup = pki(kind)
    return issue(setup.person(), setup.issuer)


@cache
def ocsp_responder(kind: str) -> Signer:
    """The delegated responder of that issuer."""
    key = gost_key("responder") if kind == "gost" else rsa_key("responder")
    return responder(pki(kind).issuer, key)


def cms_seeds() -> Iterator[bytes]:
    """Messages, good and odd."""
    for kind in ("rsa", "gost"):
        setup, signer = pki(kind), person(kind)
        director = issue(setup.director(), setup.issuer)
        good = Message(signer)
        extra = attribute("1.2.840.113549.1.9.16.2.47", _ess_v2(signer))
        yield good.encode()
        yield Message(director, attached=False).encode()
        yield Message(signer, attributes=(*good.default_attributes(), extra)).encode()
        yield Message(signer, certificates=(signer.der, setup.issuer.der, setup.root.der)).encode()
        yield Message(signer, signers=2).encode()
        yield _time_stamped(kind)
    yield Message(
        issue(replace(pki("rsa").person(), key=pss_key("pss")), pki("rsa").issuer)
    ).encode()
    yield from _real("samples/cms/*.der")


def certificate_seeds() -> Iterator[bytes]:
    """Certificates of people, authorities, responders."""
    for kind in ("rsa", "gost"):
        setup: Pki = pki(kind)
        director = issue(setup.director(), setup.issuer)
        for signer in (person(kind), director, setup.issuer, setup.root, ocsp_responder(kind)):
            yield signer.der
    yield from _real("samples/certs/*.cer")
    yield from _real("nca-rk/*/*.cer")


def ocsp_seeds() -> Iterator[bytes]:
    """OCSP responses about `person`: good, revoked, on hold, by the issuer itself."""
    for kind in ("rsa", "gost"):
        leaf, issuer, by = person(kind), pki(kind).issuer, ocsp_responder(kind)
        yield ocsp_response(leaf, issuer, by, nonce=NONCE)
        yield ocsp_response(leaf, issuer, issuer, held=False, nonce=NONCE)
        for reason in (None, 1, 6):
            status = revoked_status(NOW - DAY, reason)
            yield ocsp_response(leaf, issuer, by, nonce=NONCE, status=status)
    yield b"\x30\x03\x0a\x01\x03"
    yield from _real("samples/ocsp/*.bin")


def crl_seeds() -> Iterator[bytes]:
    """CRLs of the issuer of `person`: empty, with entries, a delta, with extensions."""
    key_id = der.seq(der.tlv(0x80, pki("rsa").issuer.key_id))
    for kind in ("rsa", "gost"):
        issuer = pki(kind).issuer
        yield crl(issuer)
        yield crl(issuer, [(1, None), (2, 1), (3, 6), (person(kind).serial, 6)])
        yield crl(issuer, [(5, 8)], base_number=14, number=3)
        yield crl(issuer, extra=(Extension(oids.AUTHORITY_KEY_IDENTIFIER, key_id),))
    yield from _real("samples/crl/*.crl")


def _time_stamped(kind: str) -> bytes:
    """A message with a time stamp over its signature (CAdES-T)."""
    setup, message = pki(kind), Message(person(kind))
    key = gost_key("tsa") if kind == "gost" else rsa_key("tsa")
    signed = der.tlv(0x31, b"".join(message.default_attributes()))
    signature = person(kind).key.sign(signed)
    stamp = time_stamp(signature, time_stamper(setup.issuer, key), NOW)
    return replace(message, signature=signature, unsigned=(stamp,)).encode()


def _ess_v2(signer: Signer) -> bytes:
    digest = der.octets(signer.key.digest(signer.der))
    return der.seq(der.seq(der.seq(der.algorithm(signer.key.digest_oid), digest)))


def _real(pattern: str) -> Iterator[bytes]:
    for path in sorted(REAL.glob(pattern)):
        data = path.read_bytes()
        if len(data) <= MAX_SEED:
            yield data
