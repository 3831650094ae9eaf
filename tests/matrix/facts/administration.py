"""What plan, lock and state are built on: one snapshot, atomic names, room, few rights."""

from __future__ import annotations

import secrets
import threading
import uuid

import requests

from provisioning.errors import KeycloakRefusedError, NotPermittedError
from tests.matrix.fact import Facts
from tests.matrix.scene import Scene

ADMINISTRATION_FACTS = Facts()
fact = ADMINISTRATION_FACTS.fact

SNAPSHOT = "partial-export?exportClients=true&exportGroupsAndRoles=true"
MASK = "**********"
ROOM = 300_000
"""Characters of one client attribute; the state of a large realm takes less, packed."""
SCOPE_ROOM = 2_048

PARTS = {
    "authenticationFlows",
    "authenticatorConfig",
    "clients",
    "clientPolicies",
    "clientProfiles",
    "clientScopeMappings",
    "clientScopes",
    "components",
    "defaultDefaultClientScopes",
    "defaultOptionalClientScopes",
    "groups",
    "identityProviderMappers",
    "identityProviders",
    "keycloakVersion",
    "localizationTexts",
    "requiredActions",
    "roles",
    "scopeMappings",
}


@fact(
    "One partial export holds the whole realm, tells the version, masks secrets, leaves no event",
    rests="plan reads in one request and never sees a secret it did not declare",
)
def one_snapshot_holds_the_realm(scene: Scene) -> None:
    events = f"{scene.base}/admin-events?max=1"
    group = secrets.token_hex(4)
    scene.admin.request("POST", f"{scene.base}/groups", {"name": group})
    before = scene.admin.get(events)
    connection = scene.server.provisioner()
    found = connection.request("POST", f"{scene.base}/{SNAPSHOT}")
    assert set(found) >= PARTS, PARTS - set(found)
    assert found["keycloakVersion"] == scene.release.version
    (portal,) = [c for c in found["clients"] if c["clientId"] == scene.policy.portal.client_id]
    assert portal["secret"] == MASK
    assert group in [item["name"] for item in found["groups"]]
    assert scene.admin.get(events) == before


@fact(
    "Of many who make a client scope of one name at once exactly one succeeds, under its own id",
    rests="the realm's lock",
)
def a_name_is_taken_once(scene: Scene) -> None:
    name, taken, refused = f"lock-{secrets.token_hex(4)}", [], []
    start = threading.Barrier(6)

    def take() -> None:
        connection, own = scene.server.provisioner(), str(uuid.uuid4())
        connection.get(scene.base)
        body = {"id": own, "name": name, "protocol": "openid-connect"}
        start.wait(30)
        try:
            connection.request("POST", f"{scene.base}/client-scopes", body)
            taken.append(own)
        except KeycloakRefusedError as error:
            refused.append(error.status)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(taken) == 1
    assert refused == [requests.codes.conflict] * 5
    found = scene.admin.get(f"{scene.base}/client-scopes/{taken[0]}")
    assert found["name"] == name
    scene.admin.request("DELETE", f"{scene.base}/client-scopes/{taken[0]}")


@fact(
    "An attribute of a client holds 300,000 characters, one of a client scope 2,048",
    rests="the state that remembers what was applied; the lock's heartbeat",
)
def attributes_have_room(scene: Scene) -> None:
    client, scope = str(uuid.uuid4()), str(uuid.uuid4())
    large, small = secrets.token_hex(ROOM // 2), secrets.token_hex(SCOPE_ROOM // 2)
    try:
        body = {"id": client, "clientId": client, "enabled": False}
        scene.admin.request("POST", f"{scene.base}/clients", body | {"attributes": {"s": large}})
        found = scene.admin.get(f"{scene.base}/clients/{client}")
        assert found["attributes"]["s"] == large
        body = {"id": scope, "name": scope, "protocol": "openid-connect"}
        path = f"{scene.base}/client-scopes"
        scene.admin.request("POST", path, body | {"attributes": {"s": small}})
        assert scene.admin.get(f"{path}/{scope}")["attributes"]["s"] == small
    finally:
        for path in (f"clients/{client}", f"client-scopes/{scope}"):
            scene.admin.request("DELETE", f"{scene.base}/{path}")


@fact(
    "The account that applies policies reads no people and no events, and erases none",
    rests="the provisioner's few roles",
)
def the_provisioner_sees_nobody(scene: Scene) -> None:
    connection = scene.server.provisioner()
    assert connection.get(scene.base)["realm"] == scene.policy.realm
    for method, path in (
        ("GET", "users"),
        ("GET", "events"),
        ("DELETE", "events"),
        ("DELETE", "admin-events"),
        ("POST", "logout-all"),
    ):
        try:
            connection.request(method, f"{scene.base}/{path}")
        except NotPermittedError:
            continue
        raise AssertionError(f"{method} {path} was permitted")
