"""The verifier with its surroundings: trust, and somebody who fetches revocation answers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from eds_verifier.cms.check import VerifiedContent
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.gather import Gatherer
from eds_verifier.revocation.ocsp import NONCE_OCTETS
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import Examined, conclude, examine, internal_error

__all__ = ["Judgement", "SignatureService", "VerifiedContent", "acceptance_nonce"]


@dataclass(frozen=True, slots=True, repr=False)
class Judgement:
    """A verdict and what it rests on, to be kept as evidence.

    `content` is set only when the verdict is valid. `cms` is the message judged without its armour
    (PEM, base64), empty when none could be read; `chain_der`, `ocsp`, `crls` are DER, the chain
    from the signer's certificate to the root's.
    """

    verdict: Verdict
    chain_der: tuple[bytes, ...] = ()
    ocsp: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    content: VerifiedContent | None = None
    cms: bytes = b""


def acceptance_nonce(cms: bytes) -> bytes:
    """The OCSP nonce for an acceptance: the first 16 octets of SHA-256 of its CMS octets.

    So the responder's signed answer proves that the acceptance existed when it was given.
    """
    return hashlib.sha256(cms).digest()[:NONCE_OCTETS]


class SignatureService:
    """Judges signatures; fetches what it needs itself. Safe for many threads; it blocks on I/O."""

    def __init__(
        self,
        trust: TrustStore,
        fetch: EvidenceFetcher,
        *,
        random_nonce: Callable[[], bytes] = lambda: secrets.token_bytes(NONCE_OCTETS),
    ) -> None:
        self._trust = trust
        self._gatherer = Gatherer(fetch)
        self._random_nonce = random_nonce

    def judge(
        self,
        cms: bytes,
        *,
        content: bytes | None = None,
        policy: VerificationPolicy,
        at: datetime,
    ) -> Judgement:
        """Judge one CMS signature at the instant `at`. Never raises, whatever the octets.

        Revocation is asked only about a certificate whose path and signature hold already.
        """
        try:
            examined = examine(cms, content=content, trust=self._trust, policy=policy, at=at)
            evidence = self._gatherer.gather(
                examined.path, nonces=self._nonces(examined, policy), policy=policy, at=at
            )
            verdict = conclude(examined, evidence, policy=policy, at=at)
        except Refused as refused:
            return Judgement(refused.verdict())
        except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
            return Judgement(internal_error(error))
        return _judgement(verdict, examined, evidence)

    def _nonces(self, examined: Examined, policy: VerificationPolicy) -> Callable[[], bytes]:
        if policy.purpose == "acceptance":
            return lambda: acceptance_nonce(examined.cms)
        return self._random_nonce


def _judgement(verdict: Verdict, examined: Examined, evidence: Evidence) -> Judgement:
    return Judgement(
        verdict=verdict,
        chain_der=tuple(certificate.der for certificate in examined.path.certificates),
        ocsp=tuple(item.response for item in evidence.ocsp),
        crls=evidence.crls,
        content=examined.content if verdict.verdict == "valid" else None,
        cms=examined.cms,
    )
