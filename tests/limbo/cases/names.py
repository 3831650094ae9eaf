"""Names of people and organisations: normalised, and free of what is not seen (facts 1.1)."""

from __future__ import annotations

import unicodedata

from tests.limbo.build import names, oids
from tests.limbo.build.names import DIRECTOR, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der

COMMON_NAME = "СЕЙІТОВА АЙГЕРІМ"
RIGHT_TO_LEFT, ZERO_WIDTH, SOFT_HYPHEN = "\u202e", "\u200b", "\u00ad"


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _called(pki: Pki, common_name: str) -> Scene:
    return _named(pki, names.with_(PERSON, oids.COMMON_NAME, common_name))


@case("subject::name::read", kinds=EVERY)
def read(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first name is the common name without the surname, the certificate's
    givenName is the patronymic.

    root → issuer → person → message

    Clause: facts 1.1.
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

    Clause: facts 1.1: first name = CN minus surname.
    """
    scene = _called(pki, f"{COMMON_NAME} ҚАНАТҚЫЗЫ")
    return scene.valid(subject={"given_name": "АЙГЕРІМ", "patronymic": "ҚАНАТҚЫЗЫ"})


@case("subject::name::another-order")
def another_order(pki: Pki) -> Verdicted:
    """Nothing is wrong: the parts of the name stand the other way round.

    root → issuer → person → message

    Clause: facts 1.1: read by OID, never by position.
    """
    subject = tuple(reversed(PERSON))
    return _named(pki, subject).valid(subject={"given_name": "АЙГЕРІМ", "iin": names.IIN})


@case("subject::name::without-surname")
def without_surname(pki: Pki) -> Verdicted:
    """Nothing is wrong: there is no surname; the whole common name is the first name.

    root → issuer → person → message

    Clause: facts 1.1.
    """
    subject = names.without(PERSON, oids.SURNAME)
    return _named(pki, names.with_(subject, oids.COMMON_NAME, "АЙГЕРІМ")).valid(
        subject={"surname": "", "given_name": "АЙГЕРІМ"}
    )


@case("subject::name::surname-alone")
def surname_alone(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name is the surname, there is no first name.

    root → issuer → person → message

    Clause: facts 1.1: first name = CN minus surname.
    """
    return _called(pki, "СЕЙІТОВА").valid(subject={"surname": "СЕЙІТОВА", "given_name": ""})


@case("subject::name::surname-not-in-common-name")
def surname_elsewhere(pki: Pki) -> Verdicted:
    """The common name does not begin with the surname: what the first name is cannot be said, and
    a warning says so.

    root → issuer → person → message

    Clause: facts 1.1: first name = CN minus surname.
    """
    return _called(pki, "АХМЕТОВА АЙГЕРІМ").valid(
        "common_name_without_surname", subject={"given_name": "", "surname": "СЕЙІТОВА"}
    )


@case("subject::name::surname-begins-first-name")
def surname_prefix(pki: Pki) -> Verdicted:
    """The common name begins with the letters of the surname, but its first word is longer.

    root → issuer → person → message

    Clause: facts 1.1: first name = CN minus surname, whole words.
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

    Clause: facts 1.1: values hold `"` and commas; never parse the name as text.
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

    Clause: facts 1.1: CN.
    """
    return _named(pki, names.without(PERSON, oids.COMMON_NAME)).invalid("subject_invalid")


@case("subject::name::two-common-names", "impersonation")
def two_common_names(pki: Pki) -> Verdicted:
    """The common name stands twice, with two names.

    root → issuer → person → message

    Clause: facts 1.1: one.
    """
    both = names.plus(PERSON, oids.COMMON_NAME, "АХМЕТОВ БАУЫРЖАН")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::name::two-surnames", "impersonation")
def two_surnames(pki: Pki) -> Verdicted:
    """The surname stands twice, with two names.

    root → issuer → person → message

    Clause: facts 1.1: one.
    """
    both = names.plus(PERSON, oids.SURNAME, "АХМЕТОВ")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::name::right-to-left", "unicode", "impersonation")
def right_to_left(pki: Pki) -> Verdicted:
    """The common name holds a right-to-left override: it is shown as another name.

    root → issuer → person → message

    Clause: no bidi characters.
    """
    return _called(pki, f"СЕЙІТОВА {RIGHT_TO_LEFT}МІРЕГЙА").invalid("subject_invalid")


@case("subject::name::zero-width", "unicode", "impersonation")
def zero_width(pki: Pki) -> Verdicted:
    """The common name holds a zero-width space: it is another name that looks the same.

    root → issuer → person → message

    Clause: no characters that are not seen.
    """
    return _called(pki, f"СЕЙІТОВА АЙГЕ{ZERO_WIDTH}РІМ").invalid("subject_invalid")


@case("subject::name::soft-hyphen", "unicode")
def soft_hyphen(pki: Pki) -> Verdicted:
    """The surname holds a soft hyphen.

    root → issuer → person → message

    Clause: no characters that are not seen.
    """
    subject = names.with_(PERSON, oids.SURNAME, f"СЕЙІ{SOFT_HYPHEN}ТОВА")
    return _named(pki, subject).invalid("subject_invalid")


@case("subject::name::control", "unicode")
def control(pki: Pki) -> Verdicted:
    """The common name holds an escape character, which a terminal obeys.

    root → issuer → person → message

    Clause: no control characters.
    """
    return _called(pki, "СЕЙІТОВА \x1b[31mАЙГЕРІМ").invalid("subject_invalid")


@case("subject::name::line-feed", "unicode")
def line_feed(pki: Pki) -> Verdicted:
    """The organisation's name holds a line feed, which begins a new line of a log.

    root → issuer → director → message

    Clause: no control characters.
    """
    subject = names.with_(DIRECTOR, oids.ORGANIZATION, "ЖШС Лимбо\nverdict=valid")
    return pki.scene(pki.director(subject=subject)).invalid("subject_invalid")


@case("subject::name::line-separator", "unicode")
def line_separator(pki: Pki) -> Verdicted:
    """The common name holds U+2028, a line separator.

    root → issuer → person → message

    Clause: no control characters.
    """
    return _called(pki, "СЕЙІТОВА\u2028АЙГЕРІМ").invalid("subject_invalid")


@case("subject::name::no-break-space", "unicode")
def no_break_space(pki: Pki) -> Verdicted:
    """Nothing is wrong: a no-break space stands between surname and first name. It is read as a
    space.

    root → issuer → person → message

    Clause: names normalised.
    """
    return _called(pki, "СЕЙІТОВА\u00a0АЙГЕРІМ").valid(
        subject={"common_name": COMMON_NAME, "given_name": "АЙГЕРІМ"}
    )


@case("subject::name::private-use", "unicode")
def private_use(pki: Pki) -> Verdicted:
    """The common name holds a character of private use, which every font draws as it likes.

    root → issuer → person → message

    Clause: no characters that are no letters of anybody.
    """
    return _called(pki, "СЕЙІТОВА \ue000").invalid("subject_invalid")


@case(
    "subject::name::hangul-filler",
    "unicode",
    "impersonation",
    pending="characters that are not seen pass",
)
def hangul_filler(pki: Pki) -> Verdicted:
    """The common name holds a Hangul filler: a letter, says Unicode, that nobody sees.

    root → issuer → person → message

    Clause: no characters that are not seen (Unicode: Default_Ignorable_Code_Point).
    """
    return _called(pki, "СЕЙІТОВА АЙГЕ\u3164РІМ").invalid("subject_invalid")


@case(
    "subject::name::variation-selector",
    "unicode",
    "impersonation",
    pending="characters that are not seen pass",
)
def variation_selector(pki: Pki) -> Verdicted:
    """The common name holds a variation selector, which is seen in no letter of a name.

    root → issuer → person → message

    Clause: no characters that are not seen (Unicode: Default_Ignorable_Code_Point).
    """
    return _called(pki, "СЕЙІТОВА АЙГЕ\ufe0fРІМ").invalid("subject_invalid")


@case(
    "subject::name::grapheme-joiner",
    "unicode",
    "impersonation",
    pending="characters that are not seen pass",
)
def grapheme_joiner(pki: Pki) -> Verdicted:
    """The common name holds a combining grapheme joiner, which is never seen.

    root → issuer → person → message

    Clause: no characters that are not seen (Unicode: Default_Ignorable_Code_Point).
    """
    return _called(pki, "СЕЙІТОВА АЙГЕ\u034fРІМ").invalid("subject_invalid")


@case("subject::name::nul", "unicode", "impersonation")
def nul(pki: Pki) -> Verdicted:
    """The common name holds an octet 00: readers that stop there see another name.

    root → issuer → person → message

    Clause: no control characters.
    """
    return _called(pki, "СЕЙІТОВА АЙГЕРІМ\0X").invalid("subject_invalid")


@case("subject::name::not-utf8", "unicode")
def not_utf8(pki: Pki) -> Verdicted:
    """The common name is a UTF8String of octets that are no UTF-8.

    root → issuer → person → message

    Clause: RFC 3629 section 3.
    """
    value = der.tlv(12, b"\xd0\xff\xfe")
    return _named(pki, names.with_value(PERSON, (oids.COMMON_NAME, value))).invalid(
        "subject_invalid"
    )


@case("subject::name::lone-surrogate", "unicode")
def lone_surrogate(pki: Pki) -> Verdicted:
    """The common name is a BMPString with half of a surrogate pair.

    root → issuer → person → message

    Clause: X.680 section 41: BMPString holds characters of the basic plane.
    """
    value = der.tlv(30, "СЕЙІТОВА ".encode("utf-16-be") + b"\xd8\x00")
    return _named(pki, names.with_value(PERSON, (oids.COMMON_NAME, value))).invalid(
        "subject_invalid"
    )


@case("subject::name::blank")
def blank(pki: Pki) -> Verdicted:
    """The common name is three spaces.

    root → issuer → person → message

    Clause: facts 1.1: a name.
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

    Clause: facts 1.1; RFC 5280 section 4.1.2.6.
    """
    return _named(pki, ()).invalid("subject_invalid")


@case("subject::name::huge", "denial-of-service")
def huge(pki: Pki) -> Verdicted:
    """The common name has ten thousand letters.

    root → issuer → person → message

    Clause: facts 8: huge input; the size of names is bounded.
    """
    return _called(pki, "СЕЙІТОВА " + "А" * 10_000).invalid("certificate_invalid")
