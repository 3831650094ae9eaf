"""A stand that cannot start says why and leaves nothing: no process, no lock, no record."""

from __future__ import annotations

import signal
import socket
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from policies.errors import TanbaError
from stand.errors import FetchError
from stand.fetch import Supply
from stand.files import locked
from stand.keycloak.releases import Release
from stand.progress import Reporter
from stand.settings import Ports, StandSettings
from stand.supervisor import Stand, record_file, uninterrupted


@pytest.fixture
def settings(tmp_path: Path) -> StandSettings:
    return StandSettings(root=tmp_path, home=tmp_path / "var" / "stand", ports=Ports.free())


def no_network(_: Path, _release: Release, __: Reporter) -> Path:
    raise FetchError("Keycloak could not be downloaded", hint="check the network")


def wrong_file(work: Path, _release: Release, _: Reporter) -> Path:
    (work / "x").write_text("evil")
    return work / "x"


def plenty(_: Path) -> int:
    return 10**12


@pytest.mark.parametrize(
    ("supply", "code"),
    [
        (Supply(download=no_network, free=plenty), "fetch"),
        (Supply(download=wrong_file, free=plenty), "checksum"),
        (Supply(download=no_network, free=lambda _: 1), "disk_space"),
    ],
)
def test_a_start_that_fails_leaves_nothing(
    settings: StandSettings, supply: Supply, code: str
) -> None:
    with pytest.raises(TanbaError) as caught:
        Stand(settings, supply=supply).start()
    assert (caught.value.code, caught.value.exit_code) == (code, 1)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert psutil.Process().children() == []
    assert not record_file(settings).exists()
    assert [p.name for p in settings.keycloak_distribution.glob("*")] in ([], ["lock"])
    with locked(settings.home / "lock", wait=False):
        pass


def test_a_port_in_use_is_said_before_anything_is_fetched(settings: StandSettings) -> None:
    def unexpected(work: Path, _release: Release, _: Reporter) -> Path:
        raise AssertionError("nothing was to be fetched")

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        busy = replace(settings, ports=replace(settings.ports, keycloak=port))
        with pytest.raises(TanbaError, match=f"port {port} \\(keycloak\\) is in use") as caught:
            Stand(busy, supply=Supply(download=unexpected)).start()
    assert caught.value.code == "port_in_use"


def test_a_second_start_of_the_same_stand_is_refused_and_harms_nothing(
    settings: StandSettings,
) -> None:
    settings.home.mkdir(parents=True)
    record_file(settings).write_text("the first one's record")
    with locked(settings.home / "lock", wait=False), pytest.raises(TanbaError) as caught:
        Stand(settings).start()
    assert caught.value.code == "already_running"
    assert record_file(settings).read_text() == "the first one's record"


def test_stopping_twice_or_before_a_start_is_harmless(settings: StandSettings) -> None:
    stand = Stand(settings)
    stand.stop()
    stand.stop()


def test_what_is_being_ended_is_not_interrupted() -> None:
    before = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGINT) is before
