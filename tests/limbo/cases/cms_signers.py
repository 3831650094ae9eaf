"""Who signed: how many signers, which certificate is named, and which others lie beside it."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import issue
from tests.limbo.build.crls import Crl
from tests.limbo.build.keys import ECDSA_INFO, Foreign, key_of
from tests.limbo.build.messages import SignerInfo, issuer_and_serial
from tests.limbo.build.names import BIN, IIN
from tests.limbo.build.scene import Pki, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

CHOSEN = names.with_(names.PERSON, oids.SERIAL_NUMBER, "IIN850101300005")


@case("cms::signers::none")
def none(pki: Pki) -> Verdicted:
    """The message has content and a certificate but no signature.

    root → issuer → person → message of no signers

    Clause: RFC 5652 section 5.1 allows it ("degenerate"); a sign-in needs one.
    """
    empty = pki.message()
    return pki.scene(empty.but(signers=(), certificates=(empty.info.signer.der,))).invalid(
        "signer_count"
    )


@case("cms::signers::two", kinds=EVERY)
def two(pki: Pki) -> Verdicted:
    """Two persons signed: whose sign-in would it be?

    root → issuer → person, director → message

    Clause: facts 8: two SignerInfos.
    """
    director = SignerInfo(pki.issue(pki.director()))
    message = pki.message()
    return pki.scene(message.but(signers=(message.info, director))).invalid("signer_count")


@case("cms::signers::same-twice")
def same_twice(pki: Pki) -> Verdicted:
    """The same SignerInfo stands twice.

    root → issuer → person → message signed twice

    Clause: facts 8: two SignerInfos.
    """
    message = pki.message()
    return pki.scene(message.but(signers=(message.info,) * 2)).invalid("signer_count")


@case("cms::signers::second-broken")
def second_broken(pki: Pki) -> Verdicted:
    """A second SignerInfo is unreadable; who takes the first one only would let it in.

    root → issuer → person → message, and an empty SEQUENCE beside its SignerInfo

    Clause: facts 8: two SignerInfos; RFC 5652 section 5.3.
    """
    return pki.scene(pki.message().but(more_signers=(der.seq(),))).invalid("malformed")


@case("cms::sid::subject-key-id", kinds=EVERY)
def by_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer is named by subjectKeyIdentifier.

    root → issuer → person → message with SignerInfo version 3

    Clause: RFC 5652 section 5.3.
    """
    person = pki.issue(pki.person())
    sid = der.tlv(0x80, person.key_id)
    return pki.scene(pki.message(person).signed_with(sid=sid, version=3)).valid()


@case("cms::sid::other-serial")
def other_serial(pki: Pki) -> Verdicted:
    """The signer identifier names a serial number that no certificate here has.

    root → issuer → person → message naming another certificate

    Clause: RFC 5652 section 5.3.
    """
    sid = issuer_and_serial(names.ISSUER, 0x1234)
    return pki.scene(pki.message().signed_with(sid=sid)).invalid("signer_certificate")


@case("cms::sid::other-issuer")
def other_issuer(pki: Pki) -> Verdicted:
    """The signer identifier has the right serial number of another issuer.

    root → issuer → person → message naming the root's certificate of that number

    Clause: RFC 5652 section 5.3: a serial number is one issuer's.
    """
    person = pki.issue(pki.person())
    sid = issuer_and_serial(names.ROOT, person.serial)
    return pki.scene(pki.message(person).signed_with(sid=sid)).invalid("signer_certificate")


@case("cms::sid::other-key-id")
def other_key_id(pki: Pki) -> Verdicted:
    """The signer identifier names a key that no certificate here has.

    root → issuer → person → message naming another key

    Clause: RFC 5652 section 5.3.
    """
    message = pki.message().signed_with(sid=der.tlv(0x80, bytes(20)), version=3)
    return pki.scene(message).invalid("signer_certificate")


@case("cms::sid::version")
def version(pki: Pki) -> Verdicted:
    """The signer is named by subjectKeyIdentifier, and the SignerInfo says version 1.

    root → issuer → person → message with a SignerInfo that contradicts itself

    Clause: RFC 5652 section 5.3: then the version is 3.
    """
    person = pki.issue(pki.person())
    message = pki.message(person).signed_with(sid=der.tlv(0x80, person.key_id))
    return pki.scene(message).invalid("malformed")


