"""The settings the stand writes are settings the verifier takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from eds_verifier.settings import load_settings
from stand.settings import Ports, RealmOverride, StandSettings
from stand.verifier import write_settings

ROOT = Path(__file__).resolve().parents[3]


def settings(tmp_path: Path) -> StandSettings:
    found = StandSettings.of_repository(ROOT, {})
    return replace(found, home=tmp_path / "a home with #?% in it", ports=Ports().shifted(500))


def test_the_verifier_reads_what_the_stand_writes(tmp_path: Path) -> None:
    stand = settings(tmp_path)
    stand.home.mkdir()
    command = write_settings(stand)
    path = Path(command[-1])
    read = load_settings(path, environ={})
    assert read.base_url == "http://localhost:8590"
    assert (read.listen_host, read.listen_port) == ("127.0.0.1", 8590)
    assert read.signing_socket == "ws://127.0.0.1:14080"
    assert {realm.trust for realm in read.realms} == {"demo"}
    assert [realm.unsafe_judging_time for realm in read.realms] == [None, None]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_judging_time_is_only_there_when_a_test_asks_for_it(tmp_path: Path) -> None:
    at = datetime(2026, 8, 12, tzinfo=UTC)
    override = RealmOverride(trust="nca-test", unsafe_judging_time=at)
    stand = replace(settings(tmp_path), overrides={"grain-receipts": override})
    stand.home.mkdir()
    read = load_settings(Path(write_settings(stand)[-1]), environ={})
    assert [(r.trust, r.unsafe_judging_time) for r in read.realms] == [
        ("nca-test", at),
        ("demo", None),
    ]
