"""Settings of a stand: ports that move together, addresses, the journey through JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from stand.errors import StandSettingsError
from stand.settings import Ports, RealmOverride, StandSettings


def settings(tmp_path: Path) -> StandSettings:
    return StandSettings(
        root=tmp_path,
        home=tmp_path / "home",
        policies=(tmp_path / "a", tmp_path / "b"),
        overrides={
            "a": RealmOverride(
                trust="nca-test", unsafe_judging_time=datetime(2026, 8, 12, tzinfo=UTC)
            )
        },
    )


def test_shifted_ports_all_move_and_stay_different() -> None:
    moved = Ports().shifted(1000)
    assert {name: port - 1000 for name, port in moved.named().items()} == Ports().named()
    assert len(set(moved.named().values())) == len(moved.named())


@pytest.mark.parametrize("by", [-1025, 60_000])
def test_a_shift_out_of_range_is_refused(by: int) -> None:
    with pytest.raises(StandSettingsError, match="no TCP port"):
        Ports().shifted(by)


def test_free_ports_differ_from_each_other() -> None:
    ports = Ports.free(portals=3)
    assert len(set(ports.named().values())) == 12
    assert len(ports.portals) == 3


def test_settings_survive_the_journey_through_json(tmp_path: Path) -> None:
    before = settings(tmp_path)
    before.save(tmp_path / "settings.json")
    assert StandSettings.load(tmp_path / "settings.json") == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.pop("ports"),
        lambda body: body.update(format=2),
        lambda body: body.update(surprise=1),
        lambda body: body["ports"].update(surprise=1),
    ],
)
def test_damaged_settings_are_refused(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "settings.json"
    settings(tmp_path).save(path)
    body = json.loads(path.read_text())
    damage(body)  # type: ignore[operator]  # a lambda of the table above
    path.write_text(json.dumps(body))
    with pytest.raises(StandSettingsError, match="does not hold"):
        StandSettings.load(path)


def test_a_realm_without_override_is_judged_by_the_demo_ca_now(tmp_path: Path) -> None:
    found = settings(tmp_path).override("b")
    assert (found.trust, found.unsafe_judging_time) == ("demo", None)


def test_the_repository_gives_every_portal_a_port(tmp_path: Path) -> None:
    for name in ("e-architecture", "grain-receipts", "third"):
        folder = tmp_path / "policies" / "portals" / name
        folder.mkdir(parents=True)
        (folder / "policy.yaml").write_text("version: 1\n")
    stand = StandSettings.of_repository(tmp_path, {"TANBA_STAND_PORT_SHIFT": "100"})
    assert [path.name for path in stand.policies] == ["grain-receipts", "e-architecture", "third"]
    assert stand.portal_urls == tuple(f"http://localhost:{n}" for n in (8201, 8202, 8203))
    assert stand.keycloak_url == "http://localhost:8180"


def test_a_shift_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StandSettingsError, match="not a whole number"):
        StandSettings.of_repository(tmp_path, {"TANBA_STAND_PORT_SHIFT": "many"})


def test_a_folder_without_policies_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(StandSettingsError, match="no portal policy"):
        StandSettings.of_repository(tmp_path, {})


def test_urls_follow_the_ports(tmp_path: Path) -> None:
    stand = replace(settings(tmp_path), ports=Ports().shifted(10))
    assert stand.realm_url("x") == "http://localhost:8090/realms/x"
    assert stand.ncalayer_wss_url == "wss://127.0.0.1:13589"
