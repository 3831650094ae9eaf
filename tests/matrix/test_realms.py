"""Plain realms on every release: every section declared, adopted back, and a run undone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from provisioning.bootstrap import create_missing_realms
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak
from tests.matrix.scene import tanba

pytestmark = pytest.mark.keycloak

EVERY_SECTION = ROOT / "tests" / "keycloak" / "data" / "every-section.yaml"
SECRET = "planted-9c"
SHORT = 40
"""Lines that the policy of a realm needs that is as Keycloak made it."""


@pytest.fixture(scope="module")
def everything(server: OwnKeycloak) -> Mapping[str, str]:
    """The identity that may do everything (groups ask for more than the few roles), secrets."""
    return {
        "TANBA_KEYCLOAK_CLIENT_ID": BOOTSTRAP,
        "TANBA_KEYCLOAK_CLIENT_SECRET": server.bootstrap_secret.get_secret_value(),
        "SECRET": SECRET,
    }


def adopted(
    server: OwnKeycloak, realm: str, environ: Mapping[str, str], folder: Path
) -> tuple[Path, Mapping[str, str]]:
    """The policy of a realm, and the environment that it asks for."""
    file = folder / "policy.yaml"
    done = tanba(server, "adopt", realm, "-o", str(file), folder=folder, environ=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    text = file.read_text(encoding="utf-8")
    assert SECRET not in text + done.stderr
    wanted = dict(re.findall(r"^  (\w+): (.+)$", done.stderr, re.MULTILINE))
    # Some clients' secrets are Keycloak's own; everything else was declared.
    own = {
        f"{client['clientId']} secret": client["secret"]
        for client in server.bootstrap().get(f"/realms/{realm}/clients")
        if client.get("secret")
    }
    return file, {**environ, **{name: own.get(what, SECRET) for name, what in wanted.items()}}


def test_every_section_is_applied_and_adopted_back(
    server: OwnKeycloak, everything: Mapping[str, str], tmp_path: Path
) -> None:
    for command, code in (("plan", 2), ("apply", 0), ("plan", 0)):
        more = ("--yes",) if command == "apply" else ()
        done = tanba(
            server, command, *more, str(EVERY_SECTION), folder=tmp_path, environ=everything
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert SECRET not in done.stdout + done.stderr
    file, environ = adopted(server, "every-section", everything, tmp_path)
    planned = tanba(server, "plan", str(file), folder=tmp_path, environ=environ)
    assert planned.returncode == 0, planned.stdout + planned.stderr


def test_a_realm_as_keycloak_makes_it_is_adopted_by_a_short_policy(
    server: OwnKeycloak, everything: Mapping[str, str], tmp_path: Path
) -> None:
    create_missing_realms(server.bootstrap(), ["as-made"])
    file, environ = adopted(server, "as-made", everything, tmp_path)
    assert len(file.read_text(encoding="utf-8").splitlines()) <= SHORT
    planned = tanba(
        server,
        "plan",
        "--unmanaged",
        "--format",
        "json",
        str(file),
        folder=tmp_path,
        environ=environ,
    )
    assert planned.returncode == 0, planned.stdout + planned.stderr
    (realm,) = json.loads(planned.stdout)["realms"]
    assert realm["unmanaged"] == []


def test_a_run_is_undone(
    server: OwnKeycloak, everything: Mapping[str, str], tmp_path: Path
) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("version: 1\nrealm: undone\nroles: [{name: clerk}]\n", encoding="utf-8")
    second.write_text(
        "version: 1\nrealm: undone\nraw: {displayName: Other}\nroles: [{name: auditor}]\n",
        encoding="utf-8",
    )
    for policy in (first, second):
        done = tanba(
            server,
            "apply",
            "--yes",
            "--unsafe-allow-loss",
            str(policy),
            folder=tmp_path,
            environ=everything,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    run = max(path.name for path in (tmp_path / "runs").iterdir())
    roles = {role["name"] for role in server.bootstrap().get("/realms/undone/roles")}
    assert "auditor" in roles
    assert "clerk" not in roles
    undone = tanba(
        server,
        "rollback",
        "--yes",
        "--unsafe-allow-loss",
        run,
        folder=tmp_path,
        environ=everything,
    )
    assert undone.returncode == 0, undone.stdout + undone.stderr
    planned = tanba(server, "plan", str(first), folder=tmp_path, environ=everything)
    assert planned.returncode == 0, planned.stdout + planned.stderr
