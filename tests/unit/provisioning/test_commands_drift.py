"""The edge of `tanba drift`: arguments, what ends it, and what a failing look says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from policies.errors import PolicyFileError
from provisioning.commands.drift import drift
from provisioning.drift_server import MetricsAddressError, serving
from provisioning.errors import ConnectionSettingsError
from tests.conftest import ROOT

POLICY = "version: 1\nrealm: watched\nraw: {enabled: true}\n"
PLANTED = "planted-Drift-4e0a"
NOWHERE = {
    "TANBA_KEYCLOAK_URL": "http://localhost:1",
    "TANBA_KEYCLOAK_CLIENT_ID": "tool",
    "TANBA_KEYCLOAK_CLIENT_SECRET": PLANTED,
}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A small policy."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    return file


def test_it_takes_no_secret_as_a_flag() -> None:
    options = [option for parameter in drift.params for option in parameter.opts]
    assert not [name for name in options if "secret" in name or "password" in name]


def test_without_a_connection_it_is_said_what_to_set(
    policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANBA_KEYCLOAK_URL", raising=False)
    result = CliRunner().invoke(drift, [str(policy)])
    assert isinstance(result.exception, ConnectionSettingsError)


def test_the_schema_is_printed_without_policies_or_a_server() -> None:
    result = CliRunner().invoke(drift, ["--schema"])
    assert result.exit_code == 0
    published = (ROOT / "docs/drift.schema.json").read_text(encoding="utf-8")
    assert json.loads(result.output) == json.loads(published)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--interval", "60"], "go with --watch"),
        (["--metrics-port", "0"], "go with --watch"),
        (["--metrics-host", "0.0.0.0"], "go with --watch"),  # noqa: S104 - refused
        (["--watch", "--metrics-host", "127.0.0.1"], "goes with --metrics-port"),
        (["--watch", "--interval", "1"], "not in the range"),
        (["--watch", "--metrics-port", "65536"], "not in the range"),
    ],
)
def test_an_option_that_would_do_nothing_or_harm_is_refused(
    policy: Path, arguments: list[str], words: str
) -> None:
    result = CliRunner().invoke(drift, [str(policy), *arguments], env=NOWHERE)
    assert result.exit_code == 2
    assert words in result.output


def test_a_watch_of_broken_policies_ends_at_once(policy: Path) -> None:
    policy.write_text("version: 1\nrealm: watched\nno_such_key: 1\n", encoding="utf-8")
    result = CliRunner().invoke(drift, [str(policy), "--watch"], env=NOWHERE)
    assert isinstance(result.exception, PolicyFileError)


def test_a_taken_metrics_port_ends_a_watch_at_once(policy: Path) -> None:
    with serving("127.0.0.1", 0, metrics=lambda: b"", health=lambda: "ok") as address:
        port = address.rpartition(":")[2]
        arguments = [str(policy), "--watch", "--metrics-port", port]
        result = CliRunner().invoke(drift, arguments, env=NOWHERE)
    assert isinstance(result.exception, MetricsAddressError)


@pytest.mark.parametrize(("output", "ending"), [("text", signal.SIGINT), ("json", signal.SIGTERM)])
def test_a_watch_waits_for_a_keycloak_that_is_not_there_and_ends_when_told(
    policy: Path, output: str, ending: signal.Signals
) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from cli import main; main()", "drift", str(policy)),
            *("--watch", "--interval", "5", "--format", output),
        ],
        cwd=ROOT,
        env={"PATH": "", "LANG": "C.UTF-8", **NOWHERE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(60, process.kill)
    patience.start()
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "keycloak_unreachable" in line
        if output == "json":
            said = json.loads(line)
            assert (said["realm"], said["error"]["code"]) == ("watched", "keycloak_unreachable")
        process.send_signal(ending)
        out, errors = process.communicate(timeout=10)
        assert (process.returncode, out, errors) == (0, "", "stopped\n")
        assert PLANTED not in line
    finally:
        patience.cancel()
        process.kill()
        process.wait()


def test_no_thread_is_left_when_a_watch_cannot_begin(policy: Path) -> None:
    before = threading.active_count()
    policy.write_text("[]", encoding="utf-8")
    CliRunner().invoke(drift, [str(policy), "--watch", "--metrics-port", "0"], env=NOWHERE)
    assert threading.active_count() <= before
