"""`tanba up` and `tanba down` as a person uses them, on a stand of their own.

The first start is made once; interruptions come at the moments that matter.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests

from stand.record import load
from stand.settings import Ports, StandSettings
from tests.stand_fixture import ROOT

TANBA = [sys.executable, "-c", "from cli import main; main()"]
PATIENCE = 240.0


def until(happened: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        if process is not None and process.poll() is not None:
            assert process.stdout is not None
            pytest.fail(f"it ended with {process.returncode}: {process.stdout.read()}")
        time.sleep(0.1)


def free_shift() -> int:
    """A port shift at which the whole stand is free now."""
    for shift in range(11_000, 40_000, 101):
        ports = Ports().shifted(shift)
        if all(_is_free(port) for port in ports.named().values()):
            return shift
    raise AssertionError("no shift is free")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Own:
    """A stand beside everybody else's, driven by the command line alone."""

    def __init__(self, home: Path) -> None:
        shift = free_shift()
        self.environ = os.environ | {
            "TANBA_STAND_HOME": str(home),
            "TANBA_STAND_PORT_SHIFT": str(shift),
        }
        self.settings = StandSettings.of_repository(ROOT, self.environ)

    def up(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*TANBA, "up"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*TANBA, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @property
    def record(self) -> Path:
        return self.settings.home / "running.json"

    def has_started(self, name: str) -> bool:
        found = load(self.record)
        return found is not None and name in {child.name for child in found.children}

    def is_ready(self) -> bool:
        found = load(self.record)
        return found is not None and found.ready

    def processes(self) -> list[str]:
        """Every process on this machine that has this stand's folder on its command line."""
        home = str(self.settings.home)
        found = []
        for process in psutil.process_iter(["cmdline", "status"]):
            command = " ".join(process.info["cmdline"] or ())
            if home in command and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(command[:200])
        return found

    def left_nothing(self) -> bool:
        ports = self.settings.ports.named().values()
        return not self.processes() and all(_is_free(port) for port in ports)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    stand = Own(tmp_path_factory.mktemp("own"))
    yield stand
    stand.run("down")
    assert stand.left_nothing()


def test_a_first_start_killed_in_the_middle_leaves_nothing_and_is_made_anew(own: Own) -> None:
    process = own.up()
    until(lambda: own.has_started("services"), process)
    process.kill()
    process.communicate()
    until(own.left_nothing)
    assert not (own.settings.home / "provisioned").exists()

    process = own.up()
    until(own.is_ready, process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "The stand is ready." in said
    assert "The stand is stopped." in said
    assert own.left_nothing()


def test_a_second_start_is_ready_within_thirty_seconds_and_down_stops_it(own: Own) -> None:
    started = time.monotonic()
    done = own.run("up", "--detach")
    took = time.monotonic() - started
    assert done.returncode == 0, done.stdout + done.stderr
    assert took < 30, f"{took:.0f} s"
    assert "The stand is ready." in done.stdout
    assert requests.get(own.settings.realm_url("grain-receipts"), timeout=10).ok

    again = own.run("up")
    assert again.returncode == 1
    assert "error [already_running]: this stand is up already" in again.stderr

    down = own.run("down")
    assert (down.returncode, down.stdout) == (0, "The stand is stopped.\n")
    assert own.left_nothing()


def test_ctrl_c_while_keycloak_starts_leaves_nothing(own: Own) -> None:
    process = own.up()
    until(lambda: own.has_started("keycloak"), process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in said
    assert own.left_nothing()


def test_nothing_survives_a_stand_that_is_killed(own: Own) -> None:
    process = own.up()
    until(own.is_ready, process)
    process.kill()
    process.communicate()
    until(own.left_nothing)
    down = own.run("down")
    assert (down.returncode, down.stdout) == (0, "The stand is not running.\n")


def test_a_part_that_dies_takes_the_stand_down_with_a_sentence(own: Own) -> None:
    process = own.up()
    until(own.is_ready, process)
    found = load(own.record)
    assert found is not None
    verifier = next(child for child in found.children if child.name == "verifier")
    os.kill(verifier.pid, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "error [service]: verifier ended with exit code -9" in said
    assert own.left_nothing()


def test_everything_it_made_is_its_owners_alone(own: Own) -> None:
    home = own.settings.home
    for path in (home, own.settings.logs_dir, own.settings.secrets_dir, own.settings.demo_ca_dir):
        assert path.stat().st_mode & 0o777 == 0o700, path
    secret = [own.settings.env_file, *own.settings.secrets_dir.iterdir()]
    secret += own.settings.verifier_dir.rglob("*")
    secret += own.settings.logs_dir.iterdir()
    for path in secret:
        assert path.stat().st_mode & 0o077 == 0, path


def test_no_secret_reached_a_log(own: Own) -> None:
    logs = [path.read_text(errors="replace") for path in own.settings.logs_dir.iterdir()]
    assert logs
    for path in own.settings.secrets_dir.iterdir():
        assert not any(path.read_text() in log for log in logs), path.name


def test_the_bootstrap_identity_is_gone(own: Own) -> None:
    log = (own.settings.logs_dir / "keycloak.log").read_text()
    assert not re.search(r"temporary admin", log), "this start was not a first one"
    done = own.run("up", "--detach")
    assert done.returncode == 0, done.stderr
    try:
        answer = requests.post(
            f"{own.settings.realm_url('master')}/protocol/openid-connect/token",
            data={
                "grant_type": "client_credentials",
                "client_id": "tanba-provisioner",
                "client_secret": (own.settings.secrets_dir / "provisioner").read_text(),
            },
            timeout=10,
        )
        admin = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        users = f"{own.settings.keycloak_url}/admin/realms/grain-receipts/users"
        assert requests.get(users, headers=admin, timeout=10).status_code == 403
        clients = f"{own.settings.keycloak_url}/admin/realms/master/clients"
        assert requests.get(clients, headers=admin, timeout=10).status_code == 403
    finally:
        own.run("down")
