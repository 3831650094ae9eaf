"""The tool's certificate before a real TLS server that asks for one, and pairs that are refused."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from provisioning.auth.client_certificate import check_pair
from provisioning.connection import Connection, ConnectionSettings
from provisioning.errors import ConnectionSettingsError, KeycloakUnreachableError
from tests.unit.provisioning.auth.factory import Pair, Server, make_pair, reply, serving, write_key

NOW = 4_000_000_000.0


@pytest.fixture
def ca(tmp_path: Path) -> Pair:
    """The CA of server and tool."""
    return make_pair(tmp_path, "ca")


@pytest.fixture
def server(tmp_path: Path, ca: Pair) -> Iterator[Server]:
    """A server that takes nobody without a certificate of `ca`."""
    own = make_pair(tmp_path, "server", issuer=ca)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.cert_file, own.key_file)
    context.load_verify_locations(ca.cert_file)
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(lambda handler, _: reply(handler, 200, b"{}"), tls=context) as running:
        yield running


def test_the_certificate_is_shown_and_says_who_we_are(
    tmp_path: Path, ca: Pair, server: Server
) -> None:
    tool = make_pair(tmp_path, "tool", issuer=ca)
    settings = ConnectionSettings(
        server.url,
        client_id="tanba",
        ca_file=ca.cert_file,
        tls_cert_file=tool.cert_file,
        tls_key_file=tool.key_file,
    )
    assert Connection(settings).get("/realms/r") == {}
    assert [one.subject for one in server.seen] == ["CN=tool", "CN=tool"]
    assert parse_qs(server.tokens[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["tanba"],
    }


def test_beside_a_client_secret_it_is_for_the_connection_alone(
    tmp_path: Path, ca: Pair, server: Server
) -> None:
    tool = make_pair(tmp_path, "tool", issuer=ca)
    settings = ConnectionSettings(
        server.url,
        client_id="tanba",
        client_secret=SecretStr("planted"),
        ca_file=ca.cert_file,
        tls_cert_file=tool.cert_file,
        tls_key_file=tool.key_file,
    )
    Connection(settings).get("/realms/r")
    assert server.others[0].subject == "CN=tool"
    assert b"client_secret=planted" in server.tokens[0].body


def test_without_our_certificate_and_without_trust_in_theirs_nothing_is_sent(
    ca: Pair, server: Server
) -> None:
    secret = SecretStr("planted")
    for ca_file in (ca.cert_file, None):
        settings = ConnectionSettings(
            server.url, client_id="tanba", client_secret=secret, ca_file=ca_file
        )
        with pytest.raises(KeycloakUnreachableError):
            Connection(settings).get("/realms/r")
    assert server.seen == []


def test_a_server_under_another_name_is_not_trusted(ca: Pair, server: Server) -> None:
    settings = ConnectionSettings(
        server.url.replace("localhost", "127.0.0.2"),
        client_id="tanba",
        client_secret=SecretStr("planted"),
        ca_file=ca.cert_file,
    )
    with pytest.raises(KeycloakUnreachableError):
        Connection(settings).get("/realms/r")
    assert server.seen == []


def test_a_pair_that_cannot_serve_is_refused(tmp_path: Path, ca: Pair) -> None:
    tool = make_pair(tmp_path, "tool", issuer=ca)
    now = tool.certificate.not_valid_before_utc.timestamp() + 90_000
    check_pair(tool.cert_file, tool.key_file, at=now)
    with pytest.raises(ConnectionSettingsError, match="not of the key"):
        check_pair(ca.cert_file, tool.key_file, at=now)
    with pytest.raises(ConnectionSettingsError, match="is valid from"):
        check_pair(tool.cert_file, tool.key_file, at=NOW)
    with pytest.raises(ConnectionSettingsError, match="is valid from"):
        check_pair(tool.cert_file, tool.key_file, at=0)
    with pytest.raises(ConnectionSettingsError, match="no PEM certificate"):
        check_pair(tool.key_file, tool.key_file, at=now)
    with pytest.raises(ConnectionSettingsError, match="cannot be read"):
        check_pair(tmp_path / "absent", tool.key_file, at=now)
    write_key(tool.key_file, tool.key, mode=0o644)
    with pytest.raises(ConnectionSettingsError, match="others can reach"):
        check_pair(tool.cert_file, tool.key_file, at=now)


def test_a_certificate_is_of_no_use_without_tls(tmp_path: Path, ca: Pair) -> None:
    tool = make_pair(tmp_path, "tool", issuer=ca)
    settings = ConnectionSettings(
        "http://localhost:1", tls_cert_file=tool.cert_file, tls_key_file=tool.key_file
    )
    with pytest.raises(ConnectionSettingsError, match="plain http"):
        Connection(settings)


def test_a_ca_file_that_holds_none_is_refused_when_connecting(tmp_path: Path) -> None:
    file = tmp_path / "ca"
    for content in (None, b"planted"):
        if content is not None:
            file.write_bytes(content)
        settings = ConnectionSettings(
            "https://localhost:1", client_secret=SecretStr("s"), ca_file=file
        )
        with pytest.raises(ConnectionSettingsError, match="TANBA_KEYCLOAK_CA_FILE"):
            Connection(settings)