@case("cms::sid::issuer-other-string-type")
def other_string_type(pki: Pki) -> Verdicted:
    """Nothing is wrong: the signer identifier writes the issuer's country as UTF8String, the
    certificate as PrintableString. It is the same name.

    root → issuer → person → message naming its issuer in another encoding

    Clause: RFC 5280 section 7.1; RFC 5652 section 10.2.4.
    """
    issuer = names.with_value(names.ISSUER, (oids.COUNTRY, der.utf8("KZ")))
    person = pki.issue(pki.person())
    sid = issuer_and_serial(issuer, person.serial)
    return pki.scene(pki.message(person).signed_with(sid=sid)).valid()


@case("cms::sid::two-certificates-fit", kinds=("rsa",))
def two_fit(pki: Pki) -> Verdicted:
    """Two certificates bear the issuer and serial number that the signer identifier names; one of
    them was made by the attacker.

    root → issuer → person, and a look-alike → message

    Clause: facts 8: signer certificate chosen by name only.
    """
    twin = pki.issue(pki.person(key=key_of(pki.kind, "attacker"), subject=CHOSEN))
    person = pki.issue(pki.person())
    message = pki.message(person).but(certificates=(twin.der, person.der))
    return pki.scene(message).invalid("signer_certificate")


@case("cms::sid::key-id-of-another", "impersonation")
def key_id_of_another(pki: Pki) -> Verdicted:
    """The attacker's own certificate says that its key identifier is the victim's, and the
    message is signed with the attacker's key. Both certificates are in the message.

    root → issuer → person; attacker with the same subjectKeyIdentifier → message

    Clause: facts 8: signer certificate chosen by name only; RFC 5280 section 4.2.1.2.
    """
    victim = pki.issue(pki.person())
    attacker = issue(pki.person(key=key_of(pki.kind, "attacker"), key_id=victim.key_id))
    sid = der.tlv(0x80, victim.key_id)
    message = pki.message(attacker).signed_with(sid=sid, version=3)
    return pki.scene(message.but(certificates=(victim.der, attacker.der))).invalid(
        "signer_certificate"
    )


@case("cms::certificates::none")
def no_certificate(pki: Pki) -> Verdicted:
    """The message carries no certificate.

    root → issuer → person → message without certificates

    Clause: RFC 5652 section 5.1; facts 2.3: NCALayer always sends it.
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

    Clause: facts 8: extra certificates in the CMS with a chosen IIN.
    """
    person = pki.issue(pki.person())
    extra = issue(pki.person(key=key_of(pki.kind, "attacker"), subject=CHOSEN, serial=0x5))
    message = pki.message(person).but(certificates=(extra.der, person.der))
    return pki.scene(message).valid(subject={"iin": IIN, "bin": ""})


@case("cms::certificates::extra-genuine", "impersonation")
def extra_genuine(pki: Pki) -> Verdicted:
    """The genuine certificate of a director stands beside the signer's. It gives no organisation.

    root → issuer → person → message; the director's certificate beside the person's

    Clause: facts 8: extra certificates in the CMS.
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

    Clause: facts 8: huge input; the number of certificates is bounded.
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

    Clause: facts 7: chains were never built to a trusted authority; RFC 5280 section 6.1.
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


@case("cms::signers::organisation", kinds=EVERY)
def organisation(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first head of an organisation signed.

    root → issuer → director → message

    Clause: facts 1.1 and 1.2.
    """
    expected = {"iin": IIN, "bin": BIN, "organization": 'ЖШС "Лимбо, Сынақ"', "role": "ceo"}
    return pki.scene(pki.director()).valid(subject=expected)


def own_chain(pki: Pki) -> Pki:
    """Authorities of the attacker's making, with the names of the real ones."""
    root = issue(pki.root_draft(key=key_of(pki.kind, "attacker root")))
    issuer = issue(pki.issuer_draft(key=key_of(pki.kind, "attacker issuer")), root)
    return Pki(pki.kind, root, issuer)
