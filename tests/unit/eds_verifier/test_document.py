"""Documents: every signer is judged, and one that fails spoils the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.policy import Purpose, VerificationPolicy
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.verdict import Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CONTENT,
    NOW,
    Key,
    Message,
    Name,
    attribute,
    crl,
    gost_256_key,
    gost_2004_key,
    gost_key,
    issue,
    name,
    pki,
    pss_key,
    pss_parameters,
    rsa_key,
)

PKI = pki("gost")
PERSON = Message(issue(PKI.person(), PKI.issuer))
DIRECTOR = Message(issue(PKI.director(), PKI.issuer))
STRANGER = Message(issue(replace(PKI.person(), key=gost_key("stranger"), serial=9), None))


def judge(
    message: Message, *, purpose: Purpose = "document", revoked: tuple[int, ...] = ()
) -> Verdict:
    return verify(
        message.encode(),
        content=message.content,
        trust=PKI.store,
        evidence=Evidence(crls=(crl(PKI.issuer, [(serial, 1) for serial in revoked]),)),
        policy=VerificationPolicy(purpose=purpose, delta_crl="optional", revocation="crl"),
        at=NOW,
    )


def test_every_signer_of_a_document_is_reported_in_order() -> None:
    verdict = judge(replace(PERSON, others=(DIRECTOR,)))
    assert (verdict.verdict, verdict.subject) == ("valid", None)
    subjects = [signer.subject for signer in verdict.signers]
    assert [subject and subject.subject_type for subject in subjects] == [
        "individual",
        "legal_entity",
    ]


def test_a_document_with_one_signer_names_its_subject() -> None:
    verdict = judge(PERSON)
    assert verdict.subject is not None
    assert [signer.subject for signer in verdict.signers] == [verdict.subject]


@pytest.mark.parametrize(
    ("message", "revoked", "reason"),
    [
        (replace(PERSON, others=(STRANGER,)), (), "untrusted_issuer"),
        (replace(PERSON, others=(DIRECTOR,)), (DIRECTOR.signer.serial,), "revoked"),
        (
            replace(PERSON, others=(replace(DIRECTOR, signature=bytes(128)),)),
            (),
            "signature_invalid",
        ),
        (
            replace(PERSON, others=(replace(DIRECTOR, content=b"something else"),)),
            (),
            "content_mismatch",
        ),
    ],
    ids=["untrusted", "revoked", "forged", "of another content"],
)
def test_one_signer_that_fails_spoils_the_document(
    message: Message, revoked: tuple[int, ...], reason: str
) -> None:
    verdict = judge(message, revoked=revoked)
    assert (verdict.verdict, str(verdict.reason), verdict.subject) == ("invalid", reason, None)
    assert [str(signer.reason) for signer in verdict.signers] == ["ok", reason]


@pytest.mark.parametrize("purpose", ["sign_in", "acceptance", "step_up"])
def test_nobody_signs_in_or_accepts_together_with_another(purpose: Purpose) -> None:
    policy = VerificationPolicy(purpose=purpose, key="sign", delta_crl="optional", revocation="crl")
    verdict = verify(
        replace(PERSON, others=(DIRECTOR,)).encode(), content=CONTENT, trust=PKI.store,
        evidence=Evidence(crls=(crl(PKI.issuer),)), policy=policy, at=NOW,
    )  # fmt: skip
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", "signer_count")


def test_more_signers_than_anybody_needs_are_refused_before_any_is_judged() -> None:
    assert str(judge(replace(PERSON, signers=17)).reason) == "signer_count"


BARE = replace(PERSON, attributes=())


def test_a_document_may_be_signed_without_attributes_and_nothing_else_may() -> None:
    assert judge(BARE).verdict == "valid"
    for purpose in ("sign_in", "step_up"):
        assert str(judge(BARE, purpose=purpose).reason) == "signed_attributes"


def test_a_signature_over_attributes_is_not_one_over_content_that_reads_like_them() -> None:
    """What is signed with attributes is their SET: as bare content it would verify."""
    attributes = der.set_of(*PERSON.default_attributes())
    forged = replace(PERSON, content=attributes, attributes=())
    verdict = judge(forged)
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", "signed_attributes")


def _with_key(key: Key) -> Message:
    return Message(issue(replace(PKI.person(), key=key), PKI.issuer))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa_key("person"), "rsa"),
        (gost_256_key("person"), "gost2015-256"),
        (gost_2004_key("person"), "gost2004"),
        (pss_key("x"), "rsa"),
    ],
    ids=["RSA", "GOST-2015-256", "GOST-2004", "RSA-PSS"],
)
def test_every_algorithm_of_the_nca_signs(key: Key, algorithm: str) -> None:
    verdict = judge(_with_key(key))
    assert (verdict.verdict, str(verdict.reason)) == ("valid", "ok")
    tampered = replace(_with_key(key), signature=key.sign(b"something else"))
    assert str(judge(tampered).reason) == "signature_invalid"


class _WithParameters:
    """A PSS key whose signatures name these parameters."""

    def __init__(self, parameters: bytes, oid: str = oids.RSA_PSS) -> None:
        key = pss_key("x")
        self.signature_oid = oid
        self.signature_parameters = parameters
        self.key_oid, self.digest_oid, self.info = key.key_oid, key.digest_oid, key.info
        self.digest, self.sign = key.digest, key.sign


SHA1_ALGORITHM = der.algorithm(oids.SHA1)
BAD_PSS = {
    "no parameters, which means SHA-1": der.seq(),
    "absent parameters": b"",
    "NULL": der.NULL,
    "SHA-1": pss_parameters(hash_oid=oids.SHA1, mask=oids.SHA1, salt=20),
    "a mask by another hash": pss_parameters(mask=oids.SHA512, salt=32),
    "a hash that is not the digest": pss_parameters(
        hash_oid=oids.SHA512, mask=oids.SHA512, salt=32
    ),
    "an empty salt": pss_parameters(salt=0),
    "a negative salt": pss_parameters(salt=-1),
    "a salt longer than any hash": pss_parameters(salt=1000),
}


@pytest.mark.parametrize("parameters", BAD_PSS.values(), ids=BAD_PSS)
def test_pss_with_parameters_not_accepted_here_is_refused(parameters: bytes) -> None:
    verdict = judge(_with_key(_WithParameters(parameters)))
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", "unsupported_algorithm")


def test_a_salt_of_another_length_than_named_does_not_hold() -> None:
    verdict = judge(_with_key(_WithParameters(pss_parameters(salt=48))))
    assert str(verdict.reason) == "signature_invalid"


def test_pkcs1_and_pss_are_not_taken_for_each_other() -> None:
    named_pkcs1 = _WithParameters(der.NULL, oids.RSA_SHA256)
    assert str(judge(_with_key(named_pkcs1)).reason) == "signature_invalid"


def _ess(
    value: bytes,
    *,
    serial: int | None = None,
    issuer: Name = PERSON.signer.issuer,
    algorithm: bytes = b"",
) -> bytes:
    names = der.seq(der.tlv(0xA4, name(issuer)))
    identifier = b"" if serial is None else der.seq(names, der.integer(serial))
    entry = der.seq(algorithm, der.octets(value), identifier)
    return attribute(oids.SIGNING_CERTIFICATE_V2, der.seq(der.seq(entry)))


@pytest.mark.parametrize(
    ("ess", "reason"),
    [
        (_ess(bytes.fromhex(PERSON.signer.certificate.sha256)), "ok"),
        (
            _ess(bytes.fromhex(PERSON.signer.certificate.sha256), serial=PERSON.signer.serial),
            "ok",
        ),
        (
            _ess(bytes.fromhex(PERSON.signer.certificate.sha256), serial=4711),
            "signer_certificate",
        ),
        (
            _ess(
                bytes.fromhex(PERSON.signer.certificate.sha256),
                serial=PERSON.signer.serial,
                issuer=PERSON.signer.subject,
            ),
            "signer_certificate",
        ),
        (_ess(bytes(32)), "signer_certificate"),
        (_ess(bytes(20), algorithm=SHA1_ALGORITHM), "unsupported_algorithm"),
        (attribute(oids.SIGNING_CERTIFICATE_V2, der.seq()), "signed_attributes"),
        (attribute(oids.SIGNING_CERTIFICATE_V2, der.seq(der.seq())), "signed_attributes"),
    ],
    ids=[
        "right",
        "right with serial",
        "another serial",
        "another issuer",
        "another",
        "SHA-1",
        "nothing",
        "no entry",
    ],
)
def test_the_signed_certificate_attribute_must_name_the_signers(ess: bytes, reason: str) -> None:
    message = replace(PERSON, attributes=(*PERSON.default_attributes(), ess))
    assert str(judge(message).reason) == reason


def _protection(digest: bytes, signature: bytes) -> bytes:
    """RFC 6211; `signature` is the content of the AlgorithmIdentifier."""
    return attribute(oids.ALGORITHM_PROTECTION, der.seq(digest, der.tlv(0xA1, signature)))


DIGEST = der.algorithm(oids.STREEBOG_512)
SIGNATURE = der.oid(oids.GOST_2015_512_SIGNATURE) + der.NULL


@pytest.mark.parametrize(
    ("protection", "reason"),
    [
        (_protection(DIGEST, SIGNATURE), "ok"),
        (_protection(der.algorithm(oids.SHA256), SIGNATURE), "signed_attributes"),
        (_protection(DIGEST, der.oid(oids.RSA_SHA256) + der.NULL), "signed_attributes"),
        (attribute(oids.ALGORITHM_PROTECTION, der.seq()), "signed_attributes"),
    ],
    ids=["right", "another digest", "another signature", "nothing"],
)
def test_algorithms_the_signer_wrote_down_are_the_ones_used(protection: bytes, reason: str) -> None:
    message = replace(PERSON, attributes=(*PERSON.default_attributes(), protection))
    assert str(judge(message).reason) == reason


@pytest.mark.parametrize("exponent", [1, 3, 2**17, 2**2040 + 1])
def test_rsa_exponents_nobody_uses_are_refused(exponent: int) -> None:
    class Odd(_WithParameters):
        def __init__(self) -> None:
            super().__init__(der.NULL, oids.RSA_SHA256)
            modulus = rsa_key("person").public_numbers.n
            key = der.seq(der.integer(modulus), der.integer(exponent))
            self.info = der.seq(der.algorithm(oids.RSA), der.bits(key))

    verdict = judge(_with_key(Odd()))
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", "certificate_invalid")
