"""Asking an authority's OCSP responder: cache, one question at a time, retries, a circuit.

Every answer is proven twice: by the flight that fetched it, once, for the record of the source,
and by each who uses it, against its own certificate, policy and moment.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime

from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Cause, OcspEvidence, Unusable
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.revocation.ocsp import OcspAnswer, build_request, read_answer, read_response
from eds_verifier.revocation.ocsp_cache import AnswerCache
from eds_verifier.revocation.single_flight import SingleFlight
from eds_verifier.revocation.source import RETRIED, Source, backoff
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.trust import TrustedAuthority

OCSP_SECONDS = 5.0
OCSP_ATTEMPTS = 3
GRACE_SECONDS = 0.5
_KEPT = frozenset({"good", "revoked"})
"""A hold may be lifted, and a number be issued, at any moment: those are asked about anew."""


class OcspSupply:
    """Gets the usable answer about a certificate, or says why there is none."""

    def __init__(self, fetch: EvidenceFetcher, around: RevocationSurroundings) -> None:
        self._fetch = fetch
        self._around = around
        self._flights: SingleFlight[OcspEvidence] = SingleFlight(around.spawn)
        self._cache = AnswerCache()

    def ask(  # noqa: PLR0913 - everything one question needs, each part named
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        *,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
        deadline: float,
        notes: list[str],
    ) -> OcspEvidence | None:
        """The usable answer, or None and why, added to `notes`, by `deadline` of the clock."""
        if issuer.ocsp is None:
            notes.append(f"{issuer.name} has no OCSP address")
            return None
        is_own = policy.purpose == "acceptance"
        if not is_own:
            kept = self._kept(certificate, issuer, policy, at)
            if kept is not None:
                return kept
        source = self._around.sources.of(issuer.certificate.sha256, "ocsp")
        for attempt in range(OCSP_ATTEMPTS):
            try:
                self._prepare(source, attempt, deadline)
                evidence = self._exchange(
                    certificate, issuer, issuer.ocsp, nonces, is_own=is_own, deadline=deadline
                )
                answer = read_answer(
                    evidence, certificate, issuer.certificate, policy=policy, at=at
                )
            except (FetchFailed, Unusable) as failed:
                notes.append(f"{issuer.name}: {failed.detail}")
                if failed.cause not in RETRIED:
                    return None
            else:
                self._keep(certificate, issuer, evidence, answer)
                return evidence
        return None

    def _prepare(self, source: Source, attempt: int, deadline: float) -> None:
        if attempt:
            pause = backoff(attempt, self._around.random)
            if pause >= self._around.left(deadline):
                raise FetchFailed("there was no time left to ask again", Cause.NOT_ASKED)
            self._around.sleep(pause)
        if not source.may_ask():
            raise FetchFailed("OCSP was not asked: it has just failed repeatedly", Cause.NOT_ASKED)

    def _exchange(  # noqa: PLR0913 - private; everything one request needs
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        url: str,
        nonces: Callable[[], bytes],
        *,
        is_own: bool,
        deadline: float,
    ) -> OcspEvidence:
        seconds = min(OCSP_SECONDS, self._around.left(deadline))
        if seconds <= 0:
            raise FetchFailed("there was no time left to ask", Cause.NOT_ASKED)
        key: Hashable = object() if is_own else (issuer.certificate.sha256, certificate.serial)

        def fetch() -> OcspEvidence:
            return self._ask_once(certificate, issuer, url, nonces(), seconds)

        flight = self._flights.start(key, fetch)
        try:
            return flight.wait(min(seconds + GRACE_SECONDS, self._around.left(deadline)))
        except FetchFailed as failed:
            if failed.cause is Cause.TIMEOUT and not flight.has_landed:
                # Not even its own time-out ended it, as when a name is looked up for long.
                self._around.sources.of(issuer.certificate.sha256, "ocsp").failed(Cause.TIMEOUT)
            raise

    def _ask_once(
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        url: str,
        nonce: bytes,
        seconds: float,
    ) -> OcspEvidence:
        """One exchange, for the record of the source; the answer's meaning is up to who asked."""
        request = build_request(certificate, issuer.certificate, nonce)
        with self._around.recorded(issuer, "ocsp"):
            evidence = OcspEvidence(self._fetch.ocsp(url, request, seconds=seconds), nonce)
            read_response(evidence, issuer.certificate)
        return evidence

    def _kept(
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        policy: VerificationPolicy,
        at: datetime,
    ) -> OcspEvidence | None:
        """An answer that serves once more: within `ocsp_max_age`, without the clocks' allowance."""
        key = (issuer.certificate.sha256, certificate.serial)
        kept = self._cache.get(key)
        if kept is None:
            return None
        try:
            answer = read_answer(kept, certificate, issuer.certificate, policy=policy, at=at)
        except Unusable:
            return None
        return kept if at - answer.this_update < policy.ocsp_max_age else None

    def _keep(
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        evidence: OcspEvidence,
        answer: OcspAnswer,
    ) -> None:
        key = (issuer.certificate.sha256, certificate.serial)
        if answer.status in _KEPT:
            self._cache.put(key, evidence)
        else:
            self._cache.drop(key)
