"""Plain realms' policies onto a real Keycloak: every section, then a plan with nothing in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from policies.loader import load_policy
from provisioning.apply import apply_plan, plan_realm
from provisioning.bootstrap import create_missing_realms
from provisioning.connection import Connection
from provisioning.desired import build
from provisioning.resources import Desired
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak

pytestmark = pytest.mark.keycloak

EVERYTHING = Path(__file__).parent / "data" / "every-section.yaml"
SECRETS = {"SECRET": "planted-9c"}

Declared = Callable[[str], Desired]


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server without any realm of ours."""
    with own_keycloak(tmp_path_factory.mktemp("declared")) as server:
        yield server


@pytest.fixture
def connection(keycloak: OwnKeycloak) -> Connection:
    """The identity that may do everything: groups ask for more than the account of few roles."""
    return keycloak.bootstrap()


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    """What a policy of this text declares."""

    def make(text: str) -> Desired:
        path = tmp_path / "policy.yaml"
        path.write_text(text, encoding="utf-8")
        return build(load_policy(path, environ=SECRETS), at=datetime.now(UTC))

    return make


def test_every_section_is_written_once_and_then_holds(
    connection: Connection, declared: Declared
) -> None:
    desired = declared(EVERYTHING.read_text(encoding="utf-8"))
    create_missing_realms(connection, (desired.realm,))
    planned = plan_realm(connection, desired)
    assert {change.key for change in planned.changes} >= {
        resource.key for resource in desired.resources if resource.body
    }
    apply_plan(connection, desired, planned)
    assert plan_realm(connection, desired).changes == ()
