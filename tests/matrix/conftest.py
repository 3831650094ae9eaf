"""One Keycloak at a time: the stand's release, or with `--every-keycloak` each supported one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stand.keycloak.releases import RELEASES, STAND, Release
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak
from tests.matrix.scene import Scene, scene


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which servers; `make test-matrix` asks for every one."""
    parser.addoption("--every-keycloak", action="store_true", help="run on each supported release")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses a server runs once per release, all of one release together."""
    if "release" in metafunc.fixturenames:
        every = metafunc.config.getoption("every_keycloak", default=False)
        releases = RELEASES if every else (STAND,)
        metafunc.parametrize("release", releases, indirect=True, scope="session", ids=str)


@pytest.fixture(scope="session")
def release(request: pytest.FixtureRequest) -> Release:
    """The Keycloak that runs now."""
    found: Release = request.param
    return found


@pytest.fixture(scope="session")
def server(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server of that release with an empty database."""
    with own_keycloak(tmp_path_factory.mktemp("keycloak"), release=release) as running:
        yield running


@pytest.fixture(scope="session")
def facts_realm(
    server: OwnKeycloak, release: Release, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The realm that the facts are seen in."""
    with scene(server, release, tmp_path_factory.mktemp("scene")) as ready:
        yield ready
