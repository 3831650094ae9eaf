"""Where the IIN stands, how often, and how it is spelt (facts 1.1)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import BIN, IIN, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case
from tests.unit.eds_verifier import der


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _numbered(pki: Pki, text: str) -> Scene:
    """With that text for serialNumber."""
    return _named(pki, names.with_(PERSON, oids.SERIAL_NUMBER, text))


def _value(pki: Pki, value: bytes) -> Scene:
    """With that DER for the value of serialNumber."""
    return _named(pki, names.with_value(PERSON, (oids.SERIAL_NUMBER, value)))


@case("subject::iin::read", kinds=EVERY)
def read(pki: Pki) -> Verdicted:
    """Nothing is wrong: serialNumber is IIN and twelve digits.

    root → issuer → person → message

    Clause: facts 1.1 and 1.5.
    """
    return pki.scene().valid(subject={"iin": IIN, "subject_type": "individual"})


@case("subject::iin::missing", kinds=EVERY)
def missing(pki: Pki) -> Verdicted:
    """There is no serialNumber.

    root → issuer → person → message

    Clause: facts 1.1: exactly one.
    """
    return _named(pki, names.without(PERSON, oids.SERIAL_NUMBER)).invalid("subject_invalid")


@case("subject::iin::empty")
def empty(pki: Pki) -> Verdicted:
    """serialNumber is an empty text.

    root → issuer → person → message

    Clause: facts 1.5: twelve digits.
    """
    return _value(pki, der.utf8("")).invalid("subject_invalid")


@case("subject::iin::twice", "impersonation", kinds=EVERY)
def twice(pki: Pki) -> Verdicted:
    """serialNumber stands twice, with two numbers: which one is the person's?

    root → issuer → person → message

    Clause: facts 1.1: exactly one.
    """
    both = names.plus(PERSON, oids.SERIAL_NUMBER, "IIN850101300005")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::iin::twice-the-same")
def twice_the_same(pki: Pki) -> Verdicted:
    """serialNumber stands twice with the same number.

    root → issuer → person → message

    Clause: facts 1.1: exactly one.
    """
    both = names.plus(PERSON, oids.SERIAL_NUMBER, f"IIN{IIN}")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::iin::twice-in-one-rdn", "impersonation")
def twice_in_one_rdn(pki: Pki) -> Verdicted:
    """One RDN holds two serialNumber.

    root → issuer → person → message

    Clause: facts 1.1: exactly one; RFC 5280 section 4.1.2.4: an RDN is a set.
    """
    pairs = tuple(
        names.attribute(oids.SERIAL_NUMBER, text) for text in (f"IIN{IIN}", "IIN850101300005")
    )
    subject = (*names.without(PERSON, oids.SERIAL_NUMBER), pairs)
    return _named(pki, subject).invalid("subject_invalid")


@case("subject::iin::in-an-rdn-of-two")
def multi_valued(pki: Pki) -> Verdicted:
    """Nothing is wrong: one RDN holds the serialNumber and the surname.

    root → issuer → person → message

    Clause: RFC 5280 section 4.1.2.4: an RDN is a set; facts 1.1: read by OID, not by position.
    """
    bare = names.without(names.without(PERSON, oids.SERIAL_NUMBER), oids.SURNAME)
    pair = (
        names.attribute(oids.SERIAL_NUMBER, f"IIN{IIN}"),
        names.attribute(oids.SURNAME, "СЕЙІТОВА"),
    )
    return _named(pki, (*bare, pair)).valid(subject={"iin": IIN, "surname": "СЕЙІТОВА"})


@case("subject::iin::in-the-common-name", "impersonation", kinds=EVERY)
def in_common_name(pki: Pki) -> Verdicted:
    """The IIN stands in the common name, not in serialNumber.

    root → issuer → person → message

    Clause: facts 8: IIN in CN instead of serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    return _named(pki, names.with_(bare, oids.COMMON_NAME, f"IIN{IIN}")).invalid("subject_invalid")


