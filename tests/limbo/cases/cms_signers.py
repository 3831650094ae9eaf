"""Who signed: how many signers, and which certificate each names (RFC 5652 5.3)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import issue
from tests.limbo.build.keys import key_of
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

    Clause: attack list: two SignerInfos.
    """
    director = SignerInfo(pki.issue(pki.director()))
    message = pki.message()
    return pki.scene(message.but(signers=(message.info, director))).invalid("signer_count")


@case("cms::signers::same-twice")
def same_twice(pki: Pki) -> Verdicted:
    """The same SignerInfo stands twice.

    root → issuer → person → message signed twice

    Clause: attack list: two SignerInfos.
    """
    message = pki.message()
    return pki.scene(message.but(signers=(message.info,) * 2)).invalid("signer_count")


@case("cms::signers::second-broken")
def second_broken(pki: Pki) -> Verdicted:
    """A second SignerInfo is unreadable; who takes the first one only would let it in.

    root → issuer → person → message, and an empty SEQUENCE beside its SignerInfo

    Clause: attack list: two SignerInfos; RFC 5652 section 5.3.
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

    Clause: attack list: signer certificate chosen by name only.
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

    Clause: attack list: signer certificate chosen by name only; RFC 5280 section 4.2.1.2.
    """
    victim = pki.issue(pki.person())
    attacker = issue(pki.person(key=key_of(pki.kind, "attacker"), key_id=victim.key_id))
    sid = der.tlv(0x80, victim.key_id)
    message = pki.message(attacker).signed_with(sid=sid, version=3)
    return pki.scene(message.but(certificates=(victim.der, attacker.der))).invalid(
        "signer_certificate"
    )


@case("cms::signers::organisation", kinds=EVERY)
def organisation(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first head of an organisation signed.

    root → issuer → director → message

    Clause: NCA names and usages.
    """
    expected = {"iin": IIN, "bin": BIN, "organization": 'ЖШС "Лимбо, Сынақ"', "role": "ceo"}
    return pki.scene(pki.director()).valid(subject=expected)
