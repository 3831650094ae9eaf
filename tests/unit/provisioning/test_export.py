"""What an exported realm holds and what it must not hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from policies.loader import load_policy
from policies.model import PortalPolicy
from provisioning.desired import build
from provisioning.diff import MASK
from provisioning.errors import ExportError
from provisioning.export import portable, render
from provisioning.export_flows import replaced_flows, without_flows
from provisioning.own_objects import STATE_CLIENT
from provisioning.resources import Desired, Key, Kind, Live, Resource
from provisioning.state_client import ATTRIBUTE
from provisioning.state_text import Idle, State, written
from tests.unit.provisioning.conftest import NOW, PLANTED


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
            {"id": "3", "clientId": "tanba-state", "secret": MASK, "attributes": {}},
        ],
        "smtpServer": {"host": "localhost", "port": "1025", "from": "a@b.example"},
        "attributes": {"tanba.smtp.password.fingerprint": "f00d", "z": "1", "a": "2"},
        "authenticationFlows": [
            {"id": "5", "alias": "b", "authenticationExecutions": [{"x": "2"}, {"x": "1"}]},
            {"id": "4", "alias": "a set aside 1", "authenticationExecutions": []},
        ],
        "authenticatorConfig": [{"id": "6", "alias": "a 1 set aside 1", "config": {}}],
        "clientScopes": [{"id": "7", "name": "tanba-lock", "attributes": {"run": "1"}}],
        "roles": {"client": {"portal": [], "tanba-state": []}},
        **extra,
    }  # fmt: skip


def test_secrets_and_addresses_become_names_of_the_environment(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    realm = portable(partial(), grain_receipts, desired)
    broker, portal = realm["clients"]
    assert portal["secret"] == "${GRAIN_RECEIPTS_SECRET}"
    assert portal["baseUrl"] == "${GRAIN_RECEIPTS_URL}"
    assert "secret" not in broker
    assert realm["smtpServer"]["host"] == "${TANBA_SMTP_HOST}"
    assert realm["smtpServer"]["port"] == "${TANBA_SMTP_PORT}"
    assert realm["attributes"] == {"a": "2", "z": "1"}


def test_an_address_is_replaced_whole_or_not_at_all(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    portal = portable(partial(), grain_receipts, desired)["clients"][1]
    assert portal["redirectUris"] == [
        "${GRAIN_RECEIPTS_URL}/callback",
        "https://grain.example.evil/",
    ]


def test_the_file_is_the_same_for_the_same_realm(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    first = partial()
    second = json.loads(json.dumps(first).replace('"id": "2"', '"id": "99"'))
    second["clients"].reverse()
    second["notBefore"] = 8
    texts = {render([portable(realm, grain_receipts, desired)]) for realm in (first, second)}
    assert len(texts) == 1
    (text,) = texts
    assert text.endswith("]\n")
    assert PLANTED not in text


def test_steps_of_a_flow_keep_their_order(grain_receipts: PortalPolicy, desired: Desired) -> None:
    realm = portable(partial(), grain_receipts, desired)
    (flow,) = [flow for flow in realm["authenticationFlows"] if flow["alias"] == "b"]
    assert flow["authenticationExecutions"] == [{"x": "2"}, {"x": "1"}]


@pytest.mark.parametrize(
    ("alias", "bound", "is_over"),
    [
        ("office 1", "other", True),
        ("office 1", "office 1", False),
        ("office", "other", False),
        ("office set aside 2", "other", True),
        ("office set aside 2", "office set aside 2", False),
        ("office unfinished 1", "other", True),
        ("office unfinished 1", "office unfinished 1", False),
        ("office unfinished 2", "other", False),
        ("office unfinished", "other", False),
    ],
)
def test_a_flow_that_was_replaced_stays_out_unless_it_is_bound(
    alias: str, bound: str, *, is_over: bool
) -> None:
    flow, realm = Key(Kind.FLOW, alias), Key(Kind.REALM, "shop")
    keeper, waiting = Key(Kind.CLIENT, STATE_CLIENT), {"1": Idle("office 1", NOW)}
    state = State("r", created={flow: "1"}, idle=waiting if alias == "office 1" else {})
    live = Live(
        "shop",
        exists=True,
        objects={
            realm: {"browserFlow": bound},
            flow: {"executions": []},
            keeper: {"enabled": False, "attributes": {ATTRIBUTE: written(state)}},
        },
        ids={realm: "r", flow: "1", keeper: "c"},
    )
    assert replaced_flows(live) == (frozenset({flow}) if is_over else frozenset())


def test_a_secret_nobody_declared_stops_the_export(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    secret = {"identityProviders": [{"alias": "other", "config": {"clientSecret": MASK}}]}
    with pytest.raises(ExportError, match=r"identityProviders\[other\]\.config\.clientSecret"):
        portable(partial(**secret), grain_receipts, desired)


def test_tanbas_own_two_objects_stay_out(grain_receipts: PortalPolicy, desired: Desired) -> None:
    realm = portable(partial(), grain_receipts, desired)
    assert [client["clientId"] for client in realm["clients"]] == ["broker", "portal"]
    assert realm["clientScopes"] == []
    assert realm["roles"] == {"client": {"portal": []}}


def test_keys_that_people_named_are_no_fields(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    texts = {"localizationTexts": {"id": {"id": "kode", "types": "jenis"}, "kk": {}}}
    assert portable(partial(**texts), grain_receipts, desired)["localizationTexts"] == {
        "id": {"id": "kode", "types": "jenis"},
        "kk": {},
    }


def test_a_secret_that_keycloak_shows_in_clear_is_none_of_the_file(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    attributes = {"saml.signing.private.key": PLANTED}
    saml = {"clients": [{"clientId": "saml", "attributes": attributes}]}
    with pytest.raises(ExportError, match=r"saml\.signing\.private\.key") as caught:
        portable(partial(**saml), grain_receipts, desired)
    assert PLANTED not in caught.value.message


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("${KC_DB_PASSWORD}", True),
        ("see ${AWS_SECRET_ACCESS_KEY:none} there", True),
        ("${env.HOME}", True),
        ("${user.home}", True),
        ("${http_proxy}", True),
        ("${}", True),
        ("${client_account}", False),
        ("${role_default-roles}", False),
        ("${vault.mail}", False),
        ("$ {KC_DB_PASSWORD} $KC_DB_PASSWORD", False),
    ],
)
def test_an_import_takes_nothing_from_the_environment_but_what_a_policy_named(
    grain_receipts: PortalPolicy, desired: Desired, text: str, *, is_refused: bool
) -> None:
    groups = {"groups": [{"name": "a", "attributes": {"note": [text]}}]}
    if is_refused:
        with pytest.raises(ExportError, match="variable of the machine"):
            portable(partial(**groups), grain_receipts, desired)
    else:
        (group,) = portable(partial(**groups), grain_receipts, desired)["groups"]
        assert group["attributes"] == {"note": [text]}


@pytest.mark.parametrize(
    "texts",
    [
        {"doLogIn": "${KC_DB_PASSWORD:", "doLogInX": "x}"},
        {"a${KC_DB_PASSWORD": "b}"},
        {"${KC_DB_PASSWORD}": "a name"},
        {"a": "$${KC_DB_PASSWORD,client_account"},
        {"a": "${client_account", "b": "}"},
        {"a": "${client_${KC_DB_PASSWORD}}"},
        {"a": "${", "b": "KC_DB_PASSWORD", "c": "}"},
        {"a": "${client_account{}}"},
        {"a": "${client\nKC_DB_PASSWORD"},
    ],
    ids=str,
)
def test_no_reference_is_put_together_from_several_texts(
    grain_receipts: PortalPolicy, desired: Desired, texts: dict[str, str]
) -> None:
    with pytest.raises(ExportError, match="of the machine that it runs on"):
        portable(partial(localizationTexts={"ru": texts}), grain_receipts, desired)


def test_what_stops_an_export_is_shown_without_its_control_characters(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    for text in ("${A\x07}", f"${{{'B' * 900}}}", f"${{A\x9b{'b' * 900}"):
        with pytest.raises(ExportError) as caught:
            portable(partial(localizationTexts={"ru": {"a": text}}), grain_receipts, desired)
        assert caught.value.message.isprintable()
        assert len(caught.value.message) < 200


def test_a_reference_that_a_policy_leaves_open_stops_the_export_too(
    grain_receipts: PortalPolicy, desired: Desired
) -> None:
    texts = {"ru": {"doLogIn": "${KC_DB_PASSWORD:"}}
    resource = Resource(Key(Kind.LOCALIZATION, "ru"), texts["ru"])
    declared = replace(desired, resources=(*desired.resources, resource))
    with pytest.raises(ExportError, match="of the machine that it runs on"):
        portable(partial(localizationTexts=texts), grain_receipts, declared)


def test_a_plain_realms_secrets_are_named_as_its_policy_names_them(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        """
version: 1
realm: shop
raw:
  smtpServer: {password: "${env:MAIL}"}
  clients:
    - clientId: a
      secret: ${env:A}
      redirectUris: ["${env:SHOP_URL}/back"]
  identityProviders: [{alias: g, config: {clientSecret: "${env:G}"}}]
  components:
    storage:
      - name: ldap
        config: {bindCredential: ["${env:LDAP}"]}
