"""The one door to Keycloak: requests by python-keycloak, tokens by `provisioning.auth`.

Every request of provisioning passes `Connection.request`, so that errors are said in one way,
writes can be counted, and no secret or body of a request ever reaches a message.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
from keycloak import ConnectionManager
from requests.exceptions import SSLError, TooManyRedirects

from provisioning.auth.bearer import BearerTokens, TokenAnswer
from provisioning.auth.way import Clock, Form
from provisioning.auth.ways import way_for
from provisioning.connection_answers import (
    NO_ADMIN_API,
    error_of,
    no_answer,
    read_json,
    refusal,
)
from provisioning.connection_settings import ConnectionSettings
from provisioning.errors import (
    NotAuthenticatedError,
    ObjectNotFoundError,
    ProvisioningError,
    UnexpectedAnswerError,
)

__all__ = ["WRITES", "Connection", "ConnectionSettings", "Sent", "quoted"]

TIMEOUT_SECONDS = 60
WRITES = frozenset({"POST", "PUT", "DELETE"})

PATIENCE_SECONDS = 60.0
"""No further attempt begins after this long, whatever the pauses add up to."""

PAUSES_AT_FIRST = (0.2, 0.6)
"""Before the first answer: a wrong address is said soon."""

PAUSES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0)
"""After one: long enough for a Keycloak that is restarted."""

NO_REALM = "Realm not found."
"""Keycloak's words, RealmsAdminResource.getRealmAdmin, in each version that is supported."""

