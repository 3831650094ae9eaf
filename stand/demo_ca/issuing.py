"""Certificates made from a profile, by either algorithm (RFC 5280)."""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, x509

from eds_verifier.asn1.ber import encode
from stand.demo_ca.profile import key_identifier, serial_number
from stand.signing import asn1
from stand.signing.keys import SigningKey


@dataclass(frozen=True, slots=True)
class Validity:
    """From `start` to `end`, whole seconds, both inclusive."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """What one certificate is to say. `public_key_info`: DER SubjectPublicKeyInfo."""

    subject: x509.Name
    public_key_info: bytes
    extensions: asn1.Extensions
    validity: Validity


def key_identifier_of(public_key_info: bytes) -> bytes:
    """The identifier this CA gives a key."""
    bits = asn1.SubjectPublicKeyInfo.load(public_key_info)["public_key"].native
    return key_identifier(bits)


def issue(request: Request, *, issuer: x509.Name, key: SigningKey) -> bytes:
    """Return the DER certificate, signed by the issuer's `key`."""
    validity = request.validity
    tbs = asn1.TbsCertificate(
        {
            "version": 2,
            "serial_number": serial_number(key_identifier_of(request.public_key_info)),
            "signature": key.signature_algorithm,
            "issuer": issuer,
            "validity": {"not_before": instant(validity.start), "not_after": instant(validity.end)},
            "subject": request.subject,
            "subject_public_key_info": asn1.SubjectPublicKeyInfo.load(request.public_key_info),
            "extensions": request.extensions,
        }
    )
    return seal(tbs.dump(), key)


def seal(tbs: bytes, key: SigningKey) -> bytes:
    """Put the signature beside what is signed: a certificate or a CRL."""
    signature = core.OctetBitString(key.sign(tbs)).dump()
    return encode(asn1.SEQUENCE, tbs + key.signature_algorithm.dump() + signature)


def instant(at: datetime) -> x509.Time:
    """UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 4.1.2.5)."""
    at = at.replace(microsecond=0)
    if at.year < 2050:
        return x509.Time("utc_time", core.UTCTime(at))
    return x509.Time("general_time", core.GeneralizedTime(at))
