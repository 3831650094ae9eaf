"""The attacks: every way past a portal's gate that a policy could declare beside the pins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.errors import PolicyFileError
from policies.loader import load_policy
from provisioning.desired import build
from provisioning.resources import Desired, Kind
from tests.unit.provisioning.conftest import ENVIRON, NOW, ROOT

GRAIN = ROOT / "policies" / "portals" / "grain-receipts"
REGISTRATION = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
IMPERSONATION = "{realm-management: [impersonation]}"
Portal = Callable[[str], Desired]


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """What the first portal's policy declares with a text under it."""

    def make(text: str) -> Desired:
        own = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
        (tmp_path / "policy.yaml").write_text(f"{own}\n{text}", encoding="utf-8")
        (tmp_path / "agreement").symlink_to(GRAIN / "agreement")
        return build(load_policy(tmp_path, environ=ENVIRON), at=NOW)

    return make


@pytest.mark.parametrize(
    "raw",
    [
        # Settings that are pinned.
        "registrationAllowed: true",
        "verifyEmail: false",
        "sslRequired: none",
        "passwordPolicy: length(1)",
        "accessTokenLifespan: 86400",
        "browserFlow: browser",
        "bruteForceProtected: false",
        "adminEventsDetailsEnabled: true",
        "attributes: {acr.loa.map: '{}'}",
        "browserSecurityHeaders: {xFrameOptions: ''}",
        "localizationTexts: {kk: {tanbaAgreementText: Келісім жоқ}}",
        "requiredActions: [{alias: VERIFY_PROFILE, enabled: false}]",
        "requiredActions: [{alias: UPDATE_PROFILE, enabled: true}]",
        "defaultDefaultClientScopes: [profile]",
        "defaultOptionalClientScopes: [offline_access]",
        "clients: [{clientId: portal, redirectUris: ['https://evil.example/*']}]",
        "clients: [{clientId: portal, publicClient: true}]",
        "clients: [{clientId: portal, secret: '${env:GRAIN_RECEIPTS_URL}'}]",
        "clients: [{clientId: portal, defaultClientScopes: [profile]}]",
        "clients: [{clientId: portal, webOrigins: ['*']}]",
        "scopeMappings: [{client: portal, roles: [offline_access]}]",
        "roles: {realm: [{name: default-roles-grain-receipts, composites: {realm: [x]}}]}",
        # Other ways in.
        "clients: [{clientId: admin-cli, directAccessGrantsEnabled: true}]",
        "clients: [{clientId: other, directAccessGrantsEnabled: true}]",
        "clients: [{clientId: other, implicitFlowEnabled: true}]",
        "clients: [{clientId: other, fullScopeAllowed: true}]",
        "clients: [{clientId: other, fullScopeAllowed: 'true'}]",
        "clients: [{clientId: account, directAccessGrantsEnabled: true}]",
        "clients: [{clientId: other, attributes: {standard.token.exchange.enabled: 'true'}}]",
        "clients: [{clientId: other, attributes: {oauth2.jwt.authorization.grant.enabled: true}}]",
        "clients: [{clientId: other, attributes: {oidc.ciba.grant.enabled: 'TRUE'}}]",
        "clients: [{clientId: other, attributes: {access.token.lifespan: '86400'}}]",
        "clients: [{clientId: portal, attributes: {access.token.lifespan: '-1'}}]",
        "clients: [{clientId: other, authenticationFlowBindingOverrides: {browser: browser}}]",
        "resetCredentialsFlow: mine",
        "firstBrokerLoginFlow: mine",
        "registrationFlow: mine",
        "directGrantFlow: mine",
        # Another who proves who people are, or says more of them.
        "identityProviders: [{alias: google, providerId: google}]",
        "identityProviders: [{alias: eds, trustEmail: true}]",
        "identityProviders: [{alias: eds, config: {allowedClockSkew: '999999'}}]",
        "identityProviderMappers: [{name: m, identityProviderAlias: eds}]",
        "identityProviderMappers: [{name: attribute-iin, identityProviderAlias: eds}]",
        "components: {org.keycloak.storage.UserStorageProvider: [{name: ldap}]}",
        f"components: {{{REGISTRATION}: [{{name: Trusted Hosts}}]}}",
        "clientScopes: [{name: eds-identity, protocolMappers: [{name: more}]}]",
        "clientScopes: [{name: profile, protocolMappers: [{name: username}]}]",
        "clients: [{clientId: portal, protocolMappers: [{name: more}]}]",
        # Roles that act for people, or outlive them.
        "roles: {realm: [{name: clerk, composites: {client: {account: [manage-account]}}}]}",
        "roles: {realm: [{name: clerk, composites: {client: {account: [view-profile]}}}]}",
        "roles: {realm: [{name: clerk, composites: {realm: [offline_access]}}]}",
        f"roles: {{client: {{a: [{{name: b, composites: {{client: {IMPERSONATION}}}}}]}}}}",
        "groups: [{name: g, clientRoles: {realm-management: [manage-events]}}]",
        "groups: [{name: g, subGroups: [{name: h, realmRoles: [offline_access]}]}]",
    ],
)
def test_what_leads_past_the_gate_is_refused_with_its_place(portal: Portal, raw: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:\d+: ") as caught:
        portal(f"raw:\n  {raw}\n")
    assert caught.value.exit_code == 1


def test_the_users_attributes_cannot_be_opened(portal: Portal) -> None:
    profile = (
        '{"attributes":[{"name":"iin","permissions":{"view":["admin","user"],"edit":["user"]}}]}'
    )
    component = "org.keycloak.userprofile.UserProfileProvider"
    with pytest.raises(PolicyFileError, match=r"user_profile .*attributes\.iin\.permissions\.edit"):
        portal(
            f"raw:\n  components:\n    {component}:\n"
            f"      - config: {{kc.user.profile.config: ['{profile}']}}\n"
        )


def test_every_wrong_is_named_at_once(portal: Portal) -> None:
    with pytest.raises(PolicyFileError) as caught:
        portal(
            "raw:\n  directGrantFlow: x\n  clients:\n    - clientId: other\n"
            "      directAccessGrantsEnabled: true\n      implicitFlowEnabled: true\n"
        )
    assert len(caught.value.message.splitlines()) == 3


def test_what_is_no_way_past_the_gate_is_declared(portal: Portal) -> None:
    desired = portal(
        "raw:\n"
        "  displayNameHtml: '<b>Grain</b>'\n"
        "  registrationAllowed: false\n"
        "  clients:\n"
        "    - {clientId: portal, attributes: {backchannel.logout.url: https://grain.example/out}}\n"
        "    - {clientId: reports, serviceAccountsEnabled: true}\n"
        "    - {clientId: account, baseUrl: /account}\n"
        "  roles: {realm: [{name: clerk, composites: {realm: [reader]}}, {name: reader}]}\n"
    )
    realm = desired.get(Kind.REALM, "grain-receipts")
    assert realm["displayNameHtml"] == "<b>Grain</b>"
    own = desired.get(Kind.CLIENT, "portal")
    assert own["attributes"]["backchannel.logout.url"] == "https://grain.example/out"
    assert own["publicClient"] is False
    assert desired.get(Kind.CLIENT, "account") == {"baseUrl": "/account"}


def test_a_client_that_names_no_way_to_a_token_has_none(portal: Portal) -> None:
    body: dict[str, Any] = dict(
        portal("raw: {clients: [{clientId: reports}]}").get(Kind.CLIENT, "reports")
    )
    attributes = body.pop("attributes")
    assert body == {
        "directAccessGrantsEnabled": False,
        "implicitFlowEnabled": False,
        "fullScopeAllowed": False,
    }
    assert set(attributes.values()) == {"false"}


def test_a_plain_realm_may_do_as_it_likes(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        "version: 1\nrealm: plain\nraw:\n  registrationAllowed: true\n"
        "  clients: [{clientId: a, directAccessGrantsEnabled: true}]\n",
        encoding="utf-8",
    )
    desired = build(load_policy(path, environ={}), at=NOW)
    assert desired.get(Kind.CLIENT, "a") == {"directAccessGrantsEnabled": True}
