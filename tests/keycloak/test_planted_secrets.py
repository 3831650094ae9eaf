"""Secrets are planted wherever a policy or a connection can hold one, and looked for everywhere.

In what commands print, in files they write, in errors and tracebacks, in the arguments of every
process, in Keycloak's log: plain, and in the encodings that hide a text from the eye alone.
"""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from provisioning.bootstrap import create_missing_realms
from provisioning.connection import Connection
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak

pytestmark = pytest.mark.keycloak
pytest_plugins = ["tests.keycloak.shared_server"]

REALM = "planted"
SECRETS = {
    "CLIENT": "plantedClient 4f1c/9+é",
    "OTHER_CLIENT": "plantedOther-77d0",
    "SMTP": "plantedSmtp-2b6e&=%",
    "BROKER": "plantedBroker-90aa",
    "RAW_BROKER": "plantedRaw-c3d4",
    "LDAP": "plantedLdap-1e5f",
}
CONNECTION = "plantedConnection-e8a1"
LITERAL = "plantedLiteral-d00d"
VISIBLE = "this text may be seen"

POLICY = """
version: 1
realm: planted
settings: {display_name: "this text may be seen"}
smtp:
  {host: localhost, port: 1025, sender: a@planted.example, encryption: tls,
   user: relay, password: "${env:SMTP}"}
clients:
  - {client_id: back-end, ways: [service], secret: "${env:CLIENT}"}
identity_providers:
  - {alias: typed, provider: oidc, client_id: tanba, client_secret: "${env:BROKER}", config:
      {authorizationUrl: "https://b.example/a", tokenUrl: "https://b.example/t"}}
raw:
  identityProviders:
    - alias: raw
      providerId: oidc
      config: {clientId: tanba, clientSecret: "${env:RAW_BROKER}",
        authorizationUrl: "https://b.example/a", tokenUrl: "https://b.example/t"}
  components:
    org.keycloak.storage.UserStorageProvider:
      - name: directory
        providerId: ldap
        config:
          {enabled: ["false"], vendor: [other], connectionUrl: ["ldap://localhost:1"],
           bindDn: ["cn=reader"], bindCredential: ["${env:LDAP}"], authType: [simple],
           usersDn: ["ou=people"], usernameLDAPAttribute: [uid], rdnLDAPAttribute: [uid],
           uuidLDAPAttribute: [entryUUID], userObjectClasses: [person], editMode: [READ_ONLY]}
"""

BROKEN = """
import requests
from cli import main
original = requests.Session.request
def request(self, method, url, **kwargs):
    data = kwargs.get("data")
    if isinstance(data, bytes) and b"back-end" in data:
        raise ZeroDivisionError("broken in the middle")
    return original(self, method, url, **kwargs)
requests.Session.request = request
main()
"""
"""The command with a fault of its own program in the request that carries a client's secret."""


def _encodings(secret: str) -> Iterator[str]:
    octets = secret.encode()
    yield secret
    yield base64.b64encode(octets).decode().rstrip("=")
    yield base64.urlsafe_b64encode(octets).decode().rstrip("=")
    yield urllib.parse.quote(secret)
    yield urllib.parse.quote_plus(secret)
    yield json.dumps(secret)[1:-1]
    yield repr(octets)[2:-1]
    yield binascii.hexlify(octets).decode()


FORBIDDEN = {
    text for secret in (*SECRETS.values(), CONNECTION, LITERAL) for text in _encodings(secret)
}


def _found(text: str) -> list[str]:
    return sorted(forbidden for forbidden in FORBIDDEN if forbidden in text)


class Tanba:
    """Commands as processes; `said` is all they said, `arguments` of all processes meanwhile."""

    def __init__(self, server: OwnKeycloak, folder: Path) -> None:
        self.folder, self.said, self.arguments = folder, "", ""
        self._environ = server.environ() | {
            "PYTHONPATH": str(ROOT),
            "TANBA_KEYCLOAK_CLIENT_ID": BOOTSTRAP,
            "TANBA_KEYCLOAK_CLIENT_SECRET": server.bootstrap_secret.get_secret_value(),
            **SECRETS,
        }

    def __call__(
        self,
        *arguments: str,
        code: int,
        program: str = "from cli import main; main()",
        **environ: str,
    ) -> str:
        """Run it; what it said."""
        child = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=self.folder,
            env=self._environ | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while True:
            self.arguments += _arguments(child.pid)
            try:
                said, _ = child.communicate(timeout=0.2)
                break
            except subprocess.TimeoutExpired:
                continue
        self.said += said
        assert child.returncode == code, said
        return said


