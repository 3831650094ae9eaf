"""The NCA as it is reached from here: its responders and CRLs, asked for real, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from eds_verifier.doctor.findings import Finding
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl_reading import Crl, read_crl
from eds_verifier.revocation.evidence import OcspEvidence, Unusable
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.revocation.ocsp import NONCE_OCTETS, build_request, read_response
from eds_verifier.trust import TrustedAuthority, TrustStore

SECONDS = 20.0
LARGEST_SKEW = timedelta(minutes=2)
_DEFAULTS = VerificationPolicy(purpose="sign_in")
_CHECK_NETWORK = (
    "Check the network, name resolution and firewall from this machine to that address; proxies"
    " are not used."
)


def ask_authorities(
    trust: TrustStore,
    fetch: EvidenceFetcher,
    *,
    random: Callable[[int], bytes],
    now: Callable[[], datetime],
) -> Iterator[Finding]:
    """Ask every issuing authority's responder and fetch its CRLs; one finding each."""
    for authority in trust.for_purpose("sign_in").issuers():
        if authority.ocsp is not None:
            yield _ocsp(authority, authority.ocsp, fetch, random, now)
        for kind, url in (("CRL", authority.crl), ("delta CRL", authority.delta_crl)):
            if url is not None:
                yield _crl(authority, kind, url, fetch, now)
        if authority.ocsp is None and authority.crl is None:
            yield Finding(
                subject=authority.name,
                state="warning",
                what="the trust list has no address to ask about revocation",
                do="Add `ocsp` or `crl` to the list: without them nobody of this authority"
                " can sign in.",
            )


def _ocsp(
    authority: TrustedAuthority,
    url: str,
    fetch: EvidenceFetcher,
    random: Callable[[int], bytes],
    now: Callable[[], datetime],
) -> Finding:
    """About a serial number nobody has: any answer that is signed rightly will do."""
    subject = f"{authority.name} OCSP"
    certificate = authority.certificate
    stranger = replace(certificate, serial=int.from_bytes(b"\x01" + random(15)))
    nonce = random(NONCE_OCTETS)
    try:
        response = fetch.ocsp(url, build_request(stranger, certificate, nonce), seconds=SECONDS)
        answer = read_response(OcspEvidence(response, nonce), certificate)
    except FetchFailed as failed:
        return _cut_off(subject, url, failed)
    except Unusable as unusable:
        return Finding(
            subject=subject,
            state="wrong",
            what=unusable.detail,
            do="Something between here and the NCA answers in its place, or the NCA has changed:"
            " run it again, then compare from another network.",
        )
    skew = abs(now() - answer.produced_at)
    if skew > LARGEST_SKEW:
        return Finding(
            subject=subject,
            state="wrong",
            what=f"the responder's clock and ours are {int(skew.total_seconds())} s apart",
            do="Set this machine's clock by NTP; answers are refused beyond 5 minutes.",
        )
    return Finding(subject=subject, state="good", what="answers, signed and with our nonce")


def _crl(
    authority: TrustedAuthority,
    kind: str,
    url: str,
    fetch: EvidenceFetcher,
    now: Callable[[], datetime],
) -> Finding:
    subject = f"{authority.name} {kind}"
    try:
        crl = read_crl(fetch.crl(url, seconds=SECONDS), authority.certificate.der)
    except FetchFailed as failed:
        return _cut_off(subject, url, failed)
    except Unusable as unusable:
        return Finding(
            subject=subject,
            state="wrong",
            what=unusable.detail,
            do="Sign-in goes on by OCSP. Compare the file with the NCA's from another network.",
        )
    return _fresh(authority, subject, kind, crl, now() - crl.this_update)


def _cut_off(subject: str, url: str, failed: FetchFailed) -> Finding:
    """The address is the trust list's own, so it may be shown."""
    return Finding(
        subject=subject, state="wrong", what=f"{failed.detail}: {url}", do=_CHECK_NETWORK
    )


def _fresh(
    authority: TrustedAuthority, subject: str, kind: str, crl: Crl, age: timedelta
) -> Finding:
    """A base is completed by its delta, where there is one; that must be of today."""
    hours = int(age.total_seconds() // 3600)
    what = f"{len(crl.entries)} entries, {hours} h old"
    must_be_fresh = kind == "delta CRL" or authority.delta_crl is None
    if must_be_fresh and age > _DEFAULTS.crl_max_age:
        return Finding(
            subject=subject,
            state="warning",
            what=f"{what}: too old to decide by",
            do="While OCSP answers nothing is lost. If it stays so, tell the NCA.",
        )
    return Finding(subject=subject, state="good", what=what)
