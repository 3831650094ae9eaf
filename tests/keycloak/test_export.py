"""`realm-export.json`: a Keycloak given nothing but this file is as the policies declare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from policies.model import PortalPolicy
from provisioning.apply import plan_realm
from provisioning.connection import quoted
from provisioning.desired import build
from provisioning.export import export_realms, render
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import (
    PLANTED,
    POLICY_ENVIRON,
    OwnKeycloak,
    Person,
    own_keycloak,
    portals,
)

pytestmark = pytest.mark.keycloak

EXPORT = ROOT / "realm-export.json"
PORTALS = portals()


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server that was given the file and the variables it names."""
    folder = tmp_path_factory.mktemp("import")
    with own_keycloak(folder, realm_export=EXPORT, extra=POLICY_ENVIRON) as server:
        yield server


@pytest.mark.parametrize("policy", PORTALS, ids=lambda policy: policy.realm)
def test_the_imported_realm_needs_no_write_to_be_as_declared(
    keycloak: OwnKeycloak, policy: PortalPolicy
) -> None:
    found = plan_realm(keycloak.bootstrap(), build(policy, at=datetime.now(UTC)))
    assert found.empty, [str(change.key) for change in found.changes]


@pytest.mark.parametrize("policy", PORTALS, ids=lambda policy: policy.realm)
def test_flows_are_bound_and_the_broker_is_there(
    keycloak: OwnKeycloak, policy: PortalPolicy
) -> None:
    admin, base = keycloak.bootstrap(), f"/realms/{policy.realm}"
    assert admin.get(base)["browserFlow"].startswith("tanba browser ")
    broker = admin.get(f"{base}/identity-provider/instances/eds")
    assert broker["config"]["issuer"] == policy.issuer
    assert broker["firstBrokerLoginFlowAlias"].startswith("tanba first eds ")
    assert broker["postBrokerLoginFlowAlias"].startswith("tanba after eds ")
    executions = admin.get(
        f"{base}/authentication/flows/{quoted(broker['firstBrokerLoginFlowAlias'])}/executions"
    )
    assert [row["providerId"] for row in executions] == ["idp-create-user-if-unique"]


@pytest.mark.parametrize("policy", PORTALS, ids=lambda policy: policy.realm)
def test_the_portals_secret_is_the_one_of_the_environment(
    keycloak: OwnKeycloak, policy: PortalPolicy
) -> None:
    url = f"{keycloak.url}/realms/{policy.realm}/protocol/openid-connect/token"
    form = {"grant_type": "authorization_code", "client_id": "portal", "code": "none"}
    right = policy.portal.secret.get_secret_value()
    assert right.startswith(PLANTED)
    accepted = Person().post(url, form | {"client_secret": right}).json()
    refused = Person().post(url, form | {"client_secret": "${GRAIN_RECEIPTS_SECRET}"}).json()
    assert accepted["error"] == "invalid_grant"
    assert refused["error"] == "unauthorized_client"


def test_the_file_is_what_an_export_of_these_realms_is(keycloak: OwnKeycloak) -> None:
    admin = keycloak.bootstrap()
    again = {realm["realm"]: realm for realm in export_realms(admin, PORTALS, at=datetime.now(UTC))}
    for realm in json.loads(EXPORT.read_text(encoding="utf-8")):
        renewed = again[realm["realm"]]
        for part in ("identityProviders", "identityProviderMappers", "requiredActions", "roles"):
            assert renewed[part] == realm[part]
        assert set(renewed) == set(realm)


def test_the_file_holds_no_secret_no_person_and_no_address_of_a_machine() -> None:
    text = EXPORT.read_text(encoding="utf-8")
    realms = json.loads(text)
    assert [realm["realm"] for realm in realms] == sorted(realm["realm"] for realm in realms)
    for planted in (PLANTED, "**********", "localhost:", "PRIVATE KEY", "privateKey"):
        assert planted not in text
    for realm in realms:
        assert not realm.get("users")
        # Providers of keys, which make their own on import; no key.
        for provider in realm["components"]["org.keycloak.keys.KeyProvider"]:
            assert set(provider["config"]) <= {"priority", "algorithm", "keyUse"}
    assert text == render(realms)
