"""Names of people and organisations, and how they are read (NCA names)."""

from __future__ import annotations

import unicodedata

from tests.limbo.build import names, oids
from tests.limbo.build.names import DIRECTOR, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

COMMON_NAME = "СЕЙІТОВА АЙГЕРІМ"


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _called(pki: Pki, common_name: str) -> Scene:
    return _named(pki, names.with_(PERSON, oids.COMMON_NAME, common_name))


@case("subject::name::read", kinds=EVERY)
def read(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first name is the common name without the surname, the certificate's
    givenName is the patronymic.

    root → issuer → person → message

    Clause: NCA names.
    """
    return pki.scene().valid(
        subject={
            "common_name": COMMON_NAME,
            "surname": "СЕЙІТОВА",
            "given_name": "АЙГЕРІМ",
            "patronymic": "ҚАНАТҚЫЗЫ",
            "organization": "",
        }
    )


@case("subject::name::with-patronymic")
def with_patronymic(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name holds surname, first name and patronymic.

    root → issuer → person → message

    Clause: NCA names: first name = CN minus surname.
    """
    scene = _called(pki, f"{COMMON_NAME} ҚАНАТҚЫЗЫ")
    return scene.valid(subject={"given_name": "АЙГЕРІМ", "patronymic": "ҚАНАТҚЫЗЫ"})


@case("subject::name::another-order")
def another_order(pki: Pki) -> Verdicted:
    """Nothing is wrong: the parts of the name stand the other way round.

    root → issuer → person → message

    Clause: NCA names: read by OID, never by position.
    """
    subject = tuple(reversed(PERSON))
    return _named(pki, subject).valid(subject={"given_name": "АЙГЕРІМ", "iin": names.IIN})


@case("subject::name::without-surname")
def without_surname(pki: Pki) -> Verdicted:
    """Nothing is wrong: there is no surname; the whole common name is the first name.

    root → issuer → person → message

    Clause: NCA names.
    """
    subject = names.without(PERSON, oids.SURNAME)
    return _named(pki, names.with_(subject, oids.COMMON_NAME, "АЙГЕРІМ")).valid(
        subject={"surname": "", "given_name": "АЙГЕРІМ"}
    )


@case("subject::name::surname-alone")
def surname_alone(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name is the surname, there is no first name.

    root → issuer → person → message

    Clause: NCA names: first name = CN minus surname.
    """
    return _called(pki, "СЕЙІТОВА").valid(subject={"surname": "СЕЙІТОВА", "given_name": ""})


@case("subject::name::surname-not-in-common-name")
def surname_elsewhere(pki: Pki) -> Verdicted:
    """The common name does not begin with the surname: what the first name is cannot be said, and
    a warning says so.

    root → issuer → person → message

    Clause: NCA names: first name = CN minus surname.
    """
    return _called(pki, "АХМЕТОВА АЙГЕРІМ").valid(
        "common_name_without_surname", subject={"given_name": "", "surname": "СЕЙІТОВА"}
    )


@case("subject::name::surname-begins-first-name")
def surname_prefix(pki: Pki) -> Verdicted:
    """The common name begins with the letters of the surname, but its first word is longer.

    root → issuer → person → message

    Clause: NCA names: first name = CN minus surname, whole words.
    """
    return _called(pki, "СЕЙІТОВАНОВА АЙГЕРІМ").valid(
        "common_name_without_surname", subject={"given_name": ""}
    )


@case("subject::name::decomposed", "unicode")
def decomposed(pki: Pki) -> Verdicted:
    """Nothing is wrong: the surname's letters are decomposed (NFD). It is read composed (NFC).

    root → issuer → person → message

    Clause: names normalised, NFC.
    """
    surname = unicodedata.normalize("NFD", "СЕРГЕЙЧУК")
    assert surname != "СЕРГЕЙЧУК"
    subject = names.with_(PERSON, oids.SURNAME, surname)
    subject = names.with_(subject, oids.COMMON_NAME, f"{surname} АЙГЕРІМ")
    return _named(pki, subject).valid(
        subject={"surname": "СЕРГЕЙЧУК", "common_name": "СЕРГЕЙЧУК АЙГЕРІМ"}
    )


@case("subject::name::two-spaces")
def two_spaces(pki: Pki) -> Verdicted:
    """Nothing is wrong: two spaces stand between the words. They are read as one.

    root → issuer → person → message

    Clause: names normalised.
    """
    return _called(pki, "СЕЙІТОВА  АЙГЕРІМ").valid(
        subject={"common_name": COMMON_NAME, "given_name": "АЙГЕРІМ"}
    )


@case("subject::name::bmp-string")
def bmp_string(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name is a BMPString, as older software writes it.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.4: DirectoryString.
    """
    value = der.tlv(30, COMMON_NAME.encode("utf-16-be"))
    return _named(pki, names.with_value(PERSON, (oids.COMMON_NAME, value))).valid(
        subject={"common_name": COMMON_NAME}
    )


@case("subject::name::quotes-and-commas")
def quotes(pki: Pki) -> Verdicted:
    """Nothing is wrong: the organisation's name holds quotation marks, a comma, `=` and `+`, which
    separate parts where a name is written as text.

    root → issuer → director → message

    Clause: NCA names: values hold `"` and commas; never parse the name as text.
    """
    name = 'ТОО "Рога, копыта + CN=КТО-ТО\\", OU=BIN050540000006'
    subject = names.with_(DIRECTOR, oids.ORGANIZATION, name)
    return pki.scene(pki.director(subject=subject)).valid(
        subject={"organization": name, "bin": names.BIN}
    )


@case("subject::name::no-common-name")
def no_common_name(pki: Pki) -> Verdicted:
    """There is no common name.

    root → issuer → person → message

    Clause: NCA names: CN.
    """
    return _named(pki, names.without(PERSON, oids.COMMON_NAME)).invalid("subject_invalid")


@case("subject::name::two-common-names", "impersonation")
def two_common_names(pki: Pki) -> Verdicted:
    """The common name stands twice, with two names.

    root → issuer → person → message

    Clause: NCA names: one.
    """
    both = names.plus(PERSON, oids.COMMON_NAME, "АХМЕТОВ БАУЫРЖАН")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::name::two-surnames", "impersonation")
def two_surnames(pki: Pki) -> Verdicted:
    """The surname stands twice, with two names.

    root → issuer → person → message

    Clause: NCA names: one.
    """
    both = names.plus(PERSON, oids.SURNAME, "АХМЕТОВ")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::name::blank")
def blank(pki: Pki) -> Verdicted:
    """The common name is three spaces.

    root → issuer → person → message

    Clause: NCA names: a name.
    """
    return _called(pki, "   ").invalid("subject_invalid")


@case("subject::name::long")
def long_name(pki: Pki) -> Verdicted:
    """The common name has six hundred letters.

    root → issuer → person → message

    Clause: RFC 5280 appendix A: ub-common-name is 64; 512 are let pass.
    """
    return _called(pki, "СЕЙІТОВА " + "А" * 600).invalid("subject_invalid")


@case("subject::name::no-name-at-all")
def no_name(pki: Pki) -> Verdicted:
    """The subject is an empty SEQUENCE.

    root → issuer → nobody → message

    Clause: NCA names; RFC 5280 section 4.1.2.6.
    """
    return _named(pki, ()).invalid("subject_invalid")


@case("subject::name::huge", "denial-of-service")
def huge(pki: Pki) -> Verdicted:
    """The common name has ten thousand letters.

    root → issuer → person → message

    Clause: attack list: huge input; the size of names is bounded.
    """
    return _called(pki, "СЕЙІТОВА " + "А" * 10_000).invalid("certificate_invalid")
