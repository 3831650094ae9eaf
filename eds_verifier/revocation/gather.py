"""Asking for revocation: OCSP first, CRLs when it gave nothing usable; CRLs are kept per issuer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from eds_verifier.path.validate import ValidatedPath
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import read_crl, read_status
from eds_verifier.revocation.evidence import Evidence, OcspEvidence, Unusable
from eds_verifier.revocation.fetch import EvidenceFetcher, FetchFailed
from eds_verifier.revocation.ocsp import build_request, read_answer
from eds_verifier.trust import TrustedAuthority

TOTAL_SECONDS = 20.0
OCSP_SECONDS = 5.0
OCSP_ATTEMPTS = 2


class CrlShelf:
    """The newest proven CRL of each address of each issuer; safe for many threads.

    A CRL is put in only after its signature held, and never over a newer one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], bytes] = {}

    def get(self, issuer: TrustedAuthority, url: str) -> bytes | None:
        """The octets held, if any."""
        with self._lock:
            return self._held.get((issuer.certificate.sha256, url))

    def put(self, issuer: TrustedAuthority, url: str, data: bytes) -> None:
        """Hold `data`; raises Unusable unless the issuer signed it and it is not older."""
        new = read_crl(data, issuer.certificate.der)
        with self._lock:
            held = self._held.get((issuer.certificate.sha256, url))
            if held is not None:
                old = read_crl(held, issuer.certificate.der)
                if new.this_update < old.this_update:
                    raise Unusable(f"the CRL of {issuer.name} is older than the one held")
            self._held[issuer.certificate.sha256, url] = data


class Gatherer:
    """Collects the evidence one verdict needs, within TOTAL_SECONDS."""

    def __init__(
        self,
        fetch: EvidenceFetcher,
        *,
        clock: Callable[[], float] = time.monotonic,
        shelf: CrlShelf | None = None,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._shelf = shelf or CrlShelf()

    def gather(
        self,
        path: ValidatedPath,
        *,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
    ) -> Evidence:
        """Ask the addresses of the trust list; `nonces` gives the nonce of each OCSP request.

        What could not be had stands in `notes`, by the authority's name.
        """
        deadline = self._clock() + TOTAL_SECONDS
        notes: list[str] = []
        ocsp: tuple[OcspEvidence, ...] = ()
        if policy.revocation != "crl":
            ocsp = self._ocsp(path, nonces, policy, at, deadline, notes)
            if ocsp:
                return Evidence(ocsp=ocsp)
        crls: tuple[bytes, ...] = ()
        if policy.revocation != "ocsp":
            crls = self._crls(path, policy, at, deadline, notes)
        return Evidence(crls=crls, notes=tuple(notes))

    def _ocsp(  # noqa: PLR0913, PLR0917 - private; everything one request needs
        self,
        path: ValidatedPath,
        nonces: Callable[[], bytes],
        policy: VerificationPolicy,
        at: datetime,
        deadline: float,
        notes: list[str],
    ) -> tuple[OcspEvidence, ...]:
        """The usable answer alone, or nothing and why."""
        issuer = path.issuer
        if issuer.ocsp is None:
            notes.append(f"{issuer.name} has no OCSP address")
            return ()
        for _ in range(OCSP_ATTEMPTS):
            nonce = nonces()
            request = build_request(path.leaf, issuer.certificate, nonce)
            try:
                seconds = self._seconds(deadline, OCSP_SECONDS)
                response = self._fetch.ocsp(issuer.ocsp, request, seconds=seconds)
                evidence = OcspEvidence(response, nonce)
                read_answer(evidence, path.leaf, issuer.certificate, policy=policy, at=at)
            except (FetchFailed, Unusable) as failed:
                notes.append(f"{issuer.name}: {failed.detail}")
            else:
                return (evidence,)
        return ()

    def _crls(
        self,
        path: ValidatedPath,
        policy: VerificationPolicy,
        at: datetime,
        deadline: float,
        notes: list[str],
    ) -> tuple[bytes, ...]:
        """The CRLs held while they suffice, otherwise fetched anew."""
        issuer = path.issuer
        urls = [url for url in (issuer.crl, issuer.delta_crl) if url is not None]
        if not urls:
            notes.append(f"{issuer.name} has no CRL address")
        held = self._held(issuer, urls)
        try:
            read_status(held, path.leaf, issuer.certificate, policy=policy, at=at)
        except Unusable:
            for url in urls:
                self._refresh(issuer, url, deadline, notes)
            return self._held(issuer, urls)
        return held

    def _refresh(
        self, issuer: TrustedAuthority, url: str, deadline: float, notes: list[str]
    ) -> None:
        try:
            data = self._fetch.crl(url, seconds=self._seconds(deadline, TOTAL_SECONDS))
            self._shelf.put(issuer, url, data)
        except (FetchFailed, Unusable) as failed:
            name = urlsplit(url).path.rpartition("/")[2] or "CRL"
            notes.append(f"{issuer.name} ({name}): {failed.detail}")

    def _held(self, issuer: TrustedAuthority, urls: list[str]) -> tuple[bytes, ...]:
        found = (self._shelf.get(issuer, url) for url in urls)
        return tuple(data for data in found if data is not None)

    def _seconds(self, deadline: float, limit: float) -> float:
        remaining = deadline - self._clock()
        if remaining <= 0:
            raise FetchFailed("there was no time left to ask")
        return min(limit, remaining)
