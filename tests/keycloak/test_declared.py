"""Plain realms' policies onto a real Keycloak: every section, then a plan with nothing in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from policies.loader import load_policy
from provisioning.apply import apply_plan, plan_realm
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from provisioning.connection import Connection
from provisioning.desired import build
from provisioning.resources import Desired
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import POLICY_ENVIRON, OwnKeycloak, own_keycloak

pytestmark = pytest.mark.keycloak

EVERYTHING = Path(__file__).parent / "data" / "every-section.yaml"
SECRETS = {"SECRET": "planted-9c", "OTHER": "planted-another"}

PORTAL_REALM = "grain-receipts"
PORTAL_ENVIRON = {**POLICY_ENVIRON, **SECRETS}

Declared = Callable[[str], Desired]


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server without any realm of ours."""
    with own_keycloak(tmp_path_factory.mktemp("declared")) as server:
        yield server


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    """What a policy of this text declares."""

    def make(text: str) -> Desired:
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return build(load_policy(path, environ=SECRETS), at=datetime.now(UTC))

    return make


@pytest.fixture(scope="module")
def applied(keycloak: OwnKeycloak) -> Connection:
    """Every section applied to a realm, by the identity that may do everything.

    Groups ask for more than the account of few roles has.
    """
    connection = keycloak.bootstrap()
    desired = build(load_policy(EVERYTHING, environ=SECRETS), at=datetime.now(UTC))
    create_missing_realms(connection, (desired.realm,))
    planned = plan_realm(connection, desired)
    assert {change.key for change in planned.changes} >= {
        resource.key for resource in desired.resources if resource.body
    }
    apply_plan(connection, desired, planned)
    return connection


def test_every_section_is_written_once_and_then_holds(
    applied: Connection, declared: Declared
) -> None:
    desired = declared(EVERYTHING.read_text(encoding="utf-8"))
    assert plan_realm(applied, desired).changes == ()


def test_keycloak_itself_holds_what_was_declared(applied: Connection) -> None:
    """Not by our reading of a realm, but by what Keycloak answers and does."""
    base = "/realms/every-section"
    realm = applied.get(base)
    assert (realm["browserFlow"], realm["enabled"]) == ("office sign-in", True)
    assert realm["displayNameHtml"] == "<b>Every section ${not.a.reference}</b>"
    (billing,) = applied.get(f"{base}/clients?clientId=billing")
    assert billing["attributes"]["pkce.code.challenge.method"] == "S256"
    assert billing["directAccessGrantsEnabled"] is billing["fullScopeAllowed"] is False
    assert set(billing["defaultClientScopes"]) == {"basic", "acr", "department"}
    texts = applied.get(f"{base}/localization/kk")
    assert texts["doLogIn"] == "Кіру ''әрі'' {0}"
    executions = applied.get(f"{base}/authentication/flows/office%20sign-in/executions")
    assert [(row["level"], row["requirement"]) for row in executions] == [
        (0, "ALTERNATIVE"),
        (0, "ALTERNATIVE"),
        (0, "ALTERNATIVE"),
        (1, "REQUIRED"),
        (1, "CONDITIONAL"),
        (2, "REQUIRED"),
        (2, "REQUIRED"),
    ]
    profile = applied.get(f"{base}/users/profile")
    department = next(a for a in profile["attributes"] if a["name"] == "department")
    assert department["required"] == {"roles": ["user"], "scopes": ["department"]}
    assert profile["unmanagedAttributePolicy"] == "ADMIN_VIEW"


@pytest.mark.parametrize(
    ("client_id", "grant", "status"),
    [
        ("nightly", {"grant_type": "client_credentials"}, 200),
        ("billing", {"grant_type": "client_credentials"}, 401),
        ("billing", {"grant_type": "password", "username": "a", "password": "b"}, 400),
    ],
)
def test_a_client_gets_tokens_only_by_its_ways(
    keycloak: OwnKeycloak,
    applied: Connection,
    client_id: str,
    grant: dict[str, str],
    status: int,
) -> None:
    answer = requests.post(
        f"{keycloak.url}/realms/every-section/protocol/openid-connect/token",
        data={"client_id": client_id, "client_secret": SECRETS["SECRET"], **grant},
        timeout=30,
    )
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.json()["error"] == "unauthorized_client"


