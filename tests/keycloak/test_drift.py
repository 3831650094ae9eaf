"""Drift on a real Keycloak: whose change it is, who made it, and a watch that sees it happen."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from policies.loader import load_policy
from provisioning.admin_events import SILENT
from provisioning.apply import ApplyOptions, apply_surveyed
from provisioning.bootstrap import (
    PROVISIONER_CLIENT_ID,
    create_missing_realms,
    ensure_provisioner,
)
from provisioning.connection import Connection, ConnectionSettings, quoted
from provisioning.desired import build
from provisioning.drift import Side
from provisioning.drift_check import Checked, check
from provisioning.drift_report import realm_of
from provisioning.own_objects import STATE_CLIENT
from provisioning.resources import Desired, Key, Kind
from provisioning.runs import Runs
from provisioning.runs_journal import RunJournal
from provisioning.survey import survey
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import OwnKeycloak, counting_proxy, own_keycloak

pytestmark = pytest.mark.keycloak

REALM = "/realms/watched"
ADMIN, PASSWORD = "aigerim", "Only-For-This-Run-1"
MAPPER = "protocol: openid-connect, protocolMapper: oidc-usermodel-attribute-mapper"
POLICY = f"""\
version: 1
realm: watched
raw:
  enabled: true
  verifyEmail: true
  adminEventsEnabled: true
  roles:
    realm:
      - {{name: operator, description: works here}}
      - {{name: visitor, description: looks}}
      - {{name: head, description: leads, composite: true, composites: {{realm: [operator]}}}}
    client:
      office: [{{name: clerk, description: writes}}]
  clientScopes:
    - name: desk
      description: a desk
      protocol: openid-connect
      protocolMappers:
        - {{name: room, {MAPPER}, config: {{user.attribute: room, claim.name: room}}}}
  clients:
    - clientId: office
      name: Office
      secret: ${{env:OFFICE_SECRET}}
      protocolMappers:
        - {{name: floor, {MAPPER}, config: {{user.attribute: floor, claim.name: floor}}}}
    - {{clientId: archive, name: Archive}}
  components:
    org.keycloak.keys.KeyProvider:
      - {{name: spare, providerId: rsa-generated, config: {{priority: ["7"]}}}}
  identityProviders:
    - alias: ministry
      providerId: oidc
      displayName: Ministry
      config: {{tokenUrl: "https://m.kz/t", authorizationUrl: "https://m.kz/a", clientId: u}}
  identityProviderMappers:
    - name: iin
      identityProviderAlias: ministry
      identityProviderMapper: oidc-user-attribute-idp-mapper
      config: {{claim: iin, user.attribute: iin}}
  requiredActions:
    - {{alias: TERMS_AND_CONDITIONS, name: T, providerId: TERMS_AND_CONDITIONS, enabled: true}}
  localizationTexts: {{kk: {{greeting: Сәлем}}}}
  authenticationFlows:
    - alias: way in
      providerId: basic-flow
      topLevel: true
      builtIn: false
      authenticationExecutions:
        - {{authenticator: auth-cookie, requirement: ALTERNATIVE}}
        - {{authenticatorFlow: true, flowAlias: way in form, requirement: ALTERNATIVE}}
    - alias: way in form
      providerId: basic-flow
      topLevel: false
      builtIn: false
      authenticationExecutions:
        - {{authenticator: auth-username-password-form, requirement: REQUIRED}}
