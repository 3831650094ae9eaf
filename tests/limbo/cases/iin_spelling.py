"""How the IIN is spelt: IIN and twelve ASCII digits, nothing more (NCA numbers, 8)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import BIN, IIN, PERSON, Name
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import case
from tests.unit.eds_verifier import der


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _numbered(pki: Pki, text: str) -> Scene:
    """With that text for serialNumber."""
    return _named(pki, names.with_(PERSON, oids.SERIAL_NUMBER, text))


def _value(pki: Pki, value: bytes) -> Scene:
    """With that DER for the value of serialNumber."""
    return _named(pki, names.with_value(PERSON, (oids.SERIAL_NUMBER, value)))


@case("subject::iin::unicode-digits", "unicode", "impersonation")
def unicode_digits(pki: Pki) -> Verdicted:
    """The digits are Arabic-Indic ones.

    root → issuer → person → message

    Clause: attack list: IIN with Unicode digits.
    """
    digits = "".join(chr(0x0660 + int(digit)) for digit in IIN)
    return _numbered(pki, f"IIN{digits}").invalid("subject_invalid")


@case("subject::iin::full-width-digits", "unicode", "impersonation")
def full_width(pki: Pki) -> Verdicted:
    """The digits are full-width ones, which compatibility normalisation makes ASCII.

    root → issuer → person → message

    Clause: attack list: IIN with Unicode digits.
    """
    digits = "".join(chr(0xFF10 + int(digit)) for digit in IIN)
    return _numbered(pki, f"IIN{digits}").invalid("subject_invalid")


@case("subject::iin::one-unicode-digit", "unicode", "impersonation")
def one_unicode_digit(pki: Pki) -> Verdicted:
    """One of the digits is a mathematical one; the rest is ASCII.

    root → issuer → person → message

    Clause: attack list: IIN with Unicode digits.
    """
    text = "IIN" + IIN[:-1] + chr(0x1D7CE + int(IIN[-1]))
    return _numbered(pki, text).invalid("subject_invalid")


@case("subject::iin::cyrillic-prefix", "unicode")
def cyrillic_prefix(pki: Pki) -> Verdicted:
    """The prefix is ИИН in Cyrillic letters.

    root → issuer → person → message

    Clause: NCA names: IIN in ASCII.
    """
    return _numbered(pki, f"ИИН{IIN}").invalid("subject_invalid")


@case("subject::iin::lower-case-prefix")
def lower_case(pki: Pki) -> Verdicted:
    """The prefix is in lower case.

    root → issuer → person → message

    Clause: NCA names: IIN.
    """
    return _numbered(pki, f"iin{IIN}").invalid("subject_invalid")


@case("subject::iin::no-prefix")
def no_prefix(pki: Pki) -> Verdicted:
    """The twelve digits stand without IIN before them.

    root → issuer → person → message

    Clause: NCA names: IIN and twelve digits.
    """
    return _numbered(pki, IIN).invalid("subject_invalid")


@case("subject::iin::prefix-of-bin", "impersonation")
def prefix_of_bin(pki: Pki) -> Verdicted:
    """serialNumber holds an organisation's number with its prefix.

    root → issuer → person → message

    Clause: NCA names: IIN and twelve digits.
    """
    return _numbered(pki, f"BIN{BIN}").invalid("subject_invalid")


@case("subject::iin::space-between")
def space_between(pki: Pki) -> Verdicted:
    """A space stands between IIN and the digits.

    root → issuer → person → message

    Clause: attack list: IIN with spaces.
    """
    return _numbered(pki, f"IIN {IIN}").invalid("subject_invalid")


@case("subject::iin::space-before")
def space_before(pki: Pki) -> Verdicted:
    """A space stands before IIN.

    root → issuer → person → message

    Clause: attack list: IIN with spaces.
    """
    return _numbered(pki, f" IIN{IIN}").invalid("subject_invalid")


@case("subject::iin::space-after")
def space_after(pki: Pki) -> Verdicted:
    """A space stands after the digits.

    root → issuer → person → message

    Clause: attack list: IIN with spaces.
    """
    return _numbered(pki, f"IIN{IIN} ").invalid("subject_invalid")


@case("subject::iin::line-feed-after")
def line_feed(pki: Pki) -> Verdicted:
    """A line feed stands after the digits, which the `$` of a pattern lets through.

    root → issuer → person → message

    Clause: attack list: exactly twelve digits.
    """
    return _value(pki, der.utf8(f"IIN{IIN}\n")).invalid("subject_invalid")


@case("subject::iin::nul-after", "impersonation")
def nul(pki: Pki) -> Verdicted:
    """An octet 00 and other digits stand after the twelve.

    root → issuer → person → message

    Clause: attack list: exactly twelve digits; readers that stop at 00 see another number.
    """
    return _value(pki, der.utf8(f"IIN{IIN}\x00850101300005")).invalid("subject_invalid")


@case("subject::iin::11-digits")
def eleven(pki: Pki) -> Verdicted:
    """The number has eleven digits.

    root → issuer → person → message

    Clause: NCA numbers: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}").invalid("subject_invalid")


@case("subject::iin::13-digits", "impersonation")
def thirteen(pki: Pki) -> Verdicted:
    """The number has thirteen digits; the first twelve are somebody else's.

    root → issuer → person → message

    Clause: NCA numbers: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN}7").invalid("subject_invalid")


@case("subject::iin::letter")
def letter(pki: Pki) -> Verdicted:
    """The letter O stands where the digit 0 belongs.

    root → issuer → person → message

    Clause: NCA numbers: twelve digits.
    """
    return _numbered(pki, f"IIN{IIN}".replace("0", "O", 1)).invalid("subject_invalid")


@case("subject::iin::minus-sign", "unicode")
def signed(pki: Pki) -> Verdicted:
    """A minus stands for the first digit, which a conversion to a number takes.

    root → issuer → person → message

    Clause: NCA numbers: twelve digits.
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
