"""`verify`: from octets to a verdict. Pure and total: any octets give a verdict.

unwrap → message → signer's certificate → path → holder → key → signature → subject
       → revocation → verdict
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from eds_verifier.asn1.armour import unwrap
from eds_verifier.asn1.ber import to_der
from eds_verifier.cms.check import VerifiedContent, check_signature, signer_certificate
from eds_verifier.cms.message import parse_message
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.judge import judge_revocation
from eds_verifier.subject import check_key, read_holder, read_subject
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import (
    CertificateSummary,
    KeyUse,
    Reason,
    Refused,
    RevocationSummary,
    Subject,
    Verdict,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """A signature proven in everything but revocation. `cms`: its octets, armour taken off."""

    cms: bytes
    path: ValidatedPath
    content: VerifiedContent
    subject: Subject
    certificate: CertificateSummary
    signed_at: datetime | None
    warnings: tuple[str, ...]

    @property
    def chain(self) -> tuple[str, ...]:
        """SHA-256 of each certificate, from the signer's to the root's."""
        return tuple(certificate.sha256 for certificate in self.path.certificates)


def verify(  # noqa: PLR0913 - the whole input of the rule, each part named
    cms: bytes,
    *,
    content: bytes | None = None,
    trust: TrustStore,
    evidence: Evidence,
    policy: VerificationPolicy,
    at: datetime,
) -> Verdict:
    """Judge one CMS signature (DER, base64 or PEM) at the aware instant `at`.

    `content`: what must have been signed; needed when the signature is detached, compared when it
    is attached. Never raises: a failure of our own is `indeterminate`, `internal_error`.
    """
    try:
        examined = examine(cms, content=content, trust=trust, policy=policy, at=at)
        return conclude(examined, evidence, policy=policy, at=at)
    except Refused as refused:
        return refused.verdict()
    except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
        return internal_error(error)


def examine(
    cms: bytes,
    *,
    content: bytes | None,
    trust: TrustStore,
    policy: VerificationPolicy,
    at: datetime,
) -> Examined:
    """Everything but revocation; raises Refused."""
    octets = unwrap(cms, max_bytes=policy.max_bytes)
    message = parse_message(to_der(octets))
    leaf = signer_certificate(message)
    path = validate_path(leaf, trust, at=at)
    read_holder(leaf)
    key_use = check_key(leaf, policy)
    signed = check_signature(message, leaf, content)
    subject, warnings = read_subject(leaf, policy)
    return Examined(
        cms=octets,
        path=path,
        content=signed,
        subject=subject,
        certificate=summary_of(leaf, key_use),
        signed_at=message.signing_time,
        warnings=warnings,
    )


def conclude(
    examined: Examined, evidence: Evidence, *, policy: VerificationPolicy, at: datetime
) -> Verdict:
    """The verdict, revocation included."""
    try:
        revocation = judge_revocation(examined.path, evidence, policy=policy, at=at)
    except Refused as refused:
        return refused.verdict(certificate=examined.certificate, chain=examined.chain)
    return _valid(examined, revocation)


def _valid(examined: Examined, revocation: RevocationSummary) -> Verdict:
    return Verdict(
        verdict="valid",
        reason=Reason.OK,
        subject=examined.subject,
        certificate=examined.certificate,
        chain=examined.chain,
        revocation=revocation,
        signed_at=examined.signed_at,
        warnings=examined.warnings,
    )


def summary_of(leaf: Certificate, key_use: KeyUse) -> CertificateSummary:
    """What of the certificate goes into a verdict; nothing personal."""
    return CertificateSummary(
        serial_hex=f"{leaf.serial:x}",
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        key_use=key_use,
        key_storage=leaf.key_storage,
        algorithm=leaf.scheme.key,
        issuer=str(leaf.issuer.native.get("common_name", "")),
        sha256=leaf.sha256,
    )


def internal_error(error: Exception) -> Verdict:
    """The verdict when the verifier itself failed; the log names the kind of failure only."""
    _log.error("a signature could not be judged: %s", type(error).__name__)
    return Refused(Reason.INTERNAL_ERROR, "the verifier failed; its log names the error").verdict()
