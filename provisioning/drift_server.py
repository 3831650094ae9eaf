"""`/metrics` and `/health` of `tanba drift --watch`, on loopback unless told otherwise.

    GET /metrics   Prometheus' text format
    GET /health    200 {"status": "ok"} when the last look at every realm succeeded and is not old;
                   503 otherwise, with `starting`, `failing` or `stale`

Both tell realms' names, times and counts, never an object, a value or a person.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from provisioning.drift_check import Checked
from provisioning.drift_watch import POLICIES, Failure
from provisioning.errors import ProvisioningError

LOOPBACK = "127.0.0.1"

ALIVE = 3
"""Intervals after which a look is old."""

_AT_ONCE = 8
_SECONDS = 10
_POLL_SECONDS = 0.05

Status = Literal["starting", "failing", "stale", "ok"]


class MetricsAddressError(ProvisioningError):
    """Metrics cannot be served at the address given."""

    code = "metrics_address"


class Health:
    """Whether the watch sees: told of each look. `now`: seconds since 1970; `interval`: seconds."""

    def __init__(self, now: Callable[[], float], *, interval: float) -> None:
        self._now, self._interval = now, interval
        self._lock = threading.Lock()
        self._looked: dict[str, float | None] = {}
        self._failing: set[str] = set()

    def looked(self, checked: Checked, _seconds: float) -> None:
        """A look succeeded."""
        with self._lock:
            self._looked[checked.drift.realm] = self._now()
            self._failing.discard(checked.drift.realm)

    def failed(self, failure: Failure) -> None:
        """A look failed."""
        with self._lock:
            self._failing.add(failure.realm)

    def watching(self, realms: Iterable[str]) -> None:
        """The policies were read, and declare these realms."""
        with self._lock:
            now = set(realms)
            self._looked = {realm: self._looked.get(realm) for realm in now}
            self._failing &= now
            self._failing.discard(POLICIES)

    def status(self) -> Status:
        """What `/health` says."""
        with self._lock:
            looked, failing = list(self._looked.values()), bool(self._failing)
        if failing:
            return "failing"
        if not looked or None in looked:
            return "starting"
        oldest = min(at for at in looked if at is not None)
        return "ok" if self._now() - oldest <= ALIVE * self._interval else "stale"


@contextmanager
def serving(
    host: str, port: int, *, metrics: Callable[[], bytes], health: Callable[[], Status]
) -> Iterator[str]:
    """Answer while the body runs; the address. Raises MetricsAddressError."""
    handler = _handler(metrics, health)
    try:
        server = _server(host)((host, port), handler)
    except (OSError, OverflowError) as error:
        raise MetricsAddressError(
            f"metrics cannot be served at {host} port {port}: {error}",
            hint="Is the port taken? Name another by --metrics-port.",
        ) from None
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True
    )
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(
    metrics: Callable[[], bytes], health: Callable[[], Status]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS
        server_version, sys_version = "tanba", ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, metrics())
            elif path == "/health":
                status = health()
                good = HTTPStatus.OK if status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
                self._answer(good, "application/json", json.dumps({"status": status}).encode())
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"/metrics, /health\n")

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """What asks for metrics is not worth a line each."""

    return Handler


def _server(host: str) -> type[ThreadingHTTPServer]:
    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True
        _places = threading.BoundedSemaphore(_AT_ONCE)

        def process_request(self, request: Any, client_address: Any) -> None:
            """No more threads than a few: who asks for more is turned away."""
            if not self._places.acquire(blocking=False):
                self.shutdown_request(request)
                return
            super().process_request(request, client_address)

        def process_request_thread(self, request: Any, client_address: Any) -> None:
            try:
                super().process_request_thread(request, client_address)
            finally:
                self._places.release()

        def handle_error(self, request: object, client_address: object) -> None:
            """A connection that breaks is the other side's affair."""

    return Server
