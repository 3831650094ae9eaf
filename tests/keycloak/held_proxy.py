"""A proxy that holds back one write of a client, so that the client can be killed before it."""

from __future__ import annotations

import http.client
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from provisioning.connection import WRITES


@dataclass(slots=True)
class Held:
    """Writes that passed; `at`: the one, counted from 1, that is held with all after it.

    `reached` is set when it has come; heartbeats of the lock are not counted.
    """

    url: str = ""
    at: int = 0
    passed: list[str] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def may_pass(self, line: str) -> bool:
        """Whether a write goes on; waits for the end of the test otherwise."""
        with self.lock:
            if self.at == 0 or len(self.passed) + 1 < self.at:
                self.passed.append(line)
                return True
        self.reached.set()
        self.released.wait(30)
        return False


def _counts(method: str, path: str) -> bool:
    beat = method == "PUT" and "/client-scopes/" in path and "/protocol-mappers" not in path
    return method in WRITES and "/partial-export" not in path and not beat


@contextmanager
def held_proxy(target: str, *, at: int) -> Iterator[Held]:
    """Stand between a client and `target`; `at` as in Held, 0 for never."""
    held = Held(at=at)
    address = urllib.parse.urlsplit(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.endswith("/token") or not _counts(self.command, self.path):
                pass
            elif not held.may_pass(f"{self.command} {self.path}"):
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(address.hostname or "", address.port)
            names = ("Authorization", "Content-Type")
            headers = {name: self.headers[name] for name in names if self.headers[name]}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.getheader("Content-Type") or "")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """The client is killed on purpose."""

    httpd = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    held.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield held
    finally:
        held.released.set()
        httpd.shutdown()
        httpd.server_close()
