"""Serving the provider with uvicorn: the process's edge."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

import uvicorn

from eds_verifier.provider.app import create_app
from eds_verifier.provider.errors import ProviderError
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
    realms = make_realms(settings, environ=os.environ, random=secrets.token_bytes)
    database = open_database(settings.store.get_secret_value())
    try:
        around = Surroundings(
            settings=settings, database=database, realms=realms, random=secrets.token_bytes
        )
        listening = _listen(settings)
        config = uvicorn.Config(
            create_app(around),
            # Addresses hold state and hints: our own log lines say what is needed.
            access_log=False,
            log_config=None,
            lifespan="on",
            server_header=False,
            limit_concurrency=_OPEN_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=32 * 1024,
        )
        log("serving", address=settings.base_url)
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        database.close()


def _listen(settings: VerifierSettings) -> socket.socket:
    host = settings.listen_host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
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
