"""RSA verdicts beside `openssl cms -verify`, on messages with one thing wrong.

Where both judge the same thing they must agree. Where we are stricter, the table says why. Nothing
that OpenSSL refuses is valid here.
"""

from __future__ import annotations

import hashlib
from random import Random

import pytest

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.verdict import Verdict
from eds_verifier.verify import verify
from fuzz import resign
from fuzz.mutate import mutated
from fuzz.tlv import Forest, Node, parse
from tests.differential.cases import AGREED, STRICTER, TOLD_APART_ONLY, Case, person
from tests.differential.openssl import accepts
from tests.unit.eds_verifier.factory import (
    CONTENT,
    NOW,
    Message,
    crl,
    pki,
)

POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")


def judge(cms: bytes, *, listed: bytes | None = None, content: bytes = CONTENT) -> Verdict:
    evidence = Evidence(crls=(listed or crl(pki("rsa").issuer),))
    return verify(
        cms, content=content, trust=pki("rsa").store, evidence=evidence, policy=POLICY, at=NOW
    )


def _says(case: Case) -> tuple[Verdict, bool]:
    cms = case.build()
    listed = case.crl() if case.crl else None
    return judge(cms, listed=listed), accepts(cms, crl=listed)


@pytest.mark.parametrize("name", AGREED)
def test_both_say_the_same(name: str) -> None:
    verdict, accepted = _says(AGREED[name])
    assert verdict.reason == AGREED[name].reason
    assert accepted == (verdict.verdict == "valid")


@pytest.mark.parametrize("name", STRICTER)
def test_we_are_stricter_for_a_reason(name: str) -> None:
    case, why = STRICTER[name]
    verdict, accepted = _says(case)
    assert (verdict.verdict, verdict.reason) == ("invalid", case.reason)
    assert accepted != (name in TOLD_APART_ONLY), why


def _without_what_says_nothing(good: bytes, changed: bytes, signer: str) -> bytes:
    """`changed` with the unsigned parts of `good`, and the signer's certificate alone.

    OpenSSL refuses where a digest is not announced in digestAlgorithms, as RFC 5652 section 5.1
    allows, and compares names otherwise; we do not look at what says nothing. Of certificates
    beside the signer's we read none; OpenSSL refuses the message when one cannot be read.
    """
    forest = parse(changed)
    signed, original = _signed_data(forest), _signed_data(parse(good))
    if signed is None or original is None:
        return changed  # BER that `fuzz.tlv` leaves closed: OpenSSL is asked about it as it is
    signed[:2] = original[:2]
    infos, original_infos = signed[4].children, original[4].children
    if infos and original_infos and infos[0].children and original_infos[0].children:
        infos[0].children[1] = original_infos[0].children[1]  # sid
    held = signed[3].children or []
    named = [node for node in held if hashlib.sha256(node.encode()).hexdigest() == signer]
    signed[3].children = named or held
    return forest.encode()


def _signed_data(forest: Forest) -> list[Node] | None:
    """The fields of SignedData."""
    children = forest.nodes[0].children if forest.nodes else None
    content = children[1].children if children and len(children) == 2 else None
    fields = content[0].children if content else None
    return fields if fields and len(fields) == 5 else None


def test_nothing_openssl_refuses_is_valid_here() -> None:
    """Random changes, half of them signed anew by the person: what is valid here is so there."""
    good = Message(person()).encode()
    valid = 0
    for seed in range(1_500):
        random = Random(seed)  # noqa: S311 - reproducible
        changed = mutated(good, random, most=2)
        if random.random() < 0.5:
            changed = resign.signers(changed)
        verdict = judge(changed)
        if verdict.verdict == "valid":
            valid += 1
            assert verdict.certificate is not None
            assert accepts(_without_what_says_nothing(good, changed, verdict.certificate.sha256)), (
                seed
            )
    assert valid > 0
