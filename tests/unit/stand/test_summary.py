"""The table at the end of `tanba up`."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from stand.settings import StandSettings
from stand.summary import summary

ROOT = Path(__file__).resolve().parents[3]


def test_it_names_every_address_a_person_needs() -> None:
    settings = StandSettings.of_repository(ROOT, {"TANBA_STAND_PORT_SHIFT": "300"})
    text = io.StringIO()
    Console(file=text, width=100).print(summary(settings))
    for address in (
        *settings.portal_urls,
        settings.ncalayer_page_url,
        settings.mail_page_url,
        settings.keycloak_url,
    ):
        assert address in text.getvalue()
