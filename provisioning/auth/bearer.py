"""Bearer tokens of one identity: asked for when needed, renewed before they end."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from provisioning.auth.way import Clock, Form, Way
from provisioning.errors import (
    KeycloakRefusedError,
    NotAuthenticatedError,
    ProvisioningError,
    UnexpectedAnswerError,
)

MARGIN_SECONDS = 10.0
"""A token is not used in its last seconds: a request may take some of them to arrive."""

NO_SUCH_REALM = "Realm does not exist"
"""Keycloak's words for it; another 404 says that it is not there, or not at this path."""

IS_IT_KEYCLOAK = (
    "Is TANBA_KEYCLOAK_URL a Keycloak, and its path right? Only some have one, such as /auth."
)

_REFUSED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The token endpoint's answer: HTTP status, its JSON where it is 200, else its `error`."""

    status: int
    body: Any = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    token: SecretStr
    until: float
    refresh: SecretStr | None
    refresh_until: float


class BearerTokens:
    """Gives the token to send now; safe to use from several threads.

    `ask` sends the form that it is called with to the realm's token endpoint; it makes the form
    anew for each attempt, since an assertion or a code counts once.
    """

    def __init__(
        self,
        way: Way,
        *,
        realm: str,
        ask: Callable[[Callable[[], Form]], TokenAnswer],
        clock: Clock,
    ) -> None:
        self._way = way
        self._realm = realm
        self._ask = ask
        self._clock = clock
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def current(self) -> str:
        """A token with at least some seconds to live.

        Raises NotAuthenticatedError, KeycloakRefusedError, UnexpectedAnswerError (no Keycloak is
        there), and what `ask` raises; never ObjectNotFoundError: without a token nobody can tell
        what is there.
        """
        with self._lock:
            if self._held is None or self._clock.elapsed() >= self._held.until:
                self._held = self._renewed(self._held)
            return self._held.token.get_secret_value()

    def discard(self, token: str | None = None) -> None:
        """Use no longer what is held, or only if it still is `token`."""
        with self._lock:
            held = self._held
            if held and token in {None, held.token.get_secret_value()}:
                self._held = _Held(held.token, -math.inf, held.refresh, held.refresh_until)

    def _renewed(self, held: _Held | None) -> _Held:
        began = self._clock.elapsed()
        if held and held.refresh and began < held.refresh_until:
            refresh = held.refresh.get_secret_value()
            answer = self._ask(
                lambda: (
                    self._way.client_fields(at=self._clock.now())
                    | {"grant_type": "refresh_token", "refresh_token": refresh}
                )
            )
            if answer.status == HTTPStatus.OK:
                return self._read(answer.body, began)
        began = self._clock.elapsed()
        answer = self._ask(lambda: self._way.form(at=self._clock.now()))
        if answer.status != HTTPStatus.OK:
            raise self._refusal(answer)
        return self._read(answer.body, began)

    def _read(self, body: Any, began: float) -> _Held:
        """RFC 6749 5.1. A token bound to a key (DPoP) is of no use to us."""
        fields = body if isinstance(body, dict) else {}
        token, kind = fields.get("access_token"), fields.get("token_type", "Bearer")
        if not isinstance(token, str) or not _sendable(token) or str(kind).lower() != "bearer":
            raise UnexpectedAnswerError(
                f"the realm {self._realm} answered without a bearer token",
                hint="Is the address a Keycloak, without another server before it?",
            )
        refresh = fields.get("refresh_token")
        return _Held(
            SecretStr(token),
            _ends(began, fields.get("expires_in")),
            SecretStr(refresh) if isinstance(refresh, str) and refresh else None,
            _ends(began, fields.get("refresh_expires_in")),
        )

    def _refusal(self, answer: TokenAnswer) -> ProvisioningError:
        status = answer.status
        if status == HTTPStatus.NOT_FOUND and answer.error == NO_SUCH_REALM:
            return NotAuthenticatedError(
                f"there is no realm {self._realm} to authenticate in",
                status=status,
                hint="The realm of the identity: --auth-realm, or TANBA_KEYCLOAK_AUTH_REALM.",
            )
        if status == HTTPStatus.NOT_FOUND:
            return UnexpectedAnswerError(
                "no Keycloak answers at that address: 404 to the token request", hint=IS_IT_KEYCLOAK
            )
        if status in _REFUSED:
            return NotAuthenticatedError(
                f"the realm {self._realm} does not accept {self._way.who}",
                status=status,
                hint=self._way.advice,
            )
        return KeycloakRefusedError(
            f"the realm {self._realm} answered {status} instead of a token", status=status
        )


def _sendable(token: str) -> bool:
    """Whether it fits a header: one that does not would be repeated by the error it raises."""
    return bool(token) and token.isascii() and token.isprintable()


def _ends(began: float, seconds: Any) -> float:
    """When to stop using what lives `seconds` from `began`; at once where that is not said."""
    life = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 0.0
    return began + life - min(MARGIN_SECONDS, life / 2)
