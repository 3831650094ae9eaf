"""What tests of the stand's small servers share: one demo CA, and apps on real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from starlette.types import ASGIApp

from stand.demo_ca import DemoCa, create

Serve = Callable[[ASGIApp], str]

BASE_URL = "http://localhost:8091"


@pytest.fixture(scope="session")
def made() -> datetime:
    """When the session's demo CA was made."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="session")
def demo_ca(tmp_path_factory: pytest.TempPathFactory, made: datetime) -> DemoCa:
    """A whole demo CA; tests do not change it."""
    return create(tmp_path_factory.mktemp("ca") / "demo-ca", base_url=BASE_URL, now=made)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an app on a free loopback port while the test runs; gives its `127.0.0.1:port`."""
    with ExitStack() as running:
        yield lambda app: running.enter_context(_serving(app))


@contextmanager
def _serving(app: ASGIApp) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_level="critical", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    limit = time.monotonic() + 10
    while not server.started and thread.is_alive() and time.monotonic() < limit:
        time.sleep(0.01)
    assert server.started
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
