"""The corpus against this project's verifier."""

from __future__ import annotations

from dataclasses import replace

from eds_verifier.batch.request import RequestPolicy
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.trust_given import anchors
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import verify
from tests.limbo.model import Case, Expected, Policy


def judge(case: Case) -> Verdict:
    """The verifier's verdict on a case."""
    trust = anchors("limbo", map(Certificate.parse, case.trust))
    responses = zip(case.ocsp, case.ocsp_nonces, strict=True)
    return verify(
        case.cms,
        content=case.content,
        trust=replace(trust, extra=_readable(case.certs)),
        evidence=Evidence(
            ocsp=tuple(OcspEvidence(response, nonce) for response, nonce in responses),
            crls=case.crl,
        ),
        policy=_rules(case.policy),
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
        existence_proof=verdict.existence_proof,
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


def _readable(certificates: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """The untrusted certificates that can be read; one that cannot is no help to anybody."""
    read = []
    for der in certificates:
        try:
            read.append(Certificate.parse(der))
        except Refused:
            continue
    return tuple(read)


def _rules(policy: Policy) -> VerificationPolicy:
    """The rules a batch line's policy means, with what a batch cannot ask."""
    asked = policy.model_dump(include=set(RequestPolicy.model_fields))
    rules = RequestPolicy(**asked).rules(policy.purpose)
    return rules.model_copy(update={"delta_crl": policy.delta_crl})
