"""What an exported realm holds and what it must not hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.model import PortalPolicy
from provisioning.diff import MASK
from provisioning.errors import ExportError
from provisioning.export import portable, render
from tests.unit.provisioning.conftest import PLANTED


def partial(**extra: Any) -> dict[str, Any]:
    """The part of Keycloak's own partial export that matters here."""
    return {
        "id": "0001",
        "realm": "grain-receipts",
        "notBefore": 7,
        "clients": [
            {"id": "2", "clientId": "portal", "secret": MASK, "baseUrl": "https://grain.example",
             "redirectUris": ["https://grain.example/callback", "https://grain.example.evil/"]},
            {"id": "1", "clientId": "broker", "secret": MASK},
        ],
        "smtpServer": {"host": "localhost", "port": "1025", "from": "a@b.example"},
        "attributes": {"tanba.smtp.password.fingerprint": "f00d", "z": "1", "a": "2"},
        "authenticationFlows": [
            {"id": "5", "alias": "b", "authenticationExecutions": [{"x": "2"}, {"x": "1"}]},
            {"id": "4", "alias": "a set aside 1", "authenticationExecutions": []},
        ],
        "authenticatorConfig": [{"id": "6", "alias": "a 1 set aside 1", "config": {}}],
        **extra,
    }  # fmt: skip


def test_secrets_and_addresses_become_names_of_the_environment(
    grain_receipts: PortalPolicy,
) -> None:
    realm = portable(partial(), grain_receipts)
    broker, portal = realm["clients"]
    assert portal["secret"] == "${GRAIN_RECEIPTS_SECRET}"
    assert portal["baseUrl"] == "${GRAIN_RECEIPTS_URL}"
    assert "secret" not in broker
    assert realm["smtpServer"]["host"] == "${TANBA_SMTP_HOST}"
    assert realm["smtpServer"]["port"] == "${TANBA_SMTP_PORT}"
    assert realm["attributes"] == {"a": "2", "z": "1"}


def test_an_address_is_replaced_whole_or_not_at_all(grain_receipts: PortalPolicy) -> None:
    portal = portable(partial(), grain_receipts)["clients"][1]
    assert portal["redirectUris"] == [
        "${GRAIN_RECEIPTS_URL}/callback",
        "https://grain.example.evil/",
    ]


def test_the_file_is_the_same_for_the_same_realm(grain_receipts: PortalPolicy) -> None:
    first = partial()
    second = json.loads(json.dumps(first).replace('"id": "2"', '"id": "99"'))
    second["clients"].reverse()
    second["notBefore"] = 8
    texts = {render([portable(realm, grain_receipts)]) for realm in (first, second)}
    assert len(texts) == 1
    (text,) = texts
    assert text.endswith("]\n")
    assert PLANTED not in text


def test_steps_of_a_flow_keep_their_order_and_set_aside_flows_stay_out(
    grain_receipts: PortalPolicy,
) -> None:
    realm = portable(partial(), grain_receipts)
    (flow,) = realm["authenticationFlows"]
    assert flow["authenticationExecutions"] == [{"x": "2"}, {"x": "1"}]
    assert realm["authenticatorConfig"] == []


def test_a_secret_nobody_declared_stops_the_export(grain_receipts: PortalPolicy) -> None:
    secret = {"identityProviders": [{"alias": "other", "config": {"clientSecret": MASK}}]}
    with pytest.raises(ExportError, match=r"identityProviders\[other\]\.config\.clientSecret"):
        portable(partial(**secret), grain_receipts)
