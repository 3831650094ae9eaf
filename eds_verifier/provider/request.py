"""The authorization request, read strictly (OpenID Connect Core 3.1.2, RFC 7636, RFC 9700).

What is wrong with the client or the redirect URI is shown on a page and never redirected; every
other mistake goes back to the client, as OAuth says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eds_verifier.provider.errors import OAuthError, PageError
from eds_verifier.provider.realm import CLIENT_ID, Realm

_CODE_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_PRINTABLE = re.compile(r"[\x20-\x7e]+", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
_LONGEST_STATE = 2048
_LONGEST_NONCE = 512
_LONGEST_HINT = 128
PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
UNSUPPORTED = {"request": "request_not_supported", "request_uri": "request_uri_not_supported"}


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that holds. `login_hint` is a person's `sub`, or empty."""

    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    login_hint: str
    language: str


class RedirectError(OAuthError):
    """An OAuth error that goes back to the client's redirect URI with its state."""

    def __init__(self, error: str, description: str, *, redirect_uri: str, state: str) -> None:
        super().__init__(error, description)
        self.redirect_uri = redirect_uri
        self.state = state


def read_request(
    pairs: Iterable[tuple[str, str]], *, realm: Realm, accept_language: str
) -> AuthorizationRequest:
    """Check everything; PageError or RedirectError when something does not hold."""
    pairs = list(pairs)
    given = dict(pairs)
    repeated = len(given) != len(pairs)
    names = [name for name, _ in pairs]
    if names.count("client_id") != 1 or given["client_id"] != CLIENT_ID:
        raise PageError("unknown_client", "client_id is not this realm's client")
    if names.count("redirect_uri") != 1 or given["redirect_uri"] != realm.redirect_uri:
        raise PageError("wrong_redirect", "redirect_uri is not the registered one")
    state = given.get("state", "")
    if names.count("state") != 1 or not _fits(state, _LONGEST_STATE):
        raise _redirect(realm, "", "invalid_request", "state must be given once, printable")
    problem = ("invalid_request", "a parameter is repeated") if repeated else _problem(given)
    if problem is not None:
        raise _redirect(realm, state, *problem)
    return AuthorizationRequest(
        redirect_uri=realm.redirect_uri,
        state=state,
        nonce=given["nonce"],
        code_challenge=given["code_challenge"],
        login_hint=person_hint(given.get("login_hint", "")),
        language=choose_language(
            given.get("ui_locales", "").split(),
            accept_language=accept_language,
            offered=realm.policy.languages,
        ),
    )


def _problem(given: dict[str, str]) -> tuple[str, str] | None:
    """The first rule that does not hold, as (error, description)."""
    unsupported = [code for name, code in UNSUPPORTED.items() if name in given]
    prompts = set(given.get("prompt", "").split())
    rules: Sequence[tuple[bool, str, str]] = (
        (bool(unsupported), (unsupported or [""])[0], "request objects are not supported"),
        (
            given.get("response_type", "") != "code",
            "unsupported_response_type",
            "response_type must be code",
        ),
        (
            given.get("response_mode", "query") != "query",
            "invalid_request",
            "response_mode must be query",
        ),
        (
            "openid" not in given.get("scope", "").split(" "),
            "invalid_scope",
            "scope must hold openid",
        ),
        (
            given.get("code_challenge_method") != "S256",
            "invalid_request",
            "PKCE with S256 is required",
        ),
        (
            _CODE_CHALLENGE.fullmatch(given.get("code_challenge", "")) is None,
            "invalid_request",
            "code_challenge must be 43 characters of base64url",
        ),
        (
            not _fits(given.get("nonce", ""), _LONGEST_NONCE),
            "invalid_request",
            "nonce must be given, printable",
        ),
        (
            len(given.get("login_hint", "")) > _LONGEST_HINT
            and given["login_hint"].startswith("p-"),
            "invalid_request",
            "login_hint is too long",
        ),
        (
            "max_age" in given and _DIGITS.fullmatch(given["max_age"]) is None,
            "invalid_request",
            "max_age must be a number of seconds",
        ),
        (not prompts <= PROMPTS, "invalid_request", "prompt holds an unknown value"),
        (
            "none" in prompts and len(prompts) > 1,
            "invalid_request",
            "prompt=none stands alone",
        ),
        ("none" in prompts, "login_required", "a signature is always asked for"),
    )
    return next(((error, text) for broken, error, text in rules if broken), None)


def person_hint(login_hint: str) -> str:
    """The hint when it names a person by `sub`; a typed e-mail or name is not for us.

    Anything that starts like a `sub` is kept as it is, even malformed: it then matches nobody.
    """
    return login_hint if login_hint.startswith("p-") and "@" not in login_hint else ""


def choose_language(wanted: Sequence[str], *, accept_language: str, offered: Sequence[str]) -> str:
    """The first offered language of `ui_locales`, else of the browser's, else the default."""
    browser = [part.split(";")[0].strip() for part in accept_language[:256].split(",")]
    for tag in [*wanted[:16], *browser[:16]]:
        primary = tag.split("-")[0].lower()
        if primary in offered:
            return primary
    return offered[0]


def _fits(value: str, longest: int) -> bool:
    return len(value) <= longest and _PRINTABLE.fullmatch(value) is not None


def _redirect(realm: Realm, state: str, error: str, description: str) -> RedirectError:
    return RedirectError(error, description, redirect_uri=realm.redirect_uri, state=state)
