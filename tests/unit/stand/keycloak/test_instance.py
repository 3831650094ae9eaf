"""One Keycloak: its folder, its command line, waiting for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stand.errors import ServiceError
from stand.keycloak.first_boot import BootstrapIdentity
from stand.keycloak.instance import KeycloakInstance, answers, wait_until
from stand.processes import Children


@pytest.fixture
def instance(tmp_path: Path) -> KeycloakInstance:
    distribution = tmp_path / "distribution"
    for name in ("bin", "conf", "lib"):
        (distribution / name).mkdir(parents=True)
        (distribution / name / "file").write_text(name)
    (distribution / "version.txt").write_text("Keycloak")
    (tmp_path / "themes").mkdir()
    return KeycloakInstance(
        distribution=distribution,
        home=tmp_path / "home",
        themes=tmp_path / "themes",
        java=tmp_path / "java",
        port=1234,
        management_port=1235,
    )


def test_the_folder_borrows_the_program_and_owns_its_data(instance: KeycloakInstance) -> None:
    instance.prepare()
    assert (instance.home / "lib").resolve() == instance.distribution / "lib"
    assert (instance.home / "themes").resolve() == instance.themes
    assert not (instance.home / "bin").is_symlink()
    assert (instance.home / "data").stat().st_mode & 0o777 == 0o700


def test_preparing_again_keeps_the_database_and_clears_caches(instance: KeycloakInstance) -> None:
    instance.prepare()
    (instance.home / "data" / "h2").mkdir()
    (instance.home / "data" / "tmp").mkdir()
    (instance.home / "conf" / "stale").write_text("x")
    instance.prepare()
    assert (instance.home / "data" / "h2").is_dir()
    assert not (instance.home / "data" / "tmp").exists()
    assert not (instance.home / "conf" / "stale").exists()


def test_forgetting_removes_the_database_and_not_the_distribution(
    instance: KeycloakInstance,
) -> None:
    instance.prepare()
    instance.forget()
    assert not (instance.home / "data").exists()
    assert (instance.distribution / "lib" / "file").exists()


def test_it_listens_on_this_machine_alone(instance: KeycloakInstance) -> None:
    command = instance.command()
    assert command[0] == str(instance.home / "bin" / "kc.sh")
    assert command[1:3] == ["start", "--optimized"]
    assert "--http-host=127.0.0.1" in command
    assert "--cache=local" in command
    assert "--hostname=http://localhost:1234" in command


def test_the_bootstrap_secret_is_on_no_command_line_and_in_no_other_start(
    instance: KeycloakInstance,
) -> None:
    identity = BootstrapIdentity.new()
    secret = identity.secret.get_secret_value()
    assert secret not in " ".join(instance.command())
    first = instance.environment({}, extra=identity.environment())
    assert first["KC_BOOTSTRAP_ADMIN_CLIENT_SECRET"] == secret
    assert secret not in instance.environment({}).values()
    assert secret not in repr(identity)
    assert BootstrapIdentity.new() != identity


def test_waiting_ends_when_the_child_does(tmp_path: Path) -> None:
    children = Children(tmp_path)
    child = children.start(
        "short", ["sh", "-c", "echo no database; exit 1"], env=dict(os.environ), cwd=tmp_path
    )
    with pytest.raises(ServiceError, match="short ended with exit code 1: no database"):
        wait_until(lambda: False, child=child, seconds=30)
    children.end()


def test_waiting_ends_after_its_time(tmp_path: Path) -> None:
    children = Children(tmp_path)
    child = children.start("slow", ["sleep", "600"], env=dict(os.environ), cwd=tmp_path)
    with pytest.raises(ServiceError, match="slow is not ready after 0 s"):
        wait_until(lambda: False, child=child, seconds=0.3, every=0.05)
    children.end()


def test_an_address_nobody_listens_on_does_not_answer() -> None:
    assert not answers("http://127.0.0.1:9/")
