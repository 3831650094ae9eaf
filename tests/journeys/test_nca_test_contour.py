"""A sign-in with a real certificate: the NCA's own test contour, its published key, its CRL."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.around import Journey
from tests.stand_fixture import NCA_TEST

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]

VALID = "nca-test-gost2015_individual_valid"
REVOKED = "nca-test-gost2015_individual_revoked"


def test_the_ncas_published_test_key_signs_in_from_end_to_end(
    shared_data: object, journey: Callable[..., Journey]
) -> None:
    person = journey(NCA_TEST, language="ru")
    claims = person.register(VALID, "nca-test@mail.example")
    person.browser.shot("nca-test-portal")
    assert claims["iin"] == "123456789011"  # the NCA's fictitious person
    assert (claims["family_name"], claims["given_name"]) == ("ТЕСТОВ", "ТЕСТ")
    assert claims["subject_type"] == "individual"
    assert claims["agreement_signed"].startswith("1:ru:")


def test_the_ncas_revoked_test_key_is_refused_by_its_crl(
    shared_data: object, journey: Callable[..., Journey]
) -> None:
    person = journey(NCA_TEST, language="kk")
    person.ncalayer.sign_as(REVOKED)
    person.begin()
    person.choose_eds()
    assert person.browser.see(".unsafe").is_displayed()  # the page says that time is set
    person.sign()
    assert person.refused_with() in {"revoked", "suspended"}
