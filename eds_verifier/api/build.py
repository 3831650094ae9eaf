"""The REST interface as the settings declare it: trust, keys, judges; refusing what is unsafe."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from eds_verifier.api.app import Api, Extras, not_routed
from eds_verifier.api.certificates import CertificateJudge
from eds_verifier.api.counting import counter_of
from eds_verifier.api.keys import KeyRing
from eds_verifier.api.logs import log
from eds_verifier.api.service import ApiService, utc_now
from eds_verifier.metrics import METRICS, Metrics, metrics_response
from eds_verifier.provider.app import Ready
from eds_verifier.provider.health import trust_report
from eds_verifier.provider.http import SecurityHeaders
from eds_verifier.revocation.fetch import EvidenceFetcher, HttpEvidenceFetcher
from eds_verifier.service import SignatureService
from eds_verifier.settings import ApiSettings, VerifierSettings
from eds_verifier.trust import find_list, load_trust

API = "/v1"
"""What the interface is called among the realms in the health check: no realm has a slash."""


def make_service(
    settings: VerifierSettings,
    api: ApiSettings,
    *,
    fetch: EvidenceFetcher | None = None,
    clock: Callable[[], datetime] = utc_now,
    metrics: Metrics = METRICS,
) -> ApiService:
    """What judges for the interface. PolicyError or TrustStoreError when it cannot."""
    trust = load_trust(
        find_list(api.trust, settings.trust),
        settings.trust,
        unsafe_allow_test_trust=api.unsafe_allow_test_trust,
    )
    if trust.unsafe_test:
        log("unsafe_allow_test_trust", level=logging.WARNING, trust=trust.name)
    judge = SignatureService(
        trust,
        fetch or HttpEvidenceFetcher(),
        metrics=metrics,
        cache_dir=settings.cache_of(api.trust),
        crls="kept_ready",
    )
    return ApiService(
        settings=api,
        trust=trust,
        judge=judge,
        certificates=CertificateJudge(trust, judge.gatherer),
        clock=clock,
    )


def ready_alone(service: ApiService) -> tuple[bool, dict[str, Any]]:
    """The health check of an interface without realms: ready once its trust is loaded."""
    return True, {"status": "ready", "checks": {"trust": "loaded"}} | trust_report(
        {API: service.judge}
    )


def make_api(
    settings: VerifierSettings, service: ApiService, *, ready: Ready, metrics: Metrics = METRICS
) -> Api:
    """The interface over `service`, with the keys of the settings."""
    return Api(
        service,
        KeyRing.of(service.settings.keys),
        extras=Extras(
            ready=lambda: ready()[0],
            metrics=lambda: metrics_response(metrics),
            count=counter_of(metrics),
        ),
        base_url=settings.base_url,
    )


def without_realms(ready: Ready, *, https: bool) -> Starlette:
    """What is left beside the interface when no realm is served: the health checks."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("live")

    async def is_ready(_request: Request) -> Response:
        able, body = await run_in_threadpool(ready)
        return JSONResponse(body, status_code=200 if able else 503)

    app = Starlette(
        routes=[Route("/health/live", live), Route("/health/ready", is_ready)],
        exception_handlers={HTTPException: not_routed},
        middleware=[Middleware(SecurityHeaders, signing_socket="", https=https)],
    )
    app.router.redirect_slashes = False
    return app
