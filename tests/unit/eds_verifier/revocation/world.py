"""An authority on a network that can be cut, made slow or made to lie; clocks that tests move."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Cause
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.trust import TrustStore
from tests.unit.eds_verifier.factory import (
    NOW,
    Message,
    Signer,
    crl,
    gost_key,
    issue,
    ocsp_response,
    pki,
    responder,
)

PKI = pki()
PERSON = issue(PKI.person(), PKI.issuer)
CMS = Message(PERSON).encode()
RESPONDER = responder(PKI.issuer, gost_key("responder"))
NONCE = bytes(range(16))
HOUR = timedelta(hours=1)
POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
WITH_DELTA = POLICY.model_copy(update={"delta_crl": "required"})
ACCEPTANCE = VerificationPolicy(purpose="acceptance", key="sign", delta_crl="optional")
ISSUER = PKI.store.issuers()[0]


def store(**addresses: Any) -> TrustStore:
    """The tests' trust with other addresses of the issuer."""
    root, issuer = PKI.store.authorities
    return replace(PKI.store, authorities=(root, replace(issuer, **addresses)))


@dataclass
class Clocks:
    """Both clocks: monotonic seconds, and the wall clock that goes with them."""

    seconds: float = 1_000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1_000.0)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def around(self, **changes: Any) -> RevocationSurroundings:
        """Surroundings that run on these clocks; jitter is at its most."""
        return RevocationSurroundings(
            clock=self.monotonic, now=self.now, sleep=self.sleep, random=lambda: 1.0, **changes
        )


Change = Callable[[bytes], bytes]


@dataclass
class Authority:
    """Answers in this process, as the issuer's responder and CRL address do."""

    ocsp_up: bool = True
    crl_up: bool = True
    status: bytes = b"\x80\x00"
    by: Signer = RESPONDER
    at: Callable[[], datetime] = lambda: NOW
    base: Callable[[datetime], bytes] = lambda at: crl(PKI.issuer, this_update=at)
    delta: Callable[[datetime], bytes] = lambda at: crl(PKI.issuer, base_number=14, this_update=at)
    lie: Change = lambda octets: octets
    asked: list[str] = field(default_factory=list)
    during: Callable[[str], None] = lambda _: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        self._note("ocsp", seconds)
        if not self.ocsp_up:
            raise FetchFailed("OCSP did not answer in time", Cause.TIMEOUT)
        return self.lie(
            ocsp_response(
                PERSON,
                PKI.issuer,
                self.by,
                nonce=nonce_of(request),
                status=self.status,
                this_update=self.at(),
            )
        )

    def crl(self, url: str, *, seconds: float) -> bytes:
        kind = "delta" if url.endswith("delta.crl") else "base"
        self._note(kind, seconds)
        if not self.crl_up:
            raise FetchFailed("the CRL answered with HTTP status 503", Cause.HTTP_STATUS)
        return self.lie((self.delta if kind == "delta" else self.base)(self.at()))

    def count(self, what: str) -> int:
        """How often it was asked for `ocsp`, `base`, `delta`."""
        with self._lock:
            return self.asked.count(what)

    def _note(self, what: str, seconds: float) -> None:
        assert 0 < seconds <= 60
        with self._lock:
            self.asked.append(what)
        self.during(what)


def nonce_of(request: bytes) -> bytes:
    """The nonce of one of our requests: its last sixteen octets."""
    assert request[-18:-16] == b"\x04\x10"
    return request[-16:]


@contextlib.contextmanager
def tcp_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on loopback that does `serve` with each connection; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    stop = threading.Event()
    workers: list[threading.Thread] = []

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            serve(connection)

    def accept() -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listening.accept()
                worker = threading.Thread(target=handle, args=(connection,), daemon=True)
                worker.start()
                workers.append(worker)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop.set()
        thread.join()
        listening.close()
        for worker in workers:
            worker.join(timeout=5)


def read_request(connection: socket.socket) -> tuple[str, bytes]:
    """The target and the body of one request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return lines[0].split(" ")[1], body


def reply(connection: socket.socket, body: bytes, status: int = 200, headers: str = "") -> None:
    """Send one whole reply."""
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    connection.sendall(head.encode() + body)
