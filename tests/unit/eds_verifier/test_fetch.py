"""Fetching within limits: whole answers or none, from the address that was named."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from eds_verifier.revocation.fetch import FetchFailed, fetch


class _Answers(BaseHTTPRequestHandler):
    requests: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.requests.append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif self.path == "/missing":
            self.send_error(404)
        elif self.path == "/short":
            self._send(b"x", declared=5)
        elif self.path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        else:
            self._send(b"x" * 100)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/ocsp-request"
        self._send(body[::-1])

    def _send(self, body: bytes, *, declared: int | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    _Answers.requests.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as listening:
        listening.handle_error = lambda *_: None  # type: ignore[method-assign]  # cut connections are meant
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def _get(url: str, *, seconds: float = 5, max_bytes: int = 1000) -> bytes:
    return fetch(url, max_bytes=max_bytes, seconds=seconds, what="the CRL")


def test_what_is_there_is_fetched(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert _get(f"{server}/good") == b"x" * 100
    assert fetch(server, data=b"abc", max_bytes=10, seconds=5, what="OCSP") == b"cba"


@pytest.mark.parametrize(
    ("path", "detail"),
    [("/redirect", "status 302"), ("/missing", "status 404"), ("/short", "cannot be reached|cut")],
)
def test_anything_but_a_whole_answer_fails(server: str, path: str, detail: str) -> None:
    with pytest.raises(FetchFailed, match=detail):
        _get(server + path)
    assert _Answers.requests == [path]


def test_an_answer_beyond_the_limit_is_not_read(server: str) -> None:
    with pytest.raises(FetchFailed, match="more than 99 octets"):
        _get(f"{server}/good", max_bytes=99)


def test_an_answer_that_drips_is_cut_at_the_deadline(server: str) -> None:
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="in time"):
        _get(f"{server}/drip", seconds=0.3)
    assert time.monotonic() - started < 1.5


def test_nobody_listening_fails_without_telling_the_address() -> None:
    with pytest.raises(FetchFailed) as failed:
        _get("http://127.0.0.1:9/secret-path")
    assert "secret-path" not in failed.value.detail
