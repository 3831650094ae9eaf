"""What is tried again, for how long, and what a broken answer is said to be."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest
from pydantic import SecretStr

from provisioning import connection as module
from provisioning.auth.way import Clock
from provisioning.connection import PAUSES, PAUSES_AT_FIRST, Connection, ConnectionSettings, Sent
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotAuthenticatedError,
    ProvisioningError,
    UnexpectedAnswerError,
)
from tests.unit.provisioning.auth.factory import TOKEN, Seen, Server, reply, serving
from tests.unit.provisioning.auth.faulty import PASSING, Fault, Faulty, faulty_proxy

SECRET = "planted-Fault-a1b7"


@dataclass
class Waited:
    """A clock whose pauses pass at once."""

    pauses: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.elapsed += seconds

    def clock(self) -> Clock:
        return Clock(elapsed=lambda: self.elapsed, sleep=self.sleep)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers everything."""
    with serving(lambda handler, _: reply(handler, 200, b'{"whole": true}')) as running:
        yield running


@pytest.fixture
def proxy(server: Server) -> Iterator[Faulty]:
    """A proxy before it."""
    with faulty_proxy(server.url) as running:
        yield running


def connect(url: str, waited: Waited) -> Connection:
    settings = ConnectionSettings(url, client_id="tool", client_secret=SecretStr(SECRET))
    return Connection(settings, clock=waited.clock())