@case("subject::iin::in-the-user-id", "impersonation")
def in_user_id(pki: Pki) -> Verdicted:
    """The IIN stands in UID, not in serialNumber.

    root → issuer → person → message

    Clause: facts 1.1: the IIN stands in serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    return _named(pki, names.plus(bare, oids.USER_ID, f"IIN{IIN}")).invalid("subject_invalid")


@case("subject::iin::in-the-unit", "impersonation")
def in_unit(pki: Pki) -> Verdicted:
    """The IIN stands in OU, not in serialNumber.

    root → issuer → person → message

    Clause: facts 1.1: the IIN stands in serialNumber.
    """
    bare = names.without(PERSON, oids.SERIAL_NUMBER)
    subject = names.plus(bare, oids.ORGANIZATIONAL_UNIT, f"IIN{IIN}")
    return _named(pki, subject).invalid("subject_invalid")


@case("subject::iin::another-in-the-common-name", "impersonation")
def another_in_common_name(pki: Pki) -> Verdicted:
    """Nothing is wrong: the common name looks like an IIN with somebody else's number. It is a
    name; the IIN is the one of serialNumber.

    root → issuer → person → message

    Clause: facts 7: home-made logins that search for IIN and digits anywhere.
    """
    subject = names.with_(PERSON, oids.COMMON_NAME, "IIN850101300005")
    return _named(pki, names.without(subject, oids.SURNAME)).valid(subject={"iin": IIN})


@case("subject::iin::unicode-digits", "unicode", "impersonation")
def unicode_digits(pki: Pki) -> Verdicted:
    """The digits are Arabic-Indic ones.

    root → issuer → person → message

    Clause: facts 8: IIN with Unicode digits.
    """
    digits = "".join(chr(0x0660 + int(digit)) for digit in IIN)
    return _numbered(pki, f"IIN{digits}").invalid("subject_invalid")


@case("subject::iin::full-width-digits", "unicode", "impersonation")
def full_width(pki: Pki) -> Verdicted:
    """The digits are full-width ones, which compatibility normalisation makes ASCII.

    root → issuer → person → message

    Clause: facts 8: IIN with Unicode digits.
    """
    digits = "".join(chr(0xFF10 + int(digit)) for digit in IIN)
    return _numbered(pki, f"IIN{digits}").invalid("subject_invalid")


@case("subject::iin::one-unicode-digit", "unicode", "impersonation")
def one_unicode_digit(pki: Pki) -> Verdicted:
    """One of the digits is a mathematical one; the rest is ASCII.

    root → issuer → person → message

    Clause: facts 8: IIN with Unicode digits.
    """
    text = "IIN" + IIN[:-1] + chr(0x1D7CE + int(IIN[-1]))
    return _numbered(pki, text).invalid("subject_invalid")


@case("subject::iin::cyrillic-prefix", "unicode")
def cyrillic_prefix(pki: Pki) -> Verdicted:
    """The prefix is ИИН in Cyrillic letters.

    root → issuer → person → message

    Clause: facts 1.1: IIN in ASCII.
    """
    return _numbered(pki, f"ИИН{IIN}").invalid("subject_invalid")


@case("subject::iin::lower-case-prefix")
def lower_case(pki: Pki) -> Verdicted:
    """The prefix is in lower case.

    root → issuer → person → message

    Clause: facts 1.1: IIN.
    """
    return _numbered(pki, f"iin{IIN}").invalid("subject_invalid")


@case("subject::iin::no-prefix")
def no_prefix(pki: Pki) -> Verdicted:
    """The twelve digits stand without IIN before them.

    root → issuer → person → message

    Clause: facts 1.1: IIN and twelve digits.
    """
    return _numbered(pki, IIN).invalid("subject_invalid")


@case("subject::iin::prefix-of-bin", "impersonation")
def prefix_of_bin(pki: Pki) -> Verdicted:
    """serialNumber holds an organisation's number with its prefix.

    root → issuer → person → message

    Clause: facts 1.1: IIN and twelve digits.
    """
    return _numbered(pki, f"BIN{BIN}").invalid("subject_invalid")


@case("subject::iin::space-between")
def space_between(pki: Pki) -> Verdicted:
    """A space stands between IIN and the digits.

    root → issuer → person → message

    Clause: facts 8: IIN with spaces.
    """
    return _numbered(pki, f"IIN {IIN}").invalid("subject_invalid")


@case("subject::iin::space-before")
def space_before(pki: Pki) -> Verdicted:
    """A space stands before IIN.

    root → issuer → person → message

    Clause: facts 8: IIN with spaces.
    """
    return _numbered(pki, f" IIN{IIN}").invalid("subject_invalid")


@case("subject::iin::space-after")
def space_after(pki: Pki) -> Verdicted:
    """A space stands after the digits.

    root → issuer → person → message

    Clause: facts 8: IIN with spaces.
    """
    return _numbered(pki, f"IIN{IIN} ").invalid("subject_invalid")


@case("subject::iin::line-feed-after")
def line_feed(pki: Pki) -> Verdicted:
    """A line feed stands after the digits, which the `$` of a pattern lets through.

    root → issuer → person → message

    Clause: facts 8: exactly twelve digits.
    """
    return _value(pki, der.utf8(f"IIN{IIN}\n")).invalid("subject_invalid")


@case("subject::iin::nul-after", "impersonation")
def nul(pki: Pki) -> Verdicted:
    """An octet 00 and other digits stand after the twelve.

    root → issuer → person → message

    Clause: facts 8: exactly twelve digits; readers that stop at 00 see another number.
    """
    return _value(pki, der.utf8(f"IIN{IIN}\x00850101300005")).invalid("subject_invalid")


@case("subject::iin::11-digits")
def eleven(pki: Pki) -> Verdicted:
    """The number has eleven digits.

    root → issuer → person → message

    Clause: facts 1.5: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}").invalid("subject_invalid")