_PASSING = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left: HTTP method and path under `/admin`."""

    method: str
    path: str


class _Http(ConnectionManager):
    """python-keycloak's requests: to the given address, never further by a redirect.

    A redirected token request would carry its secrets along. On plain http, which is for this
    machine alone, no proxy is asked: it would see them too.
    """

    def __init__(self, settings: ConnectionSettings) -> None:
        cert = (str(settings.tls_cert_file), str(settings.tls_key_file))
        super().__init__(
            # With the slash, a path of the address stays when another is joined to it.
            f"{settings.url}/",
            timeout=TIMEOUT_SECONDS,
            verify=str(settings.ca_file) if settings.ca_file else True,
            cert=cert if settings.tls_cert_file else None,
            # The library would send a POST twice after a lost answer; we say that it failed.
            max_retries=0,
        )
        self._s.max_redirects = 0
        self._s.trust_env = not settings.plain

    def send(
        self, method: str, path: str, *, headers: dict[str, str], data: bytes | Form | None
    ) -> requests.Response:
        """One request; headers are its own, so that threads do not share them.

        Raises requests' exceptions.
        """
        return self._s.request(
            method,
            urllib.parse.urljoin(str(self.base_url), path),
            data=data,
            headers=headers,
            timeout=self.timeout,
            verify=self.verify,
            cert=self.cert,
        )


class Connection:
    """An authenticated connection to one server's Admin REST API; usable from several threads.

    `observe` is called with each request before it is sent (once, whatever is tried again):
    progress, counting. Raises ConnectionSettingsError when made of settings that cannot serve.
    """

    def __init__(
        self,
        settings: ConnectionSettings,
        *,
        observe: Callable[[Sent], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self._observe = observe
        self._clock = clock or Clock()
        settings.check()
        way = way_for(settings, at=self._clock.now())
        self._who, self._repeatable = way.who, way.repeatable
        self._http = _Http(settings)
        self._answered = False
        self._tokens = BearerTokens(
            way, realm=settings.auth_realm, ask=self._ask_for_token, clock=self._clock
        )

    def renew(self) -> None:
        """Forget the token: roles given after it was issued count from the next request."""
        self._tokens.discard()

    def get(self, path: str) -> Any:
        """The JSON under `/admin<path>`. Raises as `request`."""
        return self.request("GET", path)

    def find(self, path: str) -> Any | None:
        """As `get`; None where nothing is there."""
        try:
            return self.request("GET", path)
        except ObjectNotFoundError:
            return None

    def snapshot(self, realm: str) -> dict[str, Any] | None:
        """Keycloak's partial export of the realm at `/admin<realm>`; None where there is none.

        That there is none is believed of Keycloak alone, and in its own words: any other 404 would
        have a whole realm planned anew.

        A POST that only reads, so it counts, is observed and is tried again as a GET.
        """
        path = f"{realm}/partial-export?exportClients=true&exportGroupsAndRoles=true"
        try:
            found = self._answer("POST", path, {}, reads=True)
        except ObjectNotFoundError as error:
            if error.reason != NO_REALM:  # then who says so knows nothing of realms
                raise UnexpectedAnswerError(
                    f"{self.settings.url} does not answer as Keycloak's Admin API: 404 to {path}",
                    hint=NO_ADMIN_API,
                ) from None
            return None
        if not isinstance(found, dict):
            raise UnexpectedAnswerError(f"{self.settings.url} answered {path} with no object")
        return found

    def probe(self, path: str, body: Any) -> Any:
        """A POST whose body nobody carries out, to see what the refusal is: sent as a read."""
        return self._answer("POST", path, body, reads=True)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request; the answer's JSON, or None for an empty one.

        A GET is tried again, with pauses, when no answer comes or one of 502, 503, 504; a write
        never is, except after a 401, which says that nothing was done.

        Raises KeycloakUnreachableError (after a write: whether it was carried out is not known),
        NotAuthenticatedError, NotPermittedError, ObjectNotFoundError, KeycloakRefusedError,
        UnexpectedAnswerError.
        """
        if method != "GET" and method not in WRITES:
            raise ValueError(f"no request of method {method}")
        return self._answer(method, path, body, reads=method == "GET")

    def _answer(self, method: str, path: str, body: Any, *, reads: bool) -> Any:
        if self._observe:
            self._observe(Sent("GET" if reads else method, path))
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8")
        where = f"{method} {path}"
        response = self._authorized(method, path, data, reads=reads)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise NotAuthenticatedError(
                f"{self.settings.url} does not accept our token, a new one neither",
                status=response.status_code,
                hint="Is the identity enabled, and do our clocks agree?",
            )
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise refusal(
                response,
                method=method,
                path=path,
                who=self._who,
                auth_realm=self.settings.auth_realm,
            )
        return read_json(response, where=where, url=self.settings.url, expected=reads)

    def _authorized(
        self, method: str, path: str, data: bytes | None, *, reads: bool
    ) -> requests.Response:
        """The answer to a request with a token; once more with a new one if that was refused."""
        token = self._tokens.current()
        response = self._once(method, path, data, token, reads=reads)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            self._tokens.discard(token)
            response = self._once(method, path, data, self._tokens.current(), reads=reads)
        return response

    def _once(
        self, method: str, path: str, data: bytes | None, token: str, *, reads: bool
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._sent(
            lambda: self._http.send(method, f"admin{path}", headers=headers, data=data),
            repeatable=reads,
            write=None if reads else f"{method} {path}",
        )

    def _ask_for_token(self, form: Callable[[], Form]) -> TokenAnswer:
        realm = urllib.parse.quote(self.settings.auth_realm, safe="")
        path = f"realms/{realm}/protocol/openid-connect/token"
        response = self._sent(
            lambda: self._http.send("POST", path, headers={}, data=form()),
            repeatable=self._repeatable,
        )
        if response.status_code != HTTPStatus.OK:
            return TokenAnswer(response.status_code, error=error_of(response))
        body = read_json(response, where="the token request", url=self.settings.url, expected=True)
        return TokenAnswer(response.status_code, body)

    def _sent(
        self, send: Callable[[], requests.Response], *, repeatable: bool, write: str | None = None
    ) -> requests.Response:
        """The first answer that is not a passing failure, or the last failure of all attempts."""
        pauses, began = self._pauses(), self._clock.elapsed()
        while True:
            failure: ProvisioningError | None = None
            try:
                response = send()
            except (TooManyRedirects, SSLError) as error:
                raise no_answer(error, url=self.settings.url, write=write) from None
            except (requests.RequestException, OSError) as error:
                # The causes' texts may hold a proxy's password: they stay out of the traceback.
                failure = no_answer(error, url=self.settings.url, write=write)
            else:
                self._answered = True
                if response.status_code not in _PASSING:
                    return response
            late = self._clock.elapsed() - began >= PATIENCE_SECONDS
            pause = None if late or not repeatable else next(pauses, None)
            if pause is not None:
                self._clock.sleep(pause)
            elif failure is None:
                return response
            else:
                raise failure from None

    def _pauses(self) -> Iterator[float]:
        return iter(PAUSES if self._answered else PAUSES_AT_FIRST)


def quoted(name: str) -> str:
    """A name as one segment of a path: nothing in it can lead elsewhere."""
    if name in {"", ".", ".."}:
        raise ValueError("a path segment needs a name")
    return urllib.parse.quote(name, safe="")
