"""Finding a path: who may stand in it, who is trusted, and what a crowd of certificates does."""

from __future__ import annotations

from dataclasses import replace

from tests.limbo.build import names, oids
from tests.limbo.build.certificates import DAY, NOW, Signer, authority, issue
from tests.limbo.build.keys import key_of
from tests.limbo.build.rsa import rsa_key
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.build.scene import pki as pki_of
from tests.limbo.registry import EVERY, case

MIDDLE = names.name((oids.COMMON_NAME, "ЛИМБО ОРТАЛЫҚ"), (oids.COUNTRY, "KZ"))
TEST_CA = names.name((oids.COMMON_NAME, "ЛИМБО СЫНАҚ БЕРУШІ"), (oids.COUNTRY, "KZ"))
NCA_2022 = names.name(
    (oids.COMMON_NAME, "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022"), (oids.COUNTRY, "KZ")
)


@case("path::trust::root-and-issuer", "trust", kinds=EVERY)
def both_trusted(pki: Pki) -> Verdicted:
    """Nothing is wrong: root and issuer are both trusted, and nothing else is needed.

    root, issuer (both trusted) → person → message

    Clause: RFC 5280 section 6.1.1 (d).
    """
    return pki.scene(trust=(pki.root.der, pki.issuer.der), certs=()).valid()


