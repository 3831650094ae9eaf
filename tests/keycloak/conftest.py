"""Everything here runs against the session's stand: `stand` in tests/conftest.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, so that `-m "not keycloak"` leaves it out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.keycloak)


@pytest.fixture(scope="session")
def engine_keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """One server for the tests of applying, a realm for each file, and the service account."""
    realms = ("commanded", "faulted", "interrupted", "locked")
    with own_keycloak(tmp_path_factory.mktemp("engine")) as server:
        create_missing_realms(server.bootstrap(), realms)
        ensure_provisioner(server.bootstrap(), realms=realms, secret=server.provisioner_secret)
        yield server
