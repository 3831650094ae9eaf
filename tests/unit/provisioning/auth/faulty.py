"""A proxy on loopback that breaks chosen requests between the tool and a server."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

PAGE = b"<!DOCTYPE html><title>Sign in</title>"


class Fault(Enum):
    """What happens to one request."""

    RESET_BEFORE = "the connection is reset; the server sees nothing"
    RESET_AFTER = "the server acts, its answer is lost by a reset"
    CUT = "the server acts, half of its answer arrives"
    SILENT = "the server acts, no answer comes until the client gives up"
    PAGE = "a web page instead of the answer; the server sees nothing"
    REDIRECT = "sent to another address; the server sees nothing"
    STATUS_500 = "500 from between; the server sees nothing"
    STATUS_502 = "the server acts, 502 arrives"
    STATUS_503 = "503 from between; the server sees nothing"
    STATUS_504 = "the server acts, 504 arrives"

    @property
    def acts(self) -> bool:
        """Whether the server gets the request nevertheless."""
        return "the server acts" in self.value


PASSING = frozenset(
    {
        Fault.RESET_BEFORE,
        Fault.RESET_AFTER,
        Fault.CUT,
        Fault.SILENT,
        Fault.STATUS_502,
        Fault.STATUS_503,
        Fault.STATUS_504,
    }
)
"""After these a read may be tried again."""


@dataclass(slots=True)
class Faulty:
    """The proxy: `plan` holds the faults of the next requests that are not for a token."""

    url: str = ""
    plan: list[Fault | None] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    forwarded: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    proxy: ClassVar[Faulty]
    target: ClassVar[str]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = f"{self.command} {self.path}"
        token = self.path.endswith("/token")
        fault = None
        if not token:
            self.proxy.asked.append(line)
            fault = self.proxy.plan.pop(0) if self.proxy.plan else None
        status, kind, answer = 200, "", b""
        if fault is None or fault.acts:
            status, kind, answer = self._forward(body)
            if not token:
                self.proxy.forwarded.append(line)
        self._break(fault) if fault else self._reply(status, kind, answer)
        if fault is Fault.CUT:
            self._cut(status, kind, answer)

    def _forward(self, body: bytes) -> tuple[int, str, bytes]:
        address = urllib.parse.urlsplit(self.target)
        connection = http.client.HTTPConnection(address.hostname or "", address.port)
        names = ("Authorization", "Content-Type")
        headers = {name: self.headers[name] for name in names if self.headers[name]}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheader("Content-Type") or "", content

    def _break(self, fault: Fault) -> None:
        if fault in {Fault.RESET_BEFORE, Fault.RESET_AFTER}:
            # RFC 9293 3.10.7.4: closing with unsent data and no linger sends RST.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
        elif fault is Fault.SILENT:
            self.proxy.released.wait(10)
        elif fault is Fault.PAGE:
            self._reply(200, "text/html", PAGE)
        elif fault is Fault.REDIRECT:
            self.send_response(307)
            self.send_header("Location", f"{self.target}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault is not Fault.CUT:
            self._reply(int(fault.name[-3:]), "text/html", PAGE)

    def _cut(self, status: int, kind: str, answer: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer) + 20))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2])

    def _reply(self, status: int, kind: str, answer: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != http.HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server calls

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Connections are broken on purpose."""


@contextmanager
def faulty_proxy(target: str) -> Iterator[Faulty]:
    """Stand between the tool and the server at `target` (http, on loopback)."""
    proxy = Faulty()
    handler = type("Handler", (_Handler,), {"proxy": proxy, "target": target})
    httpd = _Quiet(("127.0.0.1", 0), handler)
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    proxy.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield proxy
    finally:
        proxy.released.set()
        httpd.shutdown()
        httpd.server_close()
