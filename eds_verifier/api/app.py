"""The REST interface's ASGI application: keys, limits, routes, and errors turned into answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from eds_verifier.api import ncanode
from eds_verifier.api.body import drain, read_body
from eds_verifier.api.counting import Count
from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.keys import ApiKey, KeyRing
from eds_verifier.api.limits import Gate, Ticket
from eds_verifier.api.logs import log
from eds_verifier.api.openapi import document
from eds_verifier.api.service import Answered, ApiService, require_judging
from eds_verifier.provider.http import SecurityHeaders
from eds_verifier.provider.logs import log_crash
from eds_verifier.provider.references import new_reference

Work = Callable[[bytes, ApiKey], Answered]
Admitted = Callable[[Request, ApiKey, Ticket], Awaitable[Response]]
Shape = Callable[[ApiProblem, str], JSONResponse]
_NCANODE = ("/cms/", "/x509/", "/xml/", "/wsse/", "/pkcs12/", "/pdf/", "/jwt/", "/jws/")
_HEALTH = "/actuator/health"
# What is left of a body that nobody reads is not worth a connection.
_CLOSE = {"Connection": "close"}


def problem_answer(problem: ApiProblem, reference: str) -> JSONResponse:
    """RFC 9457."""
    return JSONResponse(
        problem.body(reference=reference),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=problem.headers() | _CLOSE,
    )


def ncanode_answer(problem: ApiProblem, _reference: str) -> JSONResponse:
    """The same refusal as NCANode would word it; its 400 stands for our 422."""
    status = 400 if problem.status == 422 else problem.status
    where = "".join(f"; {fault.pointer}: {fault.detail}" for fault in problem.faults)
    return JSONResponse(
        ncanode.error_view(status, f"{problem.kind}: {problem.detail}{where}"),
        status_code=status,
        headers=problem.headers() | _CLOSE,
    )


@dataclass(frozen=True, slots=True)
class Extras:
    """What others provide to the interface: readiness, the metrics' reply, and who counts."""

    ready: Callable[[], bool]
    metrics: Callable[[], Response]
    count: Count


