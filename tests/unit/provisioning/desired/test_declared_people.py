"""The user profile and identity providers in an admin's words."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from policies.errors import PolicyFileError
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import SECRET, Declares


def test_an_attribute_says_who_sees_writes_and_needs_it(plain: Declares) -> None:
    body = plain(
        "profile:\n"
        "  attributes:\n"
        "    - name: department\n"
        "      display_name: $${department}\n"
        "      view: [admin, user]\n"
        "      edit: [admin]\n"
        "      required_for: [user]\n"
        "      required_scopes: [office]\n"
        "      validations: {length: {max: 64}}\n"
        "    - {name: note}\n"
        "  groups: [{name: work, header: Work}]\n"
        "  unnamed: refused\n"
    ).get(Kind.USER_PROFILE, "user-profile")
    nothing = {
        "displayName": None,
        "permissions": {"view": frozenset({"admin"}), "edit": frozenset()},
        "required": None,
        "selector": None,
        "multivalued": False,
        "validations": None,
        "annotations": None,
        "group": None,
    }
    assert body == {
        "attributes": {
            "department": nothing
            | {
                "displayName": "${department}",
                "permissions": {
                    "view": frozenset({"admin", "user"}),
                    "edit": frozenset({"admin"}),
                },
                "required": {"roles": frozenset({"user"}), "scopes": frozenset({"office"})},
                "validations": {"length": {"max": 64}},
            },
            "note": nothing,
        },
        "groups": (
            {
                "name": "work",
                "displayHeader": "Work",
                "displayDescription": None,
                "annotations": {},
            },
        ),
        "unmanagedAttributePolicy": None,
    }


def test_a_portals_profile_takes_further_attributes_and_no_other_gate(portal: Declares) -> None:
    desired = portal("profile: {attributes: [{name: department}], unnamed: refused}\n")
    attributes = desired.get(Kind.USER_PROFILE, "user-profile")["attributes"]
    assert attributes["department"]["permissions"]["edit"] == frozenset()
    assert attributes["iin"]["permissions"]["edit"] == frozenset()


@pytest.mark.parametrize(
    "attribute",
    [
        "attributes: [{name: iin, edit: [user]}]",
        "attributes: [{name: agreement, required_for: [user], edit: [user], view: [admin, user]}]",
        "attributes: [{name: agreement_signed, view: [user]}]",
        "unnamed: allowed",
    ],
)
def test_a_portals_profile_is_not_opened(portal: Declares, attribute: str) -> None:
    with pytest.raises(PolicyFileError, match="Tanba holds it fast"):
        portal(f"profile: {{{attribute}}}\n")


def test_an_identity_provider_has_its_mappers(plain: Declares) -> None:
    desired = plain(
        "identity_providers:\n"
        "  - alias: head-office\n"
        "    provider: oidc\n"
        "    client_id: keycloak\n"
        "    client_secret: ${env:SECRET}\n"
        "    config: {issuer: https://id.example}\n"
        "    after_login_flow: after\n"
        "    mappers: [{name: m, mapper: oidc-user-attribute-idp-mapper, config: {claim: c}}]\n"
    )
    assert desired.get(Kind.IDENTITY_PROVIDER, "head-office") == {
        "providerId": "oidc",
        "enabled": True,
        "trustEmail": False,
        "linkOnly": False,
        "hideOnLogin": False,
        "storeToken": False,
        "postBrokerLoginFlowAlias": "after",
        "config": {
            "issuer": "https://id.example",
            "clientId": "keycloak",
            "clientSecret": SecretStr(SECRET),
        },
    }
    assert desired.get(Kind.IDENTITY_PROVIDER_MAPPER, "m", "head-office") == {
        "identityProviderMapper": "oidc-user-attribute-idp-mapper",
        "config": {"claim": "c"},
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alias: a, provider: oidc, client_secret: open", "by reference only"),
        ("alias: a, provider: oidc, config: {clientSecret: open}", "by reference only"),
        ("alias: a/b, provider: oidc", r"identity_providers\.0\.alias"),
        ("alias: a", r"identity_providers\.0\.provider: required and not there"),
        ("alias: a, provider: oidc, trustEmail: true", "did you mean trust_email"),
    ],
)
def test_a_provider_that_cannot_be_meant_is_refused(plain: Declares, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"identity_providers: [{{{text}}}]\n")


def test_a_portal_has_no_second_identity_provider(portal: Declares) -> None:
    with pytest.raises(PolicyFileError, match="identity_providers: unknown key"):
        portal("identity_providers: [{alias: google, provider: google}]\n")
