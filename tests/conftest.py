"""What every test gets: loopback only, the shared real data where it is at hand."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from stand.supervisor import Stand
from tests.stand_fixture import stand_settings

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


SHARED = ("stand", "engine_keycloak")
"""Fixtures of the session that are a server."""

SERVERS = tuple(ROOT / "tests" / folder for folder in ("keycloak", "journeys", "matrix"))


@pytest.hookimpl(wrapper=True)  # before xdist, which reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Keep together, under `--dist loadgroup`, what shares a server.

    Everything that uses one server of the session is one group, every file with a server of its
    own another, so that two workers run two servers and no more.
    """
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in SERVERS):
            used = getattr(item, "fixturenames", ())
            group = next((name for name in SHARED if name in used), item.path.stem)
            item.add_marker(pytest.mark.xdist_group(group))
    yield


def _refuse_unless_loopback(address: Any) -> None:
    if not isinstance(address, tuple):  # a Unix socket's path
        return
    host = str(address[0])
    if host in {"localhost", ""}:
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise AssertionError(f"a test reached for the network: {host}")


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Fail any test that opens a connection beyond this machine."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, _original: Any = original) -> Any:
            _refuse_unless_loopback(address)
            return _original(self, address)

        patch.setattr(socket.socket, name, guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real certificates and signatures; a test that needs it skips without it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real NCA data (../shared/data) is not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The whole stand: a real Keycloak with the portals' realms, the verifier, the services."""
    with Stand(stand_settings(tmp_path_factory.mktemp("stand"))) as running:
        yield running
