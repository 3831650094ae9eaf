"""What strangers may make the verifier keep or compute: little, whatever they send."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eds_verifier import signatures
from eds_verifier.asn1 import oids
from eds_verifier.cms import check
from eds_verifier.path.certificate import MAX_USAGES, Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.signatures import MAX_SIGNATURE, read_scheme
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CONTENT,
    NOW,
    Message,
    crl,
    extended,
    issue,
    pki,
    time_stamp,
    time_stamper,
)

PKI = pki("gost")
PERSON = Message(issue(PKI.person(), PKI.issuer))


def judge(message: Message, *, purpose: str = "document") -> Verdict:
    return verify(
        message.encode(),
        content=message.content,
        trust=PKI.store,
        evidence=Evidence(crls=(crl(PKI.issuer),)),
        policy=VerificationPolicy.model_validate(
            {"purpose": purpose, "delta_crl": "optional", "revocation": "crl"}
        ),
        at=NOW,
    )


def test_no_large_identifier_of_an_algorithm_is_kept() -> None:
    signatures._read_scheme.cache_clear()
    for number in range(20):
        junk = der.seq(der.oid(oids.RSA_SHA256), der.octets(bytes(1000) + bytes((number,))))
        with pytest.raises(Refused, match="unsupported_algorithm"):
            read_scheme(junk, what="x")
        with pytest.raises(Refused, match="unsupported_algorithm"):
            signatures.read_digest(junk, what="x")
    assert signatures._read_scheme.cache_info().currsize == 0


def test_a_certificate_has_no_more_usages_than_anybody_needs() -> None:
    usages = (f"1.2.398.3.3.4.9.{number}" for number in range(MAX_USAGES + 1))
    draft = PKI.person().with_(extended(*usages))
    with pytest.raises(Refused, match="certificate_invalid"):
        Certificate.parse(issue(draft, PKI.issuer).der)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every digest made of signed content: by which algorithm, of how many octets."""
    made: list[tuple[str, int]] = []
    real = signatures.digest

    def digest(oid: str, data: bytes) -> bytes:
        made.append((oid, len(data)))
        return real(oid, data)

    monkeypatch.setattr(check, "digest", digest)
    return made


def test_content_is_hashed_once_for_all_signers(hashed: list[tuple[str, int]]) -> None:
    verdict = judge(replace(PERSON, signers=16))
    assert verdict.verdict == "valid"
    assert [size for _, size in hashed if size == len(CONTENT)] == [len(CONTENT)]


def test_nothing_is_hashed_for_a_key_of_another_kind(hashed: list[tuple[str, int]]) -> None:
    """A public RSA certificate of somebody's, and a digest that is dear to make."""
    person = issue(replace(PKI.person(), key=pki("rsa").key("person")), PKI.issuer)
    message = Message(
        person,
        signature_oid=oids.GOST_2015_512_SIGNATURE,
        digest_oid=oids.STREEBOG_512,
        signature=bytes(128),
    )
    assert str(judge(message).reason) == "signature_invalid"
    assert hashed == []


def test_nothing_is_hashed_for_a_stranger(hashed: list[tuple[str, int]]) -> None:
    assert str(judge(Message(issue(PKI.person()))).reason) == "untrusted_issuer"
    assert hashed == []


def test_a_signature_longer_than_any_is_refused_before_anything_is_proven() -> None:
    message = replace(PERSON, signature=bytes(MAX_SIGNATURE + 1))
    for purpose in ("sign_in", "document"):
        assert str(judge(message, purpose=purpose).reason) == "malformed"


def test_a_stranger_who_signs_in_has_no_time_stamp_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def looked_at(*_: object, **__: object) -> None:
        raise AssertionError("a stranger's time stamp was looked at")

    monkeypatch.setattr("eds_verifier.examine.check_time_stamp", looked_at)
    stamp = time_stamp(b"x", time_stamper(PKI.issuer, PKI.key("tsa")), NOW)
    stranger = replace(Message(issue(PKI.person())), unsigned=(stamp,))
    assert str(judge(stranger, purpose="sign_in").reason) == "untrusted_issuer"
