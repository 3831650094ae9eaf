"""Is the certificate revoked? From evidence to an assessment or a refusal; no silent skip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import read_status
from eds_verifier.revocation.crl_reading import Crl
from eds_verifier.revocation.evidence import Evidence, OcspEvidence, Unusable
from eds_verifier.revocation.ocsp import read_answer
from eds_verifier.verdict import Reason, Refused, RevocationSummary

REFUSALS: dict[str, tuple[Reason, str]] = {
    "revoked": (Reason.REVOKED, "the certificate is revoked"),
    "suspended": (Reason.SUSPENDED, "the certificate is suspended (certificateHold)"),
    "not_issued": (Reason.NOT_ISSUED, "the authority says it never issued the certificate"),
}
NOT_CHECKED = "revocation_not_checked"
ISSUER_NOT_CHECKED = "issuer_revocation_not_checked"
REVOKED_AFTER_SIGNING = "revoked_after_signing"

_NEXT_UPDATE_RULES = timedelta(days=36_525)
_KEY_IN_GOOD_HANDS = frozenset({3, 4, 5})
"""affiliationChanged, superseded, cessationOfOperation (RFC 5280 section 5.3.1)."""
_OUTLIVED_BY_A_TIME_STAMP = frozenset({"revoked", "suspended"})


Standing = Literal["stands", "void", "unknown"]
"""Of a time stamp, by what is known of its authority's revocation."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What revocation says of a path that it does not refuse.

    `summary` is None only under `unsafe_off`. `ocsp` or `crls` is what it rests on.
    """

    summary: RevocationSummary | None
    warnings: tuple[str, ...] = ()
    ocsp: OcspEvidence | None = None
    crls: tuple[Crl, ...] = ()


@dataclass(frozen=True, slots=True)
class _Finding:
    """One authority's usable answer about one certificate, as of when it was given."""

    status: str
    since: datetime | None
    reason: int | None
    as_of: datetime
    summary: RevocationSummary
    ocsp: OcspEvidence | None = None
    crls: tuple[Crl, ...] = ()


def assess_revocation(
    path: ValidatedPath,
    evidence: Evidence,
    *,
    policy: VerificationPolicy,
    at: datetime,
    signed_at: datetime | None = None,
) -> Assessment:
    """What says that the leaf, and every issuer that is not pinned, is not revoked.

    Of the usable answers of the kinds the policy takes the newest decides, or one that revokes for
    good. All of them must be fresh at `at`. `signed_at` is what a checked time stamp proves: a
    document's signature outlives a later revocation or hold, with a warning. Refuses revoked (an
    unpinned issuer too), suspended, not_issued; revocation_unavailable when nothing usable is
    there about the leaf.
    """
    if policy.revocation == "unsafe_off":
        return Assessment(None, warnings=(NOT_CHECKED,))
    warnings = _assess_issuers(path, evidence, policy, at)
    details = list(evidence.notes)
    finding = _find(
        path.leaf,
        path.issuer.certificate,
        evidence,
        policy,
        at,
        delta_published=path.issuer.delta_crl is not None,
        details=details,
    )
    if finding is None:
        why = "; ".join(dict.fromkeys(details)) or (
            "no answer of the kind the policy takes was given"
        )
        raise Refused(Reason.REVOCATION_UNAVAILABLE, f"revocation is not known: {why}")
    if finding.status != "good":
        if not _outlived(finding, policy, signed_at):
            reason, detail = REFUSALS[finding.status]
            raise Refused(reason, detail, warnings=warnings)
        warnings += (REVOKED_AFTER_SIGNING,)
    return Assessment(finding.summary, warnings, finding.ocsp, finding.crls)


def judge_revocation(
    path: ValidatedPath,
    evidence: Evidence,
    *,
    policy: VerificationPolicy,
    at: datetime,
    signed_at: datetime | None = None,
) -> RevocationSummary | None:
    """`assess_revocation` for who needs the summary alone."""
    assessment = assess_revocation(path, evidence, policy=policy, at=at, signed_at=signed_at)
    return assessment.summary


def standing_of_time_stamp(
    path: ValidatedPath,
    evidence: Evidence,
    *,
    policy: VerificationPolicy,
    at: datetime,
    stamped_at: datetime,
) -> Standing:
    """What is known of a time stamper's revocation makes of its stamp (RFC 3161 section 4).

    `path`: the stamper's. A stamp made before the revocation stands only when a reason was given
    that leaves the key in good hands. `unknown` when nothing usable was said: silence is no word.
    """
    if policy.revocation == "unsafe_off":
        return "stands"
    finding = _find(
        path.leaf,
        path.issuer.certificate,
        evidence,
        policy,
        at,
        delta_published=path.issuer.delta_crl is not None,
        details=[],
    )
    if finding is None:
        return "unknown"
    if finding.status == "good":
        return "stands"
    is_in_good_hands = finding.reason in _KEY_IN_GOOD_HANDS
    earlier = finding.since is not None and stamped_at < finding.since
    return "stands" if is_in_good_hands and earlier else "void"


