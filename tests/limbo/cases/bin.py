"""The BIN: of an organisation's certificate only, exactly once, from OU."""

from __future__ import annotations

from tests.limbo.build import names, oids
from tests.limbo.build.names import BIN, DIRECTOR, PERSON, Name, numbered
from tests.limbo.build.scene import Pki, Scene, Verdicted
from tests.limbo.registry import EVERY, case


def _named(pki: Pki, subject: Name) -> Scene:
    return pki.scene(pki.director(subject=subject))


def _numbered(pki: Pki, text: str) -> Scene:
    """With that text for OU."""
    return _named(pki, names.with_(DIRECTOR, oids.ORGANIZATIONAL_UNIT, text))


@case("subject::bin::missing", kinds=EVERY)
def missing(pki: Pki) -> Verdicted:
    """An organisation's certificate has no OU.

    root → issuer → director → message

    Clause: NCA names: exactly one.
    """
    return _named(pki, names.without(DIRECTOR, oids.ORGANIZATIONAL_UNIT)).invalid("subject_invalid")


@case("subject::bin::twice", "impersonation", kinds=EVERY)
def twice(pki: Pki) -> Verdicted:
    """OU stands twice, with the numbers of two organisations.

    root → issuer → director → message

    Clause: NCA names: exactly one.
    """
    both = names.plus(DIRECTOR, oids.ORGANIZATIONAL_UNIT, f"BIN{numbered('05054000000')}")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::bin::other-unit")
def other_unit(pki: Pki) -> Verdicted:
    """Nothing is wrong: beside the BIN another OU names a department.

    root → issuer → director → message

    Clause: NCA names: the one that begins with BIN.
    """
    both = names.plus(DIRECTOR, oids.ORGANIZATIONAL_UNIT, "Бухгалтерия")
    return _named(pki, both).valid(subject={"bin": BIN})


@case("subject::bin::other-unit-with-the-letters")
def other_unit_letters(pki: Pki) -> Verdicted:
    """Nothing is wrong: another OU is called COMBINAT, in which the letters BIN happen to stand.

    root → issuer → director → message

    Clause: NCA names: the BIN is BIN and twelve digits; other units are no BIN.
    """
    both = names.plus(DIRECTOR, oids.ORGANIZATIONAL_UNIT, "COMBINAT")
    return _named(pki, both).valid(subject={"bin": BIN})


@case("subject::bin::in-the-organization", "impersonation")
def in_organization(pki: Pki) -> Verdicted:
    """The BIN stands in O, not in OU.

    root → issuer → director → message

    Clause: NCA names: the BIN stands in OU.
    """
    bare = names.without(DIRECTOR, oids.ORGANIZATIONAL_UNIT)
    return _named(pki, names.with_(bare, oids.ORGANIZATION, f"BIN{BIN}")).invalid("subject_invalid")


@case("subject::bin::of-an-individual", "impersonation", "privilege")
def of_individual(pki: Pki) -> Verdicted:
    """An individual's certificate carries an organisation's number.

    root → issuer → person → message

    Clause: NCA names: absent in an individual's.
    """
    subject = names.plus(PERSON, oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}")
    return pki.scene(pki.person(subject=subject)).invalid("subject_invalid")


@case("subject::bin::lower-case-prefix-of-an-individual", "impersonation", "privilege")
def lower_case_of_individual(pki: Pki) -> Verdicted:
    """An individual's certificate carries an organisation's number with its prefix in lower case:
    a reader that does not mind would find an organisation.

    root → issuer → person → message

    Clause: NCA names: absent in an individual's.
    """
    subject = names.plus(PERSON, oids.ORGANIZATIONAL_UNIT, f"bin{BIN}")
    return pki.scene(pki.person(subject=subject)).invalid("subject_invalid")


@case("subject::bin::lower-case-prefix")
def lower_case(pki: Pki) -> Verdicted:
    """The prefix is in lower case.

    root → issuer → director → message

    Clause: NCA names: BIN.
    """
    return _numbered(pki, f"bin{BIN}").invalid("subject_invalid")


@case("subject::bin::no-prefix")
def no_prefix(pki: Pki) -> Verdicted:
    """The twelve digits stand without BIN before them.

    root → issuer → director → message

    Clause: NCA names: BIN and twelve digits.
    """
    return _numbered(pki, BIN).invalid("subject_invalid")


@case("subject::bin::unicode-digits", "unicode")
def unicode_digits(pki: Pki) -> Verdicted:
    """The digits are Arabic-Indic ones.

    root → issuer → director → message

    Clause: attack list: Unicode digits.
    """
    digits = "".join(chr(0x0660 + int(digit)) for digit in BIN)
    return _numbered(pki, f"BIN{digits}").invalid("subject_invalid")