@case("subject::iin::13-digits", "impersonation")
def thirteen(pki: Pki) -> Verdicted:
    """The number has thirteen digits; the first twelve are somebody else's.

    root → issuer → person → message

    Clause: facts 1.5: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN}7").invalid("subject_invalid")


@case("subject::iin::letter")
def letter(pki: Pki) -> Verdicted:
    """The letter O stands where the digit 0 belongs.

    root → issuer → person → message

    Clause: facts 1.5: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN}".replace("0", "O", 1)).invalid("subject_invalid")


@case("subject::iin::minus-sign", "unicode")
def signed(pki: Pki) -> Verdicted:
    """A minus stands for the first digit, which a conversion to a number takes.

    root → issuer → person → message

    Clause: facts 1.5: twelve digits.
    """
    return _numbered(pki, f"IIN-{IIN[1:]}").invalid("subject_invalid")


@case("subject::iin::utf8-string")
def utf8(pki: Pki) -> Verdicted:
    """Nothing is wrong: serialNumber is a UTF8String.

    root → issuer → person → message

    Clause: RFC 5280 appendix A: PrintableString; both are seen.
    """
    return _value(pki, der.utf8(f"IIN{IIN}")).valid(subject={"iin": IIN})


@case("subject::iin::integer")
def integer(pki: Pki) -> Verdicted:
    """serialNumber is an INTEGER.

    root → issuer → person → message

    Clause: RFC 5280 appendix A: PrintableString.
    """
    return _value(pki, der.integer(int(IIN))).invalid("subject_invalid")


@case("subject::iin::not-utf8")
def not_utf8(pki: Pki) -> Verdicted:
    """serialNumber is a UTF8String of octets that are no UTF-8.

    root → issuer → person → message

    Clause: RFC 3629 section 3.
    """
    return _value(pki, der.tlv(12, b"IIN\xff\xfe")).invalid("subject_invalid")
