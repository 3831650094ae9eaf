"""The verifier with its surroundings: trust, and somebody who fetches revocation answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Verdict

VerifiedContent = NewType("VerifiedContent", bytes)
"""What was signed, proven. Only a valid judgement carries it."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and what it rests on, to be kept as evidence."""

    verdict: Verdict
    chain_der: tuple[bytes, ...]
    ocsp: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    content: VerifiedContent | None


class SignatureService:
    """Judges signatures; fetches what it needs itself."""

    def __init__(self, trust: TrustStore, fetch: EvidenceFetcher) -> None:
        self._trust = trust
        self._fetch = fetch

    def judge(
        self,
        cms: bytes,
        *,
        content: bytes | None = None,
        policy: VerificationPolicy,
        at: datetime,
    ) -> Judgement:
        """Judge one CMS signature at the instant `at`. Never raises on any input."""
        raise NotImplementedError
