"""`adopt`, `plan --unmanaged` and `export` on realms of a real Keycloak.

One server: the portals' realms, a realm just made, `master`, and one with a hundred of each thing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.loader import load_policy
from provisioning.adopt import Adopted, adopt
from provisioning.adopt_policy import policy_text
from provisioning.apply import apply_plan, plan_realm
from provisioning.connection import Connection, quoted
from provisioning.desired import build
from provisioning.export import export_realms, render
from provisioning.live import read
from provisioning.resources import Desired, Key, Kind
from provisioning.unmanaged import Unmanaged, unmanaged
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import (
    BOOTSTRAP,
    PLANTED,
    POLICY_ENVIRON,
    OwnKeycloak,
    own_keycloak,
    portals,
)

pytestmark = pytest.mark.keycloak

PORTALS = portals()
NEW, LARGE, MIXED = "New-Realm", "large", "mixed"
MANY = 100
SECRET = f"{PLANTED}-adopt"


KEYS = {
    "name": "h",
    "providerId": "hmac-generated",
    "providerType": "org.keycloak.keys.KeyProvider",
    "config": {"priority": ["7"]},
}


def large_realm() -> dict[str, Any]:
    """A hundred clients and roles, half as many groups, and people in an LDAP."""
    ldap = {
        "vendor": ["other"], "krbPrincipalAttribute": ["p"],
        "connectionUrl": ["ldap://127.0.0.1:1"], "usersDn": ["ou=x"],
        "bindDn": ["cn=x"], "bindCredential": [SECRET], "enabled": ["false"],
        "usernameLDAPAttribute": ["uid"], "rdnLDAPAttribute": ["uid"], "editMode": ["READ_ONLY"],
        "uuidLDAPAttribute": ["entryUUID"], "userObjectClasses": ["person"], "authType": ["simple"],
    }  # fmt: skip
    return {
        "realm": LARGE,
        "enabled": True,
        "roles": {
            "realm": [{"name": f"role-{n}", "description": f"Role {n}"} for n in range(MANY)]
        },
        "clients": [
            {
                "clientId": f"client-{n}",
                "publicClient": n % 2 == 0,
                "secret": f"{SECRET}-{n}",
                "redirectUris": [f"https://c{n}.example/cb"],
                "attributes": {"pkce.code.challenge.method": "S256"},
            }
            for n in range(MANY)
        ],
        "groups": [{"name": f"g{n}", "realmRoles": [f"role-{n}"]} for n in range(MANY // 2)],
        "components": {
            "org.keycloak.storage.UserStorageProvider": [
                {"name": "ldap", "providerId": "ldap", "config": ldap}
            ]
        },
    }


def mixed_realm() -> dict[str, Any]:
    """A few of most things that a realm may hold, among them what is meant to mislead."""
    return {
        "realm": MIXED,
        "enabled": True,
        "displayName": "${env:TANBA_KEYCLOAK_CLIENT_SECRET}",
        "verifyEmail": True,
        "smtpServer": {
            "host": "localhost", "from": "a@b.example",
            "auth": "true", "user": "u", "password": SECRET,
        },
        "internationalizationEnabled": True,
        "supportedLocales": ["en", "id"],
        "localizationTexts": {"id": {"id": "kode"}},
        "roles": {
            "realm": [
                {"name": "role"},
                {
                    "name": "all",
                    "attributes": {"unit": ["2", "1"]},
                    "composites": {"realm": ["role"], "client": {"a/b": ["r"]}},
                },
            ],
            "client": {"a/b": [{"name": "r"}]},
        },
        "clients": [
            {
                "clientId": "a/b",
                "protocol": "openid-connect",
                "publicClient": False,
                "secret": f"{SECRET}-a",
                "serviceAccountsEnabled": True,
                "redirectUris": ["https://a.example/*"],
            },
            {
                "clientId": "https://sp.example/saml",
                "protocol": "saml",
                "attributes": {
                    "saml.signing.certificate": "MIIB",
                    "saml.signing.private.key": SECRET,
                },
            },
        ],
        "groups": [{"name": "g", "realmRoles": ["role"], "subGroups": [{"name": "a/b"}]}],
        "defaultGroups": ["/g"],
        "identityProviders": [
            {
                "alias": "other",
                "providerId": "oidc",
                "config": {
                    "clientId": "x", "clientSecret": SECRET,
                    "tokenUrl": "https://i.example/t", "authorizationUrl": "https://i.example/a",
                },
            }
        ],
        "clientProfiles": {
            "profiles": [
                {"name": "p", "executors": [{"executor": "pkce-enforcer", "configuration": {}}]}
            ],
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with the realms of this file."""
    with own_keycloak(tmp_path_factory.mktemp("adopt")) as server:
        admin = server.bootstrap()
        admin.request("POST", "/realms", {"realm": NEW})
        admin.request("POST", "/realms", large_realm())
        admin.request("POST", "/realms", mixed_realm())
        admin.renew()
        admin.request("POST", f"/realms/{MIXED}/components", KEYS)
        for policy in PORTALS:
            desired = build(policy, at=datetime.now(UTC))
            apply_plan(admin, desired, plan_realm(admin, desired))
        admin.renew()
        yield server


@pytest.fixture
def admin(keycloak: OwnKeycloak) -> Connection:
    """The identity that may do everything."""
    return keycloak.bootstrap()


def found_in(admin: Connection, realm: str) -> Adopted:
    return adopt(read(admin, Desired(realm, ())))


def secrets_of(admin: Connection, found: Adopted) -> dict[str, str]:
    """The variables set as the realm has them, where Keycloak tells."""
    clients = admin.get(f"/realms/{quoted(found.realm)}/clients?first=0&max=1000")
    known = {f"{client['clientId']} secret": client.get("secret", "") for client in clients}
    private = "saml.signing.private.key"
    known |= {
        f"{client['clientId']} {private}": client["attributes"][private]
        for client in clients
        if private in client.get("attributes", {})
    }
    return {needed.variable: known.get(needed.what, SECRET) for needed in found.secrets}


