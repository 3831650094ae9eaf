"""A valid verdict names the holder of the certificate, as the certificate names them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from tests.properties.world import judge
from tests.unit.eds_verifier.factory import CEO, INDIVIDUAL, SIGN, Message, issue, pki

_LETTERS = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯABCDEFGHIJKLMNOPQRSTUVWXYZ"
WORD = st.text(_LETTERS, min_size=1, max_size=20)
ORGANISATION = st.text(_LETTERS + '0123456789 .,"«»-()/&', min_size=1, max_size=60).filter(
    lambda text: text == text.strip() and "  " not in text
)
_FIRST = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def _with_check_digit(eleven: str) -> str | None:
    """The number with its twelfth digit; None when the number is never issued."""
    for weights in (_FIRST, _SECOND):
        check = sum(int(d) * w for d, w in zip(eleven, weights, strict=True)) % 11
        if check < 10:
            return eleven + str(check)
    return None


@st.composite
def iins(draw: st.DrawFn) -> str:
    """IINs of people born in 1930 to 2008."""
    born = draw(st.dates(date(1930, 1, 1), date(2008, 12, 31)))
    century = (3 if born.year < 2000 else 5) + draw(st.integers(0, 1))
    number = None
    while number is None:
        number = _with_check_digit(f"{born:%y%m%d}{century}{draw(st.integers(0, 9999)):04}")
    return number


@st.composite
def bins(draw: st.DrawFn) -> str:
    """BINs of resident organisations registered in 2000 to 2025."""
    number = None
    while number is None:
        year, month = draw(st.integers(0, 25)), draw(st.integers(1, 12))
        kind = draw(st.integers(0, 2))
        number = _with_check_digit(f"{year:02}{month:02}4{kind}{draw(st.integers(0, 99999)):05}")
    return number


@settings(max_examples=60, deadline=None)
@given(iin=iins(), surname=WORD, given_name=WORD, patronymic=WORD)
def test_an_individual_is_who_the_certificate_says(
    iin: str, surname: str, given_name: str, patronymic: str
) -> None:
    subject = (
        (oids.COMMON_NAME, f"{surname} {given_name}"),
        (oids.SURNAME, surname),
        (oids.GIVEN_NAME, patronymic),
        (oids.SERIAL_NUMBER, f"IIN{iin}"),
        ("2.5.4.6", "KZ"),
    )
    setup = pki("rsa")
    draft = replace(setup.person(), subject=subject, extensions=(SIGN, INDIVIDUAL))
    verdict = judge(Message(issue(draft, setup.issuer)).encode())
    assert verdict.verdict == "valid", verdict
    assert verdict.subject is not None
    assert verdict.subject.model_dump() == {
        "iin": iin,
        "surname": surname,
        "given_name": given_name,
        "patronymic": patronymic,
        "common_name": f"{surname} {given_name}",
        "subject_type": "individual",
        "bin": "",
        "organization": "",
        "role": "",
    }


@settings(max_examples=40, deadline=None)
@given(iin=iins(), bin_=bins(), organisation=ORGANISATION)
def test_who_acts_for_an_organisation_is_who_the_certificate_says(
    iin: str, bin_: str, organisation: str
) -> None:
    subject = (
        (oids.ORGANIZATIONAL_UNIT, f"BIN{bin_}"),
        (oids.ORGANIZATION, organisation),
        (oids.COMMON_NAME, "ӘЛИЕВ ДӘУРЕН"),
        (oids.SURNAME, "ӘЛИЕВ"),
        (oids.SERIAL_NUMBER, f"IIN{iin}"),
        ("2.5.4.6", "KZ"),
    )
    setup = pki("rsa")
    draft = replace(setup.director(), subject=subject, extensions=(SIGN, CEO))
    verdict = judge(Message(issue(draft, setup.issuer)).encode())
    assert verdict.verdict == "valid", verdict
    assert verdict.subject is not None
    assert (verdict.subject.iin, verdict.subject.bin) == (iin, bin_)
    assert verdict.subject.organization == unicodedata.normalize("NFC", organisation)
    assert verdict.subject.role == "ceo"


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=24))
def test_whatever_stands_for_an_iin_is_the_iin_or_refused(text: str) -> None:
    setup = pki("rsa")
    person = setup.person()
    subject = tuple(
        (oid, text if oid == oids.SERIAL_NUMBER else value) for oid, value in person.subject
    )
    verdict = judge(Message(issue(replace(person, subject=subject), setup.issuer)).encode())
    assert verdict.verdict == "invalid" or (
        verdict.subject is not None and f"IIN{verdict.subject.iin}" == text
    )
