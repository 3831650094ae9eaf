"""Journey 3: coming back by EDS, by password, and after forgetting the password."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.journeys.around import GOOD_PASSWORD, Journey

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]

NEW_PASSWORD = "Sary-arqa-2026-%-jel"


def in_the_next_second(shown: str) -> None:
    """Wait until another second has begun: tokens tell time in whole ones."""
    while time.time() < int(shown.split(maxsplit=1)[0]) + 1:
        time.sleep(0.05)


def test_people_come_back_by_eds_by_password_and_after_forgetting_it(
    journey: Callable[..., Journey],
) -> None:
    address = "aizhan@mail.example"
    person = journey("grain-receipts", language="kk")
    first = person.register("aizhan-gost-sign", address)

    # A password re-login inside the live EDS session moves auth_time, never eds_auth_time.
    in_the_next_second(first["auth_time"])
    person.browser.click("#again-password")
    person.sign_again_with_password(address, GOOD_PASSWORD)
    again = person.claims()
    assert again["eds_auth_time"] == first["eds_auth_time"] != ""
    assert again["auth_time"] != first["auth_time"]

    back = journey("grain-receipts", language="kk")
    back.sign_in_with("aizhan-rsa-auth")
    claims = back.claims()  # nothing more is asked: the agreement was signed already
    assert claims["sub"] == first["sub"]
    assert claims["agreement_signed"] == first["agreement_signed"]

    forgot = journey("grain-receipts", language="ru")
    before = len(forgot.letters.to(address))
    forgot.begin()
    forgot.browser.click("a[href*='reset-credentials']")
    forgot.browser.write("#username", address)
    forgot.browser.click("form button[type=submit], form input[type=submit]")
    forgot.browser.open(forgot.letters.link(address, more_than=before))
    forgot.set_password(NEW_PASSWORD)
    assert forgot.claims()["sub"] == first["sub"]

    last = journey("grain-receipts", language="en")
    last.begin()
    last.sign_in_with_password(address, GOOD_PASSWORD)
    last.browser.see("#input-error-username, #input-error, .tanba-alert-error, .pf-m-error")
    last.sign_in_with_password(address, NEW_PASSWORD)
    assert last.claims()["sub"] == first["sub"]
