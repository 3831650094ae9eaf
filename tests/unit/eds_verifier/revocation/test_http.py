"""One exchange with a server that is slow, lies about length, redirects or never ends."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable

import pytest

from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.fetch import FetchFailed, HttpEvidenceFetcher
from eds_verifier.revocation.http import exchange
from eds_verifier.revocation.ocsp import MAX_RESPONSE
from tests.unit.eds_verifier.revocation.world import read_request, reply, tcp_server

SECONDS = 0.7
IN_CHUNKS = b"12c\r\n" + b"x" * 300 + b"\r\n258\r\n" + b"x" * 600 + b"\r\n0\r\n\r\n"


def get(url: str, *, max_bytes: int = 1_000, seconds: float = SECONDS) -> bytes:
    return exchange(url, max_bytes=max_bytes, seconds=seconds, what="the CRL")


def answering(send: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        send(connection)

    return serve


def drip(octets: bytes, pause: float) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        for octet in octets:
            connection.sendall(bytes((octet,)))
            time.sleep(pause)

    return send


def endless(start: bytes) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + start)
        while True:
            connection.sendall(b"x" * 100 if start.endswith(b"\r\n\r\n") else b"A: b\r\n" * 50)

    return send


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode()


def sending(octets: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(octets)


def silent(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def continuing(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Go on\r\n\r\n")
        time.sleep(0.01)


HOSTILE: tuple[tuple[str, Callable[[socket.socket], None], Cause], ...] = (
    ("says nothing", silent, Cause.TIMEOUT),
    ("drips its headers", drip(head("Content-Length: 2") + b"ok", 0.1), Cause.TIMEOUT),
    ("drips its body", drip(head("Content-Length: 60") + b"x" * 60, 0.02), Cause.TIMEOUT),
    ("never ends its headers", endless(b""), Cause.UNREACHABLE),
    ("never ends its body", endless(b"\r\n\r\n"), Cause.TOO_LARGE),
    ("says to continue for ever", continuing, Cause.TIMEOUT),
    ("declares too much", sending(head("Content-Length: 1001")), Cause.TOO_LARGE),
    ("sends less than it declares", sending(head("Content-Length: 90") + b"x" * 80),
     Cause.CUT_SHORT),
    ("cuts a chunk short", sending(head("Transfer-Encoding: chunked") + b"50\r\nxx"),
     Cause.CUT_SHORT),
    ("chunks without end", sending(head("Transfer-Encoding: chunked") + b"80\r\n" + b"x" * 128
     + (b"\r\n80\r\n" + b"x" * 128) * 2_000), Cause.TOO_LARGE),
    ("compresses", lambda c: reply(c, gzip.compress(bytes(900)), headers=
     "Content-Encoding: gzip\r\n"), Cause.COMPRESSED),
    ("sends a bomb", lambda c: reply(c, gzip.compress(bytes(500_000)), headers=
     "Content-Encoding: gzip\r\n"), Cause.COMPRESSED),
    ("fails", lambda c: reply(c, b"x", 503), Cause.HTTP_STATUS),
    ("has nothing", lambda c: reply(c, b"", 204), Cause.HTTP_STATUS),
    ("is no HTTP server", sending(b"220 mail.example ESMTP\r\n"), Cause.UNREACHABLE),
    ("hangs up", lambda c: c.close(), Cause.UNREACHABLE),
)  # fmt: skip


@pytest.mark.parametrize(("send", "cause"), [pytest.param(s, c, id=i) for i, s, c in HOSTILE])
def test_nothing_is_taken_from_a_server_that(
    send: Callable[[socket.socket], None], cause: Cause
) -> None:
    with tcp_server(answering(send)) as url:
        started = time.monotonic()
        with pytest.raises(FetchFailed) as failed:
            get(f"{url}/x.crl")
    assert failed.value.cause is cause
    assert time.monotonic() - started < SECONDS + 6
    assert "127.0.0.1" not in failed.value.detail


def test_a_slow_server_holds_nobody_longer_than_the_deadline() -> None:
    with tcp_server(answering(drip(head() + b"x" * 500, 0.05))) as url:
        started = time.monotonic()
        with pytest.raises(FetchFailed):
            get(url, seconds=0.5)
        assert time.monotonic() - started < 1.5


def test_a_redirect_is_not_followed() -> None:
    reached = threading.Event()

    def other(connection: socket.socket) -> None:
        reached.set()
        reply(connection, b"stolen")

    with tcp_server(other) as elsewhere:

        def send(connection: socket.socket) -> None:
            reply(connection, b"", 302, f"Location: {elsewhere}/x.crl\r\n")

        with tcp_server(answering(send)) as url, pytest.raises(FetchFailed) as failed:
            get(url)
    assert (failed.value.cause, reached.is_set()) == (Cause.HTTP_STATUS, False)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_no_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    with tcp_server(answering(lambda c: reply(c, b"direct"))) as url:
        assert get(url) == b"direct"


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda c: reply(c, b"x" * 900), id="declared"),
        pytest.param(sending(head() + b"x" * 900), id="until the end"),
        pytest.param(
            sending(head("Transfer-Encoding: chunked") + IN_CHUNKS),
            id="in chunks",
        ),
    ],
)  # fmt: skip
def test_a_body_is_taken_whole(send: Callable[[socket.socket], None]) -> None:
    with tcp_server(answering(send)) as url:
        assert get(url) == b"x" * 900


def test_a_request_is_posted_with_its_media_type_and_its_query() -> None:
    seen: list[tuple[str, bytes]] = []

    def serve(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        reply(connection, b"answer")

    with tcp_server(serve) as url:
        answer = HttpEvidenceFetcher().ocsp(f"{url}/ocsp?a=b", b"request", seconds=SECONDS)
    assert (answer, seen) == (b"answer", [("/ocsp?a=b", b"request")])


def test_an_ocsp_answer_has_its_own_limit() -> None:
    with tcp_server(answering(lambda c: reply(c, bytes(MAX_RESPONSE + 1)))) as url:
        with pytest.raises(FetchFailed) as failed:
            HttpEvidenceFetcher().ocsp(url, b"", seconds=SECONDS)
        assert failed.value.cause is Cause.TOO_LARGE
        assert len(HttpEvidenceFetcher().crl(url, seconds=SECONDS)) == MAX_RESPONSE + 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "http:///x",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:1/",
        "http://no-such-host.invalid/",
        "http://[::1/",
    ],
)
def test_an_address_that_leads_nowhere_fails_in_words(url: str) -> None:
    with pytest.raises(FetchFailed) as failed:
        get(url)
    assert failed.value.cause in {Cause.UNREACHABLE, Cause.TIMEOUT}
