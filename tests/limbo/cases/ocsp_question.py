"""Whether an OCSP response answers the question that was asked (RFC 6960, 8954)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, MINUTE, NOW, Extension
from tests.limbo.build.ocsp import Single, key_bits, revoked
from tests.limbo.build.rsa import SHA1, SHA256, rsa_key
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, GOST, case
from tests.unit.eds_verifier import der

NONCE = bytes(range(16))
OTHER_NONCE = bytes(range(16, 32))
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
KEY_COMPROMISE, HOLD = 1, 6
TRY_LATER, UNAUTHORIZED, INTERNAL_ERROR = 3, 6, 2


@case("ocsp::single::critical-extension")
def single_critical(pki: Pki) -> Verdicted:
    """What is said about the certificate has a critical extension that nobody knows: it may turn
    its meaning round.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4.
    """
    unknown_ = Extension("1.2.398.99.7", der.NULL, critical=True)
    return pki.scene().answered(pki.answer(extensions=(unknown_,))).indeterminate()


@case("ocsp::single::other-serial", "replay", kinds=EVERY)
def other_serial(pki: Pki) -> Verdicted:
    """The answer is about another certificate of the same issuer, which is good.

    root → issuer → person → message; answer about the director

    Clause: RFC 6960 section 3.2 (1); attack list: wrong serial.
    """
    return pki.scene().answered(pki.answer(serial=0x303E11)).indeterminate()


@case("ocsp::single::other-issuer-name", "replay")
def other_name(pki: Pki) -> Verdicted:
    """The answer is about that serial number of an issuer of another name.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer(name_hash=bytes(32))).indeterminate()


@case("ocsp::single::other-issuer-key", "replay")
def other_key(pki: Pki) -> Verdicted:
    """The answer is about that serial number of an issuer with another key, as another generation
    of the NCA has.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer(key_hash=bytes(32))).indeterminate()


@case("ocsp::single::key-hash-without-octet-string", kinds=GOST)
def key_hash_bare(pki: Pki) -> Verdicted:
    """issuerKeyHash was made over the bare point, not over all of the BIT STRING.

    root → issuer → person → message

    Clause: RFC 6960 section 4.1.1; NCA revocation: over the inner OCTET STRING header too.
    """
    bits = key_bits(pki.issuer.key.info)
    head = 3 if bits[1] == 0x81 else 2
    return pki.scene().answered(pki.answer(key_hash=SHA256(bits[head:]))).indeterminate()


@case("ocsp::single::sha1-identifier", "sha1")
def sha1_identifier(pki: Pki) -> Verdicted:
    """The certificate is named by SHA-1, rightly, where SHA-256 was asked.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1): the answer names what was asked; SHA-256 CertID.
    """
    return pki.scene().answered(pki.answer(hash=SHA1)).indeterminate()


@case("ocsp::single::among-others")
def among_others(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer tells of three certificates; ours is good, another is revoked.

    root → issuer → person → message

    Clause: RFC 6960 section 4.2.1: responses.
    """
    answer = pki.answer()
    others = tuple(
        Single(pki.issuer, serial, status=revoked(NOW - DAY), this_update=NOW - MINUTE)
        for serial in (0x303E11, 0x11)
    )
    return pki.scene().answered(answer.but(singles=(*others, *answer.singles))).valid()


@case("ocsp::single::twice-contradicting")
def contradicting(pki: Pki) -> Verdicted:
    """The answer tells twice of our certificate: good, and revoked.

    root → issuer → person → message

    Clause: RFC 6960 section 4.2.1: an answer that says both says nothing.
    """
    answer = pki.answer()
    second = replace(answer.singles[0], status=revoked(NOW - DAY))
    both = answer.but(singles=(*answer.singles, second))
    return pki.scene().answered(both).indeterminate()


@case("ocsp::single::none")
def none(pki: Pki) -> Verdicted:
    """The answer tells of no certificate.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (1).
    """
    return pki.scene().answered(pki.answer().but(singles=())).indeterminate()


