"""Is the trust that was installed what the list says, and for how long? Pure: octets and a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.signature import signed_by
from eds_verifier.trust import state_of
from eds_verifier.verdict import Refused
from policies.trust import Authority, TrustList

WARN_BEFORE = timedelta(days=90)

Signature = Literal["holds", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One authority of the list. `findings` must be put right, `warnings` be known.

    `certificate`: `pinned`, `missing`, `different` or `unreadable`. `signature`: whether the
    authority that certified it signed it, `unknown` when either is not there to tell.
    """

    authority: Authority
    certificate: str
    signature: Signature
    days_left: int
    findings: tuple[str, ...]
    warnings: tuple[str, ...]


def check_trust(
    trust_list: TrustList, found: Mapping[str, bytes | None], *, at: datetime
) -> tuple[Checked, ...]:
    """Check what lies in the trust folder, by authority's name, at the instant `at`.

    What the old generation lacks is but a warning: its certificates expired, and count for
    documents only.
    """
    certificates: dict[str, Certificate] = {}
    states: dict[str, str] = {}
    for authority in trust_list.authorities:
        der = found.get(authority.name)
        states[authority.name] = state_of(authority, der)
        if der is not None and states[authority.name] == "pinned":
            try:
                certificates[authority.name] = Certificate.parse(der)
            except Refused:
                states[authority.name] = "unreadable"
    return tuple(
        _check(authority, states[authority.name], certificates, at)
        for authority in trust_list.authorities
    )


def _check(
    authority: Authority, state: str, certificates: Mapping[str, Certificate], at: datetime
) -> Checked:
    certificate = certificates.get(authority.name)
    issuer = certificates.get(authority.issuer or authority.name)
    findings: list[str] = []
    warnings: list[str] = []
    if state == "missing" and authority.generation == "old":
        warnings.append("missing: what it issued is not trusted")
    elif state != "pinned":
        findings.append(_STATES[state])
    signature: Signature = "unknown"
    if certificate is not None:
        findings += _of_certificate(authority, certificate)
        if issuer is not None:
            signature = "holds" if signed_by(certificate, issuer) else "wrong"
            if signature == "wrong":
                findings.append("the authority it names did not sign it")
    if authority.generation == "current":
        _validity(authority, at, findings, warnings)
    return Checked(
        authority=authority,
        certificate=state,
        signature=signature,
        days_left=(authority.not_after - at).days,
        findings=tuple(findings),
        warnings=tuple(warnings),
    )


_STATES = {
    "missing": "missing",
    "different": "another certificate lies in its place: its SHA-256 is not the pinned one",
    "unreadable": "the certificate cannot be read, or has an algorithm that is not accepted",
}


def _of_certificate(authority: Authority, certificate: Certificate) -> list[str]:
    findings = []
    if not certificate.is_ca or certificate.subject_key_id is None:
        findings.append("the certificate is not an authority's")
    if (certificate.not_before, certificate.not_after) != (
        authority.not_before,
        authority.not_after,
    ):
        findings.append("the list tells another validity than the certificate")
    return findings


def _validity(authority: Authority, at: datetime, findings: list[str], warnings: list[str]) -> None:
    if at > authority.not_after:
        findings.append(f"expired on {authority.not_after:%Y-%m-%d}")
    elif at < authority.not_before:
        findings.append(f"valid from {authority.not_before:%Y-%m-%d} only")
    elif authority.not_after - at <= WARN_BEFORE:
        warnings.append(f"expires on {authority.not_after:%Y-%m-%d}")
