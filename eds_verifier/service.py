"""The verifier with its surroundings: trust, and somebody who fetches revocation answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from eds_verifier.cms.check import VerifiedContent
from eds_verifier.examine import Examination, examine
from eds_verifier.metrics import Metrics
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.gather import CrlReadiness, Gatherer
from eds_verifier.revocation.ocsp import NONCE_OCTETS
from eds_verifier.revocation.shelf import CrlShelf
from eds_verifier.revocation.source import Nobody
from eds_verifier.revocation.state import TrustState
from eds_verifier.revocation.surroundings import RevocationSurroundings
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
    crl_octets: tuple[Callable[[], bytes], ...] = ()
    content: VerifiedContent | None = None
    cms: bytes = b""

    @property
    def crls(self) -> tuple[bytes, ...]:
        """The CRLs; production's are large and may lie on disk, so they are read when asked for."""
        return tuple(read() for read in self.crl_octets)


class SignatureService:
    """Judges signatures; fetches what it needs itself. Safe for many threads; it blocks on I/O."""

    def __init__(  # noqa: PLR0913 - each part of the surroundings named
        self,
        trust: TrustStore,
        fetch: EvidenceFetcher,
        *,
        random_nonce: Callable[[], bytes] = lambda: secrets.token_bytes(NONCE_OCTETS),
        metrics: Metrics | None = None,
        cache_dir: Path | None = None,
        crls: CrlReadiness = "on_demand",
        around: RevocationSurroundings | None = None,
    ) -> None:
        """`metrics` counts what is judged and asked. `cache_dir` keeps CRLs over a restart.

        `crls`: a server keeps them ready, so that nobody waits for megabytes when OCSP fails.
        Raises CacheFolderError when `cache_dir` cannot be used.
        """
        self._trust = trust
        self._metrics = metrics
        self._random_nonce = random_nonce
        self._gatherer = Gatherer(
            fetch,
            around=around or RevocationSurroundings(observer=metrics or Nobody()),
            shelf=CrlShelf(cache_dir),
            crls=crls,
        )
        if metrics is not None:
            metrics.watch(self.state)

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
        judgement = self._judge(cms, content, policy, at)
        if self._metrics is not None:
            self._metrics.judged(policy.purpose, judgement.verdict)
        return judgement

    @property
    def gatherer(self) -> Gatherer:
        """Who asks for revocation; for whoever judges by the same trust beside this service."""
        return self._gatherer

    def state(self) -> TrustState:
        """How the authorities answered up to now; nobody is asked for it."""
        return self._gatherer.state(self._trust)

    def _judge(
        self, cms: bytes, content: bytes | None, policy: VerificationPolicy, at: datetime
    ) -> Judgement:
        try:
            examination = examine(cms, content=content, trust=self._trust, policy=policy, at=at)
            evidence = self._gather(examination, policy, at)
            verdict = conclude(examination, evidence, policy=policy, at=at)
            judgement = _judgement(verdict, examination, evidence)
            # Evidence that cannot be had must not become an acceptance.
            return _with_crls_read(judgement) if policy.purpose == "acceptance" else judgement
        except Refused as refused:
            return Judgement(refused.verdict())
        except Exception as error:  # noqa: BLE001 - total by promise; nothing is let in by this
            return Judgement(internal_error(error))

    def _gather(
        self, examination: Examination, policy: VerificationPolicy, at: datetime
    ) -> Evidence:
        """What may be had about every signer, within one deadline."""
        nonces = self._random_nonce
        if policy.purpose == "acceptance":
            nonces = partial(acceptance_nonce, examination.cms)
        deadline = self._gatherer.deadline()
        gathered = [
            self._gatherer.gather(path, nonces=nonces, policy=policy, at=at, deadline=deadline)
            for path in examination.paths
        ]
        held = {item.sha256: item for one in gathered for item in one.held}
        return Evidence(
            ocsp=tuple(item for one in gathered for item in one.ocsp),
            notes=tuple(dict.fromkeys(item for one in gathered for item in one.notes)),
            held=tuple(held.values()),
        )


def _judgement(verdict: Verdict, examination: Examination, evidence: Evidence) -> Judgement:
    """`chain_der` is the first signer's: who signs in or accepts signs alone."""
    first = next(iter(examination.proven), None)
    return Judgement(
        verdict=verdict,
        chain_der=tuple(one.der for one in first.path.certificates) if first else (),
        ocsp=tuple(item.response for item in evidence.ocsp),
        crl_octets=tuple(item.octets for item in evidence.held),
        content=first.content if first and verdict.verdict == "valid" else None,
        cms=examination.cms,
    )


def _with_crls_read(judgement: Judgement) -> Judgement:
    octets = tuple(partial(bytes, one) for one in judgement.crls)
    return replace(judgement, crl_octets=octets)
