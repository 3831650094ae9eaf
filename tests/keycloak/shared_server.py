"""One server for several test files that each use a realm of their own on it.

A test file takes part by `pytest_plugins = ["tests.keycloak.shared_server"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak


@pytest.fixture(scope="session")
def shared_keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server without any realm of ours, with its bootstrap identity."""
    with own_keycloak(tmp_path_factory.mktemp("shared")) as server:
        yield server
