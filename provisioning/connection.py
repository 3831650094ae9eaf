"""The one door to Keycloak: settings from the environment, requests by python-keycloak.

Every request of provisioning passes `Connection.request`, so that errors are said in one way,
writes can be counted, and no secret or body of a request ever reaches a message.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from keycloak import KeycloakOpenIDConnection
from keycloak.exceptions import KeycloakConnectionError, KeycloakError
from pydantic import SecretStr

from provisioning.errors import (
    ConnectionSettingsError,
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotAuthenticatedError,
    NotPermittedError,
    ObjectNotFoundError,
    UnexpectedAnswerError,
)

TIMEOUT_SECONDS = 60
WRITES = frozenset({"POST", "PUT", "DELETE"})
_MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Where Keycloak is and who we are there.

    `url` is the server's base address without `/admin`; either `client_secret` (a service
    account) or `username` with `password`. `ca_file` is a PEM bundle for a private CA.
    """

    url: str
    auth_realm: str = "master"
    client_id: str = "admin-cli"
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = field(default=None)
    ca_file: Path | None = None

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        url: str | None = None,
        auth_realm: str | None = None,
        client_id: str | None = None,
    ) -> ConnectionSettings:
        """Read `TANBA_KEYCLOAK_…`; what is given by argument wins. Secrets come only from here.

        Raises ConnectionSettingsError naming the variable that is missing or wrong.
        """
        address = url or environ.get("TANBA_KEYCLOAK_URL", "")
        username = environ.get("TANBA_KEYCLOAK_USERNAME") or None
        client_secret = _secret(environ, "TANBA_KEYCLOAK_CLIENT_SECRET")
        password = _secret(environ, "TANBA_KEYCLOAK_PASSWORD")
        client = client_id or environ.get("TANBA_KEYCLOAK_CLIENT_ID", "")
        if not address:
            raise ConnectionSettingsError(
                "no Keycloak is named",
                hint="Set TANBA_KEYCLOAK_URL, or give --keycloak-url.",
            )
        if client_secret is None and (username is None or password is None):
            raise ConnectionSettingsError(
                "no identity for Keycloak is given",
                hint="Set TANBA_KEYCLOAK_CLIENT_ID and TANBA_KEYCLOAK_CLIENT_SECRET (or "
                "TANBA_KEYCLOAK_CLIENT_SECRET_FILE), or TANBA_KEYCLOAK_USERNAME and "
                "TANBA_KEYCLOAK_PASSWORD[_FILE].",
            )
        if client_secret is not None and not client:
            raise ConnectionSettingsError(
                "a client secret is given but not whose it is",
                hint="Set TANBA_KEYCLOAK_CLIENT_ID.",
            )
        ca_file = environ.get("TANBA_KEYCLOAK_CA_FILE")
        return cls(
            url=_checked_url(address),
            auth_realm=auth_realm or environ.get("TANBA_KEYCLOAK_AUTH_REALM") or "master",
            client_id=client or "admin-cli",
            client_secret=client_secret,
            username=None if client_secret is not None else username,
            password=None if client_secret is not None else password,
            ca_file=Path(ca_file) if ca_file else None,
        )


def _secret(environ: Mapping[str, str], name: str) -> SecretStr | None:
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value and file:
        raise ConnectionSettingsError(f"{name} and {name}_FILE are both set", hint="Keep one.")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise ConnectionSettingsError(
                f"the file that {name}_FILE names cannot be read"
            ) from None
        if not value:
            raise ConnectionSettingsError(f"the file that {name}_FILE names is empty")
    return SecretStr(value) if value else None


