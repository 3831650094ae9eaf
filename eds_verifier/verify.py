"""`verify`: from octets to a verdict. Pure and total: any octets give a verdict."""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import datetime

from eds_verifier.examine import Examination, Examined, examine
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.judge import (
    Assessment,
    Standing,
    assess_revocation,
    standing_of_time_stamp,
)
from eds_verifier.revocation.ocsp import NONCE_OCTETS
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import (
    ExistenceProof,
    Reason,
    Refused,
    TimeStamp,
    Verdict,
)

_log = logging.getLogger(__name__)

STAMPER_NOT_CHECKED = "timestamp_revocation_not_checked"

_WORST = {"invalid": 0, "indeterminate": 1, "valid": 2}


def verify(  # noqa: PLR0913 - the whole input of the rule, each part named
    cms: bytes,
    *,
    content: bytes | None = None,
    trust: TrustStore,
    evidence: Evidence,
    policy: VerificationPolicy,
    at: datetime,
) -> Verdict:
    """Judge one CMS message (DER, BER, base64 or PEM) at the aware instant `at`.

    `content`: what must have been signed; needed when the signature is detached, compared when it
    is attached. Never raises: a failure of our own is `indeterminate`, `internal_error`.
    """
    try:
        examination = examine(cms, content=content, trust=trust, policy=policy, at=at)
        return conclude(examination, evidence, policy=policy, at=at)
    except Refused as refused:
        return refused.verdict()
    except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
        return internal_error(error)


def conclude(
    examination: Examination, evidence: Evidence, *, policy: VerificationPolicy, at: datetime
) -> Verdict:
    """The verdict, revocation included."""
    verdicts = tuple(
        signer.verdict()
        if isinstance(signer, Refused)
        else _signer_verdict(examination, signer, evidence, policy=policy, at=at)
        for signer in examination.signers
    )
    if policy.purpose != "document":
        return verdicts[0]
    return _document(verdicts)


def _document(signers: tuple[Verdict, ...]) -> Verdict:
    """The verdict on a document: as good as its worst signer's."""
    worst = min(signers, key=lambda verdict: _WORST[verdict.verdict])
    if len(signers) == 1:
        return worst.model_copy(update={"signers": signers})
    return Verdict(
        verdict=worst.verdict,
        reason=worst.reason,
        detail=worst.detail,
        warnings=tuple(dict.fromkeys(w for verdict in signers for w in verdict.warnings)),
        signers=signers,
    )


def _signer_verdict(
    examination: Examination,
    signer: Examined,
    evidence: Evidence,
    *,
    policy: VerificationPolicy,
    at: datetime,
) -> Verdict:
    standing = _standing(signer, evidence, policy=policy, at=at)
    try:
        signer = _by_standing(signer, standing, at)
        proven = signer.proven_time
        assessed = assess_revocation(
            signer.path,
            evidence,
            policy=policy,
            at=at,
            signed_at=proven.time if proven and standing == "stands" else None,
        )
    except Refused as refused:
        return refused.verdict(
            certificate=signer.certificate,
            chain=signer.chain,
            warnings=signer.warnings + refused.warnings,
        )
    unknown = (STAMPER_NOT_CHECKED,) if standing == "unknown" else ()
    return Verdict(
        verdict="valid",
        reason=Reason.OK,
        subject=signer.subject,
        certificate=signer.certificate,
        chain=signer.chain,
        revocation=assessed.summary,
        claimed_at=signer.claimed_at,
        signed_at=proven.time if proven else None,
        timestamp=_time_stamp(signer),
        existence_proof=_existence_proof(
            examination, assessed, policy, is_stamped=proven is not None and standing == "stands"
        ),
        warnings=signer.warnings + unknown + assessed.warnings,
    )


def _by_standing(signer: Examined, standing: Standing, at: datetime) -> Examined:
    """What is left of a signer by its time stamp's standing."""
    if standing == "void":
        return signer.without_time(at)
    if standing == "unknown" and not signer.holds_at(at):
        raise Refused(
            Reason.REVOCATION_UNAVAILABLE,
            "the certificate has expired, and whether the authority of its time stamp was revoked"
            " is not known",
        )
    return signer


def _standing(
    signer: Examined, evidence: Evidence, *, policy: VerificationPolicy, at: datetime
) -> Standing:
    """What is known of whoever stamped the signature; `stands` when nobody did."""
    proven = signer.proven_time
    if proven is None:
        return "stands"
    return standing_of_time_stamp(
        proven.path, evidence, policy=policy, at=at, stamped_at=proven.time
    )


def _time_stamp(signer: Examined) -> TimeStamp | None:
    proven = signer.proven_time
    if proven is None:
        return None
    return TimeStamp(
        time=proven.time,
        serial_hex=f"{proven.serial:x}",
        authority=proven.path.leaf.subject_name,
        chain=tuple(certificate.sha256 for certificate in proven.path.certificates),
    )


def acceptance_nonce(cms: bytes) -> bytes:
    """The OCSP nonce for an acceptance: the first 16 octets of SHA-256 of its CMS octets.

    So the responder's signed answer proves that the acceptance existed when it was given.
    """
    return hashlib.sha256(cms).digest()[:NONCE_OCTETS]


def _existence_proof(
    examination: Examination, assessed: Assessment, policy: VerificationPolicy, *, is_stamped: bool
) -> ExistenceProof | None:
    """What besides our own clock says that an acceptance existed."""
    if policy.purpose != "acceptance":
        return None
    asked = assessed.ocsp.nonce if assessed.ocsp else None
    if asked is not None and hmac.compare_digest(asked, acceptance_nonce(examination.cms)):
        return "ocsp_nonce"
    return "timestamp" if is_stamped else "none"


def internal_error(error: Exception) -> Verdict:
    """The verdict when the verifier itself failed; the log names the kind of failure only."""
    _log.error("a signature could not be judged: %s", type(error).__name__)
    return Refused(Reason.INTERNAL_ERROR, "the verifier failed; its log names the error").verdict()