@case("ocsp::nonce::repeated", kinds=EVERY)
def nonce(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer repeats the nonce that was sent.

    root → issuer → person → message

    Clause: RFC 8954 section 2.1.
    """
    return pki.scene().answered(pki.answer().but(nonce=NONCE), nonce=NONCE).valid()


@case("ocsp::nonce::other", "replay", kinds=EVERY)
def other_nonce(pki: Pki) -> Verdicted:
    """The answer holds another nonce: it answers another question.

    root → issuer → person → message

    Clause: NCA revocation: a wrong nonce is an error; attack list: tampered nonce.
    """
    answer = pki.answer().but(nonce=OTHER_NONCE)
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::missing", "replay", kinds=EVERY)
def no_nonce(pki: Pki) -> Verdicted:
    """A nonce was sent; the answer holds none.

    root → issuer → person → message

    Clause: NCA revocation; the NCA's responder repeats it.
    """
    return pki.scene().answered(pki.answer(), nonce=NONCE).indeterminate()


@case("ocsp::nonce::beginning", "replay")
def nonce_beginning(pki: Pki) -> Verdicted:
    """The answer holds the first eight octets of the nonce.

    root → issuer → person → message

    Clause: RFC 8954 section 2.1: the same octets.
    """
    answer = pki.answer().but(nonce=NONCE[:8])
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::twice", "replay")
def nonce_twice(pki: Pki) -> Verdicted:
    """The answer holds two nonces, the right one second.

    root → issuer → person → message

    Clause: RFC 5280 section 4.2: not more than one instance of an extension.
    """
    right = Extension(oids.OCSP_NONCE, der.octets(NONCE))
    answer = pki.answer().but(nonce=OTHER_NONCE, extensions=(right,))
    return pki.scene().answered(answer, nonce=NONCE).indeterminate()


@case("ocsp::nonce::not-asked")
def nonce_not_asked(pki: Pki) -> Verdicted:
    """Nothing is wrong: the answer was gathered by somebody who sent a nonce; we sent none.

    root → issuer → person → message

    Clause: RFC 6960 section 4.4.1.
    """
    return pki.scene().answered(pki.answer().but(nonce=OTHER_NONCE)).valid()


@case("ocsp::signature::changed", "forgery", kinds=EVERY)
def changed(pki: Pki) -> Verdicted:
    """The status was changed from revoked to good after the responder signed.

    root → issuer → person (revoked) → message

    Clause: RFC 6960 section 3.2 (2); NCA revocation: all addresses are plain HTTP.
    """
    honest = pki.answer(status=revoked(NOW - DAY))
    signature = honest.by.key.sign(honest.signed_part())
    return pki.scene().answered(pki.answer().but(signature=signature)).indeterminate()


@case("ocsp::signature::empty", "forgery")
def unsigned(pki: Pki) -> Verdicted:
    """The signature has no octets.

    root → issuer → person → message

    Clause: RFC 6960 section 3.2 (2).
    """
    return pki.scene().answered(pki.answer().but(signature=b"")).indeterminate()


@case("ocsp::signature::sha1", "sha1")
def sha1(pki: Pki) -> Verdicted:
    """The responder signed with SHA-1.

    root → issuer → person → message; answer by SHA-1

    Clause: SHA-1 never.
    """
    weak = replace(pki.responder, key=replace(rsa_key("responder"), hash=SHA1))
    return pki.scene().answered(pki.answer(weak)).indeterminate()


@case("ocsp::signature::rfc-byte-order", kinds=GOST)
def rfc_order(pki: Pki) -> Verdicted:
    """The responder's signature is in the octet order of Russia's RFCs.

    root → issuer → person → message

    Clause: NCA GOST layout: the NCA's order and no other.
    """
    answer = pki.answer()
    signature = answer.by.key.sign(answer.signed_part())[::-1]
    return pki.scene().answered(answer.but(signature=signature)).indeterminate()
