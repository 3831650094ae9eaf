"""The edge: bounded bodies, security headers, and errors turned into answers, each in one place."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eds_verifier.errors import EdsError
from eds_verifier.provider.errors import OAuthError, PageError, Problem
from eds_verifier.provider.logs import log, log_crash
from eds_verifier.provider.references import new_reference
from eds_verifier.provider.request import RedirectError

LARGEST_JSON = 1_500_000
LARGEST_FORM = 32_768
LARGEST_QUERY = 16_384
SCRIPT_HEADER = "x-tanba-page"

STATIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def content_security_policy(signing_socket: str) -> str:
    """Our own files and NCALayer on the person's machine; nothing else, no frames, no inline."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            f"connect-src 'self' {signing_socket}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers every answer carries. Nothing is cached unless the answer says so."""

    def __init__(self, app: ASGIApp, *, signing_socket: str, https: bool) -> None:
        self._app = app
        self._headers = {
            **STATIC_HEADERS,
            "Content-Security-Policy": content_security_policy(signing_socket),
        }
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


async def read_body(request: Request, *, at_most: int) -> bytes:
    """The body, or Problem 413 when it is longer than `at_most` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most:
            raise Problem("generic", f"the body is longer than {at_most} bytes", status=413)
    return bytes(body)


async def read_page_json(request: Request, *, origin: str) -> Mapping[str, Any]:
    """A JSON object sent by our own page's script; Problem for anybody else's request.

    A custom header cannot be sent across origins without a preflight, which is never granted,
    and the browser's `Origin` must be ours: together with SameSite cookies no other page acts.
    """
    if request.headers.get("origin") != origin or request.headers.get(SCRIPT_HEADER) != "1":
        raise Problem("generic", "the request does not come from our own page", status=403)
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Problem("generic", "the body is not application/json", status=415)
    body = await read_body(request, at_most=LARGEST_JSON)
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem("generic", "the body is not JSON") from None
    if not isinstance(parsed, dict):
        raise Problem("generic", "the body is not a JSON object")
    return parsed


def redirect_back(redirect_uri: str, parameters: Mapping[str, str]) -> Response:
    """Send the browser back to the client; 303, so that nothing is posted again."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return RedirectResponse(f"{redirect_uri}?{query}", status_code=303)


def oauth_answer(error: OAuthError) -> Response:
    """RFC 6749 5.2."""
    headers = {"Pragma": "no-cache"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "private_key_jwt"
    body = {"error": error.error, "error_description": error.description}
    return JSONResponse(body, status_code=error.status, headers=headers)


def problem_answer(error: Problem, *, reference: str) -> Response:
    """RFC 9457; `state` tells the page's script what to show."""
    return JSONResponse(
        {
            "type": f"urn:tanba:eds:{error.state}",
            "title": error.state.replace("_", " "),
            "status": error.status,
            "state": error.state,
            "reference": reference,
            **({"since": error.since} if error.since else {}),
        },
        status_code=error.status,
        media_type="application/problem+json",
    )


Handler = Callable[[Request], Awaitable[Response]]
PageAnswer = Callable[[Request, str, str, int], Response]
"""(request, state, reference, status) → a page."""


def page_edge(
    handler: Handler, *, page: PageAnswer, issuer_of: Callable[[Request], str]
) -> Handler:
    """Errors of a page become a page, or go back to the client."""

    async def answer(request: Request) -> Response:
        reference = new_reference()
        try:
            return await handler(request)
        except RedirectError as error:
            log("request_refused", error=error.error, detail=error.description)
            parameters = {
                "error": error.error,
                "error_description": error.description,
                "state": error.state,
                "iss": issuer_of(request),
            }
            return redirect_back(error.redirect_uri, parameters)
        except (PageError, Problem) as error:
            log("page_error", state=error.state, detail=error.detail, reference=reference)
            return page(request, error.state, reference, error.status)
        except EdsError as error:
            log("page_failed", level=logging.ERROR, error=error.code, reference=reference)
            return page(request, "generic", reference, 500)
        except Exception as error:  # noqa: BLE001 - the edge: nothing may reach the browser
            log_crash(error, reference=reference)
            return page(request, "generic", reference, 500)

    return answer


def problem_edge(handler: Handler) -> Handler:
    """Errors of our script's endpoints become problem+json with a reference."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as error:
            problem, crash = error, None
        except PageError as error:
            problem, crash = Problem(error.state, error.detail, status=error.status), None
        except EdsError as error:
            problem, crash = Problem("generic", error.code, status=500), None
        except Exception as error:  # noqa: BLE001 - the edge: nothing may reach the browser
            problem, crash = Problem("generic", "crash", status=500), error
        reference = getattr(request.state, "reference", "") or new_reference()
        if crash is not None:
            log_crash(crash, reference=reference)
        log(
            "problem",
            state=problem.state,
            status=problem.status,
            detail=problem.detail,
            reference=reference,
        )
        return problem_answer(problem, reference=reference)

    return answer


def oauth_edge(handler: Handler) -> Handler:
    """Errors of the token endpoint take OAuth's shape."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except OAuthError as error:
            log("token_refused", error=error.error, detail=error.description)
            return oauth_answer(error)
        except Problem as error:
            return oauth_answer(OAuthError("invalid_request", error.detail, status=error.status))
        except Exception as error:  # noqa: BLE001 - the edge: nothing may reach the client
            log_crash(error)
            return oauth_answer(OAuthError("server_error", "see the verifier's log", status=500))

    return answer
