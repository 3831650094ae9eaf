"""A realm of a hundred clients, a hundred roles and fifty groups: few requests, one write.

Seconds and memory, and a realm ten times as large, are measured by `make bench`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.support.realms import ENVIRON, SMALL, as_keycloak, realm, write_policy
from provisioning.apply import ApplyOptions, apply_surveyed
from provisioning.commands.options import declared
from provisioning.connection import Connection, ConnectionSettings
from provisioning.resources import Desired
from provisioning.survey import survey
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak, counting_proxy

pytestmark = pytest.mark.keycloak
pytest_plugins = ["tests.keycloak.shared_server"]

NAME = "hundreds"
MOST_REQUESTS = 15


@pytest.fixture(scope="module")
def keycloak(shared_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server that holds the realm by its own import."""
    imported = {"realm": NAME, **as_keycloak(realm(SMALL))}
    shared_keycloak.bootstrap().request("POST", "/realms", imported)
    return shared_keycloak


@pytest.fixture
def desired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Desired]:
    """The policy by the value of its one field that changes."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    return {
        seconds: declared([write_policy(tmp_path, NAME, realm(SMALL, seconds=seconds))])[0]
        for seconds in (300, 301)
    }


def test_looking_takes_few_requests_and_one_changed_field_is_one_write(
    keycloak: OwnKeycloak, desired: dict[int, Desired]
) -> None:
    with counting_proxy(keycloak.url) as counted:
        settings = ConnectionSettings(
            counted.url, client_id=BOOTSTRAP, client_secret=keycloak.bootstrap_secret
        )
        connection = Connection(settings)
        assert survey(connection, desired[300]).plan.empty
        assert len(counted.reads) <= MOST_REQUESTS, counted.reads
        assert counted.writes == counted.own == []
        apply_surveyed(connection, survey(connection, desired[301]), ApplyOptions())
        assert counted.writes == [f"PUT /admin/realms/{NAME}"]
        assert len(counted.own) == 2
        assert survey(connection, desired[301]).plan.empty


def test_a_hundred_secrets_are_compared_by_a_few_requests(
    keycloak: OwnKeycloak, desired: dict[int, Desired]
) -> None:
    admin = keycloak.bootstrap()
    (client,) = admin.get(f"/realms/{NAME}/clients?clientId=client-0042")
    path = f"/realms/{NAME}/clients/{client['id']}"
    admin.request("PUT", path, client | {"secret": "another"})
    seconds = admin.get(f"/realms/{NAME}")["accessTokenLifespan"]
    planned = survey(admin, desired[seconds]).plan
    assert [(str(c.key), [d.path for d in c.differences]) for c in planned.changes] == [
        ("client-0042", ["secret"])
    ]
    assert ENVIRON["BENCH_CLIENT_SECRET"] not in json.dumps([repr(c) for c in planned.changes])
    admin.request("PUT", path, client)
