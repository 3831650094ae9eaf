"""Documents: any number of signers, each with an answer of its own."""

from __future__ import annotations

from tests.limbo.build import oids
from tests.limbo.build.certificates import DAY, NOW
from tests.limbo.build.keys import key_of
from tests.limbo.build.messages import CONTENT, Message, SignerInfo
from tests.limbo.build.scene import DOCUMENT, Pki, Verdicted
from tests.limbo.model import Expected
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

VALID = Expected(verdict="valid", reason="ok")
DIRECTOR_SERIAL = 0x303E11


def _refused(reason: str) -> Expected:
    return Expected(verdict="invalid", reason=reason)


def _both(pki: Pki, director: SignerInfo | None = None) -> Message:
    """A document by the person and the director, in the order of their DER."""
    message = pki.message()
    second = director or SignerInfo(pki.issue(pki.director()))
    return message.but(signers=(message.info, second))


@case("document::one-signer", kinds=EVERY)
def one(pki: Pki) -> Verdicted:
    """Nothing is wrong: a document with one signer.

    root → issuer → person → document

    Clause: all signers reported for documents.
    """
    return pki.scene(policy=DOCUMENT).valid(signers=(VALID,))


@case("document::two-signers", kinds=EVERY)
def two(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person and the director both signed.

    root → issuer → person, director → document

    Clause: all signers reported for documents; RFC 5652 section 5.1: signerInfos.
    """
    return pki.scene(_both(pki), policy=DOCUMENT).valid(signers=(VALID, VALID))


@case("document::one-of-two-forged", "forgery", kinds=EVERY)
def one_forged(pki: Pki) -> Verdicted:
    """The person signed; the director's signature is the attacker's.

    root → issuer → person, director → document; attacker's key for the director's

    Clause: a document is as good as its worst signature.
    """
    forged = SignerInfo(pki.issue(pki.director()), key=key_of(pki.kind, "attacker"))
    signers = (VALID, _refused("signature_invalid"))
    return pki.scene(_both(pki, forged), policy=DOCUMENT).invalid(
        "signature_invalid", signers=signers
    )


@case("document::one-of-two-revoked")
def one_revoked(pki: Pki) -> Verdicted:
    """Both signed; the director's certificate is revoked.

    root → issuer → person, director (revoked) → document

    Clause: revocation is asked about every signer.
    """
    scene = pki.scene(_both(pki), policy=DOCUMENT).listed(pki.crl.revoking(DIRECTOR_SERIAL))
    return scene.invalid("revoked", signers=(VALID, _refused("revoked")))


@case("document::one-of-two-unknown")
def one_unknown(pki: Pki) -> Verdicted:
    """Both signed; the responder answered about the person only, and no CRL is there.

    root → issuer → person, director → document

    Clause: what is not known of one is not known of the whole.
    """
    not_known = Expected(verdict="indeterminate", reason="revocation_unavailable")
    scene = pki.scene(_both(pki), policy=DOCUMENT).answered(pki.answer())
    return scene.indeterminate(signers=(VALID, not_known))


@case("document::invalid-outweighs-unknown")
def worst(pki: Pki) -> Verdicted:
    """The person's revocation is not known; the director's signature is forged.

    root → issuer → person, director → document

    Clause: invalid is worse than indeterminate.
    """
    not_known = Expected(verdict="indeterminate", reason="revocation_unavailable")
    forged = SignerInfo(pki.issue(pki.director()), key=key_of(pki.kind, "attacker"))
    scene = pki.scene(_both(pki, forged), policy=DOCUMENT).listed()
    signers = (not_known, _refused("signature_invalid"))
    return scene.invalid("signature_invalid", signers=signers)


@case("document::same-signer-twice")
def same_twice(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person signed twice, at two times.

    root → issuer → person → document, signed twice

    Clause: RFC 5652 section 5.1: signerInfos.
    """
    person = pki.issue(pki.person())
    first = pki.message(person)
    second = first.without_attribute(oids.SIGNING_TIME)
    return pki.scene(first.but(signers=(first.info, second.info)), policy=DOCUMENT).valid(
        signers=(VALID, VALID)
    )


@case("document::no-signers")
def none(pki: Pki) -> Verdicted:
    """The document has no signer.

    root → issuer → person → document without a signature

    Clause: RFC 5652 section 5.1: a signature is what is to be proven.
    """
    message = pki.message()
    empty = message.but(signers=(), certificates=(message.info.signer.der,))
    return pki.scene(empty, policy=DOCUMENT).invalid("signer_count")


@case("document::hundred-signers", "denial-of-service")
def hundred(pki: Pki) -> Verdicted:
    """The same SignerInfo stands a hundred times.

    root → issuer → person → document, signed a hundred times

    Clause: attack list: bounded counts.
    """
    message = pki.message()
    encoded = message.info.encode()
    return pki.scene(message.but(more_signers=(encoded,) * 99), policy=DOCUMENT).invalid(
        "signer_count"
    )


@case("document::without-signed-attributes")
def bare(pki: Pki) -> Verdicted:
    """Nothing is wrong: the document is signed without signed attributes.

    root → issuer → person → document without signedAttrs

    Clause: RFC 5652 section 5.3: optional for id-data; required for sign-in and acceptance only.
    """
    message = pki.message().signed_with(attributes=())
    return pki.scene(message, policy=DOCUMENT).valid(signers=(VALID,))


@case("document::attributes-as-content", "impersonation")
def as_content(pki: Pki) -> Verdicted:
    """The octets of somebody's signed attributes are presented as a document signed without any.

    root → issuer → person → document that is a SET of attributes

    Clause: RFC 5652 section 5.4 signs both alike.
    """
    attributes = pki.message().info.usual_attributes()
    content = der.tlv(0x31, b"".join(sorted(attributes)))
    message = pki.message(content=content).signed_with(attributes=())
    signers = (_refused("signed_attributes"),)
    return pki.scene(message, policy=DOCUMENT).invalid("signed_attributes", signers=signers)


@case("document::detached", "detached", kinds=EVERY)
def detached(pki: Pki) -> Verdicted:
    """Nothing is wrong: the document is kept apart from its two signatures.

    root → issuer → person, director → signatures; document apart

    Clause: RFC 5652 section 5.2.
    """
    scene = pki.scene(_both(pki).but(attached=False), policy=DOCUMENT, content=CONTENT)
    return scene.valid(signers=(VALID, VALID))


@case("document::expired-without-time-stamp")
def expired(pki: Pki) -> Verdicted:
    """The certificate expired yesterday; nothing proves that the document was signed before.

    root → issuer → person (expired) → document

    Clause: RFC 5652 section 11.3: the signer's clock proves nothing.
    """
    signers = (_refused("expired"),)
    return pki.scene(pki.person(not_after=NOW - DAY), policy=DOCUMENT).invalid(
        "expired", signers=signers
    )
