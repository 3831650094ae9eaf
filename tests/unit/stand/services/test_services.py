"""The services' process as the stand runs it: ready, reachable, stopped, or one sentence."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests
from websockets.sync.client import connect

from stand.environment import variables
from stand.files import private_folder
from stand.settings import Ports, StandSettings

ROOT = Path(__file__).resolve().parents[4]
LONGEST = 60


@pytest.fixture
def settings(tmp_path: Path) -> StandSettings:
    portals = ROOT / "policies" / "portals"
    home = private_folder(tmp_path / "home")
    found = StandSettings(
        root=ROOT,
        home=home,
        ports=Ports.free(portals=2),
        policies=(portals / "grain-receipts", portals / "e-architecture"),
    )
    found.save(home / "settings.json")
    return found


def start(settings: StandSettings) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "stand.services", str(settings.home / "settings.json")],
        cwd=ROOT,
        env=dict(os.environ) | variables(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(settings: StandSettings) -> Iterator[subprocess.Popen[str]]:
    process = start(settings)
    watchdog = threading.Timer(LONGEST, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()
        watchdog.cancel()


def test_everything_answers_when_it_says_ready_and_ends_on_sigterm(
    settings: StandSettings,
) -> None:
    with running(settings) as process:
        pages = [settings.ca_url, settings.ncalayer_page_url, settings.mail_page_url]
        for url in (*pages, *settings.portal_urls):
            answered = requests.get(url, timeout=10)
            assert answered.status_code == 200
            assert "built-in method" not in answered.text
        with connect(settings.ncalayer_ws_url, proxy=None) as page:
            assert '"version"' in str(page.recv(5))
        pinned = ssl.create_default_context(cafile=settings.services_dir / "ncalayer.crt")
        with connect(settings.ncalayer_wss_url, ssl=pinned, proxy=None) as page:
            assert '"version"' in str(page.recv(5))
        with socket.create_connection(("127.0.0.1", settings.ports.smtp), timeout=5) as smtp:
            assert smtp.recv(100).startswith(b"220 localhost")
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_it_ends_with_a_browser_still_connected(settings: StandSettings) -> None:
    with running(settings) as process, connect(settings.ncalayer_ws_url, proxy=None) as page:
        page.recv(5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_it_listens_on_loopback_only(settings: StandSettings) -> None:
    with running(settings) as process:
        listening = [
            one.laddr.ip
            for one in psutil.Process(process.pid).net_connections(kind="tcp")
            if one.status == psutil.CONN_LISTEN
        ]
        assert set(listening) == {"127.0.0.1"}
        assert len(listening) == 8


@pytest.mark.parametrize(
    ("port", "name"),
    [("ca", "the demo CA"), ("smtp", "the mail catcher"), ("ncalayer_wss", "NCALayer over wss")],
)
def test_a_taken_port_is_one_sentence(settings: StandSettings, port: str, name: str) -> None:
    number = getattr(settings.ports, port)
    with socket.create_server(("127.0.0.1", number)):
        process = start(settings)
        said, error = process.communicate(timeout=LONGEST)
    assert process.returncode == 1
    assert "ready" not in said
    sentence = f"error: {name} cannot listen on port {number}: Address already in use"
    assert error.strip().splitlines()[-1] == sentence


def test_without_settings_it_says_what_it_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stand.services"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"^usage: ", done.stderr, re.MULTILINE)
    command.append(str(tmp_path / "nothing.json"))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "error: " in done.stderr
