"""What the stand's parts are told, and that its secrets stay its owner's."""

from __future__ import annotations

from pathlib import Path

import pytest

from stand.environment import for_child, realm_of, secret, variables, write_env_file
from stand.errors import StandSettingsError
from stand.settings import StandSettings


@pytest.fixture
def settings(tmp_path: Path) -> StandSettings:
    policies = []
    for realm in ("grain-receipts", "e-architecture"):
        folder = tmp_path / realm
        folder.mkdir()
        (folder / "policy.yaml").write_text(f"version: 1\nrealm: {realm}\nother: ${{env:ABSENT}}\n")
        policies.append(folder)
    return StandSettings(root=tmp_path, home=tmp_path / "home", policies=tuple(policies))


def test_every_portal_gets_its_address_and_a_secret_of_its_own(settings: StandSettings) -> None:
    found = variables(settings)
    assert found["GRAIN_RECEIPTS_URL"] == "http://localhost:8101"
    assert found["E_ARCHITECTURE_URL"] == "http://localhost:8102"
    assert found["GRAIN_RECEIPTS_SECRET"] != found["E_ARCHITECTURE_SECRET"]
    assert len(found["GRAIN_RECEIPTS_SECRET"]) >= 43
    assert found == variables(settings)


def test_the_provisioners_secret_is_named_by_its_file_alone(settings: StandSettings) -> None:
    found = variables(settings)
    text = secret(settings, "provisioner").get_secret_value()
    assert text not in found.values()
    assert Path(found["TANBA_KEYCLOAK_CLIENT_SECRET_FILE"]).read_text() == text


def test_secrets_are_readable_by_their_owner_alone(settings: StandSettings) -> None:
    write_env_file(settings, variables(settings))
    files = [path for path in settings.home.rglob("*") if path.is_file()]
    assert settings.env_file in files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert settings.secrets_dir.stat().st_mode & 0o777 == 0o700


def test_the_env_file_survives_a_shell(settings: StandSettings) -> None:
    settings.home.mkdir()
    write_env_file(settings, {"A": "it's $HOME; rm"})
    assert settings.env_file.read_text() == "A='it'\"'\"'s $HOME; rm'\n"


def test_a_child_does_not_inherit_the_callers_secrets(settings: StandSettings) -> None:
    found = for_child({"PATH": "/usr/bin", "SOMEBODYS_SECRET": "planted"}, {"A": "1"})
    assert found == {"PATH": "/usr/bin", "PYTHONUNBUFFERED": "1", "A": "1"}


@pytest.mark.parametrize("text", ["version: 1\n", "[1]\n", "realm: [\n", "realm: 7\n"])
def test_a_policy_without_a_realm_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "policy.yaml").write_text(text)
    with pytest.raises(StandSettingsError, match="declares"):
        realm_of(tmp_path)


def test_a_realm_that_a_base_names_is_found(tmp_path: Path) -> None:
    portal = tmp_path / "portal"
    portal.mkdir()
    (tmp_path / "base.yaml").write_text("version: 1\nrealm: from-the-base\n")
    (portal / "policy.yaml").write_text("extends: ../base.yaml\n")
    assert realm_of(portal) == "from-the-base"
