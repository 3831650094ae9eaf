"""The verifier with its surroundings: trust, and somebody who fetches revocation answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from eds_verifier.cms.check import VerifiedContent
from eds_verifier.examine import Examination, examine
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.gather import Gatherer
from eds_verifier.revocation.ocsp import NONCE_OCTETS
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import acceptance_nonce, conclude, internal_error

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
            examination = examine(cms, content=content, trust=self._trust, policy=policy, at=at)
            evidence = self._gather(examination, policy, at)
            verdict = conclude(examination, evidence, policy=policy, at=at)
        except Refused as refused:
            return Judgement(refused.verdict())
        except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
            return Judgement(internal_error(error))
        return _judgement(verdict, examination, evidence)

    def _gather(
        self, examination: Examination, policy: VerificationPolicy, at: datetime
    ) -> Evidence:
        """What may be had about every signer."""
        nonces = self._random_nonce
        if policy.purpose == "acceptance":
            nonces = partial(acceptance_nonce, examination.cms)
        gathered = [
            self._gatherer.gather(path, nonces=nonces, policy=policy, at=at)
            for path in examination.paths
        ]
        return Evidence(
            ocsp=tuple(item for one in gathered for item in one.ocsp),
            crls=tuple(dict.fromkeys(item for one in gathered for item in one.crls)),
            notes=tuple(dict.fromkeys(item for one in gathered for item in one.notes)),
        )


def _judgement(verdict: Verdict, examination: Examination, evidence: Evidence) -> Judgement:
    """`chain_der` is the first signer's: who signs in or accepts signs alone."""
    first = next(iter(examination.proven), None)
    return Judgement(
        verdict=verdict,
        chain_der=tuple(one.der for one in first.path.certificates) if first else (),
        ocsp=tuple(item.response for item in evidence.ocsp),
        crls=evidence.crls,
        content=first.content if first and verdict.verdict == "valid" else None,
        cms=examination.cms,
    )
