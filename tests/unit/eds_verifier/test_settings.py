"""The settings file: what is taken, and what is refused with file, line and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from eds_verifier.settings import load_settings
from policies.errors import PolicyFileError

GOOD = """\
version: 1
base_url: https://verifier.test
listen: 127.0.0.1:8090
store: sqlite:////var/lib/tanba/verifier.sqlite
keys: keys
trust: trust
realms:
  - policy: ../policies/one
    keycloak: https://keycloak.test/realms/one
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "verifier.yaml"
    path.write_text(text)
    return load_settings(path, environ={"DB": "postgresql+psycopg://user:secret@db/x"})


def test_paths_are_relative_to_the_file_and_defaults_are_safe(tmp_path: Path) -> None:
    path = tmp_path / "verifier.yaml"
    path.write_text(GOOD)
    settings = load_settings(path, environ={})
    assert settings.keys == tmp_path / "keys"
    assert settings.realms[0].policy == tmp_path / "../policies/one"
    assert settings.signing_socket == "wss://127.0.0.1:13579"
    assert settings.realms[0].unsafe_judging_time is None
    assert (settings.listen_host, settings.listen_port) == ("127.0.0.1", 8090)


@pytest.mark.parametrize(
    ("line", "changed", "complaint"),
    [
        ("version: 1", "version: 2", "version"),
        ("https://verifier.test", "http://verifier.test", "https"),
        ("https://verifier.test", "https://verifier.test/path", "origin only"),
        ("https://verifier.test", "https://user@verifier.test", "origin only"),
        ("127.0.0.1:8090", "localhost", "host:port"),
        ("127.0.0.1:8090", "127.0.0.1:99999", "host:port"),
        ("keys: keys", "key: keys", "did you mean keys?"),
        ("trust: trust", "ncalayer: wss://evil.test:13579\ntrust: trust", "own machine"),
        ("trust: trust", "ncalayer: ws://127.0.0.1:13579\ntrust: trust", "own machine"),
        ("trust: trust", "ncalayer: wss://127.0.0.1\ntrust: trust", "own machine"),
        (
            "trust: trust",
            'ncalayer: "wss://127.0.0.1:1; script-src *"\ntrust: trust',
            "own machine",
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands(
    tmp_path: Path, line: str, changed: str, complaint: str
) -> None:
    assert line in GOOD
    with pytest.raises(PolicyFileError, match=r"verifier\.yaml:\d+:\d+") as raised:
        load(tmp_path, GOOD.replace(line, changed))
    assert complaint in raised.value.message


def test_plain_websockets_are_for_a_stand_on_this_machine_alone(tmp_path: Path) -> None:
    plain = "unsafe_plain_ncalayer: ws://127.0.0.1:13580\n"
    with pytest.raises(PolicyFileError, match="needs a base_url on this machine"):
        load(tmp_path, GOOD + plain)
    local = GOOD.replace("https://verifier.test", "http://localhost:8090")
    path = tmp_path / "local.yaml"
    path.write_text(local + plain)
    assert load_settings(path, environ={}).signing_socket == "ws://127.0.0.1:13580"
    with pytest.raises(PolicyFileError, match="own machine"):
        load(tmp_path, local + "unsafe_plain_ncalayer: ws://192.0.2.1:13580\n")


def test_another_judging_time_is_for_tests_on_this_machine_alone(tmp_path: Path) -> None:
    moved = GOOD.rstrip() + "\n    unsafe_judging_time: 2026-08-12T00:00:00Z\n"
    with pytest.raises(PolicyFileError, match="unsafe_judging_time is for tests"):
        load(tmp_path, moved)
    local = moved.replace("https://verifier.test", "http://localhost:8090")
    path = tmp_path / "local.yaml"
    path.write_text(local)
    assert load_settings(path, environ={}).realms[0].unsafe_judging_time is not None


def test_the_stores_address_is_a_secret(tmp_path: Path) -> None:
    text = GOOD.replace("sqlite:////var/lib/tanba/verifier.sqlite", "${env:DB}")
    settings = load(tmp_path, text)
    assert "secret" not in repr(settings)
