"""`tanba doctor`: every finding is of something real, and says what to do when it is not good."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from cli import tanba
from eds_verifier.doctor.authorities import ask_authorities
from eds_verifier.doctor.findings import Finding, is_well
from eds_verifier.doctor.machine import look_at_machine, time_zone
from eds_verifier.doctor.services import look_at_services
from eds_verifier.revocation.fetch import EvidenceFetcher
from eds_verifier.revocation.http import FetchFailed
from eds_verifier.settings import VerifierSettings
from eds_verifier.trust import load_trust
from stand.demo_ca import create
from stand.demo_ca.model import DemoCa
from stand.demo_ca.server import CaState
from tests.unit.eds_verifier.provider.world import CaFetcher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Deaf(CaFetcher):
    """Nobody answers."""

    def __init__(self, state: CaState) -> None:
        super().__init__(state)
        self.down = True


class Lying(CaFetcher):
    """Something between here and the NCA answers in its place."""

    def ocsp(self, *_: Any, **__: Any) -> bytes:
        return b"<html>please pay your bill</html>"

    crl = ocsp


def ask(ca: DemoCa, fetcher: EvidenceFetcher, *, off: timedelta = timedelta(0)) -> list[Finding]:
    trust = load_trust(ca.trust_dir / "demo.yaml", ca.trust_dir)
    return list(
        ask_authorities(
            trust, fetcher, random=lambda size: bytes(range(size)), now=lambda: NOW + off
        )
    )


def test_an_authority_that_answers_is_well(demo_ca: DemoCa) -> None:
    findings = ask(demo_ca, CaFetcher(CaState(demo_ca, lambda: NOW)))
    assert is_well(findings)
    assert {finding.subject for finding in findings} == {
        f"{name} {what}"
        for name in ("demo_gost", "demo_rsa")
        for what in ("OCSP", "CRL", "delta CRL")
    }


@pytest.mark.parametrize("kind", [Deaf, Lying])
def test_an_authority_that_is_cut_off_or_replaced_is_wrong(
    demo_ca: DemoCa, kind: type[CaFetcher]
) -> None:
    findings = ask(demo_ca, kind(CaState(demo_ca, lambda: NOW)))
    assert {finding.state for finding in findings} == {"wrong"}
    assert all(finding.do for finding in findings)


def test_a_clock_that_is_off_is_told(demo_ca: DemoCa) -> None:
    findings = ask(demo_ca, CaFetcher(CaState(demo_ca, lambda: NOW)), off=timedelta(minutes=4))
    wrong = [finding for finding in findings if finding.state == "wrong"]
    assert {finding.subject for finding in wrong} == {"demo_gost OCSP", "demo_rsa OCSP"}
    assert all("240 s apart" in finding.what for finding in wrong)


def test_an_old_delta_is_a_warning(demo_ca: DemoCa) -> None:
    fetcher = CaFetcher(CaState(demo_ca, lambda: NOW - timedelta(hours=30)))
    crls = [f for f in ask(demo_ca, fetcher) if f.subject.endswith("delta CRL")]
    assert {finding.state for finding in crls} == {"warning"}


def test_this_machine_is_fit() -> None:
    assert is_well(look_at_machine())


def test_old_time_zone_data_are_wrong() -> None:
    """UTC+6, as Almaty was before 2024-03-01."""
    assert time_zone(ZoneInfo("Asia/Almaty")).state == "good"
    assert time_zone(ZoneInfo("Asia/Bishkek")).state == "wrong"


def test_a_finding_that_is_not_good_must_say_what_to_do() -> None:
    with pytest.raises(ValidationError):
        Finding(subject="x", state="warning", what="y")


@pytest.fixture(scope="session")
def demo_ca(tmp_path_factory: pytest.TempPathFactory) -> DemoCa:
    return create(tmp_path_factory.mktemp("ca") / "ca", base_url="http://ca.test", now=NOW)


@contextmanager
def answering(status: int, body: Any) -> Iterator[str]:
    """A server on loopback that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _settings(base_url: str, tmp_path: Path) -> VerifierSettings:
    return VerifierSettings.model_validate(
        {
            "version": 1,
            "base_url": base_url,
            "store": "sqlite:////nowhere",
            "keys": str(tmp_path),
            "trust": str(tmp_path),
            "realms": [{"policy": "x", "keycloak": f"{base_url}/realms/x"}],
        }
    )


@pytest.mark.parametrize(
    ("status", "body", "states"),
    [
        (200, {"status": "ready", "revocation": "answering", "keys": [1]}, ["good", "good"]),
        (
            200,
            {"status": "ready", "revocation": "down", "down_since": "12:00"},
            ["warning", "wrong"],
        ),
        (503, {"checks": {"store": "unwritable"}}, ["wrong", "wrong"]),
        (200, "not what was asked", ["wrong", "wrong"]),
    ],
)
def test_the_services_are_asked(status: int, body: Any, states: list[str], tmp_path: Path) -> None:
    with answering(status, body) as address:
        findings = list(look_at_services(_settings(address, tmp_path)))
    assert [finding.state for finding in findings] == states


def test_services_that_are_not_there_are_wrong(tmp_path: Path) -> None:
    findings = list(look_at_services(_settings("http://127.0.0.1:1", tmp_path)))
    assert [finding.state for finding in findings] == ["wrong", "wrong"]


def test_the_command_finds_missing_certificates_and_exits_with_2(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        tanba, ["doctor", "--trust-dir", str(tmp_path), "--format", "json"], standalone_mode=False
    )
    assert result.return_value == 2
    findings = json.loads(result.output)["findings"]
    missing = [
        f for f in findings if f["subject"].endswith("certificate") and f["state"] == "wrong"
    ]
    assert "tanba eds trust update" in missing[0]["do"]


def test_the_lists_of_the_settings_are_the_ones_looked_at(tmp_path: Path) -> None:
    key = "0" * 64
    (tmp_path / "verifier.yaml").write_text(
        "version: 1\nlisten: 127.0.0.1:1\ntrust: trust\napi:\n  trust: nca-rk-test\n"
        f"  keys: [{{id: portal, sha256: '{key}', purposes: [document]}}]\n"
    )
    result = CliRunner().invoke(
        tanba,
        ["doctor", "--settings", str(tmp_path / "verifier.yaml"), "--format", "json"],
        standalone_mode=False,
    )
    found = {f["subject"]: f["state"] for f in json.loads(result.output)["findings"]}
    assert "root_test_gost_2022 certificate" in found
    assert "root_gost_2022 certificate" not in found
    assert found["verifier http://127.0.0.1:1"] == "wrong"


def test_fetching_never_raises_anything_but_its_own(demo_ca: DemoCa) -> None:
    with pytest.raises(FetchFailed):
        Deaf(CaState(demo_ca, lambda: NOW)).crl("http://ca.test/x.crl", seconds=1)
