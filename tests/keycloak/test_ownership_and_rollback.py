"""What Tanba remembers of a real realm: what is its own, what it clears, what it brings back."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from provisioning.apply import ApplyOptions, LossRefusedError, apply_surveyed
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from provisioning.connection import Connection
from provisioning.desired.realm import SIGN_IN_SECONDS
from provisioning.errors import KeycloakRefusedError
from provisioning.own_objects import STATE_CLIENT
from provisioning.plan import Plan
from provisioning.representation import objects_of
from provisioning.representation.order import as_declared
from provisioning.resources import Desired, Key, Kind, Resource
from provisioning.runs import Runs
from provisioning.runs_journal import RunJournal
from provisioning.state import State, read_state, write_state
from provisioning.survey import Surveyed, survey
from provisioning.writers.target import Target
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import Counted, OwnKeycloak, counting_proxy, own_keycloak

pytestmark = pytest.mark.keycloak

NAMES = ("owned", "rolled", "cut-off", "shared")
ADDRESS = "https://portal.example/*"


def step(provider: str, requirement: str = "REQUIRED", **more: Any) -> dict[str, Any]:
    return {
        "authenticator": provider,
        "requirement": requirement,
        "priority": more.pop("priority", 10),
        **more,
    }


def flow(alias: str, *steps: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "alias": alias,
        "description": f"Sign-in {len(steps)}",
        "providerId": "basic-flow",
        "topLevel": True,
        "authenticationExecutions": list(steps),
    }


COOKIE = step("auth-cookie", "ALTERNATIVE")
FORM = step("auth-username-password-form", "ALTERNATIVE", priority=20)
FIRST: Mapping[str, Any] = {
    "verifyEmail": True,
    "browserFlow": "portal sign-in",
    "attributes": {"frontendUrl": "https://id.example"},
    "authenticationFlows": [flow("portal sign-in", COOKIE, FORM)],
    "roles": {
        "realm": [
            {"name": "auditor", "description": "Looks on", "attributes": {"level": ["1"]}},
            {"name": "chief", "composites": {"realm": ["auditor"], "client": {}}},
        ],
        "client": {"reports": [{"name": "reader", "description": "Reads"}]},
    },
    "clientScopes": [
        {
            "name": "bin",
            "protocol": "openid-connect",
            "attributes": {"include.in.token.scope": "false"},
            "protocolMappers": [
                {
                    "name": "bin",
                    "protocol": "openid-connect",
                    "protocolMapper": "oidc-usermodel-attribute-mapper",
                    "config": {"user.attribute": "bin", "claim.name": "bin"},
                }
            ],
        }
    ],
    "clients": [
        {
            "clientId": "reports",
            "protocol": "openid-connect",
            "publicClient": True,
            "redirectUris": [ADDRESS],
            "attributes": {"pkce.code.challenge.method": "S256"},
            "defaultClientScopes": ["bin"],
            "optionalClientScopes": [],
        }
    ],
    "identityProviders": [
        {
            "alias": "partner",
            "providerId": "oidc",
            "enabled": True,
            "config": {
                "clientId": "x",
                "authorizationUrl": "https://p.example/authorize",
                "tokenUrl": "https://p.example/token",
            },
        }
    ],
    "localizationTexts": {"kk": {"greeting": "Сәлем"}},
}
SECOND: Mapping[str, Any] = {
    "verifyEmail": False,
    "passwordPolicy": "length(12)",
    "browserFlow": "portal sign-in",
    "authenticationFlows": [flow("portal sign-in", FORM)],
    "roles": {
        "realm": [{"name": "auditor", "description": "Watches", "attributes": {"level": ["2"]}}],
        "client": {"board": [{"name": "member"}]},
    },
    "clients": [
        {
            "clientId": "board",
            "protocol": "openid-connect",
            "publicClient": True,
            "redirectUris": [ADDRESS],
            "defaultClientScopes": [],
            "optionalClientScopes": [],
        }
    ],
    "localizationTexts": {"kk": {"greeting": "Сәлеметсіз бе"}, "ru": {"greeting": "Привет"}},
}


def declared(realm: str, representation: Mapping[str, Any]) -> Desired:
    """What a policy of this representation declares."""
    found = objects_of({"realm": realm, **representation}, whole=False)
    return Desired(
        realm, tuple(Resource(key, as_declared(body)) for key, body in found.bodies.items())
    )


@dataclass
class World:
    """A server, the account of few roles on it through a counting proxy, and a folder of runs."""

    server: OwnKeycloak
    counted: Counted
    connection: Connection
    runs: Path
    at: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def survey(self, desired: Desired) -> Surveyed:
        return survey(self.connection, desired, at=self.at)

    def apply(self, desired: Desired, **options: Any) -> tuple[Plan, str]:
        """The plan carried out, and the run's id."""
        journal = RunJournal(Runs(self.runs), self.server.url, "ana@host", lambda: self.at)
        chosen = ApplyOptions(
            journal=journal,
            allow_loss=options.pop("allow_loss", True),
            look=lambda _, wanted: self.survey(wanted),
            **options,
        )
        return apply_surveyed(self.connection, self.survey(desired), chosen), journal.run

    def state(self, realm: str) -> State:
        return read_state(self.survey(Desired(realm, (), whole=False)).live)

    def tanba(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command as an admin runs it."""
        return subprocess.run(
            [sys.executable, "-c", "from cli import main; main()", *arguments],
            cwd=self.runs.parent,
            env=self.server.environ() | {"PYTHONPATH": str(ROOT), "TANBA_RUNS": str(self.runs)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with shells of the realms and the permanent service account."""
    with own_keycloak(tmp_path_factory.mktemp("ownership")) as server:
        create_missing_realms(server.bootstrap(), NAMES)
        ensure_provisioner(server.bootstrap(), realms=NAMES, secret=server.provisioner_secret)
        yield server


@pytest.fixture
def world(keycloak: OwnKeycloak, tmp_path: Path) -> Iterator[World]:
    """The server, with a folder of runs of this test's own."""
    with counting_proxy(keycloak.url) as counted:
        yield World(keycloak, counted, keycloak.provisioner(url=counted.url), tmp_path / "runs")


def test_the_realm_keeps_what_tanba_made_in_one_object_that_opens_nothing(world: World) -> None:
    desired = declared("owned", FIRST)
    world.apply(desired)
    state = world.state("owned")
    assert {str(key) for key in state.created} >= {"auditor", "chief", "reports", "reports/reader"}
    assert Key(Kind.REALM, "owned") not in state.created
    assert (state.who, state.at) == ("ana@host", world.at)
    admin = world.server.bootstrap()
    (client,) = admin.get(f"/realms/owned/clients?clientId={STATE_CLIENT}")
    ways = ("standardFlow", "implicitFlow", "directAccessGrants", "serviceAccounts")
    assert not client["enabled"]
    assert not any(client[f"{way}Enabled"] for way in ways)
    assert client["defaultClientScopes"] == client["optionalClientScopes"] == []
    assert "secret" not in client


def test_a_second_apply_writes_nothing_and_the_state_neither(world: World) -> None:
    desired = declared("owned", FIRST)
    world.apply(desired)
    before = world.state("owned")
    world.counted.writes.clear()
    world.counted.own.clear()
    world.apply(desired)
    assert (world.counted.writes, world.counted.own) == ([], [])
    assert world.state("owned") == before


def test_the_states_first_write_may_be_repeated_after_a_lost_answer(world: World) -> None:
    live = world.survey(Desired("cut-off", (), whole=False)).live
    target, empty = Target(world.connection, "cut-off"), read_state(live)
    assert empty.empty
    first = replace(empty, who="ana@host", run="r1", at=world.at)
    identity = str(uuid.uuid4())
    assert write_state(target, empty, first, new_id=identity).client == identity
    again = write_state(target, empty, replace(first, run="r2"), new_id=identity)
    assert world.state("cut-off") == again
    assert again.run == "r2"
    with pytest.raises(KeycloakRefusedError):
        write_state(target, empty, first, new_id=str(uuid.uuid4()))
    assert world.state("cut-off") == again


def test_only_what_tanba_made_is_pruned(world: World) -> None:
    admin = world.server.bootstrap()
    admin.request("POST", "/realms/shared/roles", {"name": "by-hand"})
    admin.request("POST", "/realms/shared/roles", {"name": "auditor"})
    world.apply(declared("shared", FIRST))
    bare = declared("shared", {"verifyEmail": True})
    planned = world.survey(bare).plan
    assert {str(c.key) for c in planned.changes} == {"chief", "bin", "reports", "partner"}
    assert {c.action for c in planned.changes} == {"delete"}
    with pytest.raises(LossRefusedError):
        world.apply(bare, allow_loss=False)
    # Somebody puts a role of their own into a client that is about to go.
    (client,) = admin.get("/realms/shared/clients?clientId=reports")
    admin.request("POST", f"/realms/shared/clients/{client['id']}/roles", {"name": "theirs"})
    done, _ = world.apply(bare)
    assert {str(c.key) for c in done.changes} == {"chief", "bin", "partner", "reports/reader"}
    assert any("client reports: " in s and "reports/theirs" in s for s in done.kept)
    left = {role["name"] for role in admin.get("/realms/shared/roles")}
    assert {"by-hand", "auditor"} <= left
    assert "chief" not in left
    assert world.survey(bare).plan.empty


def test_what_keycloak_puts_into_a_new_object_goes_with_it_and_not_by_itself(
    world: World,
) -> None:
    directory = {
        "name": "directory",
        "providerId": "ldap",
        "config": {
            "vendor": ["other"],
            "connectionUrl": ["ldap://127.0.0.1:1"],
            "enabled": ["false"],
            "usersDn": ["ou=people"],
            "authType": ["none"],
            "usernameLDAPAttribute": ["uid"],
            "rdnLDAPAttribute": ["uid"],
            "uuidLDAPAttribute": ["entryUUID"],
            "userObjectClasses": ["inetOrgPerson"],
            "editMode": ["READ_ONLY"],
        },
    }
    kind = "org.keycloak.storage.UserStorageProvider"
    desired = declared("shared", {"components": {kind: [directory]}})
    world.apply(desired)
    assert world.survey(desired).plan.empty
    assert len(world.state("shared").inside) > 3
    nothing = declared("shared", {"verifyEmail": True})
    done, _ = world.apply(nothing)
    deleted = [str(change.key) for change in done.changes if change.action == "delete"]
    assert deleted == [f"{kind}/directory"]
    assert world.survey(nothing).plan.empty
    assert world.state("shared").inside == {}


def test_what_is_made_anew_by_hand_is_not_tanbas_any_more(world: World) -> None:
    admin = world.server.bootstrap()
    rolls = declared("shared", {"roles": {"realm": [{"name": "passing"}]}})
    world.apply(rolls)
    admin.request("DELETE", "/realms/shared/roles/passing")
    admin.request("POST", "/realms/shared/roles", {"name": "passing"})
    nothing = declared("shared", {"verifyEmail": True})
    assert world.survey(nothing).plan.empty


class Killed(BaseException):
    """The process is gone."""


def test_an_apply_that_finds_everything_as_declared_notes_what_is_declared(world: World) -> None:
    admin = world.server.bootstrap()
    admin.request("POST", "/realms/shared/roles", {"name": "as-declared"})
    desired = declared("shared", {"roles": {"realm": [{"name": "as-declared"}]}})
    assert world.survey(desired).plan.empty
    world.counted.own.clear()
    world.apply(desired)
    assert len(world.counted.own) == 3  # the lock is taken, the state written, the lock given back
    assert world.counted.writes == []
    assert Runs(world.runs).ids() == ()
    key = Key(Kind.ROLE, "as-declared")
    assert key in world.state("shared").applied.objects
    assert key not in world.state("shared").created


def test_a_state_that_somebody_touched_prunes_nothing_and_is_not_written_over(
    world: World,
) -> None:
    desired = declared("shared", {"roles": {"realm": [{"name": "mine"}]}})
    world.apply(desired)
    admin = world.server.bootstrap()
    (client,) = admin.get(f"/realms/shared/clients?clientId={STATE_CLIENT}")
    path = f"/realms/shared/clients/{client['id']}"
    admin.request("PUT", path, {**client, "enabled": True, "serviceAccountsEnabled": True})
    other = declared("shared", {"verifyEmail": True, "rememberMe": True})
    done, _ = world.apply(other)
    assert [str(change.key) for change in done.changes] == ["shared"]
    assert done.kept == ("nothing is pruned: the client tanba-state was changed: enabled",)
    assert admin.get(path)["attributes"] == client["attributes"]
    admin.request("DELETE", path)
    done, _ = world.apply(declared("shared", {"rememberMe": False}))
    assert world.state("shared").created == {}
    assert "mine" in {role["name"] for role in admin.get("/realms/shared/roles")}


def test_a_run_that_is_cut_off_loses_neither_ownership_nor_its_before_image(world: World) -> None:
    written: list[Any] = []

    def kill(done: Any) -> None:
        written.append(done)
        if len(written) == 3:
            raise Killed

    desired = declared("cut-off", FIRST)
    with pytest.raises(Killed):
        world.apply(desired, progress=kill, threads=1)
    world.apply(desired)
    assert world.survey(desired).plan.empty
    made = {str(key) for key in world.state("cut-off").created}
    assert {"auditor", "chief", "bin", "reports", "partner", "portal sign-in"} <= made
    kept = [Runs(world.runs).load(run) for run in Runs(world.runs).ids()]
    (cut_off,) = (run for run in kept if run.outcome and run.outcome.code == "interrupted")
    assert {image.action for image in cut_off.record.images} >= {"create", "update"}


def test_a_flow_is_cleared_half_an_hour_after_it_was_let_go(world: World) -> None:
    def with_flows(*flows: Mapping[str, Any], **more: Any) -> Desired:
        return declared("cut-off", {"authenticationFlows": list(flows), **more})

    old, new = flow("old", COOKIE, FORM), flow("new", FORM)
    world.apply(with_flows(old, browserFlow="old"))
    done, _ = world.apply(with_flows(new, browserFlow="new"))
    assert {c.action for c in done.changes} == {"create", "update"}
    later = replace(world, at=world.at + timedelta(seconds=SIGN_IN_SECONDS))
    alone = later.survey(with_flows(new, browserFlow="new")).plan
    assert alone.empty
    assert "flow old" in alone.kept[0]
    soon = with_flows(new, browserFlow="new", rememberMe=True)
    assert {str(c.key) for c in world.survey(soon).plan.changes} == {"cut-off"}
    done, _ = later.apply(soon, allow_loss=False)
    assert {(c.action, str(c.key)) for c in done.changes} == {
        ("delete", "old"),
        ("delete", "portal sign-in"),
        ("update", "cut-off"),
    }
    flows = world.server.bootstrap().get("/realms/cut-off/authentication/flows")
    assert "old" not in {found["alias"] for found in flows}


def test_a_rollback_brings_back_every_managed_setting(world: World) -> None:
    first, second = declared("rolled", FIRST), declared("rolled", SECOND)
    world.apply(first)
    before = world.survey(first).live.objects
    _, run = world.apply(second)
    assert world.survey(second).plan.empty
    assert not world.survey(first).plan.empty
    asked = world.tanba("rollback", run, "--unsafe-allow-loss")
    assert (asked.returncode, "nobody to ask" in asked.stderr) == (1, True)
    refused = world.tanba("rollback", run, "--yes")
    assert refused.returncode == 3
    assert "[loss_refused]" in refused.stderr
    done = world.tanba("rollback", run, "--yes", "--unsafe-allow-loss")
    assert done.returncode == 0, done.stderr
    assert "role chief comes back without which people" in done.stdout
    assert "the policy did not go back" in done.stderr
    assert world.survey(first).plan.empty
    after = world.survey(first).live.objects
    ours = {STATE_CLIENT}
    changed = {
        key
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
        and key.kind is not Kind.FLOW
        and not {key.name, key.parent} & ours
    }
    assert changed == set()
    # What came back is Tanba's as before, and what was declared of it is known.
    state = world.state("rolled")
    assert Key(Kind.ROLE, "chief") in state.created
    assert Key(Kind.CLIENT, "board") not in state.created
    # A rollback is a run: taken back itself, the second policy holds again.
    again = Runs(world.runs).ids()[0]
    assert again != run
    done = world.tanba("rollback", again, "--yes", "--unsafe-allow-loss")
    assert done.returncode == 0, done.stderr
    assert world.survey(second).plan.empty


def test_a_rollback_is_refused_in_a_realm_made_anew(world: World) -> None:
    _, run = world.apply(declared("owned", {"verifyEmail": False, "rememberMe": True}))
    admin = world.server.bootstrap()
    admin.request("DELETE", "/realms/owned")
    create_missing_realms(admin, ["owned"])
    ensure_provisioner(admin, realms=["owned"], secret=world.server.provisioner_secret)
    anew = world.tanba("rollback", run, "--yes")
    assert (anew.returncode, "made anew" in anew.stderr) == (3, True)
    assert admin.get("/realms/owned")["rememberMe"] is False
