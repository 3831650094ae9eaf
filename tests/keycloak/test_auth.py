"""Each way of authenticating on a real Keycloak, what it refuses, and faults on the way to it.

`tls_client_auth` needs a Keycloak built with `https-client-auth`, which the tests' is not: the
certificate is tested on a TLS server in tests/unit/provisioning/auth/test_client_certificate.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr

from provisioning.apply import ApplyOptions, apply_surveyed
from provisioning.auth.client_key import public_jwk
from provisioning.auth.files import PrivateKey
from provisioning.auth.way import Clock
from provisioning.bootstrap import (
    PROVISIONER_ROLES,
    create_missing_realms,
    ensure_provisioner,
)
from provisioning.connection import Connection, ConnectionSettings, quoted
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotAuthenticatedError,
    NotPermittedError,
    ProvisioningError,
    UnexpectedAnswerError,
)
from provisioning.plan import Plan
from provisioning.resources import Desired, Key, Kind, Resource
from provisioning.survey import survey
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import BOOTSTRAP, OwnKeycloak, own_keycloak
from tests.unit.provisioning.auth.faulty import PASSING, Fault, Faulty, faulty_proxy

pytestmark = pytest.mark.keycloak

HOME = "/realms/master"
ROLES = f"{HOME}/roles"
# Waiting for a silent server is tested on loopback, where the time-out can be short.
FAULTS = [fault for fault in Fault if fault is not Fault.SILENT]
PASSWORD = "planted-Password-93af"
TOTP_RAW = "planted-totp-key-4410"
TOTP_BASE32 = "OBWGC3TUMVSC25DPORYC223FPEWTINBRGA"
KEYS: dict[str, PrivateKey] = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
}


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with a client for each key, and a user with password and one-time codes."""
    with own_keycloak(tmp_path_factory.mktemp("auth")) as server:
        admin = server.bootstrap()
        for name, key in KEYS.items():
            admin.request("POST", f"{HOME}/clients", signing_client(name, key))
            client = internal_id(admin, name)
            account = admin.get(f"{HOME}/clients/{client}/service-account-user")["id"]
            let_look(admin, account)
        for name, credentials in (
            ("coded", [password_credential(), totp_credential()]),
            ("uncoded", [password_credential()]),
        ):
            user = {"username": name, "enabled": True, "credentials": credentials}
            admin.request("POST", f"{HOME}/users", user | {"email": f"{name}@example.kz"})
            let_look(admin, admin.get(f"{HOME}/users?username={name}")[0]["id"])
        yield server


def signing_client(name: str, key: PrivateKey) -> dict[str, Any]:
    """A service account that knows `key` as docs/connection.md says."""
    return {
        "clientId": name,
        "publicClient": False,
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "clientAuthenticatorType": "client-jwt",
        "attributes": {
            "use.jwks.string": "true",
            "jwks.string": json.dumps({"keys": [public_jwk(key)]}),
        },
    }


def internal_id(admin: Connection, client_id: str) -> str:
    """Keycloak's own id of a client of `master`."""
    return str(admin.get(f"{HOME}/clients?clientId={client_id}")[0]["id"])


def let_look(admin: Connection, account: str) -> None:
    """Let an account read the settings of `master`, and nothing else."""
    management = internal_id(admin, "master-realm")
    role = admin.get(f"{HOME}/clients/{management}/roles/view-realm")
    mappings = f"{HOME}/users/{account}/role-mappings/clients/{management}"
    admin.request("POST", mappings, [role])


def password_credential() -> dict[str, Any]:
    """A password as a user's representation holds it."""
    return {"type": "password", "value": PASSWORD, "temporary": False}


def totp_credential() -> dict[str, Any]:
    """A one-time code set up with a key that we know."""
    policy = {"subType": "totp", "digits": 6, "period": 30, "counter": 0, "algorithm": "HmacSHA1"}
    return {
        "type": "otp",
        "secretData": json.dumps({"value": TOTP_RAW}),
        "credentialData": json.dumps(policy),
    }


def key_file(folder: Path, key: PrivateKey) -> Path:
    """The key as an admin keeps it."""
    path = folder / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o400)
    return path


def looked(connection: Connection) -> str:
    """The name of the realm, which only those who were let look are told."""
    return str(connection.get(HOME)["realm"])


def test_a_service_account_is_accepted_by_its_secret_alone(keycloak: OwnKeycloak) -> None:
    assert looked(keycloak.bootstrap()) == "master"
    wrong = ConnectionSettings(
        keycloak.url, client_id=BOOTSTRAP, client_secret=SecretStr("planted-wrong-0d")
    )
    with pytest.raises(NotAuthenticatedError, match="does not accept bootstrap"):
        looked(Connection(wrong))


@pytest.mark.parametrize("name", KEYS)
def test_a_service_account_is_accepted_by_its_key(
    keycloak: OwnKeycloak, tmp_path: Path, name: str
) -> None:
    path = key_file(tmp_path, KEYS[name])
    settings = ConnectionSettings(keycloak.url, client_id=name, client_key_file=path)
    connection = Connection(settings)
    assert looked(connection) == "master"
    # A second assertion is another one: the first counts no more.
    connection.renew()
    assert looked(connection) == "master"


