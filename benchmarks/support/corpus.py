"""Many people, each with a key, a certificate and a message of their own: nothing is judged twice.

A verifier remembers what it saw. A benchmark of one repeated message would measure that memory.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from eds_verifier.asn1 import oids
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.trust import TrustStore
from tests.unit.eds_verifier.factory import (
    CEO,
    INDIVIDUAL,
    GostKey,
    Key,
    Message,
    Pki,
    RsaKey,
    Signer,
    crl,
    issue,
    ocsp_response,
    pki,
    responder,
)

EXPONENT = 65537
CONTENT_OCTETS = 600
REVOKED_ENTRIES = 5_000
"""Entries of the CRL: none of them is one of the people."""


@dataclass(frozen=True, slots=True)
class Case:
    """One message, who signed it, and the OCSP answer about them."""

    cms: bytes
    content: bytes
    signer: Signer
    ocsp: OcspEvidence


@dataclass(frozen=True, slots=True)
class Corpus:
    """Messages of one kind (`rsa`, `gost`) under one pair of authorities, with their CRL."""

    kind: str
    pki: Pki
    store: TrustStore
    crl: bytes
    cases: tuple[Case, ...]

    def evidence(self, case: Case, source: str) -> Evidence:
        """What is known of revocation: `crl` or `ocsp`."""
        if source == "crl":
            return Evidence(crls=(self.crl,))
        return Evidence(ocsp=(case.ocsp,))


class QuickRsaKey(RsaKey):
    """RSA-2048 from two given primes: hundreds of distinct keys from a few dozen primes.

    Good for measuring only: keys that share a prime keep no secret.
    """

    def __init__(self, p: int, q: int) -> None:
        n, d = p * q, pow(EXPONENT, -1, math.lcm(p - 1, q - 1))
        public = rsa.RSAPublicNumbers(EXPONENT, n)
        self._key = rsa.RSAPrivateNumbers(
            p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public
        ).private_key(unsafe_skip_rsa_key_validation=True)
        self.info = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def _rsa_keys(count: int) -> Iterator[Key]:
    primes: list[int] = []
    while len(primes) * (len(primes) - 1) // 2 < count:
        numbers = rsa.generate_private_key(EXPONENT, 2048).private_numbers()
        primes += [numbers.p, numbers.q]
    for p, q in itertools.islice(itertools.combinations(primes, 2), count):
        yield QuickRsaKey(p, q)


def _gost_keys(count: int) -> Iterator[Key]:
    for number in range(count):
        yield GostKey(f"bench {number}")


@functools.cache
def corpus(kind: str, count: int) -> Corpus:
    """`count` people, every fourth acting for an organisation."""
    setup = pki(kind)
    by = responder(setup.issuer, setup.key("bench responder"))
    keys = _gost_keys(count) if kind == "gost" else _rsa_keys(count)
    return Corpus(
        kind=kind,
        pki=setup,
        store=setup.store,
        crl=crl(setup.issuer, [(1_000_000 + n, 1) for n in range(REVOKED_ENTRIES)]),
        cases=tuple(_case(setup, by, number, key) for number, key in enumerate(keys)),
    )


def _case(setup: Pki, by: Signer, number: int, key: Key) -> Case:
    draft = setup.director() if number % 4 == 0 else setup.person()
    subject = tuple(
        (oid, f"IIN{_iin(number)}" if oid == oids.SERIAL_NUMBER else value)
        for oid, value in draft.subject
    )
    usage = CEO if number % 4 == 0 else INDIVIDUAL
    draft = replace(draft, key=key, subject=subject, serial=0x10000 + number).with_(usage)
    signer = issue(draft, setup.issuer)
    content = hashlib.shake_256(f"content {number}".encode()).digest(CONTENT_OCTETS)
    nonce = hashlib.sha256(content).digest()[:16]
    return Case(
        cms=Message(signer, content=content).encode(),
        content=content,
        signer=signer,
        ocsp=OcspEvidence(ocsp_response(signer, setup.issuer, by, nonce=nonce), nonce),
    )


@functools.cache
def _iins(count: int) -> tuple[str, ...]:
    """Invented numbers with a right date and check digit."""
    weights = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    found: list[str] = []
    for serial in itertools.count():
        eleven = f"8501013{serial:04}"
        check = sum(int(d) * w for d, w in zip(eleven, weights, strict=True)) % 11
        if check < 10:
            found.append(f"{eleven}{check}")
        if len(found) == count:
            return tuple(found)
    raise AssertionError("unreachable: the count is finite")


def _iin(number: int) -> str:
    return _iins(4_000)[number]
