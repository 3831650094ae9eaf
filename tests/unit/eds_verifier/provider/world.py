"""A whole provider over the real store, the real judge and the demo CA, and browsers that use it.

Nothing is pretended but the network: OCSP answers and CRLs come from the demo CA by a call, and
Keycloak's keys from a table.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from starlette.testclient import TestClient

from eds_verifier.provider.app import create_app
from eds_verifier.provider.client_keys import ClientKeys, ClientKeysError
from eds_verifier.provider.logs import JsonLines
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.realms import make_realms
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.service import SignatureService
from eds_verifier.settings import RealmSettings, VerifierSettings
from eds_verifier.store.database import Database, open_database
from eds_verifier.trust import find_list, load_trust
from stand.demo_ca.model import DemoCa
from stand.demo_ca.server import CaState
from stand.signing.cms import sign_cms

ORIGIN = "https://verifier.test"
KEYCLOAK = "https://keycloak.test"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REPOSITORY = Path(__file__).resolve().parents[4]
PORTALS = REPOSITORY / "policies" / "portals"
GRAIN, ARCHITECTURE = "grain-receipts", "e-architecture"
ENVIRON = {
    "TANBA_VERIFIER_URL": ORIGIN,
    "TANBA_SMTP_HOST": "localhost",
    "TANBA_SMTP_PORT": "1025",
    "GRAIN_RECEIPTS_URL": "https://grain.test",
    "GRAIN_RECEIPTS_SECRET": "not-used-here",
    "E_ARCHITECTURE_URL": "https://architecture.test",
    "E_ARCHITECTURE_SECRET": "not-used-here",
}
PAGE_HEADERS = {"Origin": ORIGIN, "X-Tanba-Page": "1", "Content-Type": "application/json"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True)
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class CaFetcher:
    """OCSP and CRLs of the demo CA without a network; `down` makes it unreachable."""

    def __init__(self, state: CaState) -> None:
        self.state = state
        self.down = False

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        if self.down:
            raise FetchFailed("OCSP cannot be reached")
        return self.state.answer(request)

    def crl(self, url: str, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        name = urlsplit(url).path.rpartition("/")[2].removesuffix(".crl")
        found = None if self.down else self.state.crl(name)
        if found is None:
            raise FetchFailed("the CRL cannot be reached")
        return found


@dataclass(slots=True)
class KeycloakKeys:
    """The realm keys of a Keycloak: one RSA key each."""

    keys: dict[str, rsa.RSAPrivateKey]

    def jwks(self, url: str) -> bytes:
        realm = url.removeprefix(f"{KEYCLOAK}/realms/").partition("/")[0]
        if realm not in self.keys:
            raise ClientKeysError("no such realm")
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[realm].public_key()))
        entry = {**public, "kid": f"{realm}-key", "use": "sig", "alg": "RS256"}
        return json.dumps({"keys": [entry]}).encode()


class LogLines(logging.Handler):
    """Everything logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass(slots=True)
