"""A real Keycloak for one test file alone, with its bootstrap identity at hand.

These tests break realms on purpose, so they do not share the stand's server.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
from pydantic import SecretStr

from policies.loader import load_portals
from policies.model import PortalPolicy
from provisioning.bootstrap import PROVISIONER_CLIENT_ID
from provisioning.connection import WRITES, Connection, ConnectionSettings
from provisioning.own_objects import LOCK_SCOPE, STATE_CLIENT
from stand.files import private_folder
from stand.java import find_java
from stand.keycloak.instance import READY_SECONDS, KeycloakInstance, wait_until
from stand.keycloak.releases import STAND, Release
from stand.keycloak.releases import release as known_release
from stand.prepare import distribution
from stand.processes import Child, Children
from stand.progress import Silent
from stand.settings import Ports
from tests.conftest import ROOT

BOOTSTRAP = "bootstrap"
PLANTED = "planted-Portal-7be2"
POLICY_ENVIRON = {
    "TANBA_VERIFIER_URL": "http://localhost:18090",
    "TANBA_SMTP_HOST": "localhost",
    "TANBA_SMTP_PORT": "1025",
    "GRAIN_RECEIPTS_URL": "http://localhost:18101",
    "GRAIN_RECEIPTS_SECRET": PLANTED,
    "E_ARCHITECTURE_URL": "http://localhost:18102",
    "E_ARCHITECTURE_SECRET": f"{PLANTED}-second",
}


@dataclass(frozen=True, slots=True)
class OwnKeycloak:
    """One running server. `bootstrap_secret` and `provisioner_secret` are of this run alone.

    `restart` ends the server and starts it with the data it had; only the main thread may call it.
    """

    url: str
    log: Path
    bootstrap_secret: SecretStr
    restart: Callable[[], None] = field(repr=False)
    provisioner_secret: SecretStr = field(
        default_factory=lambda: SecretStr(secrets.token_urlsafe(24))
    )

    def bootstrap(self) -> Connection:
        """The temporary identity that may do everything."""
        settings = ConnectionSettings(
            self.url, client_id=BOOTSTRAP, client_secret=self.bootstrap_secret
        )
        return Connection(settings)

    def provisioner(self, *, url: str | None = None) -> Connection:
        """The permanent service account of few roles."""
        return Connection(
            ConnectionSettings(
                url or self.url,
                client_id=PROVISIONER_CLIENT_ID,
                client_secret=self.provisioner_secret,
            )
        )

    def environ(self) -> dict[str, str]:
        """What the command line reads, as a child's whole environment."""
        secret = self.provisioner_secret.get_secret_value()
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "TANBA_KEYCLOAK_URL": self.url,
            "TANBA_KEYCLOAK_CLIENT_ID": PROVISIONER_CLIENT_ID,
            "TANBA_KEYCLOAK_CLIENT_SECRET": secret,
            **POLICY_ENVIRON,
        }


def portals() -> tuple[PortalPolicy, PortalPolicy]:
    """Both portals' policies: grain receipts, e-architecture."""
    folder = ROOT / "policies" / "portals"
    paths = (folder / "grain-receipts", folder / "e-architecture")
    first, second = load_portals(paths, environ=POLICY_ENVIRON)
    return first, second


