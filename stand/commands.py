"""`tanba up` and `tanba down`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import click
from rich.console import Console

from stand import record
from stand.errors import AlreadyRunningError, StandError
from stand.files import locked, private_folder
from stand.processes import end_left_over
from stand.progress import reporter_for
from stand.settings import StandSettings
from stand.summary import summary
from stand.supervisor import Stand, record_file
from stand.verifier import tanba

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 60.0


@click.command()
@click.option("--detach", is_flag=True, help="Come back when it is ready, leave it running.")
def up(*, detach: bool) -> int:
    """Start the local stand and show its addresses.

    Keycloak, the verifier, a demo CA, an NCALayer emulator, a mail catcher and the demo portals,
    on this machine alone. Runs until Ctrl-C; with --detach until `tanba down`.
    """
    settings = StandSettings.of_repository(ROOT, os.environ)
    return _detached(settings) if detach else _foreground(settings)


@click.command()
def down() -> int:
    """Stop the stand that `tanba up` started. Nothing else is touched."""
    settings = StandSettings.of_repository(ROOT, os.environ)
    if not settings.home.is_dir() or not _is_up(settings):
        left = record.load(record_file(settings))
        if left is not None:
            end_left_over(left.children)
            record_file(settings).unlink(missing_ok=True)
        click.echo("The stand is not running.")
        return 0
    _end(settings)
    click.echo("The stand is stopped.")
    return 0


def _foreground(settings: StandSettings) -> int:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    console = Console()
    with Stand(settings, reporter=reporter_for(console)) as stand:
        try:
            console.print(summary(settings), highlight=False)
            stand.declare_ready()
            stand.wait()
        except KeyboardInterrupt:
            console.print("\nStopping …")
    console.print("The stand is stopped.")
    return 0


def _detached(settings: StandSettings) -> int:
    """Run `tanba up` in the background and relay what it says until it is ready."""
    log = private_folder(settings.logs_dir) / "up.log"
    with log.open("wb") as output:
        log.chmod(0o600)
        process = subprocess.Popen(  # noqa: S603 - ourselves
            tanba("up"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        with log.open(encoding="utf-8", errors="replace") as said:
            while process.poll() is None:
                ready = _is_ready(settings, process.pid)
                _relay(said.read())
                if ready:
                    click.echo("It runs in the background; `tanba down` stops it.")
                    return 0
                time.sleep(0.2)
            _relay(said.read())
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    return process.returncode or 1


def _relay(text: str) -> None:
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def _is_ready(settings: StandSettings, pid: int) -> bool:
    found = record.load(record_file(settings))
    return found is not None and found.ready and found.supervisor.pid == pid


def _is_up(settings: StandSettings) -> bool:
    try:
        with locked(settings.home / "lock", wait=False):
            return False
    except AlreadyRunningError:
        return True


def _end(settings: StandSettings) -> None:
    """Ask the recorded process to stop; make it and its children when it does not."""
    found = record.load(record_file(settings))
    process = found.supervisor.process() if found else None
    if found is None or process is None:
        raise StandError(
            "the stand is just starting or stopping", hint="try again in a few seconds"
        )
    process.terminate()
    limit = time.monotonic() + STOP_SECONDS
    while _is_up(settings):
        if time.monotonic() > limit:
            process.kill()
            process.wait(STOP_SECONDS)
            break
        time.sleep(0.1)
    end_left_over((record.load(record_file(settings)) or found).children)
    record_file(settings).unlink(missing_ok=True)
