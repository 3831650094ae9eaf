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
    assess_revocation,
    is_time_stamp_revoked,
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
    try:
        signer = _with_time_that_stands(signer, evidence, policy=policy, at=at)
        signed_at = signer.proven_time.time if signer.proven_time else None
        assessed = assess_revocation(
            signer.path, evidence, policy=policy, at=at, signed_at=signed_at
        )
    except Refused as refused:
        return refused.verdict(
            certificate=signer.certificate,
            chain=signer.chain,
            warnings=signer.warnings + refused.warnings,
        )
    return Verdict(
        verdict="valid",
        reason=Reason.OK,
        subject=signer.subject,
        certificate=signer.certificate,
        chain=signer.chain,
        revocation=assessed.summary,
        claimed_at=signer.claimed_at,
        signed_at=signed_at,
        timestamp=_time_stamp(signer),
        existence_proof=_existence_proof(examination, signer, assessed, policy),
        warnings=signer.warnings + assessed.warnings,
    )


def _with_time_that_stands(
    signer: Examined, evidence: Evidence, *, policy: VerificationPolicy, at: datetime
) -> Examined:
    proven = signer.proven_time
    if proven is not None and is_time_stamp_revoked(
        proven.path, evidence, policy=policy, at=at, stamped_at=proven.time
    ):
        return signer.without_time(at)
    return signer


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
    examination: Examination, signer: Examined, assessed: Assessment, policy: VerificationPolicy
) -> ExistenceProof | None:
    """What besides our own clock says that an acceptance existed."""
    if policy.purpose != "acceptance":
        return None
    asked = assessed.ocsp.nonce if assessed.ocsp else None
    if asked is not None and hmac.compare_digest(asked, acceptance_nonce(examination.cms)):
        return "ocsp_nonce"
    return "timestamp" if signer.proven_time else "none"


def internal_error(error: Exception) -> Verdict:
    """The verdict when the verifier itself failed; the log names the kind of failure only."""
    _log.error("a signature could not be judged: %s", type(error).__name__)
    return Refused(Reason.INTERNAL_ERROR, "the verifier failed; its log names the error").verdict()
