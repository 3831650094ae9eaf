"""HTTPS by a real tunnelling proxy, and past it where the environment says so."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from provisioning.auth.way import Clock
from provisioning.connection import Connection, ConnectionSettings
from provisioning.errors import KeycloakUnreachableError
from tests.unit.provisioning.auth.factory import Pair, Server, make_pair, reply, serving

SECRET = "planted-Proxy-02dd"


@contextmanager
def tunnel() -> Iterator[tuple[str, list[bytes]]]:
    """A CONNECT proxy (RFC 9110 9.3.6): its address, and every octet that passed from clients."""
    passed: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket, seen: list[bytes] | None) -> None:
        try:
            while octets := source.recv(65536):
                if seen is not None:
                    seen.append(octets)
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            head = client.recv(65536)
            passed.append(head)
            host, _, port = head.split(b" ")[1].decode().partition(":")
            upstream = socket.create_connection((host, int(port)))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for pair in ((client, upstream, passed), (upstream, client, None)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", passed
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@pytest.fixture
def ca(tmp_path: Path) -> Pair:
    """The CA of the server."""
    return make_pair(tmp_path, "ca")


@pytest.fixture
def server(tmp_path: Path, ca: Pair) -> Iterator[Server]:
    """A TLS server."""
    own = make_pair(tmp_path, "server", issuer=ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.cert_file, own.key_file)
    with serving(lambda handler, _: reply(handler, 200, b"{}"), tls=context) as running:
        yield running


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test sets."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def connect(server: Server, ca: Pair | None) -> Connection:
    settings = ConnectionSettings(
        server.url,
        client_id="tool",
        client_secret=SecretStr(SECRET),
        ca_file=ca.cert_file if ca else None,
    )
    return Connection(settings, clock=Clock(sleep=lambda _: None))


def test_the_proxy_is_used_and_sees_no_secret(
    server: Server, ca: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnel() as (address, passed):
        monkeypatch.setenv("HTTPS_PROXY", address)
        assert connect(server, ca).get("/realms/r") == {}
        octets = b"".join(passed)
    assert octets.startswith(b"CONNECT localhost:")
    assert SECRET.encode() not in octets
    assert SECRET.encode() in server.tokens[0].body


def test_a_proxy_does_not_make_an_untrusted_server_trusted(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnel() as (address, passed):
        monkeypatch.setenv("HTTPS_PROXY", address)
        with pytest.raises(KeycloakUnreachableError, match="no trusted encrypted connection"):
            connect(server, None).get("/realms/r")
        assert passed
    assert server.seen == []


def test_what_needs_no_proxy_is_reached_without(
    server: Server, ca: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnel() as (address, passed):
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("NO_PROXY", "other.example,localhost")
        assert connect(server, ca).get("/realms/r") == {}
        assert passed == []
