"""What the properties are about: good messages of two people, and how they are judged."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Literal

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.verdict import Reason, Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier.factory import CONTENT, NOW, Message, Signer, crl, issue, pki

Kind = Literal["rsa", "gost"]
Who = Literal["person", "director"]

SIGN_IN = VerificationPolicy(purpose="sign_in", delta_crl="optional")
DOCUMENT = VerificationPolicy(purpose="document", delta_crl="optional")


@cache
def signer(kind: Kind, who: Who = "person") -> Signer:
    """A person, or one who acts for an organisation."""
    setup = pki(kind)
    return issue(setup.person() if who == "person" else setup.director(), setup.issuer)


@cache
def message(kind: Kind, who: Who = "person") -> bytes:
    """A valid message over CONTENT, in DER."""
    return Message(signer(kind, who)).encode()


@cache
def evidence(kind: Kind) -> Evidence:
    """An empty, fresh CRL."""
    return Evidence(crls=(crl(pki(kind).issuer),))


def judge(
    cms: bytes,
    kind: Kind = "rsa",
    *,
    content: bytes | None = CONTENT,
    given: Evidence | None = None,
    policy: VerificationPolicy = SIGN_IN,
    at: datetime = NOW,
) -> Verdict:
    """The verdict, which is one of the three and never an accident of ours."""
    verdict = verify(
        cms,
        content=content,
        trust=pki(kind).store,
        evidence=evidence(kind) if given is None else given,
        policy=policy,
        at=at,
    )
    assert verdict.verdict in {"valid", "invalid", "indeterminate"}
    assert verdict.reason != Reason.INTERNAL_ERROR
    assert verdict.subject is None or verdict.verdict == "valid"
    return verdict


@cache
def good(kind: Kind, who: Who = "person") -> Verdict:
    """The verdict about the unmodified message."""
    verdict = judge(message(kind, who), kind)
    assert verdict.verdict == "valid"
    return verdict