@pytest.fixture(autouse=True)
def short_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed soon."""
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 1)


@pytest.mark.parametrize("fault", Fault)
def test_a_read_is_tried_again_only_after_what_may_pass(proxy: Faulty, fault: Fault) -> None:
    waited, observed = Waited(), list[Sent]()
    settings = ConnectionSettings(proxy.url, client_id="tool", client_secret=SecretStr(SECRET))
    connection = Connection(settings, observe=observed.append, clock=waited.clock())
    proxy.plan = [fault]
    if fault in PASSING:
        assert connection.get("/realms/r") == {"whole": True}
        assert (len(proxy.asked), waited.pauses) == (2, [PAUSES[0]])
    else:
        with pytest.raises(ProvisioningError):
            connection.get("/realms/r")
        assert (len(proxy.asked), waited.pauses) == (1, [])
    assert observed == [Sent("GET", "/realms/r")]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", Fault)
def test_a_write_is_sent_once(proxy: Faulty, fault: Fault, method: str) -> None:
    waited = Waited()
    proxy.plan = [fault]
    with pytest.raises(ProvisioningError) as caught:
        connect(proxy.url, waited).request(method, "/realms/r", {"secret": SECRET})
    assert (len(proxy.asked), waited.pauses) == (1, [])
    said = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert SECRET not in said
    if fault.acts:
        assert "is not known" in caught.value.hint
        assert method in caught.value.message


@pytest.mark.parametrize("fault", [one for one in Fault if one in PASSING - {Fault.SILENT}])
def test_patience_ends(proxy: Faulty, fault: Fault) -> None:
    waited = Waited()
    connection = connect(proxy.url, waited)
    proxy.plan = [fault] * 50
    with pytest.raises((KeycloakUnreachableError, KeycloakRefusedError)):
        connection.get("/realms/r")
    assert waited.pauses == list(PAUSES)


def test_a_read_that_takes_too_long_is_not_begun_again(proxy: Faulty) -> None:
    waited = Waited()
    connection = connect(proxy.url, waited)
    connection.get("/realms/r")
    proxy.plan = [Fault.STATUS_503] * 3
    ticks = iter([0.0, 0.0, 61.0])
    connection._clock = Clock(elapsed=lambda: next(ticks, 61.0), sleep=waited.sleep)
    with pytest.raises(KeycloakRefusedError, match="503"):
        connection.get("/realms/r")
    assert waited.pauses == [PAUSES[0]]


def test_a_wrong_address_is_said_soon() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        waited = Waited()
        with pytest.raises(KeycloakUnreachableError, match="no answer from"):
            connect(f"http://127.0.0.1:{probe.getsockname()[1]}", waited).get("/realms/r")
    assert waited.pauses == list(PAUSES_AT_FIRST)


def test_a_restart_is_survived(server: Server) -> None:
    waited = Waited()
    with faulty_proxy(server.url) as first:
        connection = connect(first.url, waited)
        assert connection.get("/realms/r") == {"whole": True}
        first.plan = [Fault.RESET_BEFORE, Fault.RESET_BEFORE, Fault.STATUS_503, Fault.STATUS_503]
        assert connection.get("/realms/r") == {"whole": True}
    assert waited.pauses == list(PAUSES[:4])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b"<html>sign in</html>", r"is a web page \(HTML\)"),
        (b'  \n<!DOCTYPE html><p>"', r"is a web page \(HTML\)"),
        (b'{"half": ', "cut short or not JSON"),
        (b"\xff\xfe\x00", "cut short or not JSON"),
    ],
)
def test_an_answer_that_is_not_whole_json_is_an_error_that_says_so(body: bytes, words: str) -> None:
    with (
        serving(lambda handler, _: reply(handler, 200, body)) as server,
        pytest.raises(UnexpectedAnswerError, match=words),
    ):
        connect(server.url, Waited()).get("/realms/r")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_one_401_a_new_token_is_tried_and_after_two_it_is_said(method: str) -> None:
    good = threading.Event()

    def answer(handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        accepted = good.is_set() and seen.headers["Authorization"] == "Bearer token-2"
        reply(handler, 200 if accepted else 401, b"{}")

    def token(handler: BaseHTTPRequestHandler, _seen: Seen) -> None:
        number = len(running[0].tokens)
        reply(handler, 200, TOKEN.replace(b'"token"', f'"token-{number}"'.encode()))

    running: list[Server] = []
    with serving(answer, token=token) as server:
        running.append(server)
        good.set()
        assert connect(server.url, Waited()).request(method, "/realms/r") == {}
        assert (len(server.tokens), len(server.others)) == (2, 2)
        good.clear()
        server.seen.clear()
        with pytest.raises(NotAuthenticatedError, match="a new one neither"):
            connect(server.url, Waited()).request(method, "/realms/r")
        assert (len(server.tokens), len(server.others)) == (2, 2)


@pytest.mark.parametrize(
    ("totp", "requests"), [(None, 2), (SecretStr("GEZDGNBVGY3TQOJQ"), 1)], ids=["password", "code"]
)
def test_a_token_request_is_tried_again_unless_a_code_may_be_used_up(
    totp: SecretStr | None, requests: int
) -> None:
    def token(handler: BaseHTTPRequestHandler, _seen: Seen) -> None:
        first = len(running[0].tokens) == 1
        reply(handler, 503 if first else 200, TOKEN)

    running: list[Server] = []
    with serving(lambda handler, _: reply(handler, 200, b"{}"), token=token) as server:
        running.append(server)
        settings = ConnectionSettings(
            server.url, username="me", password=SecretStr(SECRET), totp_secret=totp
        )
        connection = Connection(settings, clock=Waited().clock())
        if totp is None:
            assert connection.get("/realms/r") == {}
        else:
            with pytest.raises(KeycloakRefusedError, match="503 instead of a token"):
                connection.get("/realms/r")
        assert len(server.tokens) == requests


def test_threads_share_one_token_and_none_sees_the_answer_of_another() -> None:
    def answer(handler: BaseHTTPRequestHandler, seen: Seen) -> None:
        reply(handler, 200, f'"{seen.path}"'.encode())

    with serving(answer) as server, ThreadPoolExecutor(8) as threads:
        connection = connect(server.url, Waited())
        paths = [f"/realms/r{number}" for number in range(64)]
        assert list(threads.map(connection.get, paths)) == [f"/admin{path}" for path in paths]
        assert len(server.tokens) == 1


def test_no_redirect_carries_a_secret_elsewhere() -> None:
    with serving(lambda handler, _: reply(handler, 200, b"{}")) as elsewhere:

        def away(handler: BaseHTTPRequestHandler, seen: Seen) -> None:
            reply(handler, 307, b"", Location=f"{elsewhere.url}{seen.path}")

        with (
            serving(away, token=away) as server,
            pytest.raises(UnexpectedAnswerError, match="redirects us elsewhere"),
        ):
            connect(server.url, Waited()).get("/realms/r")
        with serving(away) as server:
            for method in ("GET", "POST", "PUT", "DELETE"):
                with pytest.raises(UnexpectedAnswerError, match="redirects us elsewhere"):
                    connect(server.url, Waited()).request(method, "/realms/r", {"s": SECRET})
        assert elsewhere.seen == []


def test_on_plain_http_no_proxy_sees_our_secret(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(lambda handler, _: reply(handler, 200, b"{}")) as stranger:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, stranger.url)
        assert connect(server.url, Waited()).get("/realms/r") == {"whole": True}
        assert stranger.seen == []


def test_https_goes_by_the_proxy_that_the_environment_names_and_says_so_when_that_fails(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    address = server.url.replace("http://", f"http://me:{SECRET}@")
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, address)
    settings = ConnectionSettings(
        "https://id.example.invalid", client_id="tool", client_secret=SecretStr("other")
    )
    with pytest.raises(KeycloakUnreachableError, match="the proxy did not let us") as caught:
        Connection(settings, clock=Waited().clock()).get("/realms/r")
    said = "".join(traceback.format_exception(caught.value))
    assert SECRET not in said
    assert server.others == []


def test_a_path_of_the_address_is_kept(server: Server) -> None:
    connect(f"{server.url}/auth", Waited()).get("/realms/r")
    assert [one.path for one in server.seen] == [
        "/auth/realms/master/protocol/openid-connect/token",
        "/auth/admin/realms/r",
    ]


def test_a_realm_name_leads_nowhere_else(server: Server) -> None:
    settings = ConnectionSettings(
        server.url, auth_realm="../../x?", client_id="tool", client_secret=SecretStr(SECRET)
    )
    Connection(settings, clock=Waited().clock()).get("/realms/r")
    assert server.tokens[0].path == "/realms/..%2F..%2Fx%3F/protocol/openid-connect/token"
