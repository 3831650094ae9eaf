"""The REST interface as the settings declare it: trust, keys, judges; refusing what is unsafe."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from eds_verifier.api.app import Api, Extras, problem_answer
from eds_verifier.api.certificates import CertificateJudge
from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.keys import KeyRing
from eds_verifier.api.logs import log
from eds_verifier.api.service import ApiService, utc_now
from eds_verifier.errors import EdsError
from eds_verifier.provider.http import SecurityHeaders
from eds_verifier.provider.references import new_reference
from eds_verifier.revocation.fetch import EvidenceFetcher, HttpEvidenceFetcher
from eds_verifier.revocation.gather import Gatherer
from eds_verifier.service import SignatureService
from eds_verifier.settings import ApiSettings, VerifierSettings
from eds_verifier.trust import find_list, load_trust


class UnsafeTrustError(EdsError):
    """A list of test authorities stands in the settings without being allowed there."""

    code = "unsafe_trust"


def refuse_test_trust(list_name: str, *, is_test: bool, allowed: bool, where: str) -> None:
    """UnsafeTrustError for a test list that is not allowed; a warning in the log for one that is.

    `where` names the part of the settings: `api`, or a realm.
    """
    if not is_test:
        return
    if not allowed:
        raise UnsafeTrustError(
            f"{where}: {list_name} is a list of test authorities, whose keys anybody may hold",
            hint="Take another list; unsafe_allow_test_trust: true is for tests alone.",
        )
    log("unsafe_allow_test_trust", level=logging.WARNING, trust=list_name, route=where)


def make_service(
    settings: VerifierSettings,
    api: ApiSettings,
    *,
    fetch: EvidenceFetcher | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> ApiService:
    """What judges for the interface. PolicyError, TrustStoreError, UnsafeTrustError."""
    trust = load_trust(find_list(api.trust, settings.trust), settings.trust)
    refuse_test_trust(
        trust.name, is_test=trust.unsafe_test, allowed=api.unsafe_allow_test_trust, where="api"
    )
    fetcher = fetch or HttpEvidenceFetcher()
    return ApiService(
        settings=api,
        trust=trust,
        judge=SignatureService(trust, fetcher),
        certificates=CertificateJudge(trust, Gatherer(fetcher)),
        clock=clock,
    )


def make_api(
    settings: VerifierSettings, service: ApiService, *, extras: Extras | None = None
) -> Api:
    """The interface over `service`, with the keys of the settings."""
    return Api(
        service,
        KeyRing.of(service.settings.keys),
        extras=extras or Extras(ready=lambda: True, metrics=no_metrics),
        base_url=settings.base_url,
    )


def no_metrics() -> Response:
    """The reply of a process that counts nothing."""
    return PlainTextResponse("", media_type="text/plain; version=0.0.4")


def without_realms(service: ApiService, *, https: bool) -> Starlette:
    """What is left beside the interface when no realm is served: the health checks."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("live")

    async def ready(_request: Request) -> Response:
        return JSONResponse({"status": "ready", "checks": {"trust": "loaded"}} | unsafe(service))

    async def nothing_here(_request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 405:
            allow = (error.headers or {}).get("Allow", "")
            problem = ApiProblem("method_not_allowed", "another method is taken", allow=allow)
        else:
            problem = ApiProblem("not_found", "there is no such address")
        return problem_answer(problem, new_reference())

    app = Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", ready)],
        exception_handlers={HTTPException: nothing_here},
        middleware=[Middleware(SecurityHeaders, signing_socket="", https=https)],
    )
    app.router.redirect_slashes = False
    return app


def unsafe(service: ApiService) -> dict[str, list[str]]:
    """The unsafe settings in use, for the health check's body."""
    return {"unsafe": ["unsafe_allow_test_trust"] if service.trust.unsafe_test else []}
