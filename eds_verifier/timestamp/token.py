"""What a time stamp token says and proves (RFC 3161 section 2.4.2).

A token is an unsigned attribute: anybody may add, change or drop it. So a bad one says nothing
against the signature, and a good one is believed for its time alone.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import decode, instant, raw
from eds_verifier.cms.check import (
    Digests,
    check_signature,
    read_certificates,
    signer_certificate,
)
from eds_verifier.cms.message import parse_message
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.signatures import digest, read_digest
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Reason, Refused

_WHAT = "the time stamp"


@asn1.sequence
class _MessageImprint:
    algorithm: asn1.TLV
    value: bytes


@asn1.sequence
class _Accuracy:
    seconds: int | None
    millis: Annotated[int | None, asn1.Implicit(0)]
    micros: Annotated[int | None, asn1.Implicit(1)]


@asn1.sequence
class _TstInfo:
    version: int
    policy: ObjectIdentifier
    imprint: _MessageImprint
    serial: int
    time: asn1.GeneralizedTime
    accuracy: _Accuracy | None
    ordering: bool | None
    nonce: int | None
    authority: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    extensions: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@dataclass(frozen=True, slots=True)
class ProvenTime:
    """The signature existed at `time`: a trusted time-stamping authority signed that."""

    time: datetime
    serial: int
    path: ValidatedPath


def check_time_stamp(
    token: bytes, signature: bytes, *, trust: TrustStore, not_after: datetime
) -> ProvenTime:
    """Prove a token over the octets of a signature, made at `not_after` at the latest.

    The authority's certificate must be in the token, be for time stamping alone (critical
    extendedKeyUsage, RFC 3161 section 2.3), and have a valid path at the token's own time.
    Refuses whatever does not hold; untrusted_issuer is the refusal of a path to nobody trusted.
    """
    message = parse_message(token, content_type=oids.ID_TST_INFO)
    if len(message.signers) != 1 or message.content is None:
        raise Refused(Reason.MALFORMED, "a time stamp has one signer and holds its content")
    (signer,) = message.signers
    info = decode(_TstInfo, message.content, what=_WHAT)
    if info.version != 1 or signer.signed_attributes is None:
        raise Refused(Reason.MALFORMED, f"{_WHAT} cannot be read")
    certificate = signer_certificate(signer, read_certificates(message))
    _check_purpose(certificate)
    time = _utc(info.time)
    if time > not_after:
        raise Refused(Reason.NOT_YET_VALID, "the time stamp is from the future")
    path = validate_path(certificate, trust, at=time)
    imprint = digest(read_digest(raw(info.imprint.algorithm), what=_WHAT), signature)
    if not hmac.compare_digest(imprint, info.imprint.value):
        raise Refused(Reason.CONTENT_MISMATCH, "the time stamp is over another signature")
    check_signature(signer, certificate, Digests(message.content))
    return ProvenTime(time, info.serial, path)


def _check_purpose(certificate: Certificate) -> None:
    extension = certificate.extensions.get(oids.EXTENDED_KEY_USAGE)
    if (
        extension is None
        or not extension.critical
        or certificate.extended_key_usage != {oids.TIME_STAMPING}
    ):
        raise Refused(Reason.WRONG_KEY_USAGE, "the certificate is not for time stamping alone")


def _utc(time: asn1.GeneralizedTime) -> datetime:
    """The second in which the token was made: a time stamp may have fractions."""
    return instant(asn1.GeneralizedTime(time.as_datetime().replace(microsecond=0)), what=_WHAT)