@pytest.mark.parametrize("realm", [NEW, "master", LARGE, MIXED, *(p.realm for p in PORTALS)])
def test_the_plan_of_an_adopted_realm_is_empty(
    admin: Connection, realm: str, tmp_path: Path
) -> None:
    found = found_in(admin, realm)
    text = policy_text(found)
    assert PLANTED not in text
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path, environ=secrets_of(admin, found))
    planned = plan_realm(admin, build(policy, at=datetime.now(UTC)))
    assert planned.empty, [(str(change.key), change.differences) for change in planned.changes]
    # What is known of a new realm is left out: the file holds what somebody did.
    assert policy_text(found_in(admin, realm)) == text
    assert (found.raw == {}) == (realm == NEW)


def test_an_adopted_realm_can_be_made_anew_elsewhere(admin: Connection, tmp_path: Path) -> None:
    found = found_in(admin, MIXED)
    text = policy_text(found).replace(f"\nrealm: {MIXED}\n", "\nrealm: twin\n")
    text = text.replace(f"default-roles-{MIXED}", "default-roles-twin")
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path, environ=secrets_of(admin, found))
    desired = build(policy, at=datetime.now(UTC))
    apply_plan(admin, desired, plan_realm(admin, desired))
    admin.renew()
    twin = policy_text(found_in(admin, "twin")).replace(
        "default-roles-twin", f"default-roles-{MIXED}"
    )
    twin = twin.replace("twin", MIXED).replace("TWIN_", f"{MIXED.upper()}_")
    assert twin == policy_text(found)


def test_nothing_of_a_new_realm_is_unmanaged_and_in_master_only_what_was_made(
    admin: Connection,
) -> None:
    nothing = Desired(NEW, ())
    assert unmanaged(nothing, read(admin, nothing)) == ()
    master = Desired("master", ())
    assert unmanaged(master, read(admin, master)) == (Unmanaged(Key(Kind.CLIENT, BOOTSTRAP)),)


@pytest.mark.parametrize("policy", PORTALS, ids=lambda policy: policy.realm)
def test_a_portals_realm_holds_nothing_that_its_policy_does_not_name(
    admin: Connection, policy: Any
) -> None:
    desired = build(policy, at=datetime.now(UTC))
    assert unmanaged(desired, read(admin, desired)) == ()


def test_the_exported_file_in_the_repository_is_that_of_the_policies(admin: Connection) -> None:
    in_order = sorted(PORTALS, key=lambda policy: policy.realm)
    text = render(export_realms(admin, in_order, at=datetime.now(UTC)))
    assert (ROOT / "realm-export.json").read_text(encoding="utf-8") == text


def run(keycloak: OwnKeycloak, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`tanba …` as a process of its own, as the identity that may do everything."""
    identity = {
        "PATH": os.defpath,
        "TANBA_KEYCLOAK_URL": keycloak.url,
        "TANBA_KEYCLOAK_CLIENT_ID": BOOTSTRAP,
        "TANBA_KEYCLOAK_CLIENT_SECRET": keycloak.bootstrap_secret.get_secret_value(),
    }
    return subprocess.run(
        [sys.executable, "-c", "from cli import main; main()", *arguments],
        cwd=ROOT,
        env=identity | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_writes_a_new_file_says_what_to_set_and_never_writes_over(
    keycloak: OwnKeycloak, admin: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    done = run(keycloak, "adopt", MIXED, "-o", str(file))
    assert (done.returncode, done.stdout) == (0, "")
    found = found_in(admin, MIXED)
    assert file.read_text(encoding="utf-8") == policy_text(found)
    assert all(f"  {needed.variable}: " in done.stderr for needed in found.secrets)
    assert PLANTED not in done.stderr

    again = run(keycloak, "adopt", MIXED, "-o", str(file))
    assert again.returncode == 1
    assert "is there already" in again.stderr

    planned = run(keycloak, "plan", str(file), "--unmanaged", **secrets_of(admin, found))
    assert (planned.returncode, planned.stdout) == (0, f"{MIXED}: as declared\n")
    secret = keycloak.bootstrap_secret.get_secret_value()
    assert secret not in planned.stdout + file.read_text(encoding="utf-8")


def test_a_realm_that_is_not_there_is_said_so(keycloak: OwnKeycloak) -> None:
    wrong = run(keycloak, "adopt", "nowhere")
    assert wrong.returncode == 1
    assert "[realm_missing]" in wrong.stderr


def test_what_somebody_added_to_a_portals_realm_is_listed(
    keycloak: OwnKeycloak, admin: Connection
) -> None:
    policy = PORTALS[0]
    base = f"/realms/{policy.realm}"
    admin.request("POST", f"{base}/roles", {"name": "handmade"})
    admin.request("PUT", base, {"rememberMe": False, "displayNameHtml": "<b>x</b>"})
    path = f"policies/portals/{policy.realm}"
    text = run(keycloak, "plan", path, "--unmanaged", **POLICY_ENVIRON)
    assert text.returncode == 0, text.stderr
    assert text.stdout.splitlines() == [
        f"{policy.realm}: as declared",
        f"  ? realm {policy.realm}: not named: displayNameHtml",
        "  ? role handmade: no policy names it",
    ]
    document = json.loads(
        run(keycloak, "plan", path, "--unmanaged", "--format", "json", **POLICY_ENVIRON).stdout
    )
    assert [item["name"] for item in document["realms"][0]["unmanaged"]] == [
        policy.realm,
        "handmade",
    ]
