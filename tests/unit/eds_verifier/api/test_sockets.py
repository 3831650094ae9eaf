"""The interface behind a real uvicorn on loopback: what only a socket can do to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import requests

from eds_verifier.policy import VerificationPolicy
from eds_verifier.service import Judgement
from eds_verifier.verdict import Reason, Refused
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.api.served import BODY, LIMITS, VERIFY, Served, received
from tests.unit.eds_verifier.api.world import KEYS


class Held:
    """A judge that answers when it is let go, in threads of the interface."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.inside = threading.Semaphore(0)
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def judge(
        self,
        cms: bytes,  # noqa: ARG002 - a protocol
        *,
        content: bytes | None,  # noqa: ARG002 - a protocol
        policy: VerificationPolicy,  # noqa: ARG002 - a protocol
        at: datetime,  # noqa: ARG002 - a protocol
    ) -> Judgement:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.inside.release()
        assert self.go.wait(30)
        with self._lock:
            self._now -= 1
        return Judgement(Refused(Reason.MALFORMED, "held").verdict())


def head(path: str = VERIFY, *lines: str, key: str = "portal", method: str = "POST") -> bytes:
    fields = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: Bearer {KEYS[key].key}",
        "Content-Type: application/json",
        *lines,
    ]
    return ("\r\n".join(fields) + "\r\n\r\n").encode("latin-1")


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture(scope="module")
def served(api_ca: DemoCa) -> Iterator[Served]:
    with Served(api_ca, None) as running:
        yield running


@pytest.fixture
def held(api_ca: DemoCa) -> Iterator[tuple[Served, Held]]:
    judge = Held()
    with Served(api_ca, judge) as running:
        try:
            yield running, judge
        finally:
            judge.go.set()


def test_a_request_is_answered(served: Served) -> None:
    assert served.post().json()["reason"] == "malformed"
    assert requests.get(f"{served.url}/health/ready", timeout=10).json()["status"] == "ready"


def test_answers_are_sent_at_once(served: Served) -> None:
    # asyncio sets TCP_NODELAY only on a socket that says it is TCP.
    assert served.protocol == socket.IPPROTO_TCP


def test_a_body_that_comes_too_slowly_is_given_up(served: Served) -> None:
    started = time.monotonic()
    answer = served.raw(head(VERIFY, "Content-Length: 1000"), *[b" "] * 10, pause=0.15)
    assert status(answer) == 408
    assert b"body_timeout" in answer
    assert b"connection: close" in answer.lower()
    assert time.monotonic() - started < 5


def test_a_body_shorter_than_it_says_is_given_up(served: Served) -> None:
    text = json.dumps(BODY).encode()
    answer = served.raw(head(VERIFY, f"Content-Length: {len(text) + 50}"), text)
    assert status(answer) == 408


def test_a_body_longer_than_it_says_is_no_second_request(served: Served) -> None:
    text = json.dumps(BODY).encode()
    smuggled = head("/cms/sign", "Content-Length: 0")
    answer = served.raw(
        head(VERIFY, f"Content-Length: {len(text) - 1}", "Connection: close"), text + smuggled
    )
    assert status(answer) == 400
    assert b"not_json" in answer
    assert b"501" not in answer
    garbage = served.raw(head(VERIFY, f"Content-Length: {len(text)}"), text + b"\x00\x01\r\n\r\n")
    assert garbage.count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 10", "Content-Length: 200"),
        ("Content-Length: -1",),
        ("Content-Length: 1_0",),
        ("Content-Length: +10",),
        ("Transfer-Encoding: gzip",),
        ("Transfer-Encoding: chunked, identity",),
        ("Content-Length : 10",),
        ("Bad Header\x0b: 1",),
    ],
)
def test_ambiguous_framing_is_refused(served: Served, lines: tuple[str, ...]) -> None:
    answer = served.raw(head(VERIFY, *lines), b"0\r\n\r\n")
    assert status(answer) in {400, 501}


def test_a_length_beside_chunks_is_not_read_as_two_requests(served: Served) -> None:
    smuggled = head("/cms/sign", "Content-Length: 0")
    answer = served.raw(
        head(VERIFY, "Content-Length: 4", "Transfer-Encoding: chunked"), b"0\r\n\r\n" + smuggled
    )
    assert answer.count(b"HTTP/1.1") <= 2
    assert status(answer) == 400


def test_a_body_that_says_it_is_too_large_is_refused_before_it_comes(served: Served) -> None:
    started = time.monotonic()
    with served.connection() as connected:
        connected.sendall(head(VERIFY, "Content-Length: 99999999", "Expect: 100-continue"))
        answer = received(connected)
    assert status(answer) == 413
    assert b"100 Continue" not in answer
    assert time.monotonic() - started < 1.5


def test_an_endless_body_is_ended(served: Served) -> None:
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    sent = 0
    answer = b""
    with served.connection() as connected:
        connected.sendall(head(VERIFY, "Transfer-Encoding: chunked"))
        started = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - started < 10:
                connected.sendall(chunk)
                sent += len(chunk)
        answer = received(connected)
    assert time.monotonic() - started < 10
    assert sent < 20_000_000
    assert status(answer) in {0, 413}


