"""Connections that ask for nothing, by real sockets against a real uvicorn."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import time
from collections.abc import Iterator

import pytest
import requests

from eds_verifier.provider.connections import HEAD_SECONDS, PromptProtocol
from eds_verifier.provider.server import configured
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.api.served import BODY, VERIFY, Served, received
from tests.unit.eds_verifier.api.world import KEYS

HEAD = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
SECONDS = 0.5


class Short(PromptProtocol):
    head_seconds = SECONDS


@pytest.fixture(scope="module")
def served(provider_ca: DemoCa) -> Iterator[Served]:
    with Served(provider_ca, protocol=Short) as running:
        yield running


def answered(connected: socket.socket, ending: bytes) -> bytes:
    """One answer, of which the last octets are known."""
    answer = b""
    while not answer.endswith(ending):
        chunk = connected.recv(65_536)
        assert chunk, answer
        answer += chunk
    return answer


def trickled(connected: socket.socket, octets: bytes, *, pause: float) -> float:
    """How long the other side goes on taking octets one by one, in seconds; ten at most."""
    started = time.monotonic()
    connected.settimeout(pause)
    for octet in octets * 1_000:
        if time.monotonic() - started > 10:
            break
        try:
            connected.sendall(bytes([octet]))
            if not connected.recv(65_536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - started


@pytest.mark.parametrize(
    "sent",
    [b"", b"G", HEAD[:-2], HEAD + b"GET /h", HEAD + HEAD[:-1]],
    ids=["nothing", "one octet", "all but the end", "a second head begun", "all but its end"],
)
def test_a_connection_without_a_whole_head_is_closed(served: Served, sent: bytes) -> None:
    started = time.monotonic()
    with served.connection() as connected:
        connected.sendall(sent)
        answer = received(connected)
    assert answer.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")
    assert time.monotonic() - started < SECONDS + 4


def test_a_head_that_trickles_is_not_waited_for_longer(served: Served) -> None:
    with served.connection() as connected:
        connected.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert SECONDS * 0.8 < trickled(connected, b"x", pause=0.05) < SECONDS + 4


def test_a_second_head_that_trickles_is_not_waited_for_either(served: Served) -> None:
    with served.connection() as connected:
        connected.sendall(HEAD)
        answered(connected, b"live")
        connected.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert trickled(connected, b"x", pause=0.05) < SECONDS + 4


def test_a_body_that_trickles_after_its_answer_keeps_no_connection(served: Served) -> None:
    with served.connection() as connected:
        connected.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n")
        answered(connected, b"live")
        assert trickled(connected, b"x", pause=0.05) < SECONDS + 4


def test_an_answer_that_takes_longer_than_a_head_may_is_waited_for(provider_ca: DemoCa) -> None:
    class VeryShort(PromptProtocol):
        head_seconds = 0.2

    text = json.dumps(BODY).encode()
    with Served(provider_ca, protocol=VeryShort) as running, running.connection() as connected:
        lines = [
            f"POST {VERIFY} HTTP/1.1",
            "Host: x",
            f"Authorization: Bearer {KEYS['portal'].key}",
            "Content-Type: application/json",
            f"Content-Length: {len(text)}",
        ]
        connected.sendall("\r\n".join([*lines, "", ""]).encode())
        # The interface waits for a body longer than the protocol for a head.
        time.sleep(0.4)
        connected.sendall(text)
        assert b"HTTP/1.1 200" in answered(connected, b"}")


def test_a_connection_is_used_again_within_its_rest(served: Served) -> None:
    with served.connection() as connected:
        for _ in range(4):
            connected.sendall(HEAD)
            answered(connected, b"live")
            time.sleep(SECONDS * 0.7)


def test_a_thousand_silent_connections_do_not_keep_others_out_for_long(served: Served) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4_096:
        pytest.skip("this process may not open that many sockets")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4_096), hard))
    with contextlib.ExitStack() as closing:
        for _ in range(1_030):
            closing.enter_context(served.connection())
        time.sleep(SECONDS + 0.5)
        reply = requests.get(f"{served.url}/health/live", timeout=10)
    assert (reply.status_code, reply.text) == (200, "live")


def test_what_is_served_has_these_limits() -> None:
    config = configured(lambda *_: None)  # type: ignore[arg-type]  # never called
    assert config.http is PromptProtocol
    assert (PromptProtocol.head_seconds, HEAD_SECONDS) == (10.0, 10.0)
    assert (config.ws, config.timeout_keep_alive) == ("none", 15)
