"""From what a message says to what is proven: the signer's certificate and the content."""

from __future__ import annotations

import hashlib
import hmac
from typing import NewType

from eds_verifier.asn1 import oids
from eds_verifier.asn1.reading import reading
from eds_verifier.cms.message import SignedMessage
from eds_verifier.path.certificate import Certificate
from eds_verifier.signatures import digest, holds
from eds_verifier.verdict import Reason, Refused

VerifiedContent = NewType("VerifiedContent", bytes)
"""Content proven to be what the holder of the certificate's key signed."""


def signer_certificate(message: SignedMessage) -> Certificate:
    """The one certificate of the message that the signer identifier names.

    Naming proves nothing yet: `check_signature` does. Refuses signer_certificate when none or
    several different ones are named. Other certificates in the message are never used.
    """
    named: dict[str, Certificate] = {}
    for der in message.certificates:
        try:
            certificate = Certificate.parse(der)
        except Refused:
            if len(message.certificates) == 1:
                raise
            continue
        if _is_named(certificate, message):
            named[certificate.sha256] = certificate
    if len(named) != 1:
        count = "no certificate" if not named else "more than one certificate"
        raise Refused(
            Reason.SIGNER_CERTIFICATE, f"{count} in the message fits its signer identifier"
        )
    return next(iter(named.values()))


def _is_named(certificate: Certificate, message: SignedMessage) -> bool:
    if message.subject_key_id is not None:
        return certificate.subject_key_id == message.subject_key_id
    with reading("the signer identifier"):
        return bool(certificate.serial == message.serial and certificate.issuer == message.issuer)


def check_signature(
    message: SignedMessage, certificate: Certificate, content: bytes | None
) -> VerifiedContent:
    """Prove that the key of `certificate` signed the content; return that content.

    `content` is what was expected, or the content of a detached signature. Refuses
    content_missing, content_mismatch, signer_certificate (ESS names another one),
    signature_invalid.
    """
    signed = _content(message, content)
    if not hmac.compare_digest(digest(message.scheme.digest, signed), message.message_digest):
        raise Refused(Reason.CONTENT_MISMATCH, "the content is not the one that was signed")
    _check_ess(message, certificate)
    if not holds(
        message.scheme, certificate.key_info, message.signed_attributes, message.signature
    ):
        raise Refused(
            Reason.SIGNATURE_INVALID, "the signature was not made with the certificate's key"
        )
    return VerifiedContent(signed)


def _content(message: SignedMessage, expected: bytes | None) -> bytes:
    if message.content is None:
        if expected is None:
            raise Refused(
                Reason.CONTENT_MISSING, "the signature is detached: its content must be given"
            )
        return expected
    if expected is not None and not hmac.compare_digest(message.content, expected):
        raise Refused(Reason.CONTENT_MISMATCH, "the signed content is not the expected one")
    return message.content


def _check_ess(message: SignedMessage, certificate: Certificate) -> None:
    for signing in message.signing_certificates:
        if signing.digest == oids.SHA1:  # RFC 2634's only digest; it can but refuse here
            value = hashlib.sha1(certificate.der, usedforsecurity=False).digest()
        else:
            value = digest(signing.digest, certificate.der)
        if not hmac.compare_digest(value, signing.value):
            raise Refused(
                Reason.SIGNER_CERTIFICATE, "the signed signingCertificate names another certificate"
            )
