"""One demo portal's pages."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stand.portal import claims, texts
from stand.portal.client import PortalClient, SignedIn, SignInError
from stand.portal.site import PortalSite
from stand.portal.store import Shelf
from stand.services.web import LoopbackOnly, environment, language, page, statics, words

__all__ = ["PortalSite", "portal_app"]

_PAGES = Path(__file__).resolve().parent / "pages"
_SESSIONS = 1000
_SESSION_SECONDS = 10 * 3600

SIGN_INS: dict[str, dict[str, str]] = {
    "/sign-in": {},
    "/sign-in/password": {"prompt": "login"},
    "/sign-in/organisation": {"prompt": "login", "kc_idp_hint": "eds"},
}
"""Ways to sign in, and what each adds to the authorization request."""


def portal_app(site: PortalSite) -> Starlette:
    """The application. Its cookie's key lives as long as the process."""
    pages = _Pages(site, PortalClient(site))
    return Starlette(
        routes=[
            Route("/", pages.index),
            *(Route(path, pages.sign_in(extra)) for path, extra in SIGN_INS.items()),
            Route(site.redirect_path, pages.callback),
            Route("/sign-out", pages.sign_out, methods=["POST"]),
            Route("/instructions", pages.instructions),
            Route("/skin.css", pages.skin),
            *statics([_PAGES / "static"]),
        ],
        middleware=[
            Middleware(LoopbackOnly),
            Middleware(
                SessionMiddleware,
                secret_key=secrets.token_urlsafe(32),
                # Cookies do not tell ports apart, so each portal's has a name of its own.
                session_cookie=f"portal-{site.realm}",
                max_age=_SESSION_SECONDS,
                same_site="lax",
            ),
        ],
        exception_handlers={SignInError: pages.refused},
    )


class _Pages:
    def __init__(self, site: PortalSite, client: PortalClient) -> None:
        self.site = site
        self.client = client
        self.sessions: Shelf[SignedIn] = Shelf(_SESSIONS)
        self.templates = environment(_PAGES)

    async def index(self, request: Request) -> Response:
        signed_in = self.sessions.look(request.session.get("id", ""))
        values: dict[str, Any] = {"signed_in": signed_in is not None}
        if signed_in is not None:
            values["id_rows"] = claims.rows(signed_in.id_claims)
            values["access_rows"] = claims.rows(signed_in.access_claims)
            values["name"] = signed_in.id_claims.get("name", "")
        return self._page(request, "portal.html", values)

    def sign_in(self, extra: dict[str, str]) -> Callable[[Request], Awaitable[Response]]:
        async def begin(request: Request) -> Response:
            return await self.client.begin(request, language=self._language(request), **extra)

        return begin

    async def callback(self, request: Request) -> Response:
        signed_in = await self.client.finish(request)
        self._forget(request)
        request.session["id"] = secrets.token_urlsafe(32)
        self.sessions.put(request.session["id"], signed_in, seconds=_SESSION_SECONDS)
        return RedirectResponse("/", status_code=303)

    async def sign_out(self, request: Request) -> Response:
        signed_in = self.sessions.look(request.session.get("id", ""))
        self._forget(request)
        if signed_in is None:
            return RedirectResponse("/", status_code=303)
        spoken = self._language(request)
        target = await self.client.sign_out_url(signed_in.id_token, language=spoken)
        return RedirectResponse(target, status_code=303)

    async def instructions(self, request: Request) -> Response:
        return self._page(request, "instructions.html", {})

    async def skin(self, _request: Request) -> Response:
        skin = self.site.skin
        body = f":root {{ --brand: {skin.brand}; --brand-on-dark: {skin.on_dark}; }}\n"
        return Response(body, media_type="text/css")

    async def refused(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, SignInError):  # Starlette calls it for nothing else
            raise error
        values = {"error": error.error, "description": error.description}
        return self._page(request, "refused.html", values, status_code=400)

    def _forget(self, request: Request) -> None:
        self.sessions.drop(request.session.get("id", ""))
        request.session.clear()

    def _language(self, request: Request) -> str:
        spoken = language(request)
        return spoken if spoken in self.site.languages else self.site.languages[0]

    def _page(
        self, request: Request, name: str, values: dict[str, Any], *, status_code: int = 200
    ) -> Response:
        spoken = self._language(request)
        common = {
            "lang": spoken,
            "t": words(texts.TEXTS[spoken]),
            "portal": self.site.names.get(spoken),
            "support": self.site.support,
        }
        # Sign-out is a form that Keycloak redirects on, and browsers hold every hop to this.
        policy = f"form-action 'self' {self.site.keycloak_url}"
        return page(self.templates, name, common | values, status_code=status_code, policy=policy)
