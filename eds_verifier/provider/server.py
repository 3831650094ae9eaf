"""Serving the provider with uvicorn: the process's edge."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from eds_verifier.api.app import Split
from eds_verifier.api.build import API, make_api, make_service, ready_alone, without_realms
from eds_verifier.api.service import ApiService
from eds_verifier.provider.app import Ready, create_app
from eds_verifier.provider.connections import PromptProtocol
from eds_verifier.provider.errors import ProviderError
from eds_verifier.provider.health import readiness, trust_report
from eds_verifier.provider.logs import configure_logging, log
from eds_verifier.provider.realm import Surroundings
from eds_verifier.provider.realms import make_realms
from eds_verifier.settings import VerifierSettings, load_settings
from eds_verifier.store.database import open_database

_OPEN_CONNECTIONS = 1024


class ListenError(ProviderError):
    """The address to listen at cannot be had."""

    code = "provider_listen"


def serve(settings_path: Path) -> None:
    """Serve until SIGTERM or SIGINT. TanbaError when it cannot start, before it listens."""
    configure_logging()
    settings = load_settings(settings_path, environ=os.environ)
    with ExitStack() as closing:
        app = application(settings, closing)
        listening = listen(settings)
        config = configured(app)
        log("serving", address=settings.base_url or settings.listen)
        uvicorn.Server(config).run(sockets=[listening])


def configured(
    app: ASGIApp, *, protocol: type[PromptProtocol] = PromptProtocol, keep_alive: int = 15
) -> uvicorn.Config:
    """How `app` is served; `keep_alive`: seconds a connection may rest after an answer."""
    return uvicorn.Config(
        app,
        # Named, so that what else is installed changes neither limits nor what is served.
        http=protocol,
        ws="none",
        # Addresses hold state and hints: our own log lines say what is needed.
        access_log=False,
        proxy_headers=False,
        log_config=None,
        lifespan="on",
        server_header=False,
        limit_concurrency=_OPEN_CONNECTIONS,
        timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=32 * 1024,
    )


def application(settings: VerifierSettings, closing: ExitStack) -> ASGIApp:
    """The realms, the REST interface, or both. `closing` takes what is to be closed at the end."""
    service = None
    if settings.api is not None and settings.api.enabled:
        service = make_service(settings, settings.api)
    if service is not None and not settings.realms:
        ready: Ready = partial(ready_alone, service)
        rest = without_realms(ready, https=settings.base_url.startswith("https://"))
    else:
        around = _surroundings(settings, closing)
        ready = partial(_readiness, around, service)
        rest = create_app(around, ready=ready)
    if service is None:
        return rest
    api = make_api(settings, service, ready=ready)
    closing.callback(api.close)
    return Split(api, rest)


def _surroundings(settings: VerifierSettings, closing: ExitStack) -> Surroundings:
    realms = make_realms(settings, environ=os.environ, random=secrets.token_bytes)
    database = open_database(settings.store.get_secret_value())
    closing.callback(database.close)
    return Surroundings(
        settings=settings, database=database, realms=realms, random=secrets.token_bytes
    )


def _readiness(around: Surroundings, service: ApiService | None) -> tuple[bool, dict[str, Any]]:
    """Of the realms and, where it is served, of the REST interface."""
    able, checks = readiness(around)
    judges: dict[str, object] = {name: realm.judge for name, realm in around.realms.items()}
    if service is not None:
        judges[API] = service.judge
    body = {"status": "ready" if able else "not ready", "checks": dict(checks)}
    return able, body | trust_report(judges)


def listen(settings: VerifierSettings) -> socket.socket:
    """The socket of the settings' `listen`, bound; ListenError when it cannot be had."""
    host = settings.listen_host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, so that asyncio sends at once: otherwise each answer waits 40 ms for an ACK.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, settings.listen_port))
    except OSError as error:
        listening.close()
        raise ListenError(
            f"cannot listen at {settings.listen}: {error.strerror}",
            hint="Stop what listens there, or set another `listen`.",
        ) from None
    listening.set_inheritable(True)
    return listening