def test_a_refusal_reaches_a_sender_who_is_still_sending(served: Served) -> None:
    body = b'{"cms": "' + b"A" * 40_000 + b'"}'
    reply = requests.post(f"{served.url}{VERIFY}", data=body, timeout=10)
    assert reply.status_code == 401
    over = served.post(b'{"cms": "' + b"A" * 100_000 + b'"}')
    assert over.status_code == 413


def test_a_refusal_waits_for_a_sender_who_hears_only_at_the_end(served: Served) -> None:
    wrong = head(VERIFY, "Content-Length: 60000").replace(KEYS["portal"].key.encode(), b"wrong")
    with served.connection() as connected:
        connected.sendall(wrong)
        for _ in range(6):
            time.sleep(0.1)
            connected.sendall(b" " * 10_000)  # a reset connection raises
        answer = received(connected)
    assert status(answer) == 401
    assert b'"unauthorized"' in answer


@pytest.mark.parametrize(
    "path",
    [
        "//v1/cms/verify",
        "/v1/cms/../cms/verify",
        "/v1/./cms/verify",
        "/v1/cms/verify/.",
        "/health/../v1/cms/verify",
        "/v1/cms%2fverify",
        "/v1/cms\\verify",
        "/v1/cms/verify#x",
        "/v1/cms/verify%3f",
    ],
)
def test_an_address_is_taken_as_it_is_sent(served: Served, path: str) -> None:
    text = json.dumps(BODY).encode()
    answer = served.raw(head(path, f"Content-Length: {len(text)}", "Connection: close"), text)
    assert status(answer) in {400, 404, 405}


def test_header_fields_cannot_be_injected_by_a_key_id(served: Served) -> None:
    for value in ("Bearer x\r\nX-Injected: 1", "Bearer x\nX-Injected: 1", "Bearer x\x00"):
        request = (
            f"GET /v1/trust HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {value}"
            "\r\n\r\n"
        )
        answer = served.raw(request.encode("latin-1"))
        assert status(answer) in {400, 401}
        assert b"x-injected" not in answer.lower()


def test_two_authorization_fields_prove_nothing(served: Served) -> None:
    line = f"Authorization: Bearer {KEYS['portal'].key}"
    answer = served.raw(head("/v1/trust", line, "Connection: close", method="GET"))
    assert status(answer) == 401


def test_more_at_one_time_than_a_key_may_is_refused_at_once(held: tuple[Served, Held]) -> None:
    running, judge = held
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(running.post, key="narrow")
        assert judge.inside.acquire(timeout=10)
        second = running.post(key="narrow")
        assert (second.status_code, second.json()["code"]) == (429, "too_many_at_once")
        assert second.headers["Retry-After"] == "1"
        judge.go.set()
        assert first.result().status_code == 200
    assert running.post(key="narrow").status_code == 200


def test_more_than_all_together_may_is_busy_and_the_rest_goes_on(
    held: tuple[Served, Held],
) -> None:
    running, judge = held
    with ThreadPoolExecutor(12) as pool:
        taken = [pool.submit(running.post) for _ in range(12)]
        for _ in range(LIMITS["workers"]):
            assert judge.inside.acquire(timeout=10)
        deadline = time.monotonic() + 10
        while sum(one.done() for one in taken) < 8 and time.monotonic() < deadline:
            time.sleep(0.02)
        # The event loop is free while every thread judges.
        started = time.monotonic()
        assert requests.get(f"{running.url}/health/live", timeout=5).text == "live"
        assert time.monotonic() - started < 1
        judge.go.set()
        replies = [one.result() for one in taken]
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [200] * 4 + [503] * 8
    busy = [reply for reply in replies if reply.status_code == 503]
    assert all(reply.json()["code"] == "busy" for reply in busy)
    assert all(int(reply.headers["Retry-After"]) >= 1 for reply in busy)
    assert judge.most == 2
    assert running.post().status_code == 200


def test_work_whose_request_is_cancelled_keeps_its_place_until_it_ends(
    held: tuple[Served, Held],
) -> None:
    running, judge = held
    body = json.dumps(BODY).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": VERIFY,
        "raw_path": VERIFY.encode(),
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {KEYS['narrow'].key}".encode()),
            (b"content-type", b"application/json"),
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(_message: Any) -> None:
        raise AssertionError("nobody is there to be answered")

    async def cancelled() -> None:
        task = asyncio.create_task(running.api(scope, receive, send))
        assert await asyncio.to_thread(judge.inside.acquire, timeout=10)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert running.api.under_way == 1
        judge.go.set()
        deadline = time.monotonic() + 10
        while running.api.under_way:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    asyncio.run(cancelled())


def test_a_caller_that_went_away_keeps_its_place_until_the_work_ends(
    held: tuple[Served, Held],
) -> None:
    running, judge = held
    text = json.dumps(BODY).encode()
    with running.connection() as connected:
        connected.sendall(head(VERIFY, f"Content-Length: {len(text)}", key="narrow") + text)
        assert judge.inside.acquire(timeout=10)
    assert running.post(key="narrow").status_code == 429
    judge.go.set()
    deadline = time.monotonic() + 10
    while running.post(key="narrow").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
