"""One certificate by itself: what it says, and whether it is a person's, current and not revoked.

That somebody has a certificate proves nothing: it is public. Only a signature says who signed.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.judge import judge_revocation
from eds_verifier.revocation.ocsp import NONCE_OCTETS
from eds_verifier.subject import check_key, read_holder, read_subject
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import (
    INDETERMINATE,
    Answer,
    Reason,
    Refused,
    RevocationSummary,
    Subject,
)

_log = logging.getLogger(__name__)


class EvidenceGatherer(Protocol):
    """Who asks for revocation: `eds_verifier.revocation.gather.Gatherer`."""

    def gather(
        self,
        path: ValidatedPath,
        *,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
        deadline: float | None,
    ) -> Evidence: ...

    def deadline(self) -> float: ...


@dataclass(frozen=True, slots=True, repr=False)
class JudgedCertificate:
    """A certificate that could be read, and what is held of it; `subject` only when valid.

    `asked`: what spoke of its revocation, when something did.
    """

    certificate: Certificate
    status: Answer
    reason: Reason
    detail: str = ""
    subject: Subject | None = None
    chain: tuple[str, ...] = ()
    revocation: RevocationSummary | None = None
    asked: Literal["OCSP", "CRL"] | None = None
    warnings: tuple[str, ...] = ()


class CertificateJudge:
    """Judges certificates by the rules a signer's certificate is judged by. It blocks on I/O."""

    def __init__(
        self,
        trust: TrustStore,
        gatherer: EvidenceGatherer,
        *,
        random_nonce: Callable[[], bytes] = lambda: secrets.token_bytes(NONCE_OCTETS),
    ) -> None:
        self._trust = trust
        self._gatherer = gatherer
        self._random_nonce = random_nonce

    def judge_all(
        self, ders: Iterable[bytes], *, policy: VerificationPolicy, at: datetime
    ) -> list[JudgedCertificate | Refused]:
        """Judge several within one deadline."""
        deadline = self._gatherer.deadline()
        return [self.judge(der, policy=policy, at=at, deadline=deadline) for der in ders]

    def judge(
        self, der: bytes, *, policy: VerificationPolicy, at: datetime, deadline: float | None = None
    ) -> JudgedCertificate | Refused:
        """Judge one DER certificate at the instant `at`; never raises.

        Refused when it cannot be read. Nobody is asked about a certificate that no authority of
        the trust list issued.
        """
        try:
            certificate = Certificate.parse(der)
        except Refused as refused:
            return refused
        chain: tuple[str, ...] = ()
        asked: Literal["OCSP", "CRL"] | None = None
        try:
            path = validate_path(certificate, self._trust.for_purpose(policy.purpose), at=at)
            chain = tuple(one.sha256 for one in path.certificates)
            read_holder(certificate)
            check_key(certificate, policy)
            subject, warnings = read_subject(certificate, policy, at=at)
            evidence = self._gatherer.gather(
                path, nonces=self._random_nonce, policy=policy, at=at, deadline=deadline
            )
            asked = "OCSP" if evidence.ocsp else "CRL" if evidence.held else None
            revocation = judge_revocation(path, evidence, policy=policy, at=at)
        except Refused as refused:
            status: Answer = "indeterminate" if refused.reason in INDETERMINATE else "invalid"
            return JudgedCertificate(
                certificate,
                status,
                refused.reason,
                refused.detail,
                chain=chain,
                asked=asked,
            )
        except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
            _log.error("a certificate could not be judged: %s", type(error).__name__)
            detail = "the verifier failed; its log names the error"
            return JudgedCertificate(certificate, "indeterminate", Reason.INTERNAL_ERROR, detail)
        return JudgedCertificate(
            certificate,
            "valid",
            Reason.OK,
            subject=subject,
            chain=chain,
            revocation=revocation,
            asked=asked,
            warnings=warnings,
        )
