from __future__ import annotations

from typing import Any

import pytest

from provisioning.writers.flow_bindings import bindings

ALIAS, ID = "our flow", "7"

BOUND: tuple[tuple[dict[str, Any], str], ...] = (
    ({"browserFlow": ALIAS}, "the realm's browserFlow"),
    ({"firstBrokerLoginFlow": ALIAS}, "the realm's firstBrokerLoginFlow"),
    ({"someFlowOfAVersionToCome": "x", "someNewFlow": ALIAS}, "the realm's someNewFlow"),
    (
        {"identityProviders": [{"alias": "eds", "firstBrokerLoginFlowAlias": ALIAS}]},
        "firstBrokerLoginFlowAlias of the identity provider eds",
    ),
    (
        {"identityProviders": [{"alias": "eds", "postBrokerLoginFlowAlias": ALIAS}]},
        "postBrokerLoginFlowAlias of the identity provider eds",
    ),
    (
        {"clients": [{"clientId": "p", "authenticationFlowBindingOverrides": {"browser": ID}}]},
        "the client p",
    ),
    (
        {
            "authenticationFlows": [
                {"alias": "outer", "authenticationExecutions": [{"flowAlias": ALIAS}]}
            ]
        },
        "the flow outer",
    ),
)


@pytest.mark.parametrize(("realm", "who"), BOUND, ids=[who for _, who in BOUND])
def test_whoever_is_bound_is_named(realm: dict[str, Any], who: str) -> None:
    assert list(bindings(realm, flow_id=ID, alias=ALIAS)) == [who]


def test_a_flow_that_nobody_names_is_bound_by_nobody() -> None:
    realm = {
        "displayName": ALIAS,
        "browserFlow": "browser",
        "clients": [{"clientId": ALIAS}, {"clientId": ID}],
        "identityProviders": [{"alias": ALIAS, "postBrokerLoginFlowAlias": None}],
        "authenticationFlows": [
            {"alias": ALIAS, "authenticationExecutions": [{"authenticator": ALIAS}]}
        ],
    }
    assert list(bindings(realm, flow_id=ID, alias=ALIAS)) == []