@contextmanager
def own_keycloak(
    folder: Path,
    *,
    realm_export: Path | None = None,
    extra: Mapping[str, str] | None = None,
    release: Release | None = None,
) -> Iterator[OwnKeycloak]:
    """Start a server with an empty database, or with `realm_export` as all it is given.

    Without a `release` it is the one that `TANBA_TEST_KEYCLOAK` names, or the stand's.
    """
    java = find_java(os.environ)
    release = release or known_release(os.environ.get("TANBA_TEST_KEYCLOAK", STAND.version))
    ports = Ports.free()
    instance = KeycloakInstance(
        distribution=distribution(ROOT, os.environ, Silent(), java=java, release=release),
        home=folder / "keycloak",
        themes=ROOT / "keycloak-theme",
        java=java,
        port=ports.keycloak,
        management_port=ports.keycloak_management,
    )
    instance.prepare()
    command = instance.command()
    if realm_export is not None:
        # Keycloak reads several realms of one file only under a name that is no single realm's.
        imports = private_folder(instance.home / "data" / "import")
        shutil.copyfile(realm_export, imports / "realm-export.json")
        command.append("--import-realm")
    secret = SecretStr(secrets.token_urlsafe(24))
    identity = {
        "KC_BOOTSTRAP_ADMIN_CLIENT_ID": BOOTSTRAP,
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": secret.get_secret_value(),
    }
    children = Children(private_folder(folder / "logs"))
    try:
        environ = instance.environment(os.environ, extra={**identity, **(extra or {})})

        def start() -> Child:
            child = children.start("keycloak", command, env=environ, cwd=instance.home)
            wait_until(instance.ready, child=child, seconds=READY_SECONDS)
            return child

        running = [start()]

        def restart() -> None:
            child = running.pop()
            os.killpg(child.process.pid, signal.SIGTERM)
            child.process.wait(READY_SECONDS)
            children.forget(child)
            running.append(start())

        yield OwnKeycloak(instance.url, running[0].log, secret, restart)
    finally:
        children.end()


@dataclass(slots=True)
class Counted:
    """Requests that passed the counting proxy; the token endpoint is not counted.

    `own`: writes to the two objects that Tanba keeps for itself, the lock and the state.
    """

    url: str
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    own_ids: set[str] = field(default_factory=set)

    def note(self, method: str, path: str, body: bytes) -> None:
        """Count one request where it belongs."""
        line = f"{method} {path}"
        if method not in WRITES or "/partial-export?" in path:
            self.reads.append(line)
            return
        if path.endswith(("/client-scopes", "/clients")):
            created = json.loads(body)
            if created.get("name") == LOCK_SCOPE or created.get("clientId") == STATE_CLIENT:
                self.own_ids.add(created.get("id", ""))
                self.own.append(line)
                return
        is_own = path.rpartition("/")[2] in self.own_ids or f'"{STATE_CLIENT}"'.encode() in body
        (self.own if is_own else self.writes).append(line)


@contextmanager
def counting_proxy(target: str) -> Iterator[Counted]:
    """Stand between a client and `target` and write down what passes."""
    counted = Counted("")
    session = requests.Session()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self.path.endswith("/token"):
                counted.note(self.command, self.path, body)
            wanted = {"Authorization", "Content-Type", "Accept"}
            headers = {k: v for k, v in self.headers.items() if k in wanted}
            answer = session.request(
                self.command, target + self.path, data=body, headers=headers, timeout=60
            )
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", ""))
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = _forward  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    counted.url = f"http://127.0.0.1:{httpd.server_port}"
    try:
        yield counted
    finally:
        httpd.shutdown()
        httpd.server_close()
        session.close()


class Person:
    """A browser without a screen: keeps Keycloak's cookies, which are Secure on http too."""

    def __init__(self) -> None:
        self._cookies: dict[str, str] = {}

    def get(self, url: str, params: Mapping[str, str] | None = None) -> requests.Response:
        """GET without following redirects."""
        return self._send("GET", url, params=params)

    def post(self, url: str, data: Mapping[str, str]) -> requests.Response:
        """POST a form without following redirects."""
        return self._send("POST", url, data=data)

    def _send(self, method: str, url: str, **what: Any) -> requests.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = requests.request(
            method, url, headers={"Cookie": cookie}, allow_redirects=False, timeout=30, **what
        )
        self._cookies |= {c.name: c.value or "" for c in answer.cookies}
        return answer


def form_action(page: str) -> str:
    """Where the password form of a sign-in page goes."""
    found = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")
