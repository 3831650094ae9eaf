"""A realm of a portal's policy on a running Keycloak, its broker told what to say.

The policy is the grain receipts' own; only the verifier's address is another.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import requests
from aiosmtpd.controller import Controller

from policies.loader import load_portals
from policies.model import PortalPolicy
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from provisioning.connection import Connection
from stand.keycloak.releases import Release
from stand.mail.box import Mailbox
from stand.settings import Ports
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import PLANTED, POLICY_ENVIRON, OwnKeycloak
from tests.matrix.issuer import Issuer, running_issuer
from tests.matrix.person import Page, Person
from tests.stand_fixture import derived_policy

REALM = "facts"
PASSWORD = "Aqsu-2026-%-dala"
PORTAL = "http://localhost:18101"
CALLBACK = f"{PORTAL}/callback"
BROKER = "eds"

_VERIFIER = "a-verifier-of-forty-three-characters-or-more"
_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest())
_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody's account and what the broker says of them."""

    id: str
    sub: str
    email: str
    iin: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was redeemed for; claims unverified, they came from the server itself."""

    raw: Mapping[str, str] = field(repr=False)

    @property
    def id_claims(self) -> dict[str, Any]:
        return _payload(self.raw["id_token"])

    @property
    def access_claims(self) -> dict[str, Any]:
        return _payload(self.raw["access_token"])


@dataclass(frozen=True, slots=True)
class Scene:
    """`admin` may do everything; `url` is the realm's own address."""

    server: OwnKeycloak
    release: Release
    policy: PortalPolicy
    issuer: Issuer
    letters: Mailbox
    admin: Connection
    base: str = f"/realms/{REALM}"

    @property
    def url(self) -> str:
        return f"{self.server.url}/realms/{REALM}"

    @property
    def agreement(self) -> str:
        """A value acceptable now."""
        version = self.policy.agreements().posted(datetime.now(UTC))
        return version.text_for("kk").value

    # -- people --------------------------------------------------------------------------------

    def account(self, *, linked: bool = True, accepted: bool = False) -> Account:
        """Made by the operator: e-mail confirmed, password set, linked to the broker.

        `accepted`: there was an EDS sign-in since, which brought the agreement.
        """
        mark = secrets.token_hex(5)
        sub = f"p-{base64.b32encode(secrets.token_bytes(16)).decode().rstrip('=').lower()}"
        email, iin = f"{mark}@person.example", f"{secrets.randbelow(10**12):012d}"
        body: dict[str, Any] = {"username": sub, "email": email, "emailVerified": True}
        body |= {"firstName": "Айгүл", "lastName": "Сапарова", "enabled": True}
        body["credentials"] = [{"type": "password", "value": PASSWORD, "temporary": False}]
        self.admin.request("POST", f"{self.base}/users", body)
        (found,) = self.admin.get(f"{self.base}/users?username={sub}&exact=true")
        account = Account(found["id"], sub, email, iin)
        if linked:
            link = {"identityProvider": BROKER, "userId": sub, "userName": sub}
            path = f"{self.base}/users/{account.id}/federated-identity/{BROKER}"
            self.admin.request("POST", path, link)
        if accepted:
            page = self.by_eds(self.person(), self.claims(account))
            assert "code" in page.answer, page.said()
        return account

    def stored(self, account: Account) -> dict[str, Any]:
        """The account's attributes as an admin reads them."""
        found = self.admin.get(f"{self.base}/users/{account.id}")
        return dict(found.get("attributes") or {})

    def claims(self, account: Account, **changes: Any) -> dict[str, Any]:
        """Everything the verifier always sends, of an individual who accepted by signature."""
        claims: dict[str, Any] = {
            "sub": account.sub,
            "iin": account.iin,
            "name": "Айгүл Сапарова",
            "given_name": "Айгүл",
            "family_name": "Сапарова",
            "middle_name": "",
            "subject_type": "individual",
            "bin": "",
            "organization": "",
            "eds_role": "",
            "eds_serial": "01",
            "eds_not_after": "2027-01-01T00:00:00Z",
            "eds_key_storage": "file",
            "eds_auth_time": "1700000000",  # a number would not become a session note
            "agreement": self.agreement,
            "agreement_signed": self.agreement,
            "acr": "eds",
            "amr": ["swk"],
        }
        claims |= changes
        return {name: value for name, value in claims.items() if value is not None}

    # -- signing in ----------------------------------------------------------------------------

    def person(self) -> Person:
        """Somebody with a browser that has never been here."""
        return Person(CALLBACK)

    def begin(self, person: Person, **parameters: str) -> Page:
        """From the portal to wherever Keycloak leads."""
        asked = {
            "client_id": self.policy.portal.client_id,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": CALLBACK,
            "state": secrets.token_urlsafe(8),
            "code_challenge": _CHALLENGE.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return person.open(f"{self.url}/protocol/openid-connect/auth", asked | parameters)

    def by_password(self, person: Person, account: Account, **parameters: str) -> Page:
        """Sign in by e-mail and password."""
        page = self.begin(person, **parameters)
        form = {"username": account.email, "password": PASSWORD}
        return person.submit(page.form("kc-form-login"), form)

    def by_eds(self, person: Person, claims: Mapping[str, Any], **parameters: str) -> Page:
        """Sign in through the broker, which answers with `claims`."""
        self.issuer.claims = claims
        return self.begin(person, kc_idp_hint=BROKER, **parameters)

    def accept(self, person: Person, page: Page, **fields: str) -> Page:
        """Press Accept on the gate's page; `fields` are put in the place of what it holds."""
        accepted = {"agreement": self.agreement}
        return person.submit(page.form(GATE), page.fields(GATE) | accepted | fields)

    def tokens(self, page: Page) -> Tokens:
        """What the portal gets for the code."""
        assert "code" in page.answer, page.said()
        form = {"grant_type": "authorization_code", "code": page.answer["code"]}
        answer = self.token(form | {"redirect_uri": CALLBACK, "code_verifier": _VERIFIER})
        assert answer.ok, answer.text
        return Tokens(answer.json())

    def refreshed(self, tokens: Tokens) -> requests.Response:
        """What the portal gets for its refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": tokens.raw["refresh_token"]}
        return self.token(form)

    def token(self, form: Mapping[str, str], **client: str) -> requests.Response:
        """One request of the portal, or of another client, to the token endpoint."""
        who = {"client_id": self.policy.portal.client_id, "client_secret": PLANTED} | client
        url = f"{self.url}/protocol/openid-connect/token"
        return requests.post(url, data=who | dict(form), timeout=30)

    def events(self, account: Account, kind: str) -> list[dict[str, Any]]:
        """The account's events of that type, newest first."""
        return list(self.admin.get(f"{self.base}/events?user={account.id}&type={kind}"))


GATE = "kc-update-profile-form"
"""The page of VERIFY_PROFILE."""


def _payload(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@contextmanager
def scene(server: OwnKeycloak, release: Release, folder: Path) -> Iterator[Scene]:
    """Apply the policy to an empty realm as an admin does, then hand it over."""
    with running_issuer(REALM) as issuer, _mail(folder) as (port, letters):
        environ = POLICY_ENVIRON | {
            "TANBA_VERIFIER_URL": issuer.url.removesuffix(f"/r/{REALM}"),
            "TANBA_SMTP_HOST": "127.0.0.1",
            "TANBA_SMTP_PORT": str(port),
            "FACTS_URL": PORTAL,
            "FACTS_SECRET": PLANTED,
        }
        policies = ROOT / "policies" / "portals"
        path = derived_policy(policies / "grain-receipts", folder / REALM, ())
        admin = server.bootstrap()
        create_missing_realms(admin, [REALM])
        ensure_provisioner(admin, realms=[REALM], secret=server.provisioner_secret)
        done = tanba(server, "apply", "--yes", str(path), folder=folder, environ=environ)
        assert done.returncode == 0, done.stderr
        (policy,) = load_portals([path], environ=environ)
        yield Scene(server, release, policy, issuer, letters, admin)


def tanba(
    server: OwnKeycloak,
    *arguments: str,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    url: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """The command as an admin runs it; what it keeps goes under `folder`."""
    given = server.environ() | dict(environ or {})
    given |= {"TANBA_RUNS": str(folder / "runs"), "TANBA_KEYCLOAK_URL": url or server.url}
    return subprocess.run(
        [sys.executable, "-c", "from cli import main; main()", *arguments],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


@contextmanager
def _mail(folder: Path) -> Iterator[tuple[int, Mailbox]]:
    """A relay on a free port that keeps every letter."""
    box = Mailbox(folder / "letters", lambda: datetime.now(UTC))

    class Catcher:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            box.add(envelope.content, sender=envelope.mail_from, recipients=envelope.rcpt_tos)
            return "250 OK"

    port = Ports.free().smtp
    controller = Controller(Catcher(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, box
    finally:
        controller.stop()
