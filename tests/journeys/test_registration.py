"""Journey 1 and 2: the first EDS sign-in is the registration; organisations are the session's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stand.demo_ca.people import DANIYAR, MADINA, QURYLYS, SAULET
from tests.journeys.around import GOOD_PASSWORD, Journey

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]


def test_a_new_individual_signs_accepts_and_lands_in_the_portal(
    journey: Callable[..., Journey],
) -> None:
    person = journey("grain-receipts", language="kk")
    person.ncalayer.sign_as("daniyar-gost-sign")
    person.begin()
    person.browser.see_text("ЭЦҚ")
    person.browser.shot("registration-1-sign-in")
    person.choose_eds()
    person.browser.shot("registration-2-eds")
    person.sign()
    person.browser.see_text("ПАЙДАЛАНУШЫ КЕЛІСІМІ")
    person.browser.shot("registration-3-agreement")
    person.accept()
    person.browser.see("#email")
    person.browser.shot("registration-4-email")
    person.give_email("daniyar@mail.example")
    person.browser.see("#password-new")
    person.browser.shot("registration-5-password")
    person.set_password()
    person.browser.see_text("daniyar@mail.example")
    person.browser.shot("registration-6-letter")
    person.browser.open(person.letters.link("daniyar@mail.example"))
    claims = person.claims()
    person.browser.shot("registration-7-portal")

    assert claims["iin"] == DANIYAR.iin
    assert claims["name"]
    assert (claims["family_name"], claims["given_name"], claims["middle_name"]) == (
        DANIYAR.surname,
        DANIYAR.given_name,
        DANIYAR.patronymic,
    )
    assert claims["subject_type"] == "individual"
    assert claims["bin"] == claims["organization"] == claims["eds_role"] == ""
    assert claims["agreement"].startswith("1:kk:")
    assert claims["agreement_signed"] == claims["agreement"]
    assert claims["eds_sub"].startswith("p-")
    assert DANIYAR.iin not in claims["eds_sub"] + claims["sub"]
    assert claims["eds_auth_time"]
    assert "preferred_username" not in claims


@pytest.mark.parametrize(
    "weak",
    ["short-1A%", "nodigits-Abc%efg", "NOLOWER-1-CASE%", "noupper-1-case%", "NoSpecial1Sign2"],
)
def test_a_password_that_breaks_a_rule_is_refused(
    journey: Callable[..., Journey], weak: str
) -> None:
    person = journey("e-architecture", language="ru")
    person.sign_in_with("gulmira-astyq-gost-sign")
    if person.browser.which("#signing[data-kind=acceptance]", "#email", "#password-new") == 0:
        person.accept()
    if person.browser.which("#email", "#password-new") == 0:
        person.give_email("gulmira@mail.example")
    person.set_password(weak)
    person.browser.see("#input-error-password, .tanba-alert-error, .pf-m-error")
    person.browser.see("#password-new")


def test_another_organisation_replaces_the_first_and_an_individual_leaves_no_trace(
    journey: Callable[..., Journey],
) -> None:
    person = journey("grain-receipts", language="ru")
    first = person.register("madina-saulet-gost-sign", "madina@mail.example")
    assert (first["bin"], first["organization"]) == (SAULET.bin, SAULET.name)
    assert (first["eds_role"], first["subject_type"]) == ("ceo", "legal_entity")
    assert first["agreement"].startswith("1:ru:")

    second = person.again_with("madina-qurylys-gost-sign")
    assert (second["bin"], second["organization"]) == (QURYLYS.bin, QURYLYS.name)
    assert second["eds_role"] == "signing_right"
    assert second["sub"] == first["sub"]

    alone = person.again_with("madina-gost-sign")
    assert alone["sub"] == first["sub"]
    assert alone["iin"] == MADINA.iin
    assert alone["subject_type"] == "individual"
    assert alone["bin"] == alone["organization"] == alone["eds_role"] == ""


def test_a_password_session_of_its_own_carries_no_organisation(
    journey: Callable[..., Journey],
) -> None:
    by_eds = journey("e-architecture", language="kk")
    by_eds.register("yerlan-astyq-gost-sign", "yerlan@mail.example")
    elsewhere = journey("e-architecture", language="kk")
    elsewhere.begin()
    elsewhere.sign_in_with_password("yerlan@mail.example", GOOD_PASSWORD)
    claims = elsewhere.claims()
    assert claims["iin"]
    assert claims["bin"] == claims["organization"] == claims["eds_role"] == ""
    assert claims["eds_auth_time"] == ""
