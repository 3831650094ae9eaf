"""What the stand's pages share: who may speak to them, one look, one way to answer.

The pages listen on loopback only. Still a web site open in the same browser could reach for them;
so a request must name this machine as Host (else it came by DNS rebinding), and one that changes
something must come from the page itself or from outside a browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGES = Path(__file__).resolve().parent / "pages"
LANGUAGES = ("kk", "ru", "en")

_HERE = {"localhost", "127.0.0.1", "[::1]"}
_LANGUAGE_COOKIE = "tanba-stand-lang"
_SAFE = {"GET", "HEAD", "OPTIONS"}
_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "SAMEORIGIN",
    "cache-control": "no-store",
}


class LoopbackOnly:
    """ASGI middleware: refuses other Hosts, and changes asked for by other sites (CSRF)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reason = refusal(scope["method"], Headers(scope=scope))
        if reason is not None:
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in _SECURITY_HEADERS.items()
                        if name.encode() not in present
                    ),
                ]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def refusal(method: str, headers: Headers) -> str | None:
    """Why a request is refused; None when it is let through."""
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in _HERE and host not in _HERE:
        return "This page answers only to localhost."
    if method in _SAFE:
        return None
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "Another site may not do this."
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return "Another site may not do this."
    return None


def environment(folder: Path) -> Environment:
    """Templates of `folder` over the shared ones; everything put into them is escaped."""
    return Environment(
        loader=FileSystemLoader([folder, PAGES]), autoescape=True, undefined=StrictUndefined
    )


def page(
    templates: Environment,
    name: str,
    values: Mapping[str, Any],
    *,
    status_code: int = 200,
    policy: str = "",
) -> Response:
    """Render a template, in the language `values["lang"]`, which is kept for the next page.

    `policy` adds to a Content-Security-Policy that allows only ourselves.
    """
    base = "default-src 'self'; frame-ancestors 'self'; base-uri 'none'"
    html = templates.get_template(name).render(values)
    headers = {"content-security-policy": f"{base}; {policy}" if policy else base}
    response = HTMLResponse(html, status_code=status_code, headers=headers)
    response.set_cookie(_LANGUAGE_COOKIE, values["lang"], httponly=True, samesite="lax")
    return response


def words(texts: Mapping[str, Any]) -> SimpleNamespace:
    """Texts for a template: a plain dict's own methods, such as `keys`, would hide some."""
    return SimpleNamespace(**texts)


def statics(folders: Sequence[Path] = ()) -> list[BaseRoute]:
    """The shared style sheet under /static/, a page's own files under /own/."""
    own: list[BaseRoute] = [Mount("/own", StaticFiles(directory=folder)) for folder in folders]
    return [Mount("/static", StaticFiles(directory=PAGES / "static")), *own]


def language(request: Request) -> str:
    """Which language the reader wants: `?lang=`, the cookie, the browser's, else Kazakh."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    for item in request.headers.get("accept-language", "").split(","):
        tag = item.split(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
