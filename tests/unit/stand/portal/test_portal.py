"""A demo portal against an OpenID Provider on a real socket that can be told to lie.

That the portal works with Keycloak itself is what the browser journeys show.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from policies.base import Localized
from stand.portal import claims
from stand.portal.server import portal_app
from stand.portal.site import PortalSite, Skin
from stand.portal.store import Shelf

Serve = Callable[[ASGIApp], str]
KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
SECRET = "planted-client-secret"
IIN = "900314499010"


class Provider:
    """A small OpenID Provider. `lie` changes what it is about to sign."""

    def __init__(self, serve: Serve) -> None:
        self.issuer = f"http://{serve(self._app())}"
        self.lie: Callable[[dict[str, Any], dict[str, Any]], None] = lambda _id, _access: None
        self.key = KEY
        self.nonce = ""
        self.challenge = ""

    def _app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._jwks),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _metadata(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "end_session_endpoint": f"{self.issuer}/logout",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _jwks(self, _request: Request) -> Response:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        return JSONResponse({"keys": [key | {"kid": "k1", "alg": "RS256", "use": "sig"}]})

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        verifier = str(form["code_verifier"]).encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        expected = base64.b64encode(f"portal:{SECRET}".encode()).decode()
        if digest.decode() != self.challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        now = int(time.time())
        common = {"iss": self.issuer, "sub": "u1", "iat": now, "exp": now + 60}
        id_claims = common | {"aud": "portal", "nonce": self.nonce, "iin": IIN, "bin": ""}
        id_claims["name"] = "<b>АЙЖАН</b>"
        access = common | {"azp": "portal", "realm_access": {"roles": ["user"]}}
        self.lie(id_claims, access)
        tokens = [
            jwt.encode(body, self.key, "RS256", headers={"kid": "k1"})
            for body in (id_claims, access)
        ]
        body = {"id_token": tokens[0], "access_token": tokens[1], "token_type": "Bearer"}
        return JSONResponse(body)


class Visit:
    """A browser at the portal: follows nothing by itself."""

    def __init__(self, provider: Provider, url: str) -> None:
        self.provider = provider
        self.url = url
        self.session = requests.Session()

    def get(self, path: str, **parameters: str) -> requests.Response:
        return self.session.get(
            self.url + path, params=parameters, allow_redirects=False, timeout=10
        )

    def begin(self, path: str = "/sign-in") -> dict[str, str]:
        """What the portal asks the provider."""
        sent = self.get(path)
        assert sent.status_code in {302, 303}, sent.text
        query = parse_qs(urlsplit(sent.headers["location"]).query)
        asked = {name: values[0] for name, values in query.items()}
        self.provider.nonce = asked["nonce"]
        self.provider.challenge = asked["code_challenge"]
        return asked

    def sign_in(self) -> requests.Response:
        return self.get("/callback", state=self.begin()["state"], code="c1")


@pytest.fixture
def provider(serve: Serve) -> Provider:
    return Provider(serve)


def site(provider: Provider, url: str) -> PortalSite:
    return PortalSite(
        realm="grain-receipts",
        names=Localized(kk="Портал «Қ»", ru="Портал «Р»", en="Portal"),
        languages=("kk", "ru", "en"),
        url=url,
        redirect_path="/callback",
        post_logout_path="/",
        client_id="portal",
        client_secret=SecretStr(SECRET),
        issuer=provider.issuer,
        keycloak_url=provider.issuer,
        support="mailto:a@x.example",
        skin=Skin("#111111", "#eeeeee"),
    )


@pytest.fixture
def visit(provider: Provider, serve: Serve) -> Visit:
    url = "http://" + serve(portal_app(site(provider, "http://localhost:9")))
    return Visit(provider, url)


def test_a_sign_in_is_asked_with_pkce_state_and_nonce(visit: Visit) -> None:
    asked = visit.begin()
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "portal"
    assert asked["redirect_uri"] == "http://localhost:9/callback"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid"
    assert asked["ui_locales"] == "kk"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert "prompt" not in asked


@pytest.mark.parametrize(
    ("path", "extra"),
    [
        ("/sign-in/password", {"prompt": "login"}),
        ("/sign-in/organisation", {"prompt": "login", "kc_idp_hint": "eds"}),
    ],
)
def test_other_ways_to_sign_in_say_so(visit: Visit, path: str, extra: dict[str, str]) -> None:
    assert extra.items() <= visit.begin(path).items()


def test_claims_are_shown_escaped_and_tokens_stay_on_the_server(visit: Visit) -> None:
    done = visit.sign_in()
    assert (done.status_code, done.headers["location"]) == (303, "/")
    page = visit.get("/").text
    assert IIN in page
    assert "&lt;b&gt;АЙЖАН" in page
    assert "<b>АЙЖАН" not in page
    assert "roles" in page
    for cookie in visit.session.cookies:
        assert "eyJ0eX" not in str(cookie.value)
        assert len(str(cookie.value)) < 600
    assert not page.count("eyJ")


def _set(where: str, name: str, value: Any) -> Callable[[dict[str, Any], dict[str, Any]], None]:
    def lie(id_claims: dict[str, Any], access: dict[str, Any]) -> None:
        {"id": id_claims, "access": access}[where][name] = value

    return lie


@pytest.mark.parametrize(
    "lie",
    [
        _set("id", "nonce", "another"),
        _set("id", "aud", "another"),
        _set("id", "iss", "http://evil.example"),
        _set("id", "exp", 1),
        _set("access", "azp", "another"),
        _set("access", "iss", "http://evil.example"),
        _set("access", "exp", 1),
    ],
    ids=["nonce", "aud", "iss", "exp", "access azp", "access iss", "access exp"],
)
def test_a_lying_provider_signs_nobody_in(
    visit: Visit, lie: Callable[[dict[str, Any], dict[str, Any]], None]
) -> None:
    visit.provider.lie = lie
    refused = visit.sign_in()
    assert refused.status_code == 400
    assert 'id="error"' in refused.text
    assert IIN not in refused.text + visit.get("/").text


def test_another_key_signs_nobody_in(visit: Visit) -> None:
    visit.provider.key = OTHER_KEY
    assert visit.sign_in().status_code == 400
    assert IIN not in visit.get("/").text


def test_an_answer_without_its_state_is_refused(visit: Visit) -> None:
    visit.begin()
    assert visit.get("/callback", state="forged", code="c1").status_code == 400
    assert visit.get("/callback", code="c1").status_code == 400


def test_an_answer_in_another_browser_is_refused(visit: Visit) -> None:
    state = visit.begin()["state"]
    other = Visit(visit.provider, visit.url)
    assert other.get("/callback", state=state, code="c1").status_code == 400
    assert IIN not in other.get("/").text


def test_an_answer_counts_once(visit: Visit) -> None:
    state = visit.begin()["state"]
    assert visit.get("/callback", state=state, code="c1").status_code == 303
    assert visit.get("/callback", state=state, code="c1").status_code == 400


def test_an_answer_of_another_issuer_is_refused(visit: Visit) -> None:
    state = visit.begin()["state"]
    refused = visit.get("/callback", state=state, code="c1", iss="http://evil.example")
    assert refused.status_code == 400
    assert "issuer_mismatch" in refused.text


def test_a_refusal_is_shown_in_its_own_words_escaped(visit: Visit) -> None:
    visit.begin()
    refused = visit.get(
        "/callback", error="access_denied", error_description="<script>alert(1)</script>"
    )
    assert refused.status_code == 400
    assert "access_denied" in refused.text
    assert "&lt;script&gt;alert(1)" in refused.text
    assert "<script>" not in refused.text


def test_a_provider_that_does_not_answer_is_said(provider: Provider, serve: Serve) -> None:
    gone = replace(site(provider, "http://localhost:9"), issuer="http://127.0.0.1:1")
    answered = requests.get(f"http://{serve(portal_app(gone))}/sign-in", timeout=10)
    assert answered.status_code == 400
    assert "unreachable" in answered.text


def test_signing_out_forgets_here_and_ends_the_session_there(visit: Visit) -> None:
    visit.sign_in()
    sent = visit.session.post(f"{visit.url}/sign-out", allow_redirects=False, timeout=10)
    location = urlsplit(sent.headers["location"])
    query = {name: values[0] for name, values in parse_qs(location.query).items()}
    assert location.path == "/logout"
    assert query["post_logout_redirect_uri"] == "http://localhost:9/"
    assert jwt.decode(query["id_token_hint"], options={"verify_signature": False})["iin"] == IIN
    assert IIN not in visit.get("/").text


def test_another_site_cannot_sign_somebody_out(visit: Visit) -> None:
    visit.sign_in()
    headers = {"Origin": "https://evil.example"}
    refused = visit.session.post(f"{visit.url}/sign-out", headers=headers, timeout=10)
    assert refused.status_code == 403
    assert IIN in visit.get("/").text


def test_a_sign_in_changes_the_session_and_a_forged_cookie_is_none(visit: Visit) -> None:
    visit.sign_in()
    first = visit.session.cookies["portal-grain-receipts"]
    visit.sign_in()
    assert visit.session.cookies["portal-grain-receipts"] != first
    forged = {"Cookie": f"portal-grain-receipts={first[:-2]}xx"}
    assert IIN not in requests.get(visit.url, headers=forged, timeout=10).text
    old = {"Cookie": f"portal-grain-receipts={first}"}
    assert IIN not in requests.get(visit.url, headers=old, timeout=10).text


def test_the_secret_is_not_printed(provider: Provider) -> None:
    assert SECRET not in repr(site(provider, "http://localhost:9"))


def test_every_claim_is_a_row_and_absent_differs_from_empty() -> None:
    at = int(datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp())
    rows = claims.rows({"bin": "", "auth_time": at, "zone": [1], "acr": "eds"})
    found = {row.name: row.value for row in rows}
    assert found["bin"] == ""
    assert found["iin"] is None
    assert found["auth_time"] == f"{at} (2026-11-23 10:00:00 UTC)"
    assert found["zone"] == "[1]"
    assert [row.name for row in rows][: len(claims.FIRST)] == list(claims.FIRST)


def test_a_shelf_forgets_the_old_and_the_many() -> None:
    now = [0.0]
    shelf: Shelf[str] = Shelf(2, lambda: now[0])
    for name in "abc":
        shelf.put(name, name, seconds=10)
    assert [shelf.look(name) for name in "abc"] == [None, "b", "c"]
    now[0] = 11
    assert shelf.look("b") is None
