"""A plan file's journey on a real Keycloak: written, held against the realm, carried out once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import PLANTED, OwnKeycloak, own_keycloak, portals

pytestmark = pytest.mark.keycloak

GRAIN, ARCHITECTURE = portals()
REALM = f"/realms/{GRAIN.realm}"
POLICY = "policies/portals/grain-receipts"


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with a shell of one realm and the permanent service account."""
    with own_keycloak(tmp_path_factory.mktemp("planfile")) as server:
        connection = server.bootstrap()
        create_missing_realms(connection, [GRAIN.realm])
        secret = server.provisioner_secret
        ensure_provisioner(connection, realms=[GRAIN.realm], secret=secret)
        yield server


def tanba(
    server: OwnKeycloak, *arguments: str, cwd: Path = ROOT, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The command as an admin or a pipeline runs it."""
    return subprocess.run(
        [sys.executable, "-c", "from cli import main; main()", *arguments],
        cwd=cwd,
        env=server.environ() | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def writes(server: OwnKeycloak) -> int:
    """How many admin writes the realm has seen; its events are on once it was applied."""
    return len(server.bootstrap().get(f"{REALM}/admin-events?max=10000"))


def test_a_plan_is_carried_out_once_and_refused_afterwards(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    made = tanba(keycloak, "plan", POLICY, "--out", str(file))
    assert made.returncode == 2, made.stderr
    assert json.loads(file.read_text(encoding="utf-8"))["policies"] == [POLICY]
    done = tanba(keycloak, "apply", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    assert tanba(keycloak, "plan", POLICY).returncode == 0
    before = writes(keycloak)
    again = tanba(keycloak, "apply", str(file), "--yes", "--format", "json")
    assert again.returncode == 3
    assert json.loads(again.stderr)["error"]["code"] == "realm_moved"
    assert writes(keycloak) == before
    seen = file.read_text(encoding="utf-8") + made.stdout + done.stdout + done.stderr
    assert PLANTED not in seen


def test_a_plan_is_refused_without_a_write_when_world_file_or_policy_moved(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    admin = keycloak.bootstrap()
    admin.request("PUT", REALM, admin.get(REALM) | {"verifyEmail": False})
    file = tmp_path / "plan.json"
    assert tanba(keycloak, "plan", POLICY, "--out", str(file)).returncode == 2
    text = file.read_text(encoding="utf-8")

    def refused(*arguments: str, cwd: Path = ROOT, **environ: str) -> str:
        before = writes(keycloak)
        done = tanba(keycloak, "apply", *arguments, "--yes", cwd=cwd, **environ)
        assert (done.returncode, writes(keycloak)) == (3, before), done.stderr
        return done.stderr

    other = keycloak.url.replace("localhost", "127.0.0.1")
    assert "[plan_other_server]" in refused(str(file), TANBA_KEYCLOAK_URL=other)
    moved = refused(str(file), TANBA_SMTP_PORT="2525")
    assert "[policy_moved]" in moved
    assert "realm grain-receipts" in moved
    edited = tmp_path / "edited.json"
    edited.write_text(text.replace('"verifyEmail"', '"rememberMe"'), encoding="utf-8")
    assert "[plan_file]" in refused(str(edited))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    outside = elsewhere / "plan.json"
    policy = str(ROOT / POLICY)
    made = tanba(keycloak, "plan", policy, "--out", str(outside), cwd=elsewhere)
    assert made.returncode == 2
    assert "[plan_policies]" in refused(str(outside), cwd=elsewhere)

    admin.request("PUT", REALM, admin.get(REALM) | {"rememberMe": True})
    drift = refused(str(file))
    assert "[realm_moved]" in drift
    assert "realm grain-receipts" in drift
    admin.request("PUT", REALM, admin.get(REALM) | {"rememberMe": False})

    done = tanba(keycloak, "apply", str(outside), policy, "--yes", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    assert "verifyEmail: false -> true" in done.stdout
    assert admin.get(REALM)["verifyEmail"] is True


def test_a_setting_that_nobody_declares_may_move_under_a_plan_and_stays(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    admin = keycloak.bootstrap()
    admin.request("PUT", REALM, admin.get(REALM) | {"verifyEmail": False})
    file = tmp_path / "plan.json"
    assert tanba(keycloak, "plan", POLICY, "--out", str(file)).returncode == 2
    admin.request("PUT", REALM, admin.get(REALM) | {"displayNameHtml": "<b>theirs</b>"})
    assert tanba(keycloak, "apply", str(file), "--yes").returncode == 0
    realm = admin.get(REALM)
    assert (realm["verifyEmail"], realm["displayNameHtml"]) == (True, "<b>theirs</b>")


def test_an_empty_plan_is_carried_out_without_a_write(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    assert tanba(keycloak, "plan", POLICY, "--out", str(file)).returncode == 0
    before = writes(keycloak)
    assert tanba(keycloak, "apply", str(file)).returncode == 0
    assert writes(keycloak) == before
