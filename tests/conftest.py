"""What every test gets: loopback only, the shared real data where it is at hand."""

from __future__ import annotations

import functools
import ipaddress
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling  # type: ignore[import-untyped]

from stand.supervisor import Stand
from tests.stand_fixture import stand_settings

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


SHARED = ("stand", "journey", "engine_keycloak", "shared_keycloak")
"""Fixtures of the session that are a server, or use one; `journey` uses the stand."""

SERVERS = ("tests/keycloak/", "tests/journeys/", "tests/matrix/")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Several workers: a file goes to one of them, and files that share a server to the same.

    Runs without real servers are spread as xdist does by itself.
    """
    wanted = [f"{argument}/" for argument in config.args]
    has_servers = any(folder in path for path in wanted for folder in SERVERS)
    return _ByServer(config, log) if has_servers else None


class _ByServer(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """What uses one server of the session is one piece of work, every other file another.

    So two workers run two servers and no more.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _server_of(file) if file.startswith(SERVERS) else nodeid


@functools.cache
def _server_of(file: str) -> str:
    """The server that a file's tests share, told by the fixtures that it names; or the file."""
    text = (ROOT / file).read_text(encoding="utf-8")
    used = [name for name in SHARED if re.search(rf"\b{name}: ", text)]
    return "stand" if used[:1] in (["stand"], ["journey"]) else (used or [file])[0]


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