""",
        encoding="utf-8",
    )
    values = {name: f"{PLANTED}-{name}" for name in ("MAIL", "A", "G", "LDAP")}
    policy = load_policy(tmp_path, environ={**values, "SHOP_URL": "https://shop.example"})
    realm = partial() | {
        "realm": "shop",
        "smtpServer": {"password": MASK},
        "clients": [{"clientId": "a", "secret": MASK, "baseUrl": "https://shop.example/back/x"}],
        "identityProviders": [{"alias": "g", "config": {"clientSecret": MASK}}],
        "components": {"storage": [{"name": "ldap", "config": {"bindCredential": [MASK]}}]},
    }
    made = portable(realm, policy, build(policy, at=NOW))
    assert made["smtpServer"] == {"password": "${MAIL}"}
    assert made["clients"][0]["secret"] == "${A}"
    assert made["clients"][0]["baseUrl"] == "${SHOP_URL}/back/x"
    assert made["identityProviders"][0]["config"] == {"clientSecret": "${G}"}
    assert made["components"]["storage"][0]["config"] == {"bindCredential": ["${LDAP}"]}
    assert PLANTED not in render([made])


def test_a_flow_goes_with_what_it_alone_needs() -> None:
    def flow(alias: str, *inner: str, config: str = "") -> dict[str, Any]:
        steps = [{"flowAlias": name} for name in inner]
        return {
            "alias": alias,
            "authenticationExecutions": [*steps, {"authenticatorConfig": config}],
        }

    realm = {
        "authenticationFlows": [
            flow("old", "old forms", "shared", config="old settings"),
            flow("old forms", config="both"),
            flow("shared", config="shared settings"),
            flow("new", "shared", config="both"),
        ],
        "authenticatorConfig": [
            {"alias": name} for name in ("old settings", "both", "shared settings", "unused")
        ],
    }
    left = without_flows(realm, {"old", "never there"})
    assert [item["alias"] for item in left["authenticationFlows"]] == ["shared", "new"]
    assert [item["alias"] for item in left["authenticatorConfig"]] == [
        "both", "shared settings", "unused",
    ]  # fmt: skip
    assert without_flows(realm, set()) == realm
