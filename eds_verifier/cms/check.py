"""From what a message says to what is proven: a signer's certificate and the content."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import NewType

from eds_verifier.asn1 import oids
from eds_verifier.cms.ess import SigningCertificate
from eds_verifier.cms.message import SignedMessage, SignerInfo
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.signatures import digest, fits, holds
from eds_verifier.verdict import Reason, Refused

VerifiedContent = NewType("VerifiedContent", bytes)
"""Content proven to be what the holder of the certificate's key signed."""

_SET = b"\x31"


def read_certificates(message: SignedMessage) -> tuple[Certificate, ...]:
    """The certificates the message carries, each once; one that cannot be read is left out.

    Refuses what `Certificate.parse` does when it is the only one there.
    """
    found: dict[bytes, Certificate] = {}
    for der in message.certificates:
        try:
            found[der] = Certificate.parse(der)
        except Refused:
            if len(message.certificates) == 1:
                raise
    return tuple(found.values())


def signer_certificate(signer: SignerInfo, certificates: Sequence[Certificate]) -> Certificate:
    """The one certificate that the signer identifier names.

    Naming proves nothing yet: `check_signature` does. Refuses signer_certificate when none or
    several different ones are named. Other certificates in the message are never used.
    """
    named = [certificate for certificate in certificates if _is_named(certificate, signer)]
    if len(named) != 1:
        count = "no certificate" if not named else "more than one certificate"
        raise Refused(
            Reason.SIGNER_CERTIFICATE, f"{count} in the message fits its signer identifier"
        )
    return named[0]


def _is_named(certificate: Certificate, signer: SignerInfo) -> bool:
    if signer.issuer is None:
        return certificate.subject_key_id == signer.subject_key_id
    return certificate.serial == signer.serial and same_name(certificate.issuer_der, signer.issuer)


def signed_content(message: SignedMessage, expected: bytes | None) -> bytes:
    """The content the signature is about: what is attached, or what is given beside it.

    Refuses content_missing when there is neither, content_mismatch when there are two.
    """
    if message.content is None:
        if expected is None:
            raise Refused(
                Reason.CONTENT_MISSING, "the signature is detached: its content must be given"
            )
        return expected
    if expected is not None and not hmac.compare_digest(message.content, expected):
        raise Refused(Reason.CONTENT_MISMATCH, "the signed content is not the expected one")
    return message.content


class Digests:
    """Digests of one content, each made once however many signers there are."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._made: dict[str, bytes] = {}

    def of(self, oid: str) -> bytes:
        """The digest by an accepted algorithm; refuses any other."""
        if oid not in self._made:
            self._made[oid] = digest(oid, self.content)
        return self._made[oid]


def check_signature(
    signer: SignerInfo, certificate: Certificate, digests: Digests
) -> VerifiedContent:
    """Prove that the key of `certificate` signed the content; return that content.

    Nothing is hashed for a key of another kind than the signature's. Refuses content_mismatch,
    signer_certificate (ESS names another one), signature_invalid.
    """
    if not fits(signer.scheme, certificate.key_info):
        raise Refused(
            Reason.SIGNATURE_INVALID, "the signature is of another kind than the certificate's key"
        )
    content = digests.content
    if signer.signed_attributes is None or signer.message_digest is None:
        signed = _bare(content)
    else:
        if not hmac.compare_digest(digests.of(signer.digest), signer.message_digest):
            raise Refused(Reason.CONTENT_MISMATCH, "the content is not the one that was signed")
        signed = signer.signed_attributes
    _check_ess(signer, certificate)
    if not holds(signer.scheme, certificate.key_info, signed, signer.signature):
        raise Refused(
            Reason.SIGNATURE_INVALID, "the signature was not made with the certificate's key"
        )
    return VerifiedContent(content)


def _bare(content: bytes) -> bytes:
    """Content signed without attributes.

    A signature over attributes could be passed off as one over content that reads like them (RFC
    5652 section 5.4 signs both alike), so such content is refused.
    """
    if content.startswith(_SET):
        raise Refused(
            Reason.SIGNED_ATTRIBUTES, "without signed attributes such content may be another's"
        )
    return content


def _check_ess(signer: SignerInfo, certificate: Certificate) -> None:
    for signing in signer.signing_certificates:
        if signing.digest == oids.SHA1:  # RFC 2634's only digest; it can but refuse here
            value = hashlib.sha1(certificate.der, usedforsecurity=False).digest()
        else:
            value = digest(signing.digest, certificate.der)
        if not (hmac.compare_digest(value, signing.value) and _fits(signing, certificate)):
            raise Refused(
                Reason.SIGNER_CERTIFICATE, "the signed signingCertificate names another certificate"
            )


def _fits(signing: SigningCertificate, certificate: Certificate) -> bool:
    """Whether the issuer and serial number, where the signer gave them, are the certificate's."""
    return signing.issuer is None or (
        signing.serial == certificate.serial and same_name(certificate.issuer_der, signing.issuer)
    )
