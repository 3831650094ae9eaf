"""Everything about a message but revocation: form, signers, paths, keys, signatures, subjects.

unwrap → message → for each signer: certificate → path → holder → key → signature → time stamps
       → subject
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial

from eds_verifier.asn1.armour import unwrap
from eds_verifier.cms.check import (
    Digests,
    VerifiedContent,
    check_signature,
    read_certificates,
    signed_content,
    signer_certificate,
)
from eds_verifier.cms.message import SignedMessage, SignerInfo, parse_message
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.signature import signed_by
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.subject import check_key, read_holder, read_subject
from eds_verifier.timestamp.token import ProvenTime, check_time_stamp
from eds_verifier.trust import TrustStore
from eds_verifier.trust_impersonation import has_forged_issuer
from eds_verifier.verdict import CertificateSummary, KeyUse, Reason, Refused, Subject

MAX_TIME_STAMPS = 2
INVALID_TIME_STAMP = "timestamp_invalid"
IMPERSONATION = "issuer_impersonates_nca"


@dataclass(frozen=True, slots=True, repr=False)
class Examined:
    """One signer's signature proven in everything but revocation."""

    path: ValidatedPath
    content: VerifiedContent
    subject: Subject
    certificate: CertificateSummary
    claimed_at: datetime | None
    proven_time: ProvenTime | None
    warnings: tuple[str, ...]

    def holds_at(self, at: datetime) -> bool:
        """Whether every certificate of the path is valid at `at`, not only when it was stamped."""
        return all(one.not_before <= at <= one.not_after for one in self.path.certificates)

    def without_time(self, at: datetime) -> Examined:
        """The same, its time stamp void; refused as expired unless its path is valid at `at`."""
        if not self.holds_at(at):
            raise Refused(
                Reason.EXPIRED, "the certificate has expired, and its time stamp proves nothing"
            )
        return replace(self, proven_time=None, warnings=(*self.warnings, INVALID_TIME_STAMP))

    @property
    def chain(self) -> tuple[str, ...]:
        """SHA-256 of each certificate, from the signer's to the root's."""
        return tuple(certificate.sha256 for certificate in self.path.certificates)


@dataclass(frozen=True, slots=True, repr=False)
class Examination:
    """A message's signers, each proven or refused. `cms`: its octets, armour taken off."""

    cms: bytes
    signers: tuple[Examined | Refused, ...]

    @property
    def proven(self) -> tuple[Examined, ...]:
        """The signers that were not refused."""
        return tuple(signer for signer in self.signers if isinstance(signer, Examined))

    @property
    def paths(self) -> tuple[ValidatedPath, ...]:
        """The paths whose revocation is to be asked: the signers', then of whoever stamped."""
        stamps = (signer.proven_time for signer in self.proven)
        return (
            *(signer.path for signer in self.proven),
            *(proven.path for proven in stamps if proven is not None),
        )


def examine(
    cms: bytes,
    *,
    content: bytes | None,
    trust: TrustStore,
    policy: VerificationPolicy,
    at: datetime,
) -> Examination:
    """Examine one CMS message at the aware instant `at`.

    Raises Refused for the message as a whole, and for its signer where the purpose takes one.
    """
    octets = unwrap(cms, max_bytes=policy.max_bytes)
    message = parse_message(octets)
    # Hashed when the first signer's path holds, and once for all of them.
    digests = cache(lambda: Digests(signed_content(message, content)))
    one = partial(_signer, digests=digests, trust=trust, policy=policy, at=at)
    certificates = read_certificates(message)
    if policy.purpose != "document":
        return Examination(octets, (one(certificates, _only_signer(message)),))
    return Examination(
        octets, tuple(_or_refusal(one, certificates, signer) for signer in message.signers)
    )


def _or_refusal(
    one: partial[Examined], certificates: Sequence[Certificate], signer: SignerInfo
) -> Examined | Refused:
    try:
        return one(certificates, signer)
    except Refused as refused:
        return refused


