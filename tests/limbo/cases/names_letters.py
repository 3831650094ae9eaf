"""Characters that stand in no name: not seen, turning the text round, or nobody's."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import DIRECTOR, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der

COMMON_NAME = "СЕЙІТОВА АЙГЕРІМ"
RIGHT_TO_LEFT, ZERO_WIDTH, SOFT_HYPHEN = "\u202e", "\u200b", "\u00ad"


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _called(pki: Pki, common_name: str) -> Scene:
    return _named(pki, names.with_(PERSON, oids.COMMON_NAME, common_name))


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


@case("subject::name::hangul-filler", "unicode", "impersonation")
def hangul_filler(pki: Pki) -> Verdicted:
    """The common name holds a Hangul filler: a letter, says Unicode, that nobody sees.

    root → issuer → person → message

    Clause: no characters that are not seen (Unicode: Default_Ignorable_Code_Point).
    """
    return _called(pki, "СЕЙІТОВА АЙГЕ\u3164РІМ").invalid("subject_invalid")


@case("subject::name::variation-selector", "unicode", "impersonation")
def variation_selector(pki: Pki) -> Verdicted:
    """The common name holds a variation selector, which is seen in no letter of a name.

    root → issuer → person → message

    Clause: no characters that are not seen (Unicode: Default_Ignorable_Code_Point).
    """
    return _called(pki, "СЕЙІТОВА АЙГЕ\ufe0fРІМ").invalid("subject_invalid")


@case("subject::name::grapheme-joiner", "unicode", "impersonation")
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