class World:
    around: Surroundings
    clock: Clock
    ca: DemoCa
    fetcher: CaFetcher
    keycloak: KeycloakKeys
    log: LogLines = field(default_factory=LogLines)

    @property
    def database(self) -> Database:
        return self.around.database

    def realm(self, name: str = GRAIN) -> Realm:
        return self.around.realms[name]

    def browser(self, realm: str = GRAIN) -> Browser:
        return Browser(self, realm)

    def with_realm(self, name: str, **changes: Any) -> World:
        """The same world with one realm changed."""
        realms = {**self.around.realms, name: replace(self.around.realms[name], **changes)}
        return replace(self, around=replace(self.around, realms=realms))

    def with_policy(self, name: str, **changes: Any) -> World:
        """The same world with one realm's policy changed, one level deep: `eds={...}`."""
        policy = self.around.realms[name].policy
        update = {
            part: getattr(policy, part).model_copy(update=values)
            for part, values in changes.items()
        }
        return self.with_realm(name, policy=policy.model_copy(update=update))

    def with_reached(self, reached: Callable[[str], None]) -> World:
        return replace(self, around=replace(self.around, reached=reached))

    def sign(self, document: bytes, credential: str) -> str:
        signer = self.ca.credential(credential).signer
        cms = sign_cms(document, signer=signer, at=self.clock())
        return base64.b64encode(cms).decode()

    def assertion(
        self,
        realm: str = GRAIN,
        *,
        key: Any = None,
        algorithm: str | None = "RS256",
        kid: str | None = None,
        **claims: Any,
    ) -> str:
        now = int(self.clock().timestamp())
        body = {
            "iss": "keycloak",
            "sub": "keycloak",
            "aud": f"{ORIGIN}/r/{realm}/token",
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
            **claims,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(
            body,
            key or self.keycloak.keys[realm],
            algorithm=algorithm,
            headers={"kid": kid or f"{realm}-key"},
        )


class Browser:
    """A browser with its own cookies, in the middle of one sign-in."""

    def __init__(self, world: World, realm: str) -> None:
        self.world = world
        self.realm = realm
        self.client = TestClient(
            create_app(world.around),
            base_url=ORIGIN,
            follow_redirects=False,
            raise_server_exceptions=True,
        )
        self.verifier = secrets.token_urlsafe(48)
        self.page = ""

    def parameters(self, **changes: str | None) -> dict[str, str]:
        challenge = hashlib.sha256(self.verifier.encode()).digest()
        given: Mapping[str, str | None] = {
            "client_id": "keycloak",
            "redirect_uri": f"{KEYCLOAK}/realms/{self.realm}/broker/eds/endpoint",
            "response_type": "code",
            "scope": "openid",
            "state": "state-from-keycloak",
            "nonce": "nonce-from-keycloak",
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
            "ui_locales": "ru",
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def authorize(self, **changes: str | None) -> Any:
        answer = self.client.get(f"/r/{self.realm}/authorize", params=self.parameters(**changes))
        if answer.status_code == 303 and answer.headers["location"].startswith("/"):
            self.page = answer.headers["location"]
        return answer

    def post(self, name: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"{self.page}/{name}", content=json.dumps(body), headers={**PAGE_HEADERS, **headers}
        )

    def challenge(self, agreement: Mapping[str, Any] | None = None) -> Any:
        answer = self.post("challenge", {"agreement": agreement} if agreement else {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, challenge: str, signature: str) -> Any:
        return self.post("signature", {"challenge": challenge, "signature": signature})

    def sign(self, credential: str, agreement: Mapping[str, Any] | None = None) -> Any:
        given = self.challenge(agreement)
        signature = self.world.sign(base64.b64decode(given["document"]), credential)
        return self.send(given["challenge"], signature)

    def agreement(self, language: str = "kk", version: int = 1) -> dict[str, Any]:
        found = self.world.realm(self.realm).agreements.versions[version - 1].texts[language]
        return {"version": found.version, "language": language, "sha256": found.sha256}

    def to_agreement(self, credential: str = "aizhan-rsa-auth", **changes: str | None) -> None:
        assert self.authorize(**changes).status_code == 303
        answer = self.sign(credential)
        assert answer.status_code == 200, answer.text

    def finish(self) -> Any:
        return self.client.get(f"{self.page}/finish")

    def to_code(
        self,
        sign_in: str = "daniyar-rsa-auth",
        accept: str | None = "daniyar-rsa-sign",
        **changes: str | None,
    ) -> str:
        self.to_agreement(sign_in, **changes)
        if accept is not None:
            answer = self.sign(accept, self.agreement())
            assert answer.status_code == 200, answer.text
        answer = self.finish()
        assert answer.status_code == 303, answer.text
        return query(answer)["code"]

    def form(self, code: str, **changes: str | None) -> dict[str, str]:
        given: Mapping[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{KEYCLOAK}/realms/{self.realm}/broker/eds/endpoint",
            "code_verifier": self.verifier,
            "client_id": "keycloak",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.world.assertion(self.realm),
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def redeem(self, code: str, **changes: str | None) -> Any:
        return self.client.post(f"/r/{self.realm}/token", data=self.form(code, **changes))

    def claims(self, token_answer: Any) -> dict[str, Any]:
        assert token_answer.status_code == 200, token_answer.text
        key = jwt.PyJWK(self.client.get(f"/r/{self.realm}/jwks").json()["keys"][0])
        claims: dict[str, Any] = jwt.decode(
            token_answer.json()["id_token"],
            key.key,
            algorithms=["RS256"],
            audience="keycloak",
            options={"verify_exp": False, "verify_iat": False},
        )
        return claims


def query(answer: Any) -> dict[str, str]:
    """The parameters a redirect carries."""
    found = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


def make_settings(folder: Path, ca: DemoCa, keys_folder: Path) -> VerifierSettings:
    """Both portals' realms, their store in `folder`."""
    return VerifierSettings(
        version=1,
        base_url=ORIGIN,
        store=SecretStr(f"sqlite:///{folder / 'verifier.sqlite'}"),
        keys=keys_folder,
        trust=ca.trust_dir,
        realms=tuple(
            RealmSettings(policy=PORTALS / name, keycloak=f"{KEYCLOAK}/realms/{name}", trust="demo")
            for name in (GRAIN, ARCHITECTURE)
        ),
    )


def make_all_realms(settings: VerifierSettings) -> dict[str, Realm]:
    """The realms as the server makes them; reading both policies takes a while."""
    return make_realms(settings, environ=ENVIRON, random=secrets.token_bytes)


def make_world(
    settings: VerifierSettings,
    ca: DemoCa,
    keys: Mapping[str, rsa.RSAPrivateKey],
    realms: Mapping[str, Realm],
) -> Iterator[World]:
    """A provider of both portals' realms over a fresh SQLite file."""
    clock = Clock()
    fetcher = CaFetcher(CaState(ca, clock))
    keycloak = KeycloakKeys(dict(keys))
    trust = load_trust(find_list("demo", settings.trust), settings.trust)
    database = open_database(settings.store.get_secret_value())
    around = Surroundings(
        settings=settings,
        database=database,
        realms={
            name: replace(
                realm,
                judge=SignatureService(
                    trust,
                    fetcher,
                    around=RevocationSurroundings(now=clock, sleep=lambda _seconds: None),
                ),
                client_keys=ClientKeys(
                    f"{KEYCLOAK}/realms/{name}/protocol/openid-connect/certs", fetch=keycloak.jwks
                ),
            )
            for name, realm in realms.items()
        },
        random=secrets.token_bytes,
        clock=clock,
    )
    world = World(around, clock, ca, fetcher, keycloak)
    root = logging.getLogger("eds_verifier")
    level = root.level
    root.addHandler(world.log)
    root.setLevel(logging.DEBUG)
    yield world
    root.removeHandler(world.log)
    root.setLevel(level)
    database.close()