def _checked_url(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise ConnectionSettingsError(
            "the Keycloak address is not https://host[:port][/path]",
            hint="Correct TANBA_KEYCLOAK_URL or --keycloak-url; it holds no user name.",
        )
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ConnectionSettingsError(
            f"{parts.hostname} would be reached without encryption, secrets included",
            hint="Use an https:// address; http is for this machine alone.",
        )
    return address.rstrip("/")


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it left: HTTP method and path under `/admin`."""

    method: str
    path: str


class Connection:
    """An authenticated connection to one server's Admin REST API.

    `observe` is called with each request before it is sent: progress, counting.
    """

    def __init__(
        self, settings: ConnectionSettings, *, observe: Callable[[Sent], None] | None = None
    ) -> None:
        self.settings = settings
        self._observe = observe
        self._http = self._open()

    def _open(self) -> KeycloakOpenIDConnection:
        settings = self.settings
        secret, password = settings.client_secret, settings.password
        return KeycloakOpenIDConnection(
            server_url=settings.url,
            realm_name=settings.auth_realm,
            client_id=settings.client_id,
            client_secret_key=secret.get_secret_value() if secret else None,
            username=settings.username,
            password=password.get_secret_value() if password else None,
            verify=str(settings.ca_file) if settings.ca_file else True,
            timeout=TIMEOUT_SECONDS,
            # The library would send a POST twice after a lost answer; we say that it failed.
            max_retries=0,
        )

    def renew(self) -> None:
        """Forget the token: roles given after it was issued count from the next request."""
        self._http = self._open()

    def get(self, path: str) -> Any:
        """The JSON under `/admin<path>`. Raises as `request`."""
        return self.request("GET", path)

    def find(self, path: str) -> Any | None:
        """As `get`; None where nothing is there."""
        try:
            return self.request("GET", path)
        except ObjectNotFoundError:
            return None

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request; the answer's JSON, or None for an empty one.

        Raises KeycloakUnreachableError, NotAuthenticatedError, NotPermittedError,
        ObjectNotFoundError, KeycloakRefusedError, UnexpectedAnswerError. Never retried.
        """
        if self._observe:
            self._observe(Sent(method, path))
        try:
            response = self._send(method, f"/admin{path}", body)
        except KeycloakConnectionError as error:
            raise self._unreachable() from error.__cause__
        except KeycloakError as error:
            raise self._not_authenticated(error) from None
        except requests.RequestException as error:
            raise self._unreachable() from error
        return self._read(method, path, response)

    def _send(self, method: str, path: str, body: Any) -> requests.Response:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8")
        if method == "GET":
            return self._http.raw_get(path)
        if method == "POST":
            return self._http.raw_post(path, data=data)
        if method == "PUT":
            return self._http.raw_put(path, data=data)
        if method == "DELETE":
            return self._http.raw_delete(path, data=data)
        raise ValueError(f"no request of method {method}")

    def _read(self, method: str, path: str, response: requests.Response) -> Any:
        status = response.status_code
        where = f"{method} {path}"
        if status == 401:
            raise NotAuthenticatedError(
                f"{self.settings.url} does not accept our token",
                status=status,
                hint="Is the identity enabled, and do our clocks agree?",
            )
        if status == 403:
            raise NotPermittedError(
                f"{self.settings.client_id} may not do this: {where}",
                status=status,
                hint="It lacks a role of the realm; docs/admin.md lists the roles needed.",
            )
        if status == 404:
            raise ObjectNotFoundError(f"nothing is there: {where}", status=status)
        if status >= 400:
            raise KeycloakRefusedError(
                f"Keycloak answered {status} to {where}: {_reason(response)}", status=status
            )
        if not response.content:
            return None
        try:
            return response.json()
        except requests.JSONDecodeError:
            raise UnexpectedAnswerError(
                f"the answer to {where} is not JSON",
                hint=f"Is {self.settings.url} a Keycloak, without a login page before it?",
            ) from None

    def _unreachable(self) -> KeycloakUnreachableError:
        return KeycloakUnreachableError(
            f"no answer from {self.settings.url}",
            hint="Is Keycloak running and the address right? With a private CA, set "
            "TANBA_KEYCLOAK_CA_FILE.",
        )

    def _not_authenticated(self, error: KeycloakError) -> KeycloakRefusedError:
        who = self.settings.username or self.settings.client_id
        realm = self.settings.auth_realm
        status = error.response_code or 0
        if status == 404:
            return ObjectNotFoundError(
                f"{self.settings.url} has no realm {realm} to authenticate in",
                status=status,
                hint="Check TANBA_KEYCLOAK_URL and TANBA_KEYCLOAK_AUTH_REALM.",
            )
        if status in {400, 401, 403}:
            return NotAuthenticatedError(
                f"the realm {realm} does not accept {who}",
                status=status,
                hint="Check the client id and its secret, and that the client is enabled with a "
                "service account.",
            )
        return KeycloakRefusedError(
            f"the realm {realm} answered {status} instead of a token", status=status
        )


def _reason(response: requests.Response) -> str:
    """Keycloak's own words for an error; its bodies repeat field names, never our values."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return "no reason given"
    if not isinstance(body, dict):
        return "no reason given"
    words = body.get("errorMessage") or body.get("error_description") or body.get("error") or ""
    return str(words)[:_MAX_REASON] or "no reason given"


def quoted(name: str) -> str:
    """A name as one segment of a path: nothing in it can lead elsewhere."""
    if name in {"", ".", ".."}:
        raise ValueError("a path segment needs a name")
    return urllib.parse.quote(name, safe="")
