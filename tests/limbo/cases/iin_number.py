"""What the twelve digits of an IIN must be: a check digit and a date (NCA numbers)."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import BIN, IIN, PERSON, Name, numbered
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.person(subject=subject))


def _numbered(pki: Pki, text: str) -> Scene:
    """With that text for serialNumber."""
    return _named(pki, names.with_(PERSON, oids.SERIAL_NUMBER, text))


def _value(pki: Pki, value: bytes) -> Scene:
    """With that DER for the value of serialNumber."""
    return _named(pki, names.with_value(PERSON, (oids.SERIAL_NUMBER, value)))


@case("subject::iin::check-digit", kinds=EVERY)
def check_digit(pki: Pki) -> Verdicted:
    """The twelfth digit is not the one computed from the others.

    root → issuer → person → message

    Clause: NCA numbers; numbers: strict.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}5").invalid("check_digit")


@case("subject::iin::check-digit-warned")
def check_digit_warned(pki: Pki) -> Verdicted:
    """The twelfth digit is wrong, and the policy only warns, as for the NCA's test numbers.

    root → issuer → person → message

    Clause: NCA numbers; numbers: warn.
    """
    return _numbered(pki, f"IIN{IIN[:-1]}5").under(numbers="warn").valid("iin_check_digit")


@case("subject::iin::check-digit-second-weights")
def second_weights(pki: Pki) -> Verdicted:
    """Nothing is wrong: the first weights give 10, so the second ones make the check digit.

    root → issuer → person → message

    Clause: NCA numbers.
    """
    number = _by_second_weights()
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::check-digit-never-issued")
def never_issued(pki: Pki) -> Verdicted:
    """Both weights give 10: such a number is not issued; some take the check digit for 0.

    root → issuer → person → message

    Clause: NCA numbers: if c is still 10 the number is not issued.
    """
    return _numbered(pki, "IIN900412300950").invalid("check_digit")


@case("subject::iin::month-13")
def month_13(pki: Pki) -> Verdicted:
    """The number begins with a thirteenth month; its check digit is right.

    root → issuer → person → message

    Clause: NCA numbers: YYMMDD; numbers: strict.
    """
    return _numbered(pki, f"IIN{numbered('90131240001')}").invalid("number_date")


@case("subject::iin::february-30")
def february_30(pki: Pki) -> Verdicted:
    """The number begins with the thirtieth of February; its check digit is right.

    root → issuer → person → message

    Clause: NCA numbers: YYMMDD; numbers: strict.
    """
    return _numbered(pki, f"IIN{numbered('90023040001')}").invalid("number_date")


@case("subject::iin::february-29-of-no-leap-year")
def february_29(pki: Pki) -> Verdicted:
    """The number begins with the 29th of February 1900, which was no leap year.

    root → issuer → person → message

    Clause: NCA numbers: the seventh digit gives the century.
    """
    return _numbered(pki, f"IIN{numbered('00022940001')}").invalid("number_date")


@case("subject::iin::february-29-of-a-leap-year")
def leap_year(pki: Pki) -> Verdicted:
    """Nothing is wrong: born on the 29th of February 2000.

    root → issuer → person → message

    Clause: NCA numbers: the seventh digit gives the century.
    """
    number = numbered("00022960001")
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::born-tomorrow")
def tomorrow(pki: Pki) -> Verdicted:
    """The number says that its holder will be born tomorrow.

    root → issuer → person → message

    Clause: NCA numbers; nobody signs before being born.
    """
    return _numbered(pki, f"IIN{numbered('26091660001')}").invalid("number_date")


@case("subject::iin::century-9")
def century_9(pki: Pki) -> Verdicted:
    """The seventh digit is 9, which is no century.

    root → issuer → person → message

    Clause: NCA numbers: 1 to 6, and 0 for some foreigners.
    """
    return _numbered(pki, f"IIN{numbered('90041290001')}").invalid("number_date")


@case("subject::iin::century-0")
def century_0(pki: Pki) -> Verdicted:
    """Nothing is wrong: the seventh digit is 0, as reported of some foreigners.

    root → issuer → person → message

    Clause: NCA numbers.
    """
    number = numbered("90041200001")
    return _numbered(pki, f"IIN{number}").valid(subject={"iin": number})


@case("subject::iin::date-warned")
def date_warned(pki: Pki) -> Verdicted:
    """The number begins with a thirteenth month, and the policy only warns.

    root → issuer → person → message

    Clause: NCA numbers; numbers: warn.
    """
    number = numbered("90131240001")
    return _numbered(pki, f"IIN{number}").under(numbers="warn").valid("iin_date")


@case("subject::iin::date-and-check-digit-warned")
def both_warned(pki: Pki) -> Verdicted:
    """The number is the NCA's own test number 123456789011: no date, no check digit. The policy
    only warns.

    root → issuer → person → message

    Clause: NCA numbers: the SDK's numbers fail.
    """
    scene = _numbered(pki, "IIN123456789011").under(numbers="warn")
    return scene.valid("iin_check_digit", "iin_date", subject={"iin": "123456789011"})


@case("subject::iin::number-of-an-organisation", "impersonation")
def organisation_number(pki: Pki) -> Verdicted:
    """The twelve digits are an organisation's BIN: its fifth digit makes a day beyond the 39th.

    root → issuer → person → message

    Clause: NCA numbers: a fifth digit of 4 to 6 tells a BIN from an IIN.
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