"""
SECRETS = {"OFFICE_SECRET": "planted-Office-51c9"}


@dataclass(frozen=True, slots=True)
class World:
    """A server with one realm, its policy as a file, and an admin who changes things by hand."""

    server: OwnKeycloak
    policy: Path
    runs: Path

    def desired(self, *edits: tuple[str, str]) -> Desired:
        """The declaration, with words of the policy replaced."""
        text = POLICY
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        self.policy.write_text(text, encoding="utf-8")
        return build(load_policy(self.policy, environ=SECRETS), at=datetime.now(UTC))

    def apply(self, desired: Desired | None = None) -> str:
        """Make the realm as declared, and leave the record of it there; the run, "" when none."""
        connection = self.server.provisioner()
        surveyed = survey(connection, desired or self.desired(), at=datetime.now(UTC))
        journal = RunJournal(
            Runs(self.runs), self.server.url, "aigerim@ci", lambda: datetime.now(UTC)
        )
        apply_surveyed(connection, surveyed, ApplyOptions(journal=journal))
        return journal.run

    def check(self, desired: Desired | None = None, **more: Any) -> Checked:
        """One look, by the account of few roles."""
        wanted = desired or self.desired()
        return check(self.server.provisioner(), wanted, at=datetime.now(UTC), **more)

    def admin(self) -> Connection:
        """A person, who signs in by password."""
        settings = ConnectionSettings(
            self.server.url, client_id="admin-cli", username=ADMIN, password=SecretStr(PASSWORD)
        )
        return Connection(settings)

    def tanba(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command as an admin or a pipeline runs it."""
        return subprocess.run(
            command(*arguments),
            env=self.environ(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=ROOT,
        )

    def environ(self) -> dict[str, str]:
        """What the command reads."""
        return self.server.environ() | SECRETS


def command(*arguments: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-c", "from cli import main; main()", *arguments]


def give(connection: Connection, client: str, role: str, *, method: str = "POST") -> None:
    """Give the provisioner a role of a client in `master`, or take it away."""
    master = "/realms/master"
    ids = {c["clientId"]: c["id"] for c in connection.get(f"{master}/clients")}
    path = f"{master}/clients/{ids[PROVISIONER_CLIENT_ID]}/service-account-user"
    found = connection.get(f"{master}/clients/{ids[client]}/roles/{role}")
    account = connection.get(path)["id"]
    connection.request(
        method, f"{master}/users/{account}/role-mappings/clients/{ids[client]}", [found]
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The realm is applied; the provisioner may read events, a person administers by hand."""
    folder = tmp_path_factory.mktemp("drift")
    with own_keycloak(folder) as server:
        admin = server.bootstrap()
        create_missing_realms(admin, ["watched"])
        ensure_provisioner(admin, realms=["watched"], secret=server.provisioner_secret)
        person = {
            "username": ADMIN,
            "enabled": True,
            "email": "aigerim@example.kz",
            "firstName": "Айгерім",
            "lastName": "Сәрсен",
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
        }
        admin.request("POST", "/realms/master/users", person)
        (user,) = admin.get(f"/realms/master/users?username={ADMIN}&exact=true")
        role = admin.get("/realms/master/roles/admin")
        admin.request("POST", f"/realms/master/users/{user['id']}/role-mappings/realm", [role])
        give(admin, "watched-realm", "view-events")
        found = World(server, folder / "policy.yaml", folder / "runs")
        found.desired()
        done = found.tanba("apply", str(found.policy), "--yes", "--runs-dir", str(found.runs))
        assert done.returncode == 0, done.stderr
        yield found


@pytest.fixture(autouse=True)
def as_applied(world: World) -> Iterator[None]:
    """Every test begins and ends with the realm as its policy declares."""
    world.desired()
    yield
    world.apply()


def rename(connection: Connection, path: str, **changes: Any) -> None:
    """Change an object by a PUT of the whole."""
    connection.request("PUT", path, connection.get(path) | changes)


def client_path(connection: Connection, name: str) -> str:
    """Where a client is."""
    (client,) = connection.get(f"{REALM}/clients?clientId={quoted(name)}")
    return f"{REALM}/clients/{client['id']}"


def scope_path(connection: Connection, name: str) -> str:
    """Where a client scope is."""
    scopes = connection.get(f"{REALM}/client-scopes")
    return next(f"{REALM}/client-scopes/{s['id']}" for s in scopes if s["name"] == name)


def mapper_path(connection: Connection, owner: str, name: str) -> str:
    """Where a mapper of a client or client scope is."""
    models = f"{owner}/protocol-mappers/models"
    return next(f"{models}/{m['id']}" for m in connection.get(models) if m["name"] == name)


def set_claim(connection: Connection, path: str) -> None:
    """Let a mapper tell another claim."""
    mapper = connection.get(path)
    rename(connection, path, config={**mapper["config"], "claim.name": "by-hand"})


def require_step(connection: Connection) -> None:
    """Let a step inside a subflow be something else."""
    path = f"{REALM}/authentication/flows/{quoted('way in form')}/executions"
    (step,) = connection.get(path)
    connection.request("PUT", path, step | {"requirement": "DISABLED"})


def lead_by_nobody(connection: Connection) -> None:
    """Take a composite's part away."""
    path = f"{REALM}/roles/head/composites"
    connection.request("DELETE", path, connection.get(path))


def reprioritise(connection: Connection) -> None:
    """Put a key before others."""
    (found,) = (c for c in connection.get(f"{REALM}/components") if c.get("name") == "spare")
    rename(connection, f"{REALM}/components/{found['id']}", config={"priority": ["900"]})


def set_broker_claim(connection: Connection) -> None:
    """Let the broker's mapper read another claim."""
    path = f"{REALM}/identity-provider/instances/ministry/mappers"
    (mapper,) = connection.get(path)
    config = {**mapper["config"], "claim": "by-hand"}
    connection.request("PUT", f"{path}/{mapper['id']}", mapper | {"config": config})


BROKER = f"{REALM}/identity-provider/instances/ministry"
TERMS = f"{REALM}/authentication/required-actions/TERMS_AND_CONDITIONS"
BY_HAND: dict[Key, Callable[[Connection], None]] = {
    Key(Kind.REALM, "watched"): lambda c: rename(c, REALM, verifyEmail=False),
    Key(Kind.ROLE, "operator"): lambda c: rename(c, f"{REALM}/roles/operator", description="x"),
    Key(Kind.ROLE, "visitor"): lambda c: c.request("DELETE", f"{REALM}/roles/visitor"),
    Key(Kind.ROLE_COMPOSITES, "head"): lead_by_nobody,
    Key(Kind.CLIENT_ROLE, "clerk", "office"): lambda c: rename(
        c, f"{client_path(c, 'office')}/roles/clerk", description="x"
    ),
    Key(Kind.CLIENT_SCOPE, "desk"): lambda c: rename(c, scope_path(c, "desk"), description="x"),
    Key(Kind.CLIENT_SCOPE_MAPPER, "room", "desk"): lambda c: c.request(
        "DELETE", mapper_path(c, scope_path(c, "desk"), "room")
    ),
    Key(Kind.CLIENT, "office"): lambda c: rename(c, client_path(c, "office"), name="x"),
    Key(Kind.CLIENT, "archive"): lambda c: c.request("DELETE", client_path(c, "archive")),
    Key(Kind.CLIENT_MAPPER, "floor", "office"): lambda c: set_claim(
        c, mapper_path(c, client_path(c, "office"), "floor")
    ),
    Key(Kind.COMPONENT, "spare", "org.keycloak.keys.KeyProvider"): reprioritise,
    Key(Kind.IDENTITY_PROVIDER, "ministry"): lambda c: rename(c, BROKER, displayName="x"),
    Key(Kind.IDENTITY_PROVIDER_MAPPER, "iin", "ministry"): set_broker_claim,
    Key(Kind.REQUIRED_ACTION, "TERMS_AND_CONDITIONS"): lambda c: rename(c, TERMS, enabled=False),
    Key(Kind.FLOW, "way in"): require_step,
    Key(Kind.LOCALIZATION, "kk"): lambda c: c.request(
        "POST", f"{REALM}/localization/kk", {"greeting": "x"}
    ),
}


def test_every_change_by_hand_is_keycloak_s_and_its_maker_is_named(world: World) -> None:
    person = world.admin()
    for change in BY_HAND.values():
        change(person)
    give(world.server.bootstrap(), "master-realm", "view-users")
    try:
        found = world.check()
    finally:
        give(world.server.bootstrap(), "master-realm", "view-users", method="DELETE")
    assert {o.key for o in found.drift.objects} == BY_HAND.keys()
    assert {o.side for o in found.drift.objects} == {Side.KEYCLOAK}
    record = realm_of(found)
    for entry in record.objects:
        if entry.kind in SILENT:
            assert entry.events == ()
            continue
        (event,) = entry.events
        assert (event.name, event.address, event.certain) == (ADMIN, "127.0.0.1", True), entry
        deleted = entry.what == "missing" or entry.kind is Kind.ROLE_COMPOSITES
        assert event.operation == ("DELETE" if deleted else "UPDATE"), entry
    assert "Keycloak never records who changes: localization" in record.remarks


def test_without_the_right_to_read_names_people_are_their_ids(world: World) -> None:
    BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
    (entry,) = realm_of(world.check()).objects
    (user,) = world.server.bootstrap().get(f"/realms/master/users?username={ADMIN}&exact=true")
    assert [(e.name, e.user, e.applies) for e in entry.events] == [(None, user["id"], False)]


def test_without_the_right_to_read_events_it_says_so_and_goes_on(world: World) -> None:
    BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
    give(world.server.bootstrap(), "watched-realm", "view-events", method="DELETE")
    try:
        done = world.tanba("drift", str(world.policy))
    finally:
        give(world.server.bootstrap(), "watched-realm", "view-events")
    assert done.returncode == 2, done.stderr
    assert "~ client office: changed in Keycloak" in done.stdout
    assert "it lacks the role view-events of the realm watched" in done.stdout


def test_the_run_s_own_writes_are_nobody_s_change(world: World) -> None:
    BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
    world.apply()
    BY_HAND[Key(Kind.ROLE, "operator")](world.admin())
    BY_HAND[Key(Kind.CLIENT, "office")](world.server.provisioner())
    entries = {entry.name: entry for entry in realm_of(world.check()).objects}
    assert [e.applies for e in entries["office"].events] == [True]
    assert [e.applies for e in entries["operator"].events] == [False]


def test_a_change_of_the_policy_is_the_policy_s_and_one_on_both_sides_is_both_s(
    world: World,
) -> None:
    BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
    edited = world.desired(("works here", "works there"), ("name: Office", "name: Bureau"))
    found = {o.key.name: o.side for o in world.check(edited).drift.objects}
    assert found == {"operator": Side.POLICY, "office": Side.BOTH}


def test_what_the_policy_no_longer_names_is_the_policy_s(world: World) -> None:
    edited = world.desired(("      - {name: visitor, description: looks}\n", ""))
    (entry,) = realm_of(world.check(edited)).objects
    assert (entry.name, entry.what, entry.changed_in) == ("visitor", "surplus", "policy")


def test_after_a_rollback_it_is_the_policy_that_is_ahead(world: World) -> None:
    edit = ("works here", "works there")
    run = world.apply(world.desired(edit))
    done = world.tanba("rollback", run, "--yes", "--runs-dir", str(world.runs))
    assert done.returncode == 0, done.stderr
    assert world.check(world.desired()).clean
    (entry,) = realm_of(world.check(world.desired(edit))).objects
    assert (entry.name, entry.changed_in) == ("operator", "policy")


def test_a_secret_changed_by_hand_is_found_and_not_shown(world: World) -> None:
    person = world.admin()
    new = person.request("POST", f"{client_path(person, 'office')}/client-secret")["value"]
    done = world.tanba("drift", str(world.policy), "--format", "json")
    assert done.returncode == 2, done.stderr
    (entry,) = json.loads(done.stdout)["realms"][0]["objects"]
    assert (entry["name"], entry["changed_in"]) == ("office", "unknown")
    assert [event["operation"] for event in entry["events"]] == ["ACTION"]
    for secret in (new, *SECRETS.values()):
        assert secret not in done.stdout + done.stderr


def test_what_somebody_adds_that_no_policy_names_is_listed_with_its_maker(world: World) -> None:
    person = world.admin()
    person.request("POST", f"{REALM}/clients", {"clientId": "spy", "publicClient": True})
    rename(person, f"{REALM}/roles/visitor", attributes={"note": ["by hand"]})
    found = world.check(wants_unmanaged=True)
    assert found.clean
    entries = {(e.kind, e.name): e for e in realm_of(found).unmanaged or ()}
    spy, visitor = entries[Kind.CLIENT, "spy"], entries[Kind.ROLE, "visitor"]
    assert ([e.operation for e in spy.events], spy.settings) == (["CREATE"], ())
    assert ([e.operation for e in visitor.events], visitor.settings) == (
        ["UPDATE"],
        ("attributes.note",),
    )
    assert not [e for e in entries.values() if e.events and e not in (spy, visitor)]
    person.request("DELETE", client_path(person, "spy"))
    rename(person, f"{REALM}/roles/visitor", attributes={})


def test_events_that_were_switched_off_are_said(world: World) -> None:
    person = world.admin()
    rename(person, REALM, adminEventsEnabled=False)
    BY_HAND[Key(Kind.ROLE, "operator")](person)
    record = realm_of(world.check())
    events = {entry.name: entry.events for entry in record.objects}
    assert len(events["watched"]) == 1
    assert events["operator"] == ()
    assert "Keycloak records no admin events in this realm now" in record.remarks


def test_erased_events_are_noticed_by_the_apply_s_own_being_gone(world: World) -> None:
    person = world.admin()
    BY_HAND[Key(Kind.ROLE, "operator")](person)
    person.request("DELETE", f"{REALM}/admin-events")
    record = realm_of(world.check())
    assert record.objects[0].events == ()
    assert any("expired or erased" in sentence for sentence in record.remarks)


def test_whoever_rewrites_the_record_of_the_apply_is_seen(world: World) -> None:
    person = world.admin()
    rename(person, client_path(person, STATE_CLIENT))
    BY_HAND[Key(Kind.ROLE, "operator")](person)
    record = realm_of(world.check())
    assert any("what it says may be forged" in sentence for sentence in record.remarks)


def test_a_forged_record_is_a_finding_even_where_nothing_else_moved(world: World) -> None:
    person = world.admin()
    path = client_path(person, STATE_CLIENT)
    client = person.get(path)
    text = client["attributes"]["tanba.state"]
    rename(person, path, attributes={"tanba.state": text[:-8] + text[-8:].swapcase()})
    try:
        done = world.tanba("drift", str(world.policy))
    finally:
        person.request("PUT", path, client)
    assert done.returncode == 2, done.stderr
    assert "the record of the last apply is damaged" in done.stdout


def test_a_look_costs_few_requests_and_events_are_read_only_when_something_moved(
    world: World,
) -> None:
    wanted = world.desired()

    def reads(before: Checked | None) -> tuple[Checked, list[str]]:
        with counting_proxy(world.server.url) as counted:
            connection = world.server.provisioner(url=counted.url)
            found = check(connection, wanted, at=datetime.now(UTC), before=before)
            assert counted.writes == []
            return found, counted.reads

    clean, still = reads(None)
    assert len(still) <= 5
    assert not [path for path in still if "events" in path]
    BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
    first, moved = reads(clean)
    assert len(moved) == len(still) + 3
    again, unmoved = reads(first)
    assert len(unmoved) == len(still)
    assert again.told == first.told


def test_a_watch_sees_a_change_measures_it_and_ends_when_told(world: World) -> None:
    process = subprocess.Popen(
        command(
            *("drift", str(world.policy), "--watch", "--interval", "5"),
            *("--metrics-port", "0", "--format", "json"),
        ),
        env=world.environ(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(90, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stderr.readline().split()[1]
        assert address.startswith("http://127.0.0.1:")
        first = json.loads(process.stdout.readline())
        assert first["realms"][0]["objects"] == []
        assert asked(address) >= {
            'tanba_drift_differences{changed_in="keycloak",realm="watched"} 0.0',
            'tanba_drift_up{realm="watched"} 1.0',
        }
        BY_HAND[Key(Kind.CLIENT, "office")](world.admin())
        second = json.loads(process.stdout.readline())
        assert [o["name"] for o in second["realms"][0]["objects"]] == ["office"]
        assert 'tanba_drift_differences{changed_in="keycloak",realm="watched"} 1.0' in asked(
            address
        )
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)
        assert time.monotonic() - began < 5
        assert (process.returncode, output, errors.strip()) == (0, "", "stopped")
    finally:
        patience.cancel()
        process.kill()
        process.wait()


def asked(address: str) -> set[str]:
    """The lines of the metrics."""
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own loopback
        return set(answer.read().decode().splitlines())
