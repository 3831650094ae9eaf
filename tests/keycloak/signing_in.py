"""People who sign in by password, step by step, so that a realm may change between the steps."""

from __future__ import annotations

import random
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import requests

from provisioning.connection import Connection
from tests.keycloak.own_keycloak import PLANTED, Person

CALLBACK = "http://localhost:18101/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair of RFC 7636, appendix B."""

_PASSWORD = f"Aa1%{secrets.token_hex(8)}"
_STEPS = 6
"""More pages than this between two sign-in pages mean that somebody goes round in circles."""


class SignInFailedError(Exception):
    """Somebody with the right password did not get in."""


@dataclass(frozen=True, slots=True)
class Portal:
    """Where people sign in: the server, the realm, the agreement's value they accept."""

    url: str
    realm: str
    agreement: str

    def address(self, endpoint: str) -> str:
        """One of OpenID Connect's endpoints."""
        return f"{self.url}/realms/{self.realm}/protocol/openid-connect/{endpoint}"


def new_person(admin: Connection, realm: str) -> str:
    """An account with a password and a confirmed e-mail, which has accepted no agreement yet."""
    name = secrets.token_hex(13)
    email = f"{name}@example.kz"
    user = {
        "username": f"p-{name}",
        "email": email,
        "emailVerified": True,
        "enabled": True,
        "credentials": [{"type": "password", "value": _PASSWORD, "temporary": False}],
    }
    admin.request("POST", f"/realms/{realm}/users", user)
    return email


class SignIn:
    """One sign-in in one browser. `asked` counts how often the password was typed."""

    def __init__(self, portal: Portal, email: str, browser: Person | None = None) -> None:
        self.portal, self.email = portal, email
        self.browser = browser or Person()
        self.asked = 0
        self._page = self.browser.get(portal.address("auth"), self._request())

    def _request(self) -> dict[str, str]:
        return {
            "client_id": "portal",
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": CALLBACK,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }

    @property
    def at_once(self) -> bool:
        """Whether the browser's session was enough: no page was shown."""
        return self._code() is not None

    def to_the_gate(self) -> None:
        """Type the password and stop where the agreement is asked."""
        self._type_password()
        self._follow()
        if _form(self._page.text, "kc-update-profile-form") is None:
            raise self._failed("the agreement was not asked")

    def finish(self) -> str:
        """Do what the pages ask until the portal has tokens; the refresh token."""
        for _ in range(_STEPS):
            self._follow()
            code = self._code()
            if code is not None:
                return self._redeemed(code)
            gate = _form(self._page.text, "kc-update-profile-form")
            if gate is not None:
                answers = {"email": self.email, "agreement": self.portal.agreement}
                self._page = self.browser.post(gate, answers)
            else:
                self._type_password()
        raise self._failed("it goes round in circles")

    def refreshed(self, refresh_token: str) -> None:
        """The portal keeps the session alive."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        self._tokens(form)

    def _type_password(self) -> None:
        form = _form(self._page.text, "kc-form-login")
        if self._page.status_code != 200 or form is None:
            raise self._failed("there is no password form")
        self.asked += 1
        answers = {"username": self.email, "password": _PASSWORD}
        self._page = self.browser.post(form, answers)

    def _follow(self) -> None:
        for _ in range(_STEPS):
            if self._page.status_code not in {302, 303} or self._code() is not None:
                return
            self._page = self.browser.get(self._page.headers["Location"])

    def _code(self) -> str | None:
        location = self._page.headers.get("Location", "")
        found = parse_qs(urlsplit(location).query).get("code")
        return found[0] if found and location.startswith(CALLBACK) else None

    def _redeemed(self, code: str) -> str:
        return self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
            }
        )

    def _tokens(self, form: dict[str, str]) -> str:
        who = {"client_id": "portal", "client_secret": PLANTED}
        answer = requests.post(self.portal.address("token"), data=form | who, timeout=30)
        if answer.status_code != 200:
            raise SignInFailedError(f"{form['grant_type']}: {answer.status_code} {answer.text}")
        return str(answer.json()["refresh_token"])

    def _failed(self, what: str) -> SignInFailedError:
        title = re.search(r"<title>(.*?)</title>", self._page.text, re.DOTALL)
        said = " ".join((title[1] if title else self._page.text[:200]).split())
        return SignInFailedError(f"{what}: {self._page.status_code} {said}")


def _form(page: str, identity: str) -> str | None:
    """Where the form of that id goes."""
    tag = re.search(rf'<form[^>]*id="{identity}"[^>]*>', page)
    action = re.search(r'action="([^"]+)"', tag[0]) if tag else None
    return action[1].replace("&amp;", "&") if action else None


@dataclass
class Crowd:
    """People who sign in over and over in threads of their own, each at their own pace."""

    portal: Portal
    emails: tuple[str, ...]
    pause_seconds: float = 0.6
    done: Counter[str] = field(default_factory=Counter)
    spans: list[tuple[float, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Crowd:
        for number, email in enumerate(self.emails):
            thread = threading.Thread(target=self._live, args=(email, number))
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
        if any(thread.is_alive() for thread in self._threads):
            self.failures.append("somebody is still signing in")

    def _live(self, email: str, seed: int) -> None:
        pace = random.Random(seed)  # noqa: S311 - reproducible
        while not self._stop.is_set():
            try:
                self._once(email, pace)
            except (SignInFailedError, requests.RequestException) as error:
                self.failures.append(f"{email}: {error}")

    def _once(self, email: str, pace: random.Random) -> None:
        began = time.monotonic()
        sign_in = SignIn(self.portal, email)
        self._stop.wait(pace.uniform(0, self.pause_seconds))
        token = sign_in.finish()
        self.done[f"password typed {sign_in.asked}"] += 1
        self.spans.append((began, time.monotonic()))
        sign_in.refreshed(token)
        again = SignIn(self.portal, email, sign_in.browser)
        again.finish()
        self.done["without a page" if again.at_once else "asked in its session"] += 1