def _only_signer(message: SignedMessage) -> SignerInfo:
    """Who signs in or accepts signs alone, and signs what the message says it is."""
    if len(message.signers) != 1:
        raise Refused(
            Reason.SIGNER_COUNT,
            f"exactly one signer is accepted, the message has {len(message.signers)}",
        )
    (signer,) = message.signers
    if signer.signed_attributes is None:
        raise Refused(Reason.SIGNED_ATTRIBUTES, "the signature has no signed attributes")
    return signer


def _signer(  # noqa: PLR0913 - the whole input of the rule, each part named
    certificates: Sequence[Certificate],
    signer: SignerInfo,
    *,
    digests: Callable[[], Digests],
    trust: TrustStore,
    policy: VerificationPolicy,
    at: datetime,
) -> Examined:
    leaf = signer_certificate(signer, certificates)
    now = _path_now(leaf, signer, trust, policy, at=at)
    read_holder(leaf)
    key_use = check_key(leaf, policy)
    signed = check_signature(signer, leaf, digests())
    proven, warnings = _time_stamp(signer, trust, not_after=at + policy.clock_skew)
    path = now
    if proven is not None and policy.purpose == "document":
        path = _path(leaf, trust, policy, at=proven.time)
    if isinstance(path, Refused):
        raise path
    subject, more = read_subject(leaf, policy, at=at)
    return Examined(
        path=path,
        content=signed,
        subject=subject,
        certificate=summary_of(leaf, key_use),
        claimed_at=signer.signing_time,
        proven_time=proven,
        warnings=warnings + more,
    )


def _path_now(
    leaf: Certificate,
    signer: SignerInfo,
    trust: TrustStore,
    policy: VerificationPolicy,
    *,
    at: datetime,
) -> ValidatedPath | Refused:
    """The path at `at`; a refusal that a document's time stamp may yet lift is given back."""
    try:
        return _path(leaf, trust, policy, at=at)
    except Refused as refused:
        liftable = refused.reason in (Reason.EXPIRED, Reason.UNTRUSTED_ISSUER)
        if policy.purpose == "document" and signer.time_stamps and liftable:
            return refused
        raise


def _time_stamp(
    signer: SignerInfo, trust: TrustStore, *, not_after: datetime
) -> tuple[ProvenTime | None, tuple[str, ...]]:
    """The earliest proven time, and a warning when a time stamp proves none."""
    times: list[ProvenTime] = []
    warnings: list[str] = []
    for token in signer.time_stamps[:MAX_TIME_STAMPS]:
        try:
            times.append(
                check_time_stamp(token, signer.signature, trust=trust, not_after=not_after)
            )
        except Refused as refused:
            untrusted = refused.reason is Reason.UNTRUSTED_ISSUER
            warnings.append("timestamp_untrusted" if untrusted else INVALID_TIME_STAMP)
    return min(times, key=lambda proven: proven.time, default=None), tuple(dict.fromkeys(warnings))


def _path(
    leaf: Certificate, trust: TrustStore, policy: VerificationPolicy, *, at: datetime
) -> ValidatedPath:
    """The path by the authorities that count for the purpose; a forger is called one."""
    counting = trust.for_purpose(policy.purpose)
    try:
        return validate_path(leaf, counting, at=at)
    except Refused as refused:
        if refused.reason is not Reason.UNTRUSTED_ISSUER:
            raise
        if _is_of_old_generation(leaf, trust, counting):
            raise Refused(
                refused.reason,
                "an authority of the old generation issued it, which counts for documents only",
            ) from None
        if has_forged_issuer(leaf, trust):
            raise Refused(refused.reason, refused.detail, warnings=(IMPERSONATION,)) from None
        raise


def _is_of_old_generation(leaf: Certificate, trust: TrustStore, counting: TrustStore) -> bool:
    left_out = (one for one in trust.authorities if one not in counting.authorities)
    return any(
        one.certificate.subject_key_id == leaf.authority_key_id and signed_by(leaf, one.certificate)
        for one in left_out
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
        issuer=leaf.issuer_name,
        sha256=leaf.sha256,
    )
