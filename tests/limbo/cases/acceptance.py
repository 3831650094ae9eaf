"""Acceptances of agreements: a SIGN key's word that somebody else can check later."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import DAY, NOW, extended
from tests.limbo.build.messages import SignerInfo
from tests.limbo.build.ocsp import revoked
from tests.limbo.build.scene import ACCEPTANCE, Ocsp, Pki, Verdicted, acceptance_nonce
from tests.limbo.registry import EVERY, case


@case("acceptance::director", kinds=EVERY)
def director(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first head of an organisation accepts for it.

    root → issuer → director → acceptance

    Clause: roles allowed by policy.
    """
    scene = pki.scene(pki.director(), policy=ACCEPTANCE).under(required_role="ceo")
    return scene.valid(subject={"role": "ceo"})


@case("acceptance::employee-where-head", "privilege")
def employee(pki: Pki) -> Verdicted:
    """An employee accepts where only the first head may.

    root → issuer → employee → acceptance

    Clause: roles allowed by policy.
    """
    usages = extended(oids.EMAIL_PROTECTION, oids.LEGAL_ENTITY, oids.EMPLOYEE)
    scene = pki.scene(pki.director().with_(usages), policy=ACCEPTANCE)
    return scene.under(required_role="ceo").invalid("wrong_role")


@case("acceptance::two-signers")
def two(pki: Pki) -> Verdicted:
    """Two persons accepted in one message.

    root → issuer → person, director → acceptance

    Clause: one signer for acceptances.
    """
    message = pki.message()
    both = message.but(signers=(message.info, SignerInfo(pki.issue(pki.director()))))
    return pki.scene(both, policy=ACCEPTANCE).invalid("signer_count")


@case("acceptance::no-signed-attributes")
def no_attributes(pki: Pki) -> Verdicted:
    """The acceptance is signed without signed attributes.

    root → issuer → person → acceptance without signedAttrs

    Clause: signed attributes are required for acceptances.
    """
    message = pki.message().signed_with(attributes=())
    return pki.scene(message, policy=ACCEPTANCE).invalid("signed_attributes")


@case("acceptance::other-text", "replay")
def other_text(pki: Pki) -> Verdicted:
    """The acceptance is of another version of the agreement.

    root → issuer → person → acceptance of another text

    Clause: the content must be the expected one, octet for octet.
    """
    message = pki.message(content=b"Agreement, version 1")
    scene = pki.scene(message, policy=ACCEPTANCE, content=b"Agreement, version 2")
    return scene.invalid("content_mismatch")


@case("acceptance::nonce-of-the-message", kinds=EVERY)
def bound_nonce(pki: Pki) -> Verdicted:
    """Nothing is wrong: the nonce is made of the acceptance, so the answer proves that it existed.

    root → issuer → person → acceptance; nonce = SHA-256 of it, 16 octets

    Clause: for an acceptance the nonce is the first 16 octets of SHA-256 of its CMS.
    """
    cms = pki.message().encode()
    nonce = acceptance_nonce(cms)
    scene = pki.scene(cms, policy=ACCEPTANCE)
    answered = scene.answered(pki.answer().but(nonce=nonce), nonce=nonce)
    return answered.valid(existence_proof="ocsp_nonce")


@case("acceptance::nonce-by-chance")
def chance_nonce(pki: Pki) -> Verdicted:
    """Nothing is wrong: the nonce was drawn by chance and came back. The answer counts; it does not
    prove that the acceptance existed.

    root → issuer → person → acceptance

    Clause: only a nonce made of the CMS proves that it existed.
    """
    chance = bytes(range(16))
    scene = pki.scene(policy=ACCEPTANCE)
    return scene.answered(pki.answer().but(nonce=chance), nonce=chance).valid()


@case("acceptance::nonce-of-another-message", "replay", kinds=EVERY)
def other_nonce(pki: Pki) -> Verdicted:
    """The answer's nonce is made of another acceptance of the same person.

    root → issuer → person → acceptance; answer about the other one

    Clause: for an acceptance the nonce is of its CMS; RFC 8954.
    """
    cms = pki.message().encode()
    other = acceptance_nonce(pki.message(content=b"Agreement, version 1").encode())
    scene = pki.scene(cms, policy=ACCEPTANCE)
    answer = pki.answer().but(nonce=other)
    return scene.answered(answer, nonce=acceptance_nonce(cms)).indeterminate()


@case("acceptance::crl-in-place-of-ocsp")
def by_crl(pki: Pki) -> Verdicted:
    """Nothing is wrong: no responder answered; the CRL is enough. It proves no time.

    root → issuer → person → acceptance

    Clause: acceptance.revocation: ocsp_or_crl.
    """
    later = Ocsp(pki.answer().but(response_status=3).encode())
    return pki.scene(policy=ACCEPTANCE, ocsp=(later,)).valid()


@case("acceptance::revoked")
def is_revoked(pki: Pki) -> Verdicted:
    """The certificate was revoked before the acceptance.

    root → issuer → person (revoked) → acceptance

    Clause: RFC 6960 section 2.2.
    """
    answer = pki.answer(status=revoked(NOW - DAY))
    return pki.scene(policy=ACCEPTANCE).answered(answer).invalid("revoked")


@case("acceptance::information-system", "machine")
def system(pki: Pki) -> Verdicted:
    """An information system of the organisation accepts.

    root → issuer → information system → acceptance

    Clause: NCA usages: no person's key.
    """
    usages = extended(oids.EMAIL_PROTECTION, oids.LEGAL_ENTITY, oids.LEGAL_SYSTEM)
    return pki.scene(pki.director().with_(usages), policy=ACCEPTANCE).invalid("not_a_person")


@case("acceptance::test-numbers")
def test_numbers(pki: Pki) -> Verdicted:
    """Nothing is wrong but the numbers, which the policy lets pass with warnings: the NCA's test
    director.

    root → issuer → test director → acceptance

    Clause: NCA numbers: the SDK's numbers fail.
    """
    subject = names.with_(names.DIRECTOR, oids.SERIAL_NUMBER, "IIN123456789011")
    subject = names.with_(subject, oids.ORGANIZATIONAL_UNIT, "BIN123456789021")
    scene = pki.scene(pki.director(subject=subject), policy=ACCEPTANCE).under(numbers="warn")
    return scene.valid("iin_check_digit", "iin_date", "bin_check_digit", "bin_date")
