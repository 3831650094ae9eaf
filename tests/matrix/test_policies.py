"""Both portals' policies on every release: applied, looked at, changed, taken elsewhere."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from stand.keycloak.releases import Release
from tests.keycloak.own_keycloak import (
    PLANTED,
    POLICY_ENVIRON,
    OwnKeycloak,
    counting_proxy,
    own_keycloak,
)
from tests.matrix.scene import tanba

pytestmark = pytest.mark.keycloak

REALMS = ("grain-receipts", "e-architecture")
PORTALS = tuple(f"policies/portals/{realm}" for realm in REALMS)


@dataclass(frozen=True, slots=True)
class Applied:
    """A server with both realms, applied by the account of few roles. `folder` is the runs'."""

    server: OwnKeycloak
    folder: Path
    done: subprocess.CompletedProcess[str]

    def tanba(self, *arguments: str, url: str | None = None) -> subprocess.CompletedProcess[str]:
        return tanba(self.server, *arguments, folder=self.folder, url=url)


@pytest.fixture(scope="module")
def applied(server: OwnKeycloak, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """Empty shells of the realms, and then one `tanba apply` of both policies."""
    folder = tmp_path_factory.mktemp("policies")
    admin = server.bootstrap()
    create_missing_realms(admin, REALMS)
    ensure_provisioner(admin, realms=REALMS, secret=server.provisioner_secret)
    return Applied(server, folder, tanba(server, "apply", "--yes", *PORTALS, folder=folder))


def test_both_portals_are_applied_and_the_plan_is_empty_then(applied: Applied) -> None:
    assert applied.done.returncode == 0, applied.done.stdout + applied.done.stderr
    planned = applied.tanba("plan", "--format", "json", *PORTALS)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    realms = json.loads(planned.stdout)["realms"]
    assert {realm["realm"]: realm["changes"] for realm in realms} == {key: [] for key in REALMS}


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("", "verifyEmail", False),
        ("/authentication/required-actions/VERIFY_PROFILE", "enabled", False),
        ("/identity-provider/instances/eds", "trustEmail", True),
        ("/users/profile", "unmanagedAttributePolicy", "ENABLED"),
    ],
)
def test_one_changed_field_is_one_write(
    applied: Applied, path: str, field: str, value: object
) -> None:
    admin, address = applied.server.bootstrap(), f"/realms/{REALMS[0]}{path}"
    admin.request("PUT", address, {**admin.get(address), field: value})
    with counting_proxy(applied.server.url) as counted:
        done = applied.tanba("apply", "--yes", PORTALS[0], url=counted.url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert counted.writes == [f"PUT /admin{address}"]
    assert applied.tanba("plan", *PORTALS).returncode == 0


def test_another_keycloak_of_the_release_imports_the_export_and_is_as_declared(
    applied: Applied, release: Release, tmp_path: Path
) -> None:
    file = tmp_path / "export.json"
    exported = applied.tanba("export", "-o", str(file), *PORTALS)
    assert exported.returncode == 0, exported.stdout + exported.stderr
    text = file.read_text(encoding="utf-8")
    assert PLANTED not in text
    assert {realm["realm"] for realm in json.loads(text)} == set(REALMS)
    with own_keycloak(
        tmp_path, realm_export=file, extra=POLICY_ENVIRON, release=release
    ) as imported:
        admin = imported.bootstrap()
        ensure_provisioner(admin, realms=REALMS, secret=imported.provisioner_secret)
        planned = tanba(imported, "plan", *PORTALS, folder=tmp_path)
        assert planned.returncode == 0, planned.stdout + planned.stderr