def _outlived(finding: _Finding, policy: VerificationPolicy, signed_at: datetime | None) -> bool:
    return (
        policy.purpose == "document"
        and signed_at is not None
        and finding.since is not None
        and finding.status in _OUTLIVED_BY_A_TIME_STAMP
        and signed_at < finding.since
    )


def _assess_issuers(
    path: ValidatedPath, evidence: Evidence, policy: VerificationPolicy, at: datetime
) -> tuple[str, ...]:
    """The authorities between the leaf and the anchor, when the direct issuer is not pinned.

    Nobody pinned them, so what is known of their revocation counts; a hold of an authority is as
    good as a revocation. A root issues its CRL every few months and no deltas: its nextUpdate is
    the limit here.
    """
    if path.pinned:
        return ()
    policy = policy.model_copy(update={"delta_crl": "optional", "crl_max_age": _NEXT_UPDATE_RULES})
    warnings: tuple[str, ...] = ()
    between = path.certificates[1:]
    for certificate, issuer in pairwise(between):
        finding = _find(
            certificate, issuer, evidence, policy, at, delta_published=False, details=[]
        )
        if finding is None:
            warnings = (ISSUER_NOT_CHECKED,)
        elif finding.status != "good":
            raise Refused(Reason.REVOKED, "an authority between signer and anchor is revoked")
    return warnings


def _find(  # noqa: PLR0913 - private; the whole input of the rule
    certificate: Certificate,
    issuer: Certificate,
    evidence: Evidence,
    policy: VerificationPolicy,
    at: datetime,
    *,
    delta_published: bool,
    details: list[str],
) -> _Finding | None:
    """The answer about `certificate` that decides, or nothing; why not is added to `details`.

    The newest word counts, the graver of two as new. A revocation for good is never taken back,
    so it counts however old it is.
    """
    found = [
        *_by_ocsp(certificate, issuer, evidence, policy, at, details),
        *_by_crls(
            certificate,
            issuer,
            evidence,
            policy,
            at,
            delta_published=delta_published,
            details=details,
        ),
    ]
    for_good = [finding for finding in found if finding.status == "revoked"]
    if for_good:
        # Of several dates the earliest: whoever is right, nothing signed since then stands.
        dates = [finding.since for finding in for_good]
        since = None if None in dates else min(date for date in dates if date is not None)
        for_good = [replace(finding, since=since) for finding in for_good]
    return max(
        for_good or found,
        key=lambda finding: (finding.as_of, finding.status != "good"),
        default=None,
    )


def _by_ocsp(  # noqa: PLR0913, PLR0917 - private; the whole input of the rule
    certificate: Certificate,
    issuer: Certificate,
    evidence: Evidence,
    policy: VerificationPolicy,
    at: datetime,
    details: list[str],
) -> Iterator[_Finding]:
    if policy.revocation == "crl":
        return
    for item in evidence.ocsp:
        try:
            answer = read_answer(item, certificate, issuer, policy=policy, at=at)
        except Unusable as unusable:
            details.append(unusable.detail)
        else:
            summary = RevocationSummary(
                source="ocsp", this_update=answer.this_update, next_update=answer.next_update
            )
            yield _Finding(
                answer.status,
                answer.since,
                answer.reason,
                answer.this_update,
                summary,
                ocsp=item,
            )


def _by_crls(  # noqa: PLR0913 - private; the whole input of the rule
    certificate: Certificate,
    issuer: Certificate,
    evidence: Evidence,
    policy: VerificationPolicy,
    at: datetime,
    *,
    delta_published: bool,
    details: list[str],
) -> Iterator[_Finding]:
    if policy.revocation == "ocsp" or not (evidence.crls or evidence.held):
        return
    try:
        status = read_status(
            evidence.crls,
            certificate,
            issuer,
            policy=policy,
            at=at,
            held=(item.crl for item in evidence.held),
            delta_published=delta_published,
        )
    except Unusable as unusable:
        details.append(unusable.detail)
    else:
        summary = RevocationSummary(
            source="crl",
            this_update=status.this_update,
            next_update=status.next_update,
            delta_this_update=status.delta_this_update,
        )
        as_of = status.delta_this_update or status.this_update
        yield _Finding(
            status.status, status.since, status.reason, as_of, summary, crls=status.rests_on
        )
