"""What an answer of Keycloak, or none, means: JSON, or one of provisioning's errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import requests
from requests.exceptions import (
    ChunkedEncodingError,
    ContentDecodingError,
    ProxyError,
    SSLError,
    Timeout,
    TooManyRedirects,
)

from provisioning.connection_rights import advice
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotPermittedError,
    ObjectNotFoundError,
    ProvisioningError,
    UnexpectedAnswerError,
)

UNKNOWN_OUTCOME = (
    "Whether it was carried out is not known: run `tanba plan` to see what the realm holds."
)
NO_ADMIN_API = (
    "Is TANBA_KEYCLOAK_URL a Keycloak, its path right, and does what stands before it let /admin "
    "through?"
)
_MAX_REASON = 300

_NO_ANSWER: tuple[tuple[type[Exception], str, str], ...] = (
    (ProxyError, "the proxy did not let us reach {url}", "Check HTTPS_PROXY and NO_PROXY."),
    (
        SSLError,
        "no trusted encrypted connection to {url}",
        "With a private CA, set TANBA_KEYCLOAK_CA_FILE; does it want TANBA_KEYCLOAK_TLS_CERT_FILE?",
    ),
    (Timeout, "no answer in time from {url}", "Is it overloaded, or is a firewall between?"),
    (ChunkedEncodingError, "an answer of {url} was cut short", ""),
    (ContentDecodingError, "an answer of {url} cannot be unpacked", ""),
    (
        Exception,
        "no answer from {url}",
        "Is Keycloak running and the address right? With a private CA, set TANBA_KEYCLOAK_CA_FILE.",
    ),
)


def no_answer(cause: BaseException | None, *, url: str, write: str | None) -> ProvisioningError:
    """The error for a request that ended in `cause`; `write` names it where it changes something.

    A redirect is an answer, though never of Keycloak's: secrets are not carried after it.
    """
    if isinstance(cause, TooManyRedirects):
        return UnexpectedAnswerError(
            f"{url} redirects us elsewhere",
            hint="Give Keycloak's own address, without a login page before it.",
        )
    words, hint = next(
        (w, h) for kind, w, h in _NO_ANSWER if isinstance(cause or Exception(), kind)
    )
    message = words.format(url=url)
    if write is None:
        return KeycloakUnreachableError(message, hint=hint)
    return KeycloakUnreachableError(f"{message}: {write}", hint=f"{UNKNOWN_OUTCOME} {hint}".strip())


def read_json(response: requests.Response, *, where: str, url: str, expected: bool) -> Any:
    """The JSON of a successful answer; None for 204, or where none is `expected` and none came.

    Raises UnexpectedAnswerError: empty though expected, a web page, cut short, or not JSON.
    """
    if response.status_code == HTTPStatus.NO_CONTENT:
        return None
    if not response.content:
        if not expected:
            return None
        raise UnexpectedAnswerError(
            f"the answer to {where} is empty", hint=f"Is {url} a Keycloak? If it is, try again."
        )
    try:
        return response.json()
    except requests.JSONDecodeError:
        page = response.content.lstrip().startswith(b"<")
        what = "is a web page (HTML)" if page else "is cut short or not JSON"
        raise UnexpectedAnswerError(
            f"the answer to {where} {what}",
            hint=f"Is {url} a Keycloak, without a login page before it?"
            if page
            else f"Is {url} a Keycloak? If it is, a server before it cut the answer; try again.",
        ) from None


def refusal(
    response: requests.Response, *, method: str, path: str, who: str, auth_realm: str
) -> ProvisioningError:
    """The error for an answer of 400 or more; `path` is under `/admin`."""
    status, where = response.status_code, f"{method} {path}"
    if status == HTTPStatus.FORBIDDEN:
        return NotPermittedError(
            f"{who} may not do this: {where}",
            status=status,
            hint=advice(method, path, auth_realm=auth_realm),
        )
    if status == HTTPStatus.NOT_FOUND and not told_by_keycloak(response):
        return UnexpectedAnswerError(
            f"no Keycloak answers at that address: 404 to {where}", hint=NO_ADMIN_API
        )
    if status == HTTPStatus.NOT_FOUND:
        return ObjectNotFoundError(
            f"nothing is there: {where}", status=status, reason=error_of(response) or ""
        )
    unknown = method != "GET" and status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return KeycloakRefusedError(
        f"Keycloak answered {status} to {where}: {_reason(response)}",
        status=status,
        hint=UNKNOWN_OUTCOME if unknown else "",
    )


def told_by_keycloak(response: requests.Response) -> bool:
    """Whether a refusal may be Keycloak's own: JSON or nothing at all, never a page."""
    return not response.content or _object(response) is not None


def error_of(response: requests.Response) -> str | None:
    """The `error` of a refusal as Keycloak tells it; None where there is none."""
    error = (_object(response) or {}).get("error")
    return error if isinstance(error, str) else None


def _object(response: requests.Response) -> dict[str, Any] | None:
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _reason(response: requests.Response) -> str:
    """Keycloak's own words for an error; its bodies repeat field names, never our values."""
    body = _object(response)
    if body is None:
        return "no reason given"
    words = body.get("errorMessage") or body.get("error_description") or body.get("error") or ""
    return str(words)[:_MAX_REASON] or "no reason given"
