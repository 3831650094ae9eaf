"""Who learns an IIN: the portal that was given the scope, and nobody else."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stand.demo_ca.people import AIZHAN, HOLDINGS
from stand.supervisor import Stand
from tests.journeys.around import Journey

pytestmark = [pytest.mark.keycloak, pytest.mark.browser]

IINS = {holding.person.iin for holding in HOLDINGS if holding.person}


def logs(stand: Stand) -> Iterator[Path]:
    yield from stand.settings.logs_dir.glob("*.log")
    yield from stand.settings.keycloak_home.rglob("*.log")


def test_no_log_holds_an_iin_a_secret_or_a_signature(
    stand: Stand, journey: Callable[..., Journey]
) -> None:
    person = journey("e-architecture", language="en")
    claims = person.register("daniyar-gost-sign", "daniyar.privacy@mail.example")
    assert claims["iin"] in IINS  # it did travel
    secrets = [path.read_text().strip() for path in stand.settings.secrets_dir.iterdir()]
    assert secrets
    read = list(logs(stand))
    assert {"keycloak.log", "verifier.log", "services.log"} <= {path.name for path in read}
    for path in read:
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [iin for iin in IINS if iin in text], path.name
        assert not [secret for secret in secrets if secret in text], path.name
        assert not re.search(r"MII[A-Za-z0-9+/]{60}", text), path.name


def test_an_address_never_holds_an_iin(journey: Callable[..., Journey]) -> None:
    person = journey("e-architecture", language="kk")
    person.sign_in_with("aizhan-gost-sign")
    person.accept()
    person.browser.see("#email")
    visited = person.browser.driver.execute_script(
        "return performance.getEntries().map((entry) => entry.name)"
    )
    for address in [person.browser.url, *visited]:
        assert AIZHAN.iin not in address
        assert not [part for part in tokens_in(address) if AIZHAN.iin in json.dumps(part)]


def tokens_in(text: str) -> list[Any]:
    """The payloads of what look like JWTs in a text."""
    found = []
    for match in re.finditer(r"eyJ[\w-]+\.(eyJ[\w-]+)\.", text):
        padded = match[1] + "=" * (-len(match[1]) % 4)
        found.append(json.loads(base64.urlsafe_b64decode(padded)))
    return found
