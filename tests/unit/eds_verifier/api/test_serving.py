"""`tanba eds serve` with an API section alone: a process of its own, asked over its socket."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.testclient import TestClient

from eds_verifier.provider.server import application
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier.api.conformance import require_reply
from tests.unit.eds_verifier.api.world import KEYS, make_settings
from tests.unit.eds_verifier.provider.world import ENVIRON, GRAIN
from tests.unit.eds_verifier.provider.world import make_settings as provider_settings

REPOSITORY = Path(__file__).resolve().parents[4]
SERVE = [sys.executable, "-c", "from cli import main; main()", "eds", "serve", "--settings"]


def write_settings(folder: Path, trust: Path, *, more: str = "") -> tuple[Path, int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    path = folder / "verifier.yaml"
    path.write_text(
        f"version: 1\nlisten: 127.0.0.1:{port}\ntrust: {trust}\napi:\n  trust: demo\n{more}"
        f"  keys:\n    - id: portal\n      sha256: {KEYS['portal'].sha256}\n"
        "      purposes: [sign_in, metrics]\n"
    )
    return path, port


@pytest.fixture(scope="module")
def process(
    api_ca: DemoCa, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    path, port = write_settings(tmp_path_factory.mktemp("alone"), api_ca.trust_dir)
    command = [*SERVE, str(path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as running:
        url = f"http://127.0.0.1:{port}"
        try:
            deadline = time.monotonic() + 60
            while not _answers(url):
                assert running.poll() is None, running.stderr and running.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield url, running
        finally:
            running.kill()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health/live", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


def test_realms_and_the_interface_are_served_beside_each_other(
    api_ca: DemoCa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    realms = provider_settings(tmp_path, api_ca, tmp_path / "keys")
    settings = realms.model_copy(update={"api": make_settings(api_ca).api})
    with ExitStack() as closing, TestClient(application(settings, closing)) as client:
        found = client.get(f"/r/{GRAIN}/.well-known/openid-configuration")
        assert found.json()["issuer"].endswith(f"/r/{GRAIN}")
        ready = client.get("/health/ready")
        require_reply("get", "/health/ready", ready)
        assert {GRAIN, "/v1"} <= set(ready.json()["realms"])
        for path in ("/v1/trust", "/metrics"):
            assert client.get(path).json()["code"] == "unauthorized"
        assert client.post("/cms/verify").json()["status"] == 401
        assert client.get("/v1x").headers["content-type"].startswith("text/html")
    off = settings.api and settings.api.model_copy(update={"enabled": False})
    without = settings.model_copy(update={"api": off})
    with ExitStack() as closing, TestClient(application(without, closing)) as client:
        for path in ("/v1/trust", "/metrics", "/cms/verify", "/v1/openapi.json"):
            assert client.get(path).status_code == 404


def ask(url: str, path: str, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {KEYS['portal'].key}"}
    method = "POST" if "json" in options else "GET"
    reply = requests.request(method, url + path, headers=headers, timeout=30, **options)
    require_reply(method.lower(), path, reply)
    return reply


def test_it_answers_without_realms_store_or_keys_and_says_what_it_did(
    process: tuple[str, subprocess.Popen[str]],
) -> None:
    url, running = process
    ready = ask(url, "/health/ready").json()
    assert ready["status"] == "ready"
    assert "/v1" in ready["realms"]
    assert ask(url, "/v1/trust").json()["name"] == "demo"
    verdict = ask(url, "/v1/cms/verify", json={"cms": "AAAA", "purpose": "sign_in"}).json()
    assert verdict["reason"] == "malformed"
    metrics = ask(url, "/metrics").text
    assert 'tanba_eds_verdicts_total{purpose="sign_in",reason="malformed"' in metrics
    assert ask(url, "/v1/none").status_code == 404
    assert requests.get(f"{url}/r/x/authorize", timeout=10).status_code == 404
    running.send_signal(signal.SIGTERM)
    _, written = running.communicate(timeout=30)
    assert running.returncode in {0, -signal.SIGTERM}
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert {"serving", "judged"} <= {line["event"] for line in lines}
    assert KEYS["portal"].key not in written


def test_a_list_of_test_authorities_keeps_it_from_starting(api_ca: DemoCa, tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    for file in api_ca.trust_dir.iterdir():
        octets = file.read_bytes()
        if file.name == "demo.yaml":
            kept = [one for one in octets.splitlines() if not one.startswith(b"unsafe_test")]
            octets = b"\n".join([*kept, b"unsafe_test: true", b""])
        (trust / file.name).write_bytes(octets)
    path, _ = write_settings(tmp_path, trust)
    done = subprocess.run(
        [*SERVE, str(path)], cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "for tests" in done.stderr