@case("path::trust::issuer-alone", "trust", kinds=EVERY)
def issuer_alone(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer is the anchor, though it did not certify itself.

    issuer (trusted) → person → message

    Clause: RFC 5280 section 6.1.1 (d): an anchor is a name and a key.
    """
    return pki.scene(trust=(pki.issuer.der,), certs=()).valid()


@case("path::trust::issuer-missing", "trust")
def issuer_missing(pki: Pki) -> Verdicted:
    """The root is trusted, but nobody has the issuer's certificate.

    root … person → message

    Clause: RFC 5280 section 6.1: a path from the anchor.
    """
    return pki.scene(certs=()).invalid("untrusted_issuer")


@case("path::trust::issuer-in-the-message", "trust")
def issuer_in_message(pki: Pki) -> Verdicted:
    """The issuer's certificate is in the message only. Authorities are found in the trust store
    and in what the caller gives, not in what the signer sends.

    root → issuer (in the message) → person → message

    Clause: attack list: certificates in the CMS; authorities come from the trust store.
    """
    person = pki.issue(pki.person())
    message = pki.message(person).but(certificates=(person.der, pki.issuer.der))
    return pki.scene(message, certs=()).invalid("untrusted_issuer")


@case("path::trust::root-only-given", "trust", "impersonation", kinds=EVERY)
def root_only_given(pki: Pki) -> Verdicted:
    """The root is among the certificates the caller gives, not among the trusted ones; another
    root is trusted.

    another root (trusted); root → issuer → person → message

    Clause: RFC 5280 section 6.1: only an anchor begins a path.
    """
    other = issue(authority(key_of(pki.kind, "other root"), TEST_CA))
    scene = pki.scene(trust=(other.der,), certs=(pki.root.der, pki.issuer.der))
    return scene.invalid("untrusted_issuer")


@case("path::trust::test-authority", "trust", "impersonation", kinds=EVERY)
def test_authority(pki: Pki) -> Verdicted:
    """The certificate was issued by the test authority, whose key anybody may have; the
    production root is trusted.

    test root → test issuer → person → message; production root (trusted)

    Clause: attack list: test CA certificate in production.
    """
    root = issue(authority(key_of(pki.kind, "test root"), TEST_CA, serial=0x7E57))
    issuer = issue(pki.issuer_draft(key=key_of(pki.kind, "test issuer")), root)
    tests = Pki(pki.kind, root, issuer)
    person = tests.issue(tests.person())
    return pki.scene(person, certs=(issuer.der, root.der)).invalid("untrusted_issuer")


@case("path::trust::same-name-as-the-root", "impersonation", kinds=EVERY)
def same_name_as_root(pki: Pki) -> Verdicted:
    """A whole chain of the attacker's: its root bears the trusted root's name and key identifier.

    attacker's "root" → attacker's issuer → person → message; root (trusted)

    Clause: attack list: self-signed CA with the same CN.
    """
    root = issue(pki.root_draft(key=key_of(pki.kind, "attacker root"), key_id=pki.root.key_id))
    issuer = issue(pki.issuer_draft(key=key_of(pki.kind, "attacker issuer")), root)
    forged = Pki(pki.kind, root, issuer)
    return pki.scene(forged.issue(forged.person()), certs=(issuer.der, root.der)).invalid(
        "untrusted_issuer"
    )


@case("path::trust::named-like-a-trusted-issuer", "impersonation", "alarm", kinds=EVERY)
def named_like_issuer(pki: Pki) -> Verdicted:
    """The attacker's issuer bears the trusted issuer's name and key identifier.

    attacker's "issuer" → person → message; root, issuer (trusted)

    Clause: attack list; an issuer named like a trusted one raises its own alarm.
    """
    forger = replace(pki.issuer, key=key_of(pki.kind, "attacker"))
    scene = pki.scene(issue(pki.person(), forger), trust=(pki.root.der, pki.issuer.der), certs=())
    return scene.invalid("untrusted_issuer", "issuer_impersonates_nca")


@case("path::trust::named-like-the-nca", "impersonation", "alarm")
def named_like_the_nca(pki: Pki) -> Verdicted:
    """The attacker's authority calls itself what the NCA is called.

    "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ" of the attacker → person → message; root (trusted)

    Clause: attack list; an unknown issuer named like the NCA raises its own alarm.
    """
    forger = issue(authority(rsa_key("attacker"), NCA_2022))
    person = issue(pki.person(), forger)
    return pki.scene(person, certs=(forger.der,)).invalid(
        "untrusted_issuer", "issuer_impersonates_nca"
    )


@case("path::trust::named-nearly-like-the-nca", "impersonation", "alarm", "unicode")
def named_nearly_like_the_nca(pki: Pki) -> Verdicted:
    """The attacker's authority is named like the NCA with Latin letters among the Cyrillic.

    "ҰЛТТЫҚ KУӘЛАНДЫРУШЫ OPTAЛЫҚ" of the attacker → person → message; root (trusted)

    Clause: attack list; letters that look alike count as one.
    """
    name = names.name((oids.COMMON_NAME, "ҰЛТТЫҚ KУӘЛАНДЫРУШЫ OPTAЛЫҚ"), (oids.COUNTRY, "KZ"))
    forger = issue(authority(rsa_key("attacker"), name))
    return pki.scene(issue(pki.person(), forger), certs=(forger.der,)).invalid(
        "untrusted_issuer", "issuer_impersonates_nca"
    )


@case("path::building::person-as-authority", "impersonation", kinds=EVERY)
def person_as_authority(pki: Pki) -> Verdicted:
    """A person with a sound certificate certified a director.

    root → issuer → person → "director" → message

    Clause: attack list: leaf used as CA; RFC 5280 section 6.1.4 (k).
    """
    person = pki.issue(pki.person())
    forged = issue(pki.director(key=key_of(pki.kind, "attacker")), person)
    return pki.scene(forged, certs=(pki.issuer.der, person.der)).invalid("untrusted_issuer")


@case("path::building::three-authorities", kinds=EVERY)
def three(pki: Pki) -> Verdicted:
    """Nothing is wrong: a path with one authority more. Nothing is known of the revocation of two
    of them: only the root's CRL is there.

    root → middle → issuer → person → message

    Clause: RFC 5280 section 6.1.
    """
    return _long(pki).valid("issuer_revocation_not_checked")


@case("path::building::order-of-certificates")
def order(pki: Pki) -> Verdicted:
    """Nothing is wrong: the certificates the caller gives stand in no order, with strangers among
    them and one of them twice.

    root → middle → issuer → person → message

    Clause: RFC 5280 section 6.1: order is the builder's business.
    """
    scene = _long(pki)
    assert scene.certs is not None
    stranger = issue(authority(rsa_key("stranger"), TEST_CA)).der
    first, second = scene.certs
    return scene.but(certs=(second, stranger, pki.root.der, first, second)).valid(
        "issuer_revocation_not_checked"
    )


@case("path::building::two-issuers-of-one-name")
def two_of_one_name(pki: Pki) -> Verdicted:
    """Nothing is wrong: the root certified two authorities of the same name with different keys,
    as the NCA does with each generation. The first one given is not the right one.

    root → issuer, another issuer of that name → person → message

    Clause: NCA authorities: build chains by name, key identifier and signature.
    """
    other = issue(pki.issuer_draft(key=rsa_key("other issuer"), serial=0x15502), pki.root)
    return pki.scene(certs=(other.der, pki.issuer.der)).valid()


@case("path::building::two-issuers-of-one-key-id", "impersonation")
def two_of_one_key_id(pki: Pki) -> Verdicted:
    """Nothing is wrong: a stranger's certificate bears the issuer's name and key identifier and is
    given first. The signature tells them apart.

    root → issuer → person → message; a look-alike of the issuer beside it

    Clause: NCA authorities: build chains by name, key identifier and signature.
    """
    decoy = issue(pki.issuer_draft(key=rsa_key("attacker"), key_id=pki.issuer.key_id))
    return pki.scene(certs=(decoy.der, pki.issuer.der)).valid()


@case("path::building::expired-and-renewed")
def renewed(pki: Pki) -> Verdicted:
    """Nothing is wrong: the issuer has two certificates for one key; the first one given has
    expired, the second is valid.

    root → issuer (expired), issuer (renewed) → person → message

    Clause: RFC 5280 section 6.1: a path that holds is enough.
    """
    old = pki.reissued(issuer=pki.issuer_draft(not_after=NOW - DAY, serial=0x15500)).issuer
    return pki.scene(certs=(old.der, pki.issuer.der)).valid()


@case("path::building::loop", "denial-of-service")
def loop(pki: Pki) -> Verdicted:
    """Two authorities certified each other, and neither was certified by the root.

    one → other → one → … → person → message; root (trusted)

    Clause: attack list: bounded time; nobody stands twice in a path.
    """
    one = issue(authority(rsa_key("stranger"), TEST_CA))
    other = issue(authority(rsa_key("other issuer"), MIDDLE), one)
    back = issue(authority(rsa_key("stranger"), TEST_CA, serial=0x51A8), other)
    person = issue(pki.person(), other)
    return pki.scene(person, certs=(other.der, back.der, one.der)).invalid("untrusted_issuer")


@case("path::building::crowd", "denial-of-service", kinds=EVERY)
def crowd(pki: Pki) -> Verdicted:
    """Sixty authorities of one name and key identifier certified each other; none was certified by
    the root.

    crowd of 60 → person → message; root (trusted)

    Clause: attack list: bounded time.
    """
    crowd_ = [key_of(pki.kind, f"crowd {i % 4}") for i in range(60)]
    key_id = b"\7" * 20
    made: list[Signer] = []
    for i, key in enumerate(crowd_):
        above = made[-1] if made else None
        draft = authority(key, MIDDLE, serial=0x100 + i, key_id=key_id, authority_id=key_id)
        made.append(issue(draft, above))
    person = issue(pki.person(authority_id=key_id), made[-1])
    return pki.scene(person, certs=tuple(signer.der for signer in made)).invalid("untrusted_issuer")


@case("path::building::too-long", "denial-of-service")
def too_long(pki: Pki) -> Verdicted:
    """Thirty authorities stand between root and person; the NCA's paths have one.

    root → a1 → … → a30 → person → message

    Clause: attack list: bounded; the length of paths is.
    """
    above = pki.root
    made = []
    for i in range(30):
        name = names.name((oids.COMMON_NAME, f"ЛИМБО {i}"), (oids.COUNTRY, "KZ"))
        draft = authority(rsa_key(f"crowd {i % 4}"), name, serial=0x200 + i)
        above = issue(draft, above)
        made.append(above.der)
    return pki.scene(issue(pki.person(), above), certs=tuple(made)).invalid("untrusted_issuer")


@case("path::building::unreadable-beside")
def unreadable_beside(pki: Pki) -> Verdicted:
    """Nothing is wrong: among the certificates the caller gives is one that cannot be read.

    root → issuer → person → message; garbage beside

    Clause: they are trusted with nothing but being tried.
    """
    return pki.scene(certs=(b"\x30\x03\x02\x01\x00", pki.issuer.der)).valid()


@case("path::building::issuer-name-other-case")
def other_case(pki: Pki) -> Verdicted:
    """Nothing is wrong: the person's certificate writes its issuer's name with another case and
    with two spaces; it is the same name.

    root → issuer → person → message

    Clause: RFC 5280 section 7.1: names are compared prepared.
    """
    written = names.with_(names.ISSUER, oids.COMMON_NAME, "Лимбо  Куәлік беруші")
    return pki.scene(pki.person(issuer=written)).valid()


@case("path::building::issuer-name-other")
def other_name(pki: Pki) -> Verdicted:
    """The person's certificate names another issuer than the one that signed it.

    root → issuer → person (naming another) → message

    Clause: RFC 5280 section 6.1.3 (a)(4).
    """
    other = names.with_(names.ISSUER, oids.COMMON_NAME, "ЛИМБО БАСҚА")
    return pki.scene(pki.person(issuer=other)).invalid("untrusted_issuer")


@case("path::building::mixed-algorithms")
def mixed(pki: Pki) -> Verdicted:
    """Nothing is wrong: a GOST root certified an RSA issuer.

    root (GOST) → issuer (RSA) → person → message

    Clause: RFC 5280 section 6.1: each link has its own algorithm.
    """
    root = pki_of("gost2015").root
    return Pki(pki.kind, root, issue(pki.issuer_draft(), root)).scene().valid()


def _long(pki: Pki) -> Scene:
    """A message of a person two authorities below the root."""
    middle = issue(authority(key_of(pki.kind, "middle"), MIDDLE, serial=0x3D), pki.root)
    issuer = issue(pki.issuer_draft(), middle)
    longer = replace(pki, issuer=issuer)
    return longer.scene(certs=(middle.der, issuer.der))
