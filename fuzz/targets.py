"""What is fuzzed. A target takes any octets; whatever it raises is a finding."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

from eds_verifier import verify as verifier
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.judge import judge_revocation
from eds_verifier.subject import check_key, read_holder, read_subject
from eds_verifier.verdict import Reason, Refused, Verdict
from fuzz import resign, seeds
from fuzz.seeds import NONCE, person
from tests.unit.eds_verifier.factory import CONTENT, NOW, crl, pki

CPU_SECONDS = 2.0
"""One input's limit. A verdict's own is 1 s; instrumented code runs at less than half speed."""

POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
DOCUMENT = VerificationPolicy(purpose="document", numbers="warn", delta_crl="optional")


class BrokenPromiseError(AssertionError):
    """An input broke a promise."""


@dataclass(frozen=True)
class Target:
    """Something that reads octets: how it is run, what it starts from, how it is signed anew."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    resign: Callable[[bytes], bytes]


@contextmanager
def _in_time() -> Iterator[None]:
    started = time.process_time()
    yield
    spent = time.process_time() - started
    if spent > CPU_SECONDS:
        raise BrokenPromiseError(f"one input took {spent:.1f} s of processor time")


@cache
def _evidence(kind: str) -> Evidence:
    return Evidence(crls=(crl(pki(kind).issuer),))


def _raise(error: Exception) -> Verdict:
    """In place of the verdict `internal_error`: the finding is what was raised, and where."""
    raise error


def _check(verdict: Verdict) -> None:
    if verdict.verdict not in {"valid", "invalid", "indeterminate"}:
        raise BrokenPromiseError("the verdict is none of the three")
    for one in (verdict, *getattr(verdict, "signers", ())):
        if one.reason == Reason.INTERNAL_ERROR:
            raise BrokenPromiseError("internal_error: something raised inside")
        if one.subject is not None and one.verdict != "valid":
            raise BrokenPromiseError("a subject stands in a verdict that is not valid")


def cms(data: bytes) -> None:
    """The whole verdict, under the sign-in rules and those for documents."""
    with _in_time(), patch.object(verifier, "internal_error", _raise):
        for kind in ("rsa", "gost"):
            for policy, content in ((POLICY, CONTENT), (DOCUMENT, None)):
                _check(
                    verifier.verify(
                        data,
                        content=content,
                        trust=pki(kind).store,
                        evidence=_evidence(kind),
                        policy=policy,
                        at=NOW,
                    )
                )


def certificate(data: bytes) -> None:
    """Reading a certificate, and every rule that asks it something."""
    with _in_time():
        try:
            read = Certificate.parse(data)
        except Refused:
            return
        repr(read)
        for rule in (
            lambda: read_holder(read),
            lambda: check_key(read, DOCUMENT),
            lambda: read_subject(read, DOCUMENT, at=NOW),
            lambda: validate_path(read, pki("rsa").store, at=NOW),
        ):
            try:
                rule()
            except Refused:
                continue


@cache
def _path(kind: str) -> ValidatedPath:
    return validate_path(Certificate.parse(person(kind).der), pki(kind).store, at=NOW)


def _judge(evidence: Evidence) -> None:
    with _in_time():
        for kind in ("rsa", "gost"):
            try:
                judge_revocation(_path(kind), evidence, policy=POLICY, at=NOW)
            except Refused as refused:
                if refused.reason == Reason.INTERNAL_ERROR:
                    raise BrokenPromiseError("internal_error: something raised inside") from refused


def ocsp(data: bytes) -> None:
    """An OCSP response about the factory's person."""
    _judge(Evidence(ocsp=(OcspEvidence(data, NONCE),)))


def crl_(data: bytes) -> None:
    """A CRL beside none, and as the delta of a good base."""
    _judge(Evidence(crls=(data,)))
    _judge(Evidence(crls=(data, crl(pki("rsa").issuer))))


TARGETS: dict[str, Target] = {
    "cms": Target(cms, seeds.cms_seeds, resign.cms),
    "certificate": Target(certificate, seeds.certificate_seeds, resign.signed_object),
    "ocsp": Target(ocsp, seeds.ocsp_seeds, resign.ocsp),
    "crl": Target(crl_, seeds.crl_seeds, resign.signed_object),
}


def named(name: str) -> Target:
    """A target of TARGETS, or `module:ATTRIBUTE` for one that lives elsewhere."""
    module, colon, attribute = name.partition(":")
    if colon:
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, Target):
            raise TypeError(f"{name} is no target")
        return found
    return TARGETS[name]
