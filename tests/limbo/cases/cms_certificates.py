"""The certificates and CRLs that lie in a message (RFC 5652 section 10.2)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import issue
from tests.limbo.build.crls import Crl
from tests.limbo.build.keys import ECDSA_INFO, Foreign, key_of
from tests.limbo.build.names import IIN
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

CHOSEN = names.with_(names.PERSON, oids.SERIAL_NUMBER, "IIN850101300005")


@case("cms::certificates::none")
def no_certificate(pki: Pki) -> Verdicted:
    """The message carries no certificate.

    root → issuer → person → message without certificates

    Clause: RFC 5652 section 5.1; NCA GOST layout: NCALayer always sends it.
    """
    return pki.scene(pki.message().but(certificates=())).invalid("signer_certificate")


@case("cms::certificates::other-person-only")
def other_person_only(pki: Pki) -> Verdicted:
    """The message carries somebody else's certificate and not the signer's.

    root → issuer → person → message with the director's certificate

    Clause: RFC 5652 section 5.3.
    """
    other = pki.issue(pki.director())
    return pki.scene(pki.message().but(certificates=(other.der,))).invalid("signer_certificate")


@case("cms::certificates::signer-twice")
def signer_twice(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer's certificate is there twice, the same octets.

    root → issuer → person → message

    Clause: RFC 5652 section 10.2.3: more certificates than needed may be there.
    """
    person = pki.issue(pki.person())
    return pki.scene(pki.message(person).but(certificates=(person.der,) * 2)).valid()


@case("cms::certificates::extra-with-chosen-iin", "impersonation", kinds=EVERY)
def extra_with_chosen_iin(pki: Pki) -> Verdicted:
    """A self-made certificate with a chosen IIN stands first in the message. It is nobody's: the
    subject is the signer's.

    root → issuer → person → message; attacker's certificate beside the person's

    Clause: attack list: extra certificates in the CMS with a chosen IIN.
    """
    person = pki.issue(pki.person())
    extra = issue(pki.person(key=key_of(pki.kind, "attacker"), subject=CHOSEN, serial=0x5))
    message = pki.message(person).but(certificates=(extra.der, person.der))
    return pki.scene(message).valid(subject={"iin": IIN, "bin": ""})


@case("cms::certificates::extra-genuine", "impersonation")
def extra_genuine(pki: Pki) -> Verdicted:
    """The genuine certificate of a director stands beside the signer's. It gives no organisation.

    root → issuer → person → message; the director's certificate beside the person's

    Clause: attack list: extra certificates in the CMS.
    """
    person, director = pki.issue(pki.person()), pki.issue(pki.director())
    message = pki.message(person).but(certificates=(director.der, person.der))
    return pki.scene(message).valid(subject={"iin": IIN, "bin": "", "role": ""})


@case("cms::certificates::stolen", "impersonation", kinds=EVERY)
def stolen(pki: Pki) -> Verdicted:
    """The attacker signs with a key of their own and sends the victim's certificate.

    root → issuer → person; attacker's key → message

    Clause: RFC 5652 section 5.6: the signature must hold with the certificate's key.
    """
    message = pki.message().signed_with(key=key_of(pki.kind, "attacker"))
    return pki.scene(message).invalid("signature_invalid")


@case("cms::certificates::extra-of-other-algorithm")
def extra_other_algorithm(pki: Pki) -> Verdicted:
    """Nothing is wrong: a certificate with an elliptic curve that is not accepted here lies
    beside the signer's.

    root → issuer → person → message; an ECDSA certificate beside the person's

    Clause: RFC 5652 section 10.2.3: certificates that are not the signer's are not used.
    """
    person = pki.issue(pki.person())
    foreign = Foreign(pki.key("attacker"), other_info=ECDSA_INFO)
    extra = pki.issue(pki.person(key=foreign, serial=0x5, outer=der.algorithm(oids.ECDSA_SHA256)))
    return pki.scene(pki.message(person).but(certificates=(extra.der, person.der))).valid()


@case("cms::certificates::attribute-certificate")
def attribute_certificate(pki: Pki) -> Verdicted:
    """Nothing is wrong: a certificate of another kind (`other`) lies beside the signer's.

    root → issuer → person → message; [3] OtherCertificateFormat beside the person's

    Clause: RFC 5652 section 10.2.2.
    """
    person = pki.issue(pki.person())
    other = der.tlv(0xA3, der.oid("1.2.398.99.2") + der.seq())
    return pki.scene(pki.message(person).but(certificates=(person.der, other))).valid()


@case("cms::certificates::too-many", "denial-of-service")
def too_many(pki: Pki) -> Verdicted:
    """Two hundred certificates lie in the message.

    root → issuer → person → message with 200 certificates

    Clause: attack list: huge input; the number of certificates is bounded.
    """
    person = pki.issue(pki.person())
    others = tuple(pki.issue(pki.person(serial=0x100 + i)).der for i in range(200))
    return pki.scene(pki.message(person).but(certificates=(person.der, *others))).invalid(
        "malformed"
    )


@case("cms::certificates::own-root", "impersonation", kinds=EVERY)
def own_root(pki: Pki) -> Verdicted:
    """The whole chain was made by the attacker and lies in the message, root included.

    attacker's root → attacker's issuer → "director" → message

    Clause: seen elsewhere: chains were never built to a trusted authority; RFC 5280 section 6.1.
    """
    forged = own_chain(pki)
    director = forged.issue(forged.director())
    chain = (director.der, forged.issuer.der, forged.root.der)
    message = forged.message(director).but(certificates=chain)
    return pki.scene(message).invalid("untrusted_issuer")


@case("cms::crls::carried")
def crl_carried(pki: Pki) -> Verdicted:
    """The message carries a sound, fresh CRL, and there is no other evidence. What the signer
    sends along is not what the verifier asked for.

    root → issuer → person → message with the issuer's CRL

    Clause: revocation evidence is the verifier's own; RFC 5652 section 10.2.1.
    """
    message = pki.message().but(crls=(pki.crl.encode(),))
    return pki.scene(message).listed().indeterminate()


@case("cms::crls::forged")
def crl_forged(pki: Pki) -> Verdicted:
    """Nothing is wrong: the message carries a CRL that revokes its own signer, signed by nobody.

    root → issuer → person → message with a forged CRL

    Clause: revocation evidence is the verifier's own.
    """
    person = pki.issue(pki.person())
    forged = Crl(pki.issuer, key=key_of(pki.kind, "attacker")).revoking(person.serial)
    return pki.scene(pki.message(person).but(crls=(forged.encode(),))).valid()


def own_chain(pki: Pki) -> Pki:
    """Authorities of the attacker's making, with the names of the real ones."""
    root = issue(pki.root_draft(key=key_of(pki.kind, "attacker root")))
    issuer = issue(pki.issuer_draft(key=key_of(pki.kind, "attacker issuer")), root)
    return Pki(pki.kind, root, issuer)