@pytest.mark.parametrize(
    ("client", "issuer", "ahead"),
    [
        ("p256", None, 0.0),
        ("rsa", "https://elsewhere.example/realms/master", 0.0),
        ("rsa", None, -600.0),
    ],
    ids=["another client's name", "for another realm", "expired"],
)
def test_an_assertion_of_another_for_another_or_of_the_past_is_refused(
    keycloak: OwnKeycloak, tmp_path: Path, client: str, issuer: str | None, ahead: float
) -> None:
    settings = ConnectionSettings(
        keycloak.url,
        client_id=client,
        client_key_file=key_file(tmp_path, KEYS["rsa"]),
        issuer=issuer,
    )
    with pytest.raises(NotAuthenticatedError):
        looked(Connection(settings, clock=Clock(now=lambda: time.time() + ahead)))


def test_an_admin_is_accepted_by_password_and_code_and_not_by_the_password_alone(
    keycloak: OwnKeycloak,
) -> None:
    password = SecretStr(PASSWORD)
    alone = ConnectionSettings(keycloak.url, username="coded", password=password)
    with pytest.raises(NotAuthenticatedError, match="does not accept coded") as caught:
        looked(Connection(alone))
    assert "TANBA_KEYCLOAK_TOTP_SECRET" in caught.value.hint
    both = ConnectionSettings(
        keycloak.url, username="coded", password=password, totp_secret=SecretStr(TOTP_BASE32)
    )
    began = time.time()
    same_code = Clock(now=lambda: began)  # the next half minute has another
    connection = Connection(both, clock=same_code)
    assert looked(connection) == "master"
    # The code is used up; the session goes on by its refresh token.
    connection.renew()
    assert looked(connection) == "master"
    with pytest.raises(NotAuthenticatedError) as again:
        looked(Connection(both, clock=same_code))
    assert "wait 30 seconds" in again.value.hint


def test_an_admin_without_codes_is_accepted_by_the_password(keycloak: OwnKeycloak) -> None:
    settings = ConnectionSettings(keycloak.url, username="uncoded", password=SecretStr(PASSWORD))
    assert looked(Connection(settings)) == "master"


def test_a_realm_is_absent_only_where_keycloak_says_so_to_an_identity_it_knows(
    keycloak: OwnKeycloak,
) -> None:
    def at(url: str, auth_realm: str = "master") -> Connection:
        settings = ConnectionSettings(
            url,
            auth_realm=auth_realm,
            client_id=BOOTSTRAP,
            client_secret=keycloak.bootstrap_secret,
        )
        return Connection(settings)

    assert at(keycloak.url).snapshot("/realms/nosuch") is None
    with pytest.raises(NotAuthenticatedError, match="no realm nosuch to authenticate in"):
        at(keycloak.url, "nosuch").snapshot("/realms/nosuch")
    with pytest.raises(UnexpectedAnswerError, match="no Keycloak answers"):
        at(f"{keycloak.url}/auth").snapshot("/realms/nosuch")


def test_a_token_that_was_revoked_is_replaced_once(keycloak: OwnKeycloak) -> None:
    admin = keycloak.bootstrap()
    settings = ConnectionSettings(keycloak.url, username="uncoded", password=SecretStr(PASSWORD))
    connection = Connection(settings)
    assert looked(connection) == "master"
    user = admin.get(f"{HOME}/users?username=uncoded")[0]["id"]
    admin.request("POST", f"{HOME}/users/{quoted(user)}/logout")
    assert looked(connection) == "master"


