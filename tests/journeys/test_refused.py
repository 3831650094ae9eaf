"""Journey 5: a refusal says what happened and what to do, in the person's language."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from ruamel.yaml import YAML

from stand.keycloak.instance import answers
from stand.settings import Ports
from stand.supervisor import Stand
from stand.verifier import tanba
from tests.journeys.around import Journey
from tests.journeys.browser import PATIENCE

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]


@pytest.mark.parametrize(
    ("key", "state", "language"),
    [
        ("timur-gost-sign", "expired", "kk"),
        ("saule-gost-sign", "revoked", "ru"),
        ("ruslan-gost-sign", "suspended", "en"),
        ("system-astyq-gost-sign", "information_system", "ru"),
        ("nca-test-gost2015_individual_valid", "untrusted", "en"),
    ],
)
def test_a_certificate_that_may_not_sign_in_is_refused_with_its_reason(
    journey: Callable[..., Journey], key: str, state: str, language: str
) -> None:
    person = journey("grain-receipts", language=language)
    person.need_key(key)
    person.ncalayer.sign_even_if_not_asked_for(key)
    person.begin()
    person.choose_eds()
    person.sign()
    assert person.refused_with() == state
    person.browser.shot(f"refused-{state}-{language}")
    assert person.browser.url.startswith(person.verifier)  # no code was given


def test_cancelling_in_ncalayer_leaves_the_page_ready_for_another_try(
    journey: Callable[..., Journey],
) -> None:
    person = journey("grain-receipts", language="kk")
    person.ncalayer.cancel()
    person.begin()
    person.choose_eds()
    person.sign()
    assert person.refused_with() == "cancelled"
    person.browser.shot("refused-cancelled-kk")
    person.ncalayer.sign_as("aizhan-gost-sign")
    person.sign()
    assert person.browser.which("#signing[data-kind=acceptance]", "#email", "#id-token") >= 0


def test_an_ncalayer_that_does_not_run_is_named(
    stand: Stand, tmp_path: Path, journey: Callable[..., Journey]
) -> None:
    person = journey("grain-receipts", language="ru")
    with verifier_without_ncalayer(stand, tmp_path) as address:
        person.browser.open(address + authorization_request(stand.settings.keycloak_url))
        person.sign()
        assert person.refused_with() == "ncalayer_absent"
        person.browser.shot("refused-ncalayer-absent-ru")


@contextmanager
def verifier_without_ncalayer(stand: Stand, folder: Path) -> Iterator[str]:
    """A second verifier that sends pages to a port where nothing listens; its address."""
    own, nobody = Ports.free().verifier, Ports.free().ncalayer_ws
    yaml = YAML(typ="safe")
    settings = yaml.load(stand.settings.verifier_dir / "verifier.yaml")
    address = f"http://localhost:{own}"
    settings |= {
        "base_url": address,
        "listen": f"127.0.0.1:{own}",
        "store": f"sqlite:///{folder / 'verifier.sqlite'}",
        "unsafe_plain_ncalayer": f"ws://127.0.0.1:{nobody}",
    }
    path = folder / "verifier.yaml"
    yaml.dump(settings, path)
    path.chmod(0o600)
    environ = os.environ | dict(stand.variables) | {"TANBA_VERIFIER_URL": address}
    child = subprocess.Popen(tanba("eds", "serve", "--settings", str(path)), env=environ)
    try:
        limit = time.monotonic() + PATIENCE
        while not answers(f"{address}/health/live"):
            assert child.poll() is None, "the verifier ended"
            assert time.monotonic() < limit, "the verifier does not answer"
            time.sleep(0.1)
        yield address
    finally:
        child.terminate()
        child.wait(PATIENCE)


def authorization_request(keycloak: str) -> str:
    """What the realm's broker sends, with its own redirect address."""
    return "/r/grain-receipts/authorize?" + urlencode(
        {
            "client_id": "keycloak",
            "redirect_uri": f"{keycloak}/realms/grain-receipts/broker/eds/endpoint",
            "response_type": "code",
            "scope": "openid",
            "state": "s" * 32,
            "nonce": "n" * 32,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
            "ui_locales": "ru",
        }
    )


def test_an_authentication_key_accepts_nothing(journey: Callable[..., Journey]) -> None:
    person = journey("e-architecture", language="ru")
    person.sign_in_with("arman-astyq-gost-sign")
    person.browser.see("#signing[data-kind=acceptance]")
    person.ncalayer.sign_even_if_not_asked_for("arman-astyq-rsa-auth")
    person.accept()
    assert person.refused_with() == "wrong_key_sign"


def test_somebody_elses_signature_accepts_nothing(journey: Callable[..., Journey]) -> None:
    person = journey("e-architecture", language="en")
    person.sign_in_with("arman-astyq-gost-sign")
    person.browser.see("#signing[data-kind=acceptance]")
    person.ncalayer.sign_even_if_not_asked_for("daniyar-gost-sign")
    person.accept()
    assert person.refused_with() == "another_person"


def test_declining_the_agreement_lets_nobody_in(journey: Callable[..., Journey]) -> None:
    person = journey("e-architecture", language="kk")
    person.sign_in_with("arman-astyq-gost-sign")
    person.browser.click("#decline")
    person.browser.see("a[href$='/return']")
    person.browser.shot("declined-kk")
    person.browser.click("a[href$='/return']")
    person.browser.see("#social-eds")  # Keycloak's sign-in page: nobody is signed in
    person.browser.open(person.portal)
    person.browser.see("#sign-in")
