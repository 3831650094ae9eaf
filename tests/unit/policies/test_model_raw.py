from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from policies.errors import PolicyError, PolicyFileError, PolicyReferenceError
from policies.loader import load_policies, load_policy
from policies.model import PortalPolicy
from policies.model_raw import is_secret, secrets_in
from policies.model_realm import RealmPolicy
from tests.unit.policies.test_model import ENVIRON, GRAIN

HEAD = "version: 1\nrealm: back-office\n"


def realm(tmp_path: Path, text: str, **environ: str) -> RealmPolicy:
    """A plain realm's policy of this text under its head."""
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    policy = load_policy(path, environ=environ)
    assert isinstance(policy, RealmPolicy)
    return policy


def test_a_policy_without_a_key_of_portals_is_a_plain_realms(tmp_path: Path) -> None:
    policy = realm(tmp_path, "raw: {bruteForceProtected: true}\n")
    assert (policy.realm, policy.raw, policy.folder) == (
        "back-office",
        {"bruteForceProtected": True},
        tmp_path,
    )
    both = load_policies([GRAIN, tmp_path / "policy.yaml"], environ=ENVIRON)
    assert [type(policy) for policy in both] == [PortalPolicy, RealmPolicy]


def test_a_portal_that_lost_its_portal_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match=r"portal: required and not there"):
        realm(tmp_path, "eds: {verifier_url: https://eds.example}\n")


def test_a_realm_and_a_portal_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nrealm: grain-receipts\n", encoding="utf-8")
    with pytest.raises(PolicyFileError, match="both declare the realm grain-receipts"):
        load_policies([GRAIN, path], environ=ENVIRON)


SECRET_PLACES = [
    ("smtpServer: {password: %s}", ("smtpServer", "password")),
    ("clients: [{clientId: a, secret: %s}]", ("clients", 0, "secret")),
    ("identityProviders: [{alias: a, config: {clientSecret: %s}}]",
     ("identityProviders", 0, "config", "clientSecret")),
    (("components: {org.keycloak.storage.UserStorageProvider: "
      "[{name: l, config: {bindCredential: [%s]}}]}"),
     ("components", "org.keycloak.storage.UserStorageProvider", 0, "config", "bindCredential", 0)),
    ("components: {org.keycloak.keys.KeyProvider: [{name: k, config: {privateKey: [%s]}}]}",
     ("components", "org.keycloak.keys.KeyProvider", 0, "config", "privateKey", 0)),
    ("authenticatorConfig: [{alias: r, config: {secret.key: %s}}]",
     ("authenticatorConfig", 0, "config", "secret.key")),
    ("clients: [{clientId: a, attributes: {saml.signing.private.key: %s}}]",
     ("clients", 0, "attributes", "saml.signing.private.key")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path"), SECRET_PLACES, ids=lambda v: str(v)[:24])
def test_a_secret_in_raw_is_taken_by_reference_and_never_shown(
    tmp_path: Path, text: str, path: tuple[str | int, ...]
) -> None:
    policy = realm(tmp_path, "raw: {%s}\n" % (text % '"${env:PLANTED}"'), PLANTED="planted-9c")
    value: Any = policy.raw
    for part in path:
        value = value[part]
    assert isinstance(value, SecretStr)
    assert value.get_secret_value() == "planted-9c"
    assert "planted-9c" not in repr(policy) + str(policy.model_dump(mode="json"))


@pytest.mark.parametrize(("text", "path"), SECRET_PLACES, ids=lambda v: str(v)[:24])
@pytest.mark.parametrize("literal", ["planted-9c", "'$${env:PLANTED}'", "' '"])
def test_a_secret_in_raw_is_never_a_literal(
    tmp_path: Path, text: str, path: tuple[str | int, ...], literal: str
) -> None:
    with pytest.raises(PolicyFileError) as caught:
        realm(tmp_path, "raw:\n  {%s}\n" % (text % literal), PLANTED="x")
    name = next(part for part in reversed(path) if isinstance(part, str))
    assert f"{name} holds a secret, which is given by reference only" in caught.value.message
    assert "policy.yaml:4:" in caught.value.message
    assert "planted-9c" not in str(caught.value)


def test_a_reference_to_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="the reference leads to an empty secret"):
        realm(tmp_path, "raw: {smtpServer: {password: '${env:NONE}'}}\n", NONE=" ")


def test_a_reference_that_leads_nowhere_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(PolicyReferenceError, match=r"policy\.yaml:4:11: .*NONE is not set"):
        realm(tmp_path, "raw:\n  secret: ${env:NONE}\n")


@pytest.mark.parametrize(
    "name", ["id", "realm", "users", "federatedUsers", "notBefore", "keycloakVersion"]
)
def test_what_no_policy_declares_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:4:3: raw\.….*not in raw"):
        realm(tmp_path, f"raw:\n  {name}: 1\n")


@pytest.mark.parametrize(
    "name", ["bruteForceProtected", "_browser_header.xFrameOptions", "firstBrokerLoginFlowId"]
)
def test_a_field_is_not_declared_by_the_attribute_that_keeps_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:5:5: .*declare the field"):
        realm(tmp_path, f"raw:\n  attributes:\n    {name}: 'false'\n")


def test_a_name_that_only_looks_like_a_secret_is_a_text() -> None:
    texts = {"localizationTexts": {"kk": {"password": "Құпиясөз"}}}
    flags = {"clients": [{"attributes": {"x.secret": "true"}, "secret": ""}]}
    assert list(secrets_in(texts | flags)) == []
    for name in ("passwordPolicy", "clientAuthenticatorType", "publicKey", "accessTokenLifespan"):
        assert not is_secret(name)


DOLLARS = [
    ("'$${client_account}'", "${client_account}"),
    ("'$${env:PLANTED}'", "${env:PLANTED}"),
    ("'$$${x}'", "$${x}"),
    ("'a$${b} ${env:PLANTED} $${c}'", "a${b} planted-9c ${c}"),
    ("'$ {x} $$ $'", "$ {x} $$ $"),
]


@pytest.mark.parametrize(("written", "read"), DOLLARS)
def test_two_dollars_write_the_text_that_would_be_a_reference(
    tmp_path: Path, written: str, read: str
) -> None:
    policy = realm(tmp_path, f"raw: {{displayName: {written}}}\n", PLANTED="planted-9c")
    assert policy.raw["displayName"] == read


def test_what_a_reference_leads_to_loses_no_dollar(tmp_path: Path) -> None:
    policy = realm(tmp_path, "raw: {displayName: '${env:A}'}\n", A="$${env:B} ${env:B}")
    assert policy.raw["displayName"] == "$${env:B} ${env:B}"


def test_a_realms_name_may_hold_a_space(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nrealm: Back Office\n", encoding="utf-8")
    assert load_policy(path, environ={}).realm == "Back Office"


@pytest.mark.parametrize("name", ["a/b", " a", "a ", "", "a%2fb", "a;b", "a\\b"])
def test_a_realm_whose_name_would_change_an_address_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(f"version: 1\nrealm: '{name}'\n", encoding="utf-8")
    with pytest.raises(PolicyError, match="realm: expected a realm's name"):
        load_policy(path, environ={})
