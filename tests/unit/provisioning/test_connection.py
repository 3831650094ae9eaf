"""Settings from the environment, and every way a server may fail to answer."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from policies.errors import TanbaError
from provisioning.connection import Connection, ConnectionSettings, Sent, quoted
from provisioning.errors import (
    ConnectionSettingsError,
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotAuthenticatedError,
    NotPermittedError,
    ObjectNotFoundError,
    UnexpectedAnswerError,
)

SECRET = "planted-Secret-41d0"
GIVEN = {
    "TANBA_KEYCLOAK_URL": "https://id.example/",
    "TANBA_KEYCLOAK_CLIENT_ID": "provisioner",
    "TANBA_KEYCLOAK_CLIENT_SECRET": SECRET,
}


def test_settings_come_from_the_environment_and_show_no_secret() -> None:
    settings = ConnectionSettings.from_environment(GIVEN)
    assert (settings.url, settings.auth_realm) == ("https://id.example", "master")
    assert settings.client_secret == SecretStr(SECRET)
    assert SECRET not in repr(settings)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    environ = {k: v for k, v in GIVEN.items() if "SECRET" not in k}
    environ["TANBA_KEYCLOAK_CLIENT_SECRET_FILE"] = str(file)
    assert ConnectionSettings.from_environment(environ).client_secret == SecretStr(SECRET)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TANBA_KEYCLOAK_URL": ""}, "no Keycloak is named"),
        ({"TANBA_KEYCLOAK_CLIENT_SECRET": ""}, "no identity"),
        ({"TANBA_KEYCLOAK_CLIENT_ID": ""}, "not whose it is"),
        ({"TANBA_KEYCLOAK_CLIENT_SECRET_FILE": "also"}, "both set"),
        ({"TANBA_KEYCLOAK_URL": "http://id.example"}, "without encryption"),
        ({"TANBA_KEYCLOAK_URL": "https://u:p@id.example"}, "not https://host"),
        ({"TANBA_KEYCLOAK_URL": "id.example"}, "not https://host"),
        (
            {"TANBA_KEYCLOAK_CLIENT_SECRET": "", "TANBA_KEYCLOAK_CLIENT_SECRET_FILE": "absent"},
            "cannot be read",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, str], words: str) -> None:
    with pytest.raises(ConnectionSettingsError, match=words) as caught:
        ConnectionSettings.from_environment(GIVEN | changes)
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"


@contextmanager
def server(token: tuple[int, str], answer: tuple[int, str]) -> Iterator[str]:
    """A loopback server that gives `token` to the token request and `answer` to all others."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = token if "/token" in self.path else answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}"
    finally:
        httpd.shutdown()
        httpd.server_close()


TOKEN = (200, json.dumps({"access_token": "token", "expires_in": 60}))


@pytest.mark.parametrize(
    ("token", "answer", "error"),
    [
        ((401, '{"error":"invalid_client"}'), (200, "{}"), NotAuthenticatedError),
        ((404, '{"error":"Realm does not exist"}'), (200, "{}"), NotAuthenticatedError),
        ((404, '{"error":"Unable to find it"}'), (200, "{}"), UnexpectedAnswerError),
        ((404, "<html>mail</html>"), (200, "{}"), UnexpectedAnswerError),
        ((404, ""), (200, "{}"), UnexpectedAnswerError),
        ((503, "{}"), (200, "{}"), KeycloakRefusedError),
        (TOKEN, (401, "{}"), NotAuthenticatedError),
        (TOKEN, (403, '{"error":"HTTP 403 Forbidden"}'), NotPermittedError),
        (TOKEN, (404, "{}"), ObjectNotFoundError),
        (TOKEN, (404, "<html>mail</html>"), UnexpectedAnswerError),
        (TOKEN, (409, '{"errorMessage":"exists"}'), KeycloakRefusedError),
        (TOKEN, (500, "<html>"), KeycloakRefusedError),
        (TOKEN, (200, "<html>a login page</html>"), UnexpectedAnswerError),
    ],
)
def test_each_refusal_is_its_own_error(
    token: tuple[int, str], answer: tuple[int, str], error: type[TanbaError]
) -> None:
    with server(token, answer) as url:
        settings = ConnectionSettings(url, client_id="c", client_secret=SecretStr(SECRET))
        with pytest.raises(error) as caught:
            Connection(settings).get("/realms/r")
    assert type(caught.value) is error
    assert SECRET not in f"{caught.value.message}{caught.value.hint}"


def test_that_there_is_no_realm_is_believed_of_keycloak_alone() -> None:
    def looked(token: tuple[int, str], answer: tuple[int, str]) -> object:
        with server(token, answer) as url:
            settings = ConnectionSettings(url, client_id="c", client_secret=SecretStr(SECRET))
            return Connection(settings).snapshot("/realms/r")

    no_realm = (404, '{"error":"Realm not found."}')
    assert looked(TOKEN, no_realm) is None
    for answer in ("", "{}", '{"error":"HTTP 404 Not Found"}', "[]", "<html>mail</html>"):
        with pytest.raises(UnexpectedAnswerError, match="404") as caught:
            looked(TOKEN, (404, answer))
        assert "/admin" in caught.value.hint
    for token in (no_realm, (404, '{"error":"Realm does not exist"}'), (404, "mail")):
        with pytest.raises((NotAuthenticatedError, UnexpectedAnswerError)):
            looked(token, no_realm)


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        settings = ConnectionSettings(url, client_id="c", client_secret=SecretStr(SECRET))
        with pytest.raises(KeycloakUnreachableError):
            Connection(settings).get("/realms/r")


def test_a_body_that_is_refused_is_not_repeated() -> None:
    with server(TOKEN, (400, '{"errorMessage":"invalid"}')) as url:
        settings = ConnectionSettings(url, client_id="c", client_secret=SecretStr("other"))
        with pytest.raises(KeycloakRefusedError) as caught:
            Connection(settings).request("PUT", "/realms/r", {"secret": SECRET})
    assert SECRET not in str(caught.value)
    assert "400" in caught.value.message


def test_every_request_is_seen_before_it_is_sent() -> None:
    seen: list[Sent] = []
    with server(TOKEN, (200, "{}")) as url:
        settings = ConnectionSettings(url, client_id="c", client_secret=SecretStr("other"))
        Connection(settings, observe=seen.append).request("PUT", "/realms/r", {})
    assert seen == [Sent("PUT", "/realms/r")]


def test_no_name_leads_out_of_its_place_in_an_address() -> None:
    assert quoted("a/../b?c#d") == "a%2F..%2Fb%3Fc%23d"
    for name in ("", ".", ".."):
        with pytest.raises(ValueError, match="needs a name"):
            quoted(name)
