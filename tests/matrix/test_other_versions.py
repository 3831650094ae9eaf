"""A server of another version is refused by plan, apply, drift and adopt; nothing is written."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from policies.errors import REFUSED
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from tests.keycloak.own_keycloak import OwnKeycloak
from tests.matrix.scene import tanba

pytestmark = pytest.mark.keycloak

REALM = "of-another-version"


@dataclass(slots=True)
class Pretending:
    """A server that says it is of another version; `asked` are the admin requests it saw."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def pretending(target: str, version: str) -> Iterator[Pretending]:
    """Stand before `target` and change what it says of itself."""
    found = Pretending()

    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/admin/"):
                found.asked.append(f"{self.command} {self.path}")
            wanted = {"Authorization", "Content-Type", "Accept"}
            answer = requests.request(
                self.command,
                target + self.path,
                data=body,
                headers={k: v for k, v in self.headers.items() if k in wanted},
                timeout=60,
            )
            said = f'"keycloakVersion":"{version}"'.encode()
            content = re.sub(rb'"keycloakVersion"\s*:\s*"[^"]*"', said, answer.content)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield found
    finally:
        httpd.shutdown()
        httpd.server_close()


@pytest.fixture(scope="module")
def policy(server: OwnKeycloak, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a realm that is there, and is not as declared."""
    admin = server.bootstrap()
    create_missing_realms(admin, [REALM])
    ensure_provisioner(admin, realms=[REALM], secret=server.provisioner_secret)
    file = tmp_path_factory.mktemp("other") / "policy.yaml"
    file.write_text(f"version: 1\nrealm: {REALM}\nroles: [{{name: clerk}}]\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("version", ["26.4.7", "26.8.0", "27.0.0-SNAPSHOT"])
@pytest.mark.parametrize("command", ["plan", "apply --yes", "drift", "adopt", "export"])
def test_another_version_is_refused_before_anything_is_written(
    server: OwnKeycloak, policy: Path, command: str, version: str, tmp_path: Path
) -> None:
    what = REALM if command == "adopt" else str(policy)
    with pretending(server.url, version) as other:
        done = tanba(server, *command.split(), what, folder=tmp_path, url=other.url)
    assert done.returncode == REFUSED, done.stdout + done.stderr
    assert f"error [keycloak_version]: the server's Keycloak version is '{version}'" in done.stderr
    assert "26.5, 26.6 and 26.7" in done.stderr
    assert [line for line in other.asked if line.startswith("GET") or "partial-export" in line] == (
        other.asked
    )
    assert not (tmp_path / "runs").exists()
