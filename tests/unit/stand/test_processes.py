"""No child outlives the stand, however the stand ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from stand.errors import ServiceError
from stand.processes import Children, Identity, end_left_over, last_line

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
IGNORING = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
STUBBORN = [sys.executable, "-c", IGNORING + "print('up', flush=True); time.sleep(600)"]
WITH_CHILD = ["sh", "-c", "sleep 600 & echo $! up; wait"]
"""A leader and one more process in its group."""

PATIENCE = 20.0


def until(happened: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path)


@pytest.fixture
def env() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}


def test_ending_ends_the_whole_group(
    children: Children, env: dict[str, str], tmp_path: Path
) -> None:
    child = children.start("two", WITH_CHILD, env=env, cwd=tmp_path)
    until(lambda: "up" in child.log.read_text())
    inner = int(child.log.read_text().split()[0])
    children.end()
    assert gone(child.process.pid)
    until(lambda: gone(inner))


def test_a_child_that_ignores_sigterm_is_killed(
    children: Children, env: dict[str, str], tmp_path: Path
) -> None:
    child = children.start("stubborn", STUBBORN, env=env, cwd=tmp_path)
    until(lambda: "up" in child.log.read_text())
    children.end(grace=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_ended_is_reported_with_what_it_said(
    children: Children, env: dict[str, str], tmp_path: Path
) -> None:
    child = children.start("short", ["sh", "-c", "echo bad luck; exit 3"], env=env, cwd=tmp_path)
    child.process.wait()
    with pytest.raises(ServiceError, match="short ended with exit code 3: bad luck") as caught:
        children.require_alive()
    assert str(child.log) in caught.value.hint
    children.end()


def test_a_child_gets_the_given_environment_and_nothing_else(
    children: Children, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOMEBODYS_SECRET", "planted")
    child = children.start("env", ["env"], env=env, cwd=tmp_path)
    child.process.wait()
    assert "planted" not in child.log.read_text()
    assert (child.log.stat().st_mode & 0o777) == 0o600
    children.end()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own signal is Linux's")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_children_do_not_survive_a_stand_that_is_killed(
    tmp_path: Path, number: signal.Signals
) -> None:
    script = (
        "import sys, time, os, pathlib\n"
        "from stand.processes import Children\n"
        "c = Children(pathlib.Path(sys.argv[1]))\n"
        f"p = c.start('x', {SLEEP!r}, env=dict(os.environ), cwd=pathlib.Path.cwd())\n"
        "print(p.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert parent.stdout is not None
    with parent:
        pid = int(parent.stdout.readline())
        until(lambda: "up" in (tmp_path / "x.log").read_text())
        parent.send_signal(number)
        parent.wait()
    until(lambda: gone(pid))


def test_what_a_killed_stand_left_is_ended_with_its_descendants() -> None:
    process = subprocess.Popen(WITH_CHILD, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    with process:
        inner = int(process.stdout.readline().split()[0])
        end_left_over([Identity.of("x", process.pid)], grace=5)
        process.wait()
    until(lambda: gone(inner))


def test_a_stranger_with_a_recorded_number_is_left_alone() -> None:
    with subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL) as stranger:
        recorded = Identity.of("x", stranger.pid)
        end_left_over([replace(recorded, started=recorded.started - 3600)], grace=1)
        assert stranger.poll() is None
        stranger.kill()


def test_an_identity_of_a_process_that_ended_finds_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        pass
    assert Identity("x", process.pid, time.time()).process() is None


@pytest.mark.parametrize(
    ("log", "line"),
    [
        ("", "it said nothing"),
        ("one\ntwo\n\n", "two"),
        ("ERROR: no database\nat somewhere\n", "ERROR: no database"),
    ],
)
def test_the_last_line_prefers_an_error(tmp_path: Path, log: str, line: str) -> None:
    (tmp_path / "log").write_text(log)
    assert last_line(tmp_path / "log") == line
