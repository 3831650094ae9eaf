"""The evidence one verdict needs: OCSP first, CRLs when it gave nothing usable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl_reading import HeldCrl
from eds_verifier.revocation.crl_supply import CrlSupply
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.ocsp_supply import OcspSupply
from eds_verifier.revocation.shelf import CrlShelf
from eds_verifier.revocation.state import TrustState, state_of
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.trust import TrustedAuthority, TrustStore

CrlReadiness = Literal["on_demand", "kept_ready"]
"""Fetch CRLs when OCSP gave nothing, or have them at hand before: for a process that stays."""

TOTAL_SECONDS = 20.0
OCSP_PHASE_SECONDS = 10.0
"""How long OCSP may be tried while a CRL could still answer."""


class Gatherer:
    """Collects the evidence one verdict needs, within TOTAL_SECONDS. Safe for many threads."""

    def __init__(
        self,
        fetch: EvidenceFetcher,
        *,
        around: RevocationSurroundings | None = None,
        shelf: CrlShelf | None = None,
        crls: CrlReadiness = "on_demand",
    ) -> None:
        self._around = around or RevocationSurroundings()
        self._shelf = shelf or CrlShelf()
        self._readiness = crls
        self._ocsp = OcspSupply(fetch, self._around)
        self._crls = CrlSupply(fetch, self._shelf, self._around)

    def deadline(self) -> float:
        """TOTAL_SECONDS from now."""
        return self._around.clock() + TOTAL_SECONDS

    def gather(
        self,
        path: ValidatedPath,
        *,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
        deadline: float | None = None,
    ) -> Evidence:
        """Ask the addresses of the trust list; `nonces` gives the nonce of each OCSP request.

        `deadline`: one that `deadline()` gave, for several paths; TOTAL_SECONDS from now else.
        What could not be had about the leaf stands in `notes`, by the authority's name.
        """
        if policy.revocation == "unsafe_off":
            return Evidence()
        deadline = self.deadline() if deadline is None else deadline
        notes: list[str] = []
        ocsp: list[OcspEvidence] = []
        held: list[HeldCrl] = []
        for certificate, issuer in _questions(path):
            about = notes if certificate is path.leaf else []
            answer = self._ask(certificate, issuer, nonces, policy, at, deadline, about)
            if answer is not None:
                ocsp.append(answer)
                if self._readiness == "kept_ready" and policy.revocation != "ocsp":
                    self._crls.tend(issuer, policy=policy, at=at)
            elif policy.revocation != "ocsp":
                held += self._crls.obtain(
                    certificate, issuer, policy=policy, at=at, deadline=deadline, notes=about
                )
        self._crls.probe()
        return Evidence(ocsp=tuple(ocsp), held=tuple(held), notes=tuple(notes))

    def _ask(  # noqa: PLR0913, PLR0917 - private; everything one question needs
        self,
        certificate: Certificate,
        issuer: TrustedAuthority,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
        deadline: float,
        notes: list[str],
    ) -> OcspEvidence | None:
        if policy.revocation == "crl":
            return None
        if policy.revocation == "ocsp_or_crl" and issuer.crl is not None:
            deadline = min(deadline, self._around.clock() + OCSP_PHASE_SECONDS)
        return self._ocsp.ask(
            certificate,
            issuer,
            nonces=nonces,
            policy=policy,
            at=at,
            deadline=deadline,
            notes=notes,
        )

    def state(self, trust: TrustStore) -> TrustState:
        """How the sources of a trust store did up to now."""
        return state_of(trust, self._around.sources, self._shelf, now=self._around.now())


def _questions(path: ValidatedPath) -> Iterator[tuple[Certificate, TrustedAuthority]]:
    """The leaf; and an issuer nobody pinned, when the anchor that certified it has addresses."""
    yield path.leaf, path.issuer
    root = path.root
    if not path.pinned and len(path.certificates) > 2 and (root.ocsp or root.crl):
        yield path.certificates[-2], root
