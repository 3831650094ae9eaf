"""The demo CA on loopback, answering OCSP and CRLs, and failing now and then in every way."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from stand.demo_ca import create
from stand.demo_ca.model import DemoCa
from stand.demo_ca.server import CaState

FAULTS = ("error", "garbage", "cut", "closed", "slow", "empty", "redirect")
_SLOW_SECONDS = 0.5


class FaultyCa:
    """`rate`: how many of a hundred answers fail. `ca` is there once it listens."""

    ca: DemoCa
    state: CaState

    def __init__(self, rate: int, seed: int) -> None:
        self.rate = rate
        self.told: Counter[str] = Counter()
        self._random = Random(seed)  # noqa: S311 - reproducible faults
        self._lock = threading.Lock()

    def fault(self) -> str:
        """What goes wrong with the next answer; empty when nothing does."""
        with self._lock:
            fault = ""
            if self._random.randrange(100) < self.rate:
                fault = self._random.choice(FAULTS)
            self.told[fault] += 1
            return fault

    def respond(self, path: str, body: bytes) -> bytes | None:
        """The right answer to a request."""
        with self._lock:
            if path.startswith("/ocsp"):
                return self.state.answer(body)
            return self.state.crl(path.rpartition("/")[2].removesuffix(".crl"))


class _Handler(BaseHTTPRequestHandler):
    faulty: FaultyCa

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, request: bytes) -> None:
        fault = self.faulty.fault()
        if fault == "closed":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(_SLOW_SECONDS)
        data = self.faulty.respond(self.path, request)
        if data is None or fault == "error":
            self.send_error(503)
            return
        if fault == "redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            return
        sent = {"garbage": b"\x30\x82" + b"x" * 300, "empty": b"", "cut": data[: len(data) // 2]}
        self.send_response(200)
        self.send_header(
            "Content-Length", str(len(data if fault == "cut" else sent.get(fault, data)))
        )
        self.end_headers()
        self.wfile.write(sent.get(fault, data))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@contextmanager
def running(folder: Path, *, rate: int, seed: int) -> Iterator[FaultyCa]:
    """Serve until the block ends."""
    faulty = FaultyCa(rate, seed)
    handler = type("Handler", (_Handler,), {"faulty": faulty})
    server = _Server(("127.0.0.1", 0), handler)
    base = f"http://127.0.0.1:{server.server_port}"
    faulty.ca = create(folder / "ca", base_url=base, now=datetime.now(UTC))
    faulty.state = CaState(faulty.ca, lambda: datetime.now(UTC))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield faulty
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