@case("subject::bin::spaces")
def spaces(pki: Pki) -> Verdicted:
    """A space stands between BIN and the digits.

    root → issuer → director → message

    Clause: attack list: spaces.
    """
    return _numbered(pki, f"BIN {BIN}").invalid("subject_invalid")


@case("subject::bin::11-digits")
def eleven(pki: Pki) -> Verdicted:
    """The number has eleven digits.

    root → issuer → director → message

    Clause: NCA numbers: twelve digits.
    """
    return _numbered(pki, f"BIN{BIN[:-1]}").invalid("subject_invalid")


@case("subject::bin::13-digits")
def thirteen(pki: Pki) -> Verdicted:
    """The number has thirteen digits.

    root → issuer → director → message

    Clause: NCA numbers: twelve digits.
    """
    return _numbered(pki, f"BIN{BIN}1").invalid("subject_invalid")


@case("subject::bin::text-after", "impersonation")
def text_after(pki: Pki) -> Verdicted:
    """Text stands after the twelve digits.

    root → issuer → director → message

    Clause: NCA numbers: twelve digits and nothing more.
    """
    return _numbered(pki, f"BIN{BIN}, BIN050540000006").invalid("subject_invalid")


@case("subject::bin::check-digit", kinds=EVERY)
def check_digit(pki: Pki) -> Verdicted:
    """The twelfth digit is not the one computed from the others.

    root → issuer → director → message

    Clause: NCA numbers; numbers: strict.
    """
    return _numbered(pki, f"BIN{BIN[:-1]}4").invalid("check_digit")


@case("subject::bin::check-digit-warned")
def check_digit_warned(pki: Pki) -> Verdicted:
    """The twelfth digit is wrong, and the policy only warns.

    root → issuer → director → message

    Clause: NCA numbers; numbers: warn.
    """
    return _numbered(pki, f"BIN{BIN[:-1]}4").under(numbers="warn").valid("bin_check_digit")


@case("subject::bin::month-13")
def month_13(pki: Pki) -> Verdicted:
    """The number says that the organisation was registered in a thirteenth month.

    root → issuer → director → message

    Clause: NCA numbers: YYMM; numbers: strict.
    """
    return _numbered(pki, f"BIN{numbered('15134000002')}").invalid("number_date")


@case("subject::bin::month-13-warned")
def month_warned(pki: Pki) -> Verdicted:
    """The number says a thirteenth month, and the policy only warns.

    root → issuer → director → message

    Clause: NCA numbers; numbers: warn.
    """
    number = numbered("15134000002")
    return _numbered(pki, f"BIN{number}").under(numbers="warn").valid("bin_date")


@case("subject::bin::number-of-a-person", "impersonation")
def number_of_a_person(pki: Pki) -> Verdicted:
    """The twelve digits are a person's IIN: its fifth digit is no kind of registrant.

    root → issuer → director → message

    Clause: NCA numbers: a fifth digit of 4 to 6 tells a BIN from an IIN.
    """
    return _numbered(pki, f"BIN{numbered('90041240001')}").invalid("number_date")


@case("subject::bin::non-resident")
def non_resident(pki: Pki) -> Verdicted:
    """Nothing is wrong: the fifth digit says a non-resident.

    root → issuer → director → message

    Clause: NCA numbers: 5 is a non-resident.
    """
    number = numbered("15035000001")
    return _numbered(pki, f"BIN{number}").valid(subject={"bin": number})


@case("subject::bin::joint-entrepreneur")
def joint(pki: Pki) -> Verdicted:
    """Nothing is wrong: the fifth digit says a joint individual entrepreneur.

    root → issuer → director → message

    Clause: NCA numbers: 6 is a joint individual entrepreneur.
    """
    number = numbered("15036000001")
    return _numbered(pki, f"BIN{number}").valid(subject={"bin": number})


@case("subject::organization::missing")
def organization_missing(pki: Pki) -> Verdicted:
    """An organisation's certificate has no O.

    root → issuer → director → message

    Clause: NCA names: organisation name.
    """
    return _named(pki, names.without(DIRECTOR, oids.ORGANIZATION)).invalid("subject_invalid")


@case("subject::organization::twice")
def organization_twice(pki: Pki) -> Verdicted:
    """O stands twice, with two names.

    root → issuer → director → message

    Clause: NCA names: one organisation.
    """
    both = names.plus(DIRECTOR, oids.ORGANIZATION, "ЖШС Басқа")
    return _named(pki, both).invalid("subject_invalid")


@case("subject::organization::iin-missing")
def director_without_iin(pki: Pki) -> Verdicted:
    """An organisation's certificate names no person.

    root → issuer → organisation → message

    Clause: NCA names: the person who acts for it has an IIN.
    """
    return _named(pki, names.without(DIRECTOR, oids.SERIAL_NUMBER)).invalid("subject_invalid")