class Api:
    """The interface as an ASGI application. `owns` says which addresses are its."""

    def __init__(
        self,
        service: ApiService,
        keys: KeyRing,
        *,
        extras: Extras,
        base_url: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = service.settings.limits
        self._service = service
        self._keys = keys
        self._extras = extras
        self._gate = Gate(keys, at_once=limits.workers + limits.queue, clock=monotonic)
        # Its own threads: however much is asked here, sign-ins have theirs.
        self._pool = ThreadPoolExecutor(limits.workers, thread_name_prefix="eds-api")
        self._openapi = document(ncanode=service.settings.ncanode, base_url=base_url)
        self._ours = ("/v1/", *(_NCANODE if service.settings.ncanode else ()))
        self._exactly = {"/metrics", *((_HEALTH,) if service.settings.ncanode else ())}
        self.routes = self._all_routes()
        app = Starlette(
            routes=self.routes,
            exception_handlers={HTTPException: not_routed},
            middleware=[
                Middleware(
                    SecurityHeaders, signing_socket="", https=base_url.startswith("https://")
                )
            ],
        )
        app.router.redirect_slashes = False
        self._app: ASGIApp = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # None of our addresses needs escapes; a proxy may read an escaped one as another.
        if b"%" in scope.get("raw_path", b""):
            scope = {**scope, "path": "/v1/%", "root_path": ""}
        await self._app(scope, receive, send)

    def owns(self, path: str) -> bool:
        """Whether an address, percent-decoded, belongs to the interface."""
        return path in self._exactly or path.startswith(self._ours)

    @property
    def under_way(self) -> int:
        """How many requests hold a place."""
        return self._gate.total

    def close(self) -> None:
        """Take no more work; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _all_routes(self) -> list[Route]:
        service = self._service
        routes = [
            Route("/v1/openapi.json", self._public(self._document), methods=["GET"]),
            self._posted("/v1/cms/verify", service.verify),
            self._posted("/v1/certificate/info", service.certificate),
            self._got("/v1/trust", self._trust),
            self._got("/metrics", self._metrics),
        ]
        if not service.settings.ncanode:
            return routes
        return [
            *routes,
            self._posted("/cms/verify", service.ncanode_verify, ncanode_answer),
            self._posted("/cms/extract", service.ncanode_extract, ncanode_answer),
            self._posted("/x509/info", service.ncanode_certificates, ncanode_answer),
            *(self._refused(path, why) for path, why in ncanode.REFUSED.items()),
            Route(_HEALTH, self._public(self._actuator), methods=["GET"]),
        ]

    def _posted(self, path: str, work: Work, shape: Shape = problem_answer) -> Route:
        async def answer(request: Request, key: ApiKey, ticket: Ticket) -> Response:
            require_judging(key)
            limits = self._service.settings.limits
            body = await read_body(request, at_most=limits.body_bytes, seconds=limits.body_seconds)
            # Waiting for a thread is bounded by the gate, which counts those who wait.
            work_ = asyncio.get_running_loop().run_in_executor(self._pool, work, body, key)
            ticket.until(work_)
            answered = await asyncio.shield(work_)
            return JSONResponse(answered.body, status_code=answered.status)

        return Route(path, self._edge(path, answer, shape), methods=["POST"])

    def _got(self, path: str, answer: Admitted) -> Route:
        return Route(path, self._edge(path, answer, problem_answer), methods=["GET"])

    def _refused(self, path: str, why: str) -> Route:
        async def answer(_request: Request, key: ApiKey, _ticket: Ticket) -> Response:
            log("not_offered", route=path, key=key.id, status=501)
            # The body, which may hold somebody's private key and password, is not looked at.
            return JSONResponse(ncanode.error_view(501, why), status_code=501, headers=_CLOSE)

        return Route(path, self._edge(path, answer, ncanode_answer), methods=["POST"])

    def _edge(
        self, path: str, answer: Admitted, shape: Shape
    ) -> Callable[[Request], Awaitable[Response]]:
        """Who asks is known and let in before anything of the body is read."""

        async def edge(request: Request) -> Response:
            started, reference, key = time.monotonic(), new_reference(), None
            try:
                key = self._keys.require(request.headers.getlist("authorization"))
                with self._gate.enter(key) as ticket:
                    response = await answer(request, key, ticket)
            except ApiProblem as problem:
                _log_refusal(problem, route=path, key=key, reference=reference)
                await self._drain(request, problem)
                response = shape(problem, reference)
            except Exception as error:  # noqa: BLE001 - the edge: nothing may reach the caller
                log_crash(error, reference=reference)
                failure = ApiProblem("internal_error", "the log names the failure")
                response = shape(failure, reference)
            self._extras.count(
                route=path,
                key=key.id if key else "",
                status=response.status_code,
                seconds=time.monotonic() - started,
            )
            return response

        return edge

    async def _drain(self, request: Request, problem: ApiProblem) -> None:
        if request.method == "POST" and problem.kind != "body_timeout":
            await drain(request, at_most=self._service.settings.limits.body_bytes)

    def _public(self, answer: Callable[[], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def edge(_request: Request) -> Response:
            return await asyncio.to_thread(answer)

        return edge

    def _document(self) -> Response:
        return Response(self._openapi, media_type="application/json")

    def _actuator(self) -> Response:
        is_ready = self._extras.ready()
        return JSONResponse(
            {"status": "UP" if is_ready else "DOWN"}, status_code=200 if is_ready else 503
        )

    async def _trust(self, _request: Request, key: ApiKey, _ticket: Ticket) -> Response:
        require_judging(key)
        return JSONResponse(self._service.trusted().body)

    async def _metrics(self, _request: Request, key: ApiKey, _ticket: Ticket) -> Response:
        # Behind a proxy everybody comes from loopback: a key tells who may read, an address not.
        if "metrics" not in key.purposes:
            raise ApiProblem("purpose_not_allowed", "this key is not for the metrics")
        return await asyncio.to_thread(self._extras.metrics)


def _log_refusal(problem: ApiProblem, *, route: str, key: ApiKey | None, reference: str) -> None:
    log(
        "refused",
        route=route,
        key=key.id if key else "",
        problem=problem.kind,
        status=problem.status,
        reference=reference,
    )


async def not_routed(request: Request, error: Exception) -> Response:
    """What Starlette's router refuses: an unknown address, another method."""
    path = request.url.path
    shape = ncanode_answer if path.startswith((*_NCANODE, _HEALTH)) else problem_answer
    allow = ""
    kind, detail = "not_found", "there is no such address"
    if isinstance(error, HTTPException) and error.status_code == 405:
        kind, detail = "method_not_allowed", "this address takes another method"
        allow = (error.headers or {}).get("Allow", "")
    problem, reference = ApiProblem(kind, detail, allow=allow), new_reference()
    # The address is the caller's text: it stays out of the log.
    _log_refusal(problem, route="", key=None, reference=reference)
    return shape(problem, reference)


class Split:
    """The interface beside another application: each gets the addresses that are its own."""

    def __init__(self, api: Api, rest: ASGIApp) -> None:
        self._api = api
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on; the lifespan is the other application's."""
        ours = scope["type"] == "http" and self._api.owns(scope["path"])
        await (self._api if ours else self._rest)(scope, receive, send)
