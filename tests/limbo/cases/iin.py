"""The IIN: exactly once, from serialNumber, twelve ASCII digits, a check digit and a date."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import BIN, IIN, PERSON, Name, numbered
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


@case("subject::iin::check-digit", kinds=EVERY)
def check_digit(pki: Pki) -> Verdicted:
    """The twelfth digit is not the one computed from the others.

    root → issuer → person → message

    Clause: facts 1.5; numbers: strict.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}5").invalid("check_digit")


@case("subject::iin::check-digit-warned")
def check_digit_warned(pki: Pki) -> Verdicted:
    """The twelfth digit is wrong, and the policy only warns, as for the NCA's test numbers.

    root → issuer → person → message

    Clause: facts 1.5; numbers: warn.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}5").under(numbers="warn").valid("iin_check_digit")


@case("subject::iin::check-digit-second-weights")
def second_weights(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first weights give 10, so the second ones make the check digit.

    root → issuer → person → message

    Clause: facts 1.5.
    """
    number = _by_second_weights()
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::check-digit-never-issued")
def never_issued(pki: Pki) -> Verdicted:
    """Both weights give 10: such a number is not issued; some take the check digit for 0.

    root → issuer → person → message

    Clause: facts 1.5: if c is still 10 the number is not issued.
    """
    return _numbered(pki, "IIN900412300950").invalid("check_digit")


@case("subject::iin::month-13")
def month_13(pki: Pki) -> Verdicted:
    """The number begins with a thirteenth month; its check digit is right.

    root → issuer → person → message

    Clause: facts 1.5: YYMMDD; numbers: strict.
    """
    return _numbered(pki, f"IIN{numbered('90131240001')}").invalid("number_date")


@case("subject::iin::february-30")
def february_30(pki: Pki) -> Verdicted:
    """The number begins with the thirtieth of February; its check digit is right.

    root → issuer → person → message

    Clause: facts 1.5: YYMMDD; numbers: strict.
    """
    return _numbered(pki, f"IIN{numbered('90023040001')}").invalid("number_date")


@case("subject::iin::february-29-of-no-leap-year")
def february_29(pki: Pki) -> Verdicted:
    """The number begins with the 29th of February 1900, which was no leap year.

    root → issuer → person → message

    Clause: facts 1.5: the seventh digit gives the century.
    """
    return _numbered(pki, f"IIN{numbered('00022940001')}").invalid("number_date")


@case("subject::iin::february-29-of-a-leap-year")
def leap_year(pki: Pki) -> Verdicted:
    """Nothing is wrong: born on the 29th of February 2000.

    root → issuer → person → message

    Clause: facts 1.5: the seventh digit gives the century.
    """
    number = numbered("00022960001")
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::born-tomorrow")
def tomorrow(pki: Pki) -> Verdicted:
    """The number says that its holder will be born tomorrow.

    root → issuer → person → message

    Clause: facts 1.5; nobody signs before being born.
    """
    return _numbered(pki, f"IIN{numbered('26091660001')}").invalid("number_date")


@case("subject::iin::century-9")
def century_9(pki: Pki) -> Verdicted:
    """The seventh digit is 9, which is no century.

    root → issuer → person → message

    Clause: facts 1.5: 1 to 6, and 0 for some foreigners.
    """
    return _numbered(pki, f"IIN{numbered('90041290001')}").invalid("number_date")


@case("subject::iin::century-0")
def century_0(pki: Pki) -> Verdicted:
    """Nothing is wrong: the seventh digit is 0, as reported of some foreigners.

    root → issuer → person → message

    Clause: facts 1.5.
    """
    number = numbered("90041200001")
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::date-warned")
def date_warned(pki: Pki) -> Verdicted:
    """The number begins with a thirteenth month, and the policy only warns.

    root → issuer → person → message

    Clause: facts 1.5; numbers: warn.
    """
    number = numbered("90131240001")
    return _numbered(pki, f"IIN{number}").under(numbers="warn").valid("iin_date")


@case("subject::iin::date-and-check-digit-warned")
def both_warned(pki: Pki) -> Verdicted:
    """The number is the NCA's own test number 123456789011: no date, no check digit. The policy
    only warns.

    root → issuer → person → message

    Clause: facts 1.5: the SDK's numbers fail.
    """
    scene = _numbered(pki, "IIN123456789011").under(numbers="warn")
    return scene.valid("iin_check_digit", "iin_date", subject={"iin": "123456789011"})


@case("subject::iin::number-of-an-organisation", "impersonation")
def organisation_number(pki: Pki) -> Verdicted:
    """The twelve digits are an organisation's BIN: its fifth digit makes a day beyond the 39th.

    root → issuer → person → message

    Clause: facts 1.5: a fifth digit of 4 to 6 tells a BIN from an IIN.
    """
    return _numbered(pki, f"IIN{BIN}").invalid("number_date")


def _by_second_weights() -> str:
    """An IIN whose check digit comes from the second weights."""
    for serial in range(1, 1000):
        first = f"9004124{serial:04d}"
        weights = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
        if sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11 != 10:
            continue
        try:
            return numbered(first)
        except ValueError:
            continue
    raise AssertionError("one number in eleven is such")
