"""The ASGI application: routes, security headers, and the bounded purge of what has expired."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from eds_verifier.pages.render import STATIC_TYPES, static_address, static_file
from eds_verifier.provider.endpoints import Endpoints
from eds_verifier.provider.errors import PageError
from eds_verifier.provider.health import readiness_body
from eds_verifier.provider.http import (
    Handler,
    SecurityHeaders,
    oauth_edge,
    page_edge,
    problem_edge,
)
from eds_verifier.provider.logs import log, log_crash
from eds_verifier.provider.realm import Surroundings
from eds_verifier.provider.views import error_page
from eds_verifier.store.purge import purge

Ready = Callable[[], tuple[bool, dict[str, Any]]]
"""(ready, the reply of `/health/ready`)."""

PURGE_SECONDS = 60
PAUSE_SECONDS = 0.1


def create_app(around: Surroundings, *, ready: Ready | None = None) -> Starlette:
    """The provider over its surroundings; owns no state of its own.

    `ready`: what `/health/ready` answers when more than the realms is served.
    """
    endpoints = Endpoints(around)
    is_ready = ready or partial(readiness_body, around)

    def page_of_error(request: Request, state: str, reference: str, status: int) -> Response:
        return error_page(request, state, reference, status, realms=around.realms)

    def page(handler: Handler) -> Handler:
        return page_edge(handler, page=page_of_error, issuer_of=endpoints.issuer)

    async def live(_request: Request) -> Response:
        return PlainTextResponse("live")

    async def readiness(_request: Request) -> Response:
        able, body = await run_in_threadpool(is_ready)
        return JSONResponse(body, status_code=200 if able else 503)

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC_TYPES or request.url.path != static_address(name):
            raise PageError("generic", "there is no such file", status=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(static_file(name), media_type=STATIC_TYPES[name], headers=headers)

    async def nothing_here(_request: Request) -> Response:
        raise PageError("generic", "there is no such page", status=404)

    async def not_found(request: Request, _error: Exception) -> Response:
        return await page(nothing_here)(request)

    sign_in = "/r/{realm}/sign-in/{interaction}"
    posted: dict[str, Handler] = {
        "challenge": endpoints.challenge,
        "signature": endpoints.signature,
        "decline": endpoints.decline,
        "trouble": endpoints.trouble,
    }
    routes = [
        Route("/health/live", live),
        Route("/health/ready", readiness),
        Route("/static/{version}/{name}", page(static)),
        Route("/r/{realm}/.well-known/openid-configuration", page(endpoints.discovery)),
        Route("/r/{realm}/jwks", page(endpoints.jwks)),
        Route("/r/{realm}/authorize", page(endpoints.authorize), methods=["GET", "POST"]),
        Route("/r/{realm}/token", oauth_edge(endpoints.token), methods=["POST"]),
        Route(sign_in, page(endpoints.page)),
        Route(f"{sign_in}/finish", page(endpoints.finish)),
        Route(f"{sign_in}/return", page(endpoints.back)),
        *(
            Route(f"{sign_in}/{name}", problem_edge(handler), methods=["POST"])
            for name, handler in posted.items()
        ),
    ]
    settings = around.settings
    headers = Middleware(
        SecurityHeaders,
        signing_socket=settings.signing_socket,
        https=settings.base_url.startswith("https://"),
    )
    return Starlette(
        routes=routes,
        middleware=[headers],
        exception_handlers={404: not_found, 405: not_found},
        lifespan=_purging(around),
    )


def _purging(
    around: Surroundings,
) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(_purge_forever(around))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return lifespan


async def _purge_forever(around: Surroundings) -> None:
    while True:
        try:
            now = int(around.clock().timestamp())
            # Until nothing old is left: rows come faster than one batch a round under load.
            while rows := await run_in_threadpool(purge, around.database, now=now):
                log("purged", level=logging.DEBUG, rows=rows)
                await asyncio.sleep(PAUSE_SECONDS)
        except Exception as error:  # noqa: BLE001 - the next round tries again, the log tells
            log_crash(error)
        await asyncio.sleep(PURGE_SECONDS)
