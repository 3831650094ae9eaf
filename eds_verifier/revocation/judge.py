"""Is the certificate revoked? From evidence to a summary or a refusal. There is no "skip"."""

from __future__ import annotations

from datetime import datetime

from eds_verifier.path.validate import ValidatedPath
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import read_status
from eds_verifier.revocation.evidence import Evidence, Unusable
from eds_verifier.revocation.ocsp import read_answer
from eds_verifier.verdict import Reason, Refused, RevocationSummary

REFUSALS: dict[str, tuple[Reason, str]] = {
    "revoked": (Reason.REVOKED, "the certificate is revoked"),
    "suspended": (Reason.SUSPENDED, "the certificate is suspended (certificateHold)"),
    "not_issued": (Reason.NOT_ISSUED, "the authority says it never issued the certificate"),
}


def judge_revocation(
    path: ValidatedPath, evidence: Evidence, *, policy: VerificationPolicy, at: datetime
) -> RevocationSummary:
    """What says that the leaf is not revoked.

    A usable OCSP answer decides; the CRLs decide when there is none and the policy takes CRLs.
    Refuses revoked, suspended, not_issued; revocation_unavailable when nothing usable is there.
    """
    details = list(evidence.notes)
    if policy.revocation != "crl":
        for item in evidence.ocsp:
            try:
                answer = read_answer(item, path.leaf, path.issuer.certificate, policy=policy, at=at)
            except Unusable as unusable:
                details.append(unusable.detail)
            else:
                _refuse_unless_good(answer.status)
                return RevocationSummary(
                    source="ocsp", this_update=answer.this_update, next_update=answer.next_update
                )
    if policy.revocation != "ocsp" and evidence.crls:
        try:
            status = read_status(
                evidence.crls, path.leaf, path.issuer.certificate, policy=policy, at=at
            )
        except Unusable as unusable:
            details.append(unusable.detail)
        else:
            _refuse_unless_good(status.status)
            return RevocationSummary(
                source="crl",
                this_update=status.this_update,
                next_update=status.next_update,
                delta_this_update=status.delta_this_update,
            )
    why = "; ".join(dict.fromkeys(details)) or "no answer of the kind the policy takes was given"
    raise Refused(Reason.REVOCATION_UNAVAILABLE, f"revocation is not known: {why}")


def _refuse_unless_good(status: str) -> None:
    if status == "good":
        return
    reason, detail = REFUSALS[status]
    raise Refused(reason, detail)
