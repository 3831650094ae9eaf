"""Keycloak's gate where the agreement is accepted by a click (`consent: click`)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.around import Journey
from tests.stand_fixture import CLICK

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]


def to_the_gate(journey: Callable[..., Journey], key: str, language: str) -> Journey:
    person = journey(CLICK, language=language)
    person.sign_in_with(key)  # no acceptance follows: the gate asks
    person.browser.see("#tanba-accept")
    return person


def test_the_gate_shows_the_text_and_accepting_it_lets_in(
    journey: Callable[..., Journey],
) -> None:
    person = to_the_gate(journey, "aizhan-gost-sign", "ru")
    person.browser.see_text("ПОЛЬЗОВАТЕЛЬСКОЕ СОГЛАШЕНИЕ")
    person.browser.shot("gate-ru")
    person.browser.write("#email", "aizhan.click@mail.example")
    person.browser.click("#tanba-accept")
    person.set_password()
    person.confirm_email("aizhan.click@mail.example")
    claims = person.claims()
    assert claims["agreement"].startswith("1:ru:")
    assert claims["agreement_signed"] == ""  # a click is no signature


def test_declining_at_the_gate_lets_nobody_in(journey: Callable[..., Journey]) -> None:
    person = to_the_gate(journey, "daniyar-gost-sign", "kk")
    person.browser.click("#tanba-decline")
    person.browser.see("#social-eds")
    person.browser.open(person.portal)
    person.browser.see("#sign-in")


@pytest.mark.parametrize("value", ["1:kk:0000000000000000", "2:kk:0000000000000000", "signed"])
def test_a_forged_value_is_refused_at_the_gate(journey: Callable[..., Journey], value: str) -> None:
    person = to_the_gate(journey, "daniyar-gost-sign", "en")
    person.browser.write("#email", "daniyar.click@mail.example")
    person.browser.driver.execute_script(
        "document.getElementById('tanba-accept').value = arguments[0];"
        "document.body.dataset.before = 'yes'",
        value,
    )
    person.browser.click("#tanba-accept")
    person.browser.see("body:not([data-before]) #tanba-accept")  # asked again, not let through
    person.browser.open(person.portal)
    person.browser.see("#sign-in")
