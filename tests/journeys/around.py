"""What stands beside the browser: NCALayer's desk, the letters, and a person going through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from stand.settings import StandSettings
from tests.journeys.browser import PATIENCE, Browser

GOOD_PASSWORD = "Aqsu-2026-%-dala"
TIMEOUT = 10

# A cell of a claim that is absent or empty holds a note for people instead of a value.
READ_CLAIMS = """
const rows = document.querySelectorAll(arguments[0] + " tr[data-claim]");
return Object.fromEntries([...rows].map((row) => {
  const cell = row.querySelector("td");
  return [row.dataset.claim, cell.querySelector(".quiet") ? "" : cell.textContent.trim()];
}));
"""


class NcaLayer:
    """The emulator's desk: who signs from now on."""

    def __init__(self, settings: StandSettings) -> None:
        self._url = settings.ncalayer_page_url

    def sign_as(self, key: str) -> None:
        """Sign with that key whatever it fits, from now on."""
        self._decide(key)

    def sign_even_if_not_asked_for(self, key: str) -> None:
        """Sign with a key the page did not ask for, as a changed NCALayer could."""
        self._decide(key, ignore_filter=True)

    def cancel(self) -> None:
        self._decide("cancel")

    def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self._url}/api/keys", timeout=TIMEOUT).json()
        return found

    def holds(self, key: str) -> bool:
        return key in [item["id"] for item in self.keys()]

    def _decide(self, key: str, *, ignore_filter: bool = False) -> None:
        body = {"key": key, "ignore_filter": ignore_filter}
        answer = requests.post(f"{self._url}/api/auto", json=body, timeout=TIMEOUT)
        assert answer.ok, answer.text


class Letters:
    """The mail catcher."""

    def __init__(self, settings: StandSettings) -> None:
        self._url = settings.mail_page_url

    def to(self, address: str) -> list[dict[str, Any]]:
        answer = requests.get(f"{self._url}/api/letters", params={"to": address}, timeout=TIMEOUT)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def wait(self, address: str, *, more_than: int = 0) -> dict[str, Any]:
        """The newest letter to `address`, once there are more than that many."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            found = self.to(address)
            if len(found) > more_than:
                return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no letter to {address}")

    def link(self, address: str, *, more_than: int = 0) -> str:
        """The action link of the newest letter."""
        links: list[str] = self.wait(address, more_than=more_than)["links"]
        return next(link for link in links if "action-token" in link)


@dataclass(frozen=True)
class Journey:
    """One person at one portal: the steps everybody takes, in the order they come."""

    browser: Browser
    ncalayer: NcaLayer
    letters: Letters
    portal: str
    keycloak: str
    verifier: str

    def begin(self) -> None:
        """From the portal to Keycloak's sign-in page."""
        self.browser.open(self.portal)
        self.browser.click("#sign-in")
        self.browser.arrive(self.keycloak)

    def choose_eds(self) -> None:
        """From Keycloak's sign-in page to the verifier's."""
        self.browser.click("#social-eds")
        self.browser.arrive(self.verifier)

    def sign(self) -> None:
        """Press the verifier's big button; NCALayer signs as it was told."""
        self.browser.click("#signing[data-kind=sign_in] #sign")

    def sign_in_with(self, key: str) -> None:
        """From the portal to the verifier's answer to a signature by that key."""
        self.ncalayer.sign_as(key)
        self.begin()
        self.choose_eds()
        self.sign()

    def accept(self) -> None:
        """Accept and sign the agreement."""
        self.browser.click("#signing[data-kind=acceptance] #sign")

    def give_email(self, address: str) -> None:
        self.browser.write("#email", address)
        self.browser.click("#tanba-save")

    def set_password(self, password: str = GOOD_PASSWORD) -> None:
        self.browser.write("#password-new", password)
        self.browser.write("#password-confirm", password)
        self.browser.click("#kc-submit")

    def confirm_email(self, address: str) -> None:
        """Open the activation letter's link in the same browser."""
        self.browser.see_text(address)
        self.browser.open(self.letters.link(address))

    def register(self, key: str, address: str) -> dict[str, Any]:
        """The whole first sign-in; the claims the portal was given."""
        self.sign_in_with(key)
        self.accept()
        self.give_email(address)
        self.set_password()
        self.confirm_email(address)
        return self.claims()

    def again_with(self, key: str) -> dict[str, Any]:
        """From the portal, sign in anew by EDS with another certificate."""
        self.ncalayer.sign_as(key)
        self.browser.click("#again-organisation")
        self.browser.arrive(self.verifier)
        self.sign()
        return self.claims()

    def need_key(self, key: str) -> None:
        """Skip, visibly, where the key is not at hand (the NCA's test keys are shared data)."""
        if not self.ncalayer.holds(key):
            pytest.skip(f"the key {key} is not here")

    def sign_again_with_password(self, address: str, password: str) -> None:
        """On the sign-in page of a live session, which may know the address already."""
        if self.browser.which("#username", "#password") == 0:
            self.browser.write("#username", address)
        self.browser.write("#password", password)
        self.browser.click("#kc-login")

    def sign_in_with_password(self, address: str, password: str = GOOD_PASSWORD) -> None:
        self.browser.write("#username", address)
        self.browser.write("#password", password)
        self.browser.click("#kc-login")

    def refused_with(self) -> str:
        """The state the verifier's page shows after a signature was refused."""
        shown = self.browser.see("#alert[data-shown]")
        return shown.get_attribute("data-shown") or ""

    def claims(self) -> dict[str, Any]:
        """The ID token's claims as the portal shows them; absent and empty ones are ""."""
        self.browser.arrive(self.portal)
        self.browser.see("#id-token")
        found: dict[str, Any] = self.browser.driver.execute_script(READ_CLAIMS, "#id-token")
        return found