def test_another_secret_is_noticed_and_never_shown(applied: Connection, declared: Declared) -> None:
    line = 'client_id: nightly, ways: [service], secret: "${env:%s}"'
    text = EVERYTHING.read_text(encoding="utf-8")
    assert line % "SECRET" in text
    planned = plan_realm(applied, declared(text.replace(line % "SECRET", line % "OTHER")))
    assert [str(change.key) for change in planned.changes] == ["nightly"]
    assert [d.path for d in planned.changes[0].differences] == ["secret"]
    assert SECRETS["OTHER"] not in repr(planned)


@pytest.fixture(scope="module")
def portal(keycloak: OwnKeycloak, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal's policy with further sections, applied by the account of few roles."""
    folder = tmp_path_factory.mktemp("portal")
    original = ROOT / "policies" / "portals" / "grain-receipts"
    own = (original / "policy.yaml").read_text(encoding="utf-8")
    (folder / "policy.yaml").write_text(own + SECOND_PORTAL, encoding="utf-8")
    (folder / "agreement").symlink_to(original / "agreement")
    connection = keycloak.bootstrap()
    create_missing_realms(connection, (PORTAL_REALM,))
    ensure_provisioner(connection, realms=(PORTAL_REALM,), secret=keycloak.provisioner_secret)
    desired = build(load_policy(folder, environ=PORTAL_ENVIRON), at=datetime.now(UTC))
    provisioner = keycloak.provisioner()
    apply_plan(provisioner, desired, plan_realm(provisioner, desired))
    assert plan_realm(provisioner, desired).changes == ()
    return folder


def test_a_second_portal_and_a_back_end_open_no_way_past_the_gate(
    keycloak: OwnKeycloak, portal: Path
) -> None:
    connection = keycloak.bootstrap()
    ways = ("directAccessGrantsEnabled", "implicitFlowEnabled", "fullScopeAllowed")
    for client_id in ("elevator", "raw-reports"):
        (client,) = connection.get(f"/realms/{PORTAL_REALM}/clients?clientId={client_id}")
        assert [client[way] for way in ways] == [False, False, False]
        assert client["attributes"]["standard.token.exchange.enabled"] == "false"
    assert client["serviceAccountsEnabled"] is True


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_a_checkout_older_than_the_realm_is_refused(
    keycloak: OwnKeycloak, portal: Path, command: tuple[str, ...]
) -> None:
    connection, path = keycloak.bootstrap(), f"/realms/{PORTAL_REALM}/users/profile"
    before = connection.get(path)
    newer = json.loads(json.dumps(before).replace('"1:kk:', '"2:kk:').replace('"1:ru:', '"2:ru:'))
    connection.request("PUT", path, newer)
    try:
        done = subprocess.run(
            [sys.executable, "-c", "from cli import main; main()", *command, str(portal)],
            cwd=ROOT,
            env=keycloak.environ() | SECRETS,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout) == (3, "")
        assert "[older_agreement]" in done.stderr
        assert connection.get(path) == newer
    finally:
        connection.request("PUT", path, before)


SECOND_PORTAL = """
clients:
  - client_id: elevator
    ways: [browser]
    secret: ${env:SECRET}
    redirect_uris: [https://elevator.example/callback]
    scopes: {default: [acr, basic, eds-identity]}
client_scopes:
  - {name: elevator, mappers: [{name: elevator, claim: elevator, attribute: elevator}]}
profile: {attributes: [{name: elevator}]}
texts: {kk: {elevator: Элеватор}}
raw: {clients: [{clientId: raw-reports, serviceAccountsEnabled: true}]}
"""
