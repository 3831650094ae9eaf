"""The corpus against this project's verifier."""

from __future__ import annotations

from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import verify
from tests.limbo.model import Case, Expected, Policy


def judge(case: Case) -> Verdict:
    """The verifier's verdict on a case."""
    responses = zip(case.ocsp, case.ocsp_nonces, strict=True)
    return verify(
        case.cms,
        content=case.content,
        trust=_store(case),
        evidence=Evidence(
            ocsp=tuple(OcspEvidence(response, nonce) for response, nonce in responses),
            crls=case.crl,
        ),
        policy=_policy(case.policy),
        at=case.at,
    )


def said(verdict: Verdict, expected: Expected) -> Expected:
    """The verdict in the terms of the expectation, for comparing the two.

    Of the subject only what is expected is compared; warnings are in alphabetical order.
    """
    subject = None
    if expected.subject is not None and verdict.subject is not None:
        values = verdict.subject.model_dump()
        subject = {name: values[name] for name in expected.subject}
    wanted = expected.signers + (expected,) * (len(verdict.signers) - len(expected.signers))
    return Expected(
        verdict=verdict.verdict,
        reason=str(verdict.reason),
        warnings=tuple(sorted(verdict.warnings)),
        subject=subject,
        signed_at=verdict.signed_at,
        signers=tuple(said(one, of) for one, of in zip(verdict.signers, wanted, strict=False)),
    )


def in_order(expected: Expected) -> Expected:
    """The expectation with its warnings in alphabetical order."""
    return expected.model_copy(
        update={
            "warnings": tuple(sorted(expected.warnings)),
            "signers": tuple(map(in_order, expected.signers)),
        }
    )


def _store(case: Case) -> TrustStore:
    anchors = tuple(
        TrustedAuthority(f"anchor-{i}", "root", None, Certificate.parse(der))
        for i, der in enumerate(case.trust)
    )
    return TrustStore("limbo", anchors, tuple(_readable(case.certs)))


def _readable(certificates: tuple[bytes, ...]) -> list[Certificate]:
    """The untrusted certificates that can be read; one that cannot is no help to anybody."""
    read = []
    for der in certificates:
        try:
            read.append(Certificate.parse(der))
        except Refused:
            continue
    return read


def _policy(policy: Policy) -> VerificationPolicy:
    subjects = ("individual", "legal_entity") if policy.subject == "any" else (policy.subject,)
    return VerificationPolicy(
        purpose=policy.purpose,
        key=policy.key_use,
        numbers=policy.numbers,
        subjects=subjects,
        roles=None if policy.required_role is None else (policy.required_role,),
        revocation="ocsp_or_crl" if policy.revocation == "required" else "unsafe_off",
        delta_crl=policy.delta_crl,
    )
