"""Tokens: renewed before they end, by a refresh token where there is one, refused when unusable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.auth.bearer import (
    MARGIN_SECONDS,
    NO_SUCH_REALM,
    BearerTokens,
    TokenAnswer,
)
from provisioning.auth.client_secret import ClientSecret
from provisioning.auth.password import Password
from provisioning.auth.way import Clock, Form, Way
from provisioning.errors import (
    KeycloakRefusedError,
    NotAuthenticatedError,
    UnexpectedAnswerError,
)

PLANTED = "planted-Bearer-55e0"
SERVICE = ClientSecret("tool", SecretStr(PLANTED))
PERSON = Password("admin-cli", "me", SecretStr(PLANTED), b"12345678901234567890")


@dataclass
class Realm:
    """A token endpoint whose answers are prepared, and a clock that is set by hand."""

    answers: list[TokenAnswer]
    forms: list[Form] = field(default_factory=list)
    elapsed: float = 1000.0

    def ask(self, form: Callable[[], Form]) -> TokenAnswer:
        self.forms.append(form())
        return self.answers.pop(0)

    def tokens(self, way: Way = SERVICE) -> BearerTokens:
        clock = Clock(now=lambda: 59.0, elapsed=lambda: self.elapsed)
        return BearerTokens(way, realm="master", ask=self.ask, clock=clock)


def given(token: str, **more: Any) -> TokenAnswer:
    """A good answer: a minute to live."""
    body = {"access_token": token, "token_type": "Bearer", "expires_in": 60}
    return TokenAnswer(200, body | more)


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    realm = Realm([given("first"), given("second")])
    tokens = realm.tokens()
    assert tokens.current() == "first"
    realm.elapsed += 60 - MARGIN_SECONDS - 0.1
    assert tokens.current() == "first"
    realm.elapsed += 0.1
    assert tokens.current() == "second"
    assert [form["grant_type"] for form in realm.forms] == ["client_credentials"] * 2


def test_a_session_goes_on_by_its_refresh_token_as_long_as_that_lives() -> None:
    lasting = {"refresh_token": "r1", "refresh_expires_in": 100}
    realm = Realm([given("first", **lasting), given("second", **lasting), given("third")])
    tokens = realm.tokens(PERSON)
    tokens.current()
    realm.elapsed += 55
    assert tokens.current() == "second"
    realm.elapsed += 95
    assert tokens.current() == "third"
    password, refresh, again = realm.forms
    assert password == again
    assert (password["totp"], password["username"]) == ("287082", "me")
    expected = {"client_id": "admin-cli", "grant_type": "refresh_token", "refresh_token": "r1"}
    assert refresh == expected


def test_a_refresh_token_that_is_refused_is_followed_by_the_whole_way() -> None:
    lasting = {"refresh_token": "r1", "refresh_expires_in": 1800}
    realm = Realm([given("first", **lasting), TokenAnswer(400), given("second")])
    tokens = realm.tokens(PERSON)
    tokens.current()
    tokens.discard()
    assert tokens.current() == "second"
    assert [f["grant_type"] for f in realm.forms] == ["password", "refresh_token", "password"]


def test_only_the_token_that_was_refused_is_discarded() -> None:
    realm = Realm([given("first"), given("second")])
    tokens = realm.tokens()
    tokens.current()
    tokens.discard("of an earlier time")
    assert tokens.current() == "first"
    tokens.discard("first")
    assert tokens.current() == "second"


def test_a_token_without_a_life_is_asked_for_each_time() -> None:
    realm = Realm([given("first", expires_in=None), given("second")])
    tokens = realm.tokens()
    assert (tokens.current(), tokens.current()) == ("first", "second")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NotAuthenticatedError),
        (401, NotAuthenticatedError),
        (403, NotAuthenticatedError),
        (302, KeycloakRefusedError),
        (500, KeycloakRefusedError),
    ],
)
def test_a_refusal_is_said_without_the_secret_and_is_not_repeated(
    status: int, error: type[KeycloakRefusedError]
) -> None:
    realm = Realm([TokenAnswer(status)])
    with pytest.raises(error) as caught:
        realm.tokens().current()
    assert type(caught.value) is error
    assert PLANTED not in f"{caught.value.message}{caught.value.hint}"
    assert len(realm.forms) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": f"{PLANTED}\r\nX-Injected: 1"},
        {"access_token": f"{PLANTED}\u0416"},
        {"access_token": PLANTED, "token_type": "DPoP"},
    ],
)
def test_an_answer_without_a_usable_bearer_token_is_refused_and_not_repeated(body: Any) -> None:
    realm = Realm([TokenAnswer(200, body)])
    with pytest.raises(UnexpectedAnswerError, match="without a bearer token") as caught:
        realm.tokens().current()
    assert PLANTED not in f"{caught.value.message}{caught.value.hint}"


def test_a_realm_that_is_not_there_is_an_identity_that_is_not_accepted() -> None:
    realm = Realm([TokenAnswer(404, error=NO_SUCH_REALM)])
    with pytest.raises(NotAuthenticatedError, match="no realm master") as caught:
        realm.tokens().current()
    assert "--auth-realm" in caught.value.hint


@pytest.mark.parametrize("error", [None, "Unable to find matching target resource method", "x"])
def test_any_other_404_is_no_keycloak_or_a_wrong_path(error: str | None) -> None:
    realm = Realm([TokenAnswer(404, error=error)])
    with pytest.raises(UnexpectedAnswerError, match="no Keycloak answers") as caught:
        realm.tokens().current()
    assert "path" in caught.value.hint