def test_no_secret_of_any_way_is_printed_or_stands_on_the_command_line(
    keycloak: OwnKeycloak, tmp_path: Path
) -> None:
    path = key_file(tmp_path, KEYS["rsa"])
    own = {
        "secret": {
            "TANBA_KEYCLOAK_CLIENT_ID": "p256",
            "TANBA_KEYCLOAK_CLIENT_SECRET": PASSWORD,
        },
        "password": {
            "TANBA_KEYCLOAK_USERNAME": "nobody",
            "TANBA_KEYCLOAK_PASSWORD": PASSWORD,
            "TANBA_KEYCLOAK_TOTP_SECRET": TOTP_BASE32,
        },
        "key": {
            "TANBA_KEYCLOAK_CLIENT_ID": "p256",
            "TANBA_KEYCLOAK_CLIENT_KEY_FILE": str(path),
        },
    }
    planted = (PASSWORD, TOTP_RAW, TOTP_BASE32, path.read_text(encoding="ascii").split("\n")[1])
    portal = ROOT / "policies" / "portals" / "grain-receipts"
    for given in own.values():
        environ = {k: v for k, v in keycloak.environ().items() if "_CLIENT_" not in k} | given
        run = subprocess.Popen(
            [sys.executable, "-c", "from cli import main; main()", "plan", str(portal)],
            cwd=ROOT,
            env=environ | {"PYTHONFAULTHANDLER": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        seen = Path(f"/proc/{run.pid}/cmdline").read_bytes().decode() if os.name == "posix" else ""
        output, _ = run.communicate(timeout=60)
        assert run.returncode == 1
        assert "does not accept" in output
        assert not [secret for secret in planted if secret in output + seen]


REFUSED = {
    "manage-clients": [("GET", "/clients"), ("GET", "/client-scopes")],
    "manage-identity-providers": [("GET", "/identity-provider/instances")],
    # What the others may read of flows and roles, they may read without it.
    "manage-realm": [("PUT", "")],
    "query-groups": [("POST", "/partial-export?exportClients=true&exportGroupsAndRoles=true")],
}


@pytest.mark.parametrize("role", PROVISIONER_ROLES)
def test_what_one_role_fewer_may_not_do_is_said_with_the_name_of_the_role(
    keycloak: OwnKeycloak, role: str
) -> None:
    admin, secret = keycloak.bootstrap(), keycloak.provisioner_secret
    create_missing_realms(admin, ("rights",))
    name = f"without-{role}"
    ensure_provisioner(admin, realms=("rights",), secret=secret, client_id=name)
    settings = ConnectionSettings(keycloak.url, client_id=name, client_secret=secret)
    connection = Connection(settings)
    realm = connection.get("/realms/rights")
    for method, path in REFUSED[role]:
        connection.request(method, f"/realms/rights{path}", realm if method == "PUT" else None)
    account = admin.get(f"{HOME}/clients/{internal_id(admin, name)}/service-account-user")["id"]
    management = internal_id(admin, "rights-realm")
    held = admin.get(f"{HOME}/clients/{management}/roles/{role}")
    mappings = f"{HOME}/users/{account}/role-mappings/clients/{management}"
    admin.request("DELETE", mappings, [held])
    connection.renew()
    for method, path in REFUSED[role]:
        with pytest.raises(NotPermittedError, match=name) as caught:
            connection.request(method, f"/realms/rights{path}", realm if method == "PUT" else None)
        assert role in caught.value.hint
        assert "of the client rights-realm in master" in caught.value.hint


def test_groups_are_refused_before_the_first_write_to_whom_may_not_write_them(
    keycloak: OwnKeycloak,
) -> None:
    admin, secret = keycloak.bootstrap(), keycloak.provisioner_secret
    create_missing_realms(admin, ("grouped",))
    ensure_provisioner(admin, realms=("grouped",), secret=secret, client_id="groupless")
    settings = ConnectionSettings(keycloak.url, client_id="groupless", client_secret=secret)
    role = Resource(Key(Kind.ROLE, "clerk"), {})

    def applied(connection: Connection, *groups: Resource) -> Plan:
        surveyed = survey(connection, Desired("grouped", (role, *groups)))
        return apply_surveyed(connection, surveyed, ApplyOptions())

    north = Resource(Key(Kind.GROUP, "/north"), {})
    south = Resource(Key(Kind.GROUP, "/north/south"), {})
    with pytest.raises(NotPermittedError, match="writes groups"):
        applied(Connection(settings), north)
    assert admin.find("/realms/grouped/roles/clerk") is None
    assert applied(admin, north).count("create") == 2
    with pytest.raises(NotPermittedError, match="writes groups"):
        applied(Connection(settings), north, south)
    assert applied(admin, north, south).count("create") == 1
    assert applied(Connection(settings), north, south).empty


@pytest.fixture
def proxy(keycloak: OwnKeycloak) -> Iterator[Faulty]:
    """A proxy before it that does nothing yet."""
    with faulty_proxy(keycloak.url) as running:
        yield running


def through(proxy: Faulty, keycloak: OwnKeycloak) -> Connection:
    """The bootstrap identity, by way of the proxy, without real pauses."""
    settings = ConnectionSettings(
        proxy.url, client_id=BOOTSTRAP, client_secret=keycloak.bootstrap_secret
    )
    return Connection(settings, clock=Clock(sleep=lambda _: None))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_read_is_whole_or_an_error(keycloak: OwnKeycloak, proxy: Faulty, fault: Fault) -> None:
    whole = keycloak.bootstrap().get(ROLES)
    connection = through(proxy, keycloak)
    proxy.plan = [fault, fault]
    if fault in PASSING:
        assert connection.get(ROLES) == whole
        assert len(proxy.asked) == 3
        return
    with pytest.raises(ProvisioningError):
        connection.get(ROLES)
    assert len(proxy.asked) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_is_sent_once_and_never_said_to_be_done_when_that_is_not_known(
    keycloak: OwnKeycloak, proxy: Faulty, fault: Fault
) -> None:
    admin, connection = keycloak.bootstrap(), through(proxy, keycloak)
    name = f"made-{fault.name}"
    connection.get(ROLES)
    proxy.asked.clear()
    proxy.plan = [fault]
    with pytest.raises(ProvisioningError) as caught:
        connection.request("POST", ROLES, {"name": name})
    assert proxy.asked == [f"POST /admin{ROLES}"]
    done = admin.find(f"{ROLES}/{name}") is not None
    assert done == fault.acts
    if done:
        assert isinstance(caught.value, KeycloakUnreachableError | KeycloakRefusedError)
        assert "is not known" in caught.value.hint