def _arguments(pid: int) -> str:
    """What `ps` shows of the process and all it started."""
    try:
        process = psutil.Process(pid)
        return "\n".join(
            " ".join(one.cmdline()) for one in (process, *process.children(recursive=True))
        )
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture(scope="module")
def keycloak(shared_keycloak: OwnKeycloak) -> OwnKeycloak:
    """A server with an empty realm."""
    create_missing_realms(shared_keycloak.bootstrap(), [REALM])
    return shared_keycloak


def _arrived(admin: Connection) -> list[str]:
    """Which secrets Keycloak holds, where it tells, and as masks where it does not."""
    base = f"/realms/{REALM}"
    (client,) = admin.get(f"{base}/clients?clientId=back-end")
    providers = admin.get(f"{base}/identity-provider/instances")
    (directory,) = admin.get(f"{base}/components?name=directory")
    mask = "*" * 10
    masked = [provider["config"]["clientSecret"] for provider in providers]
    masked += directory["config"]["bindCredential"]
    masked.append(admin.get(base)["smtpServer"]["password"])
    assert masked == [mask] * 4
    return [client["secret"]]


def test_no_secret_is_in_anything_that_people_or_programs_are_shown(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    tanba, work = Tanba(keycloak, tmp_path), tmp_path
    (work / "policy.yaml").write_text(POLICY, encoding="utf-8")
    tanba("plan", "policy.yaml", "--out", "plan.json", code=2)
    for form in ("json", "markdown"):
        tanba("plan", "policy.yaml", "--format", form, code=2)
    broken = tanba("apply", "policy.yaml", "--yes", code=1, program=BROKEN)
    assert "ZeroDivisionError" in broken
    assert "Traceback" in broken
    tanba("apply", "policy.yaml", "--yes", code=0)
    admin = keycloak.bootstrap()
    assert _arrived(admin) == [SECRETS["CLIENT"]]
    tanba("plan", "policy.yaml", code=0)

    other = {"CLIENT": SECRETS["OTHER_CLIENT"], "SMTP": f"{SECRETS['SMTP']}2"}
    assert '"**********" -> "**********"' in tanba("plan", "policy.yaml", code=2, **other)
    tanba("drift", "policy.yaml", "--format", "json", code=2, **other)
    run = tanba("apply", "policy.yaml", "--yes", "--format", "json", code=0, **other)
    assert _arrived(admin) == [SECRETS["OTHER_CLIENT"]]
    name = next((work / "var" / "runs").glob("*-*")).name
    tanba("runs", name, "--format", "json", code=0)
    assert run
    tanba("adopt", REALM, "-o", "adopted.yaml", code=0)

    refused = tanba("plan", "policy.yaml", code=1, TANBA_KEYCLOAK_CLIENT_SECRET=CONNECTION)
    assert "not_authenticated" in refused
    away = {"TANBA_KEYCLOAK_URL": "http://localhost:1", "TANBA_KEYCLOAK_CLIENT_SECRET": CONNECTION}
    assert "keycloak_unreachable" in tanba("plan", "policy.yaml", code=1, **away)
    refusing = POLICY.replace("a@planted.example", "а@планта.example")
    (work / "refused.yaml").write_text(refusing, encoding="utf-8")
    answer = tanba("apply", "refused.yaml", "--yes", code=1, SMTP=f"{SECRETS['SMTP']}3")
    assert "keycloak_refused" in answer
    for number, mistake in enumerate(('"${env:CLIENT}"', '"${env:RAW_BROKER}"', '["${env:LDAP}"]')):
        literal = f'["{LITERAL}"]' if mistake.startswith("[") else LITERAL
        file = work / f"literal-{number}.yaml"
        file.write_text(POLICY.replace(mistake, literal), encoding="utf-8")
        assert "reference" in tanba("plan", file.name, code=1)

    assert VISIBLE in tanba.said
    assert _found(tanba.said) == []
    assert "policy.yaml" in tanba.arguments
    assert _found(tanba.arguments) == []
    files = [path for path in work.rglob("*") if path.is_file() and "literal" not in path.name]
    assert {"plan.json", "adopted.yaml"} < {path.name for path in files}
    assert {str(path): found for path in files if (found := _found(_text(path)))} == {}
    assert _found(_text(keycloak.log)) == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("secret", sorted(SECRETS.values()))
def test_the_search_finds_what_it_looks_for(secret: str) -> None:
    encoded = base64.b64encode(f"{secret}".encode()).decode()
    for text in (f"a {secret} b", f"a{urllib.parse.quote(secret)}b", f"Basic {encoded}"):
        assert _found(text) != []
