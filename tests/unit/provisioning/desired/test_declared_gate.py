"""The attacks: every way past a portal's gate that a policy could declare beside the pins."""

from __future__ import annotations

from typing import Any

import pytest

from policies.errors import PolicyFileError
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import Declares

REGISTRATION = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
HARDCODED = "protocolMapper: oidc-hardcoded-role-mapper, config: {role: account.manage-account}"
RENAMED = "protocolMapper: oidc-role-name-mapper, config: {new.role.name: account.manage-account}"
WRITTEN = "protocolMapper: oidc-hardcoded-claim-mapper, config: {claim.name: resource_access.a.b}"
IMPERSONATION = "{realm-management: [impersonation]}"


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
        # The same settings under the names that Keycloak keeps them by.
        "attributes: {bruteForceProtected: 'false'}",
        "attributes: {actionTokenGeneratedByUserLifespan: '999999'}",
        "attributes: {_browser_header.xFrameOptions: ''}",
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
        "clients: [{clientId: other, protocol: docker-v2}]",
        "clients: [{clientId: other, protocol: saml, attributes: {saml.allow.ecp.flow: 'true'}}]",
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
        "components: {org.keycloak.models.workflow.WorkflowProvider: [{name: accept}]}",
        # Roles in tokens that their people do not have.
        f"clientScopes: [{{name: s, protocolMappers: [{{name: m, {HARDCODED}}}]}}]",
        f"clients: [{{clientId: other, protocolMappers: [{{name: m, {HARDCODED}}}]}}]",
        f"clientScopes: [{{name: s, protocolMappers: [{{name: m, {RENAMED}}}]}}]",
        f"clientScopes: [{{name: s, protocolMappers: [{{name: m, {WRITTEN}}}]}}]",
        "clientScopes: [{name: roles, protocolMappers: [{name: client roles, config: {a: b}}]}]",
        # Roles that act for people, or outlive them.
        "roles: {realm: [{name: clerk, composites: {client: {account: [manage-account]}}}]}",
        "roles: {realm: [{name: clerk, composites: {client: {account: [view-profile]}}}]}",
        "roles: {realm: [{name: clerk, composites: {realm: [offline_access]}}]}",
        f"roles: {{client: {{a: [{{name: b, composites: {{client: {IMPERSONATION}}}}}]}}}}",
        "groups: [{name: g, clientRoles: {realm-management: [manage-events]}}]",
        "groups: [{name: g, subGroups: [{name: h, realmRoles: [offline_access]}]}]",
    ],
)
def test_what_leads_past_the_gate_is_refused_with_its_place(portal: Declares, raw: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:\d+:(\d+:)? ") as caught:
        portal(f"raw:\n  {raw}\n")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("attribute", "path"),
    [
        ('{"name":"iin","permissions":{"edit":["user"]}}', "iin.permissions.edit"),
        # Keycloak would fill it in, and the agreement would be accepted by nobody.
        ('{"name":"agreement","defaultValue":"1:kk:0000000000000000"}', "agreement.defaultValue"),
        ('{"name":"agreement","annotations":{"inputType":"hidden"}}', "agreement.annotations"),
        ('{"name":"agreement","required":{"scopes":["x"]}}', "agreement.required.scopes"),
        ('{"name":"agreement","selector":{"scopes":["x"]}}', "agreement.selector.scopes"),
        ('{"name":"agreement","validations":{"options":{"options":["x"]}}}', "agreement.validat"),
    ],
)
def test_the_attributes_that_tanba_declares_stay_whole(
    portal: Declares, attribute: str, path: str
) -> None:
    component = "org.keycloak.userprofile.UserProfileProvider"
    document = f'{{"attributes":[{attribute}]}}'
    with pytest.raises(PolicyFileError, match=rf"user_profile .*attributes\.{path}"):
        portal(
            f"raw:\n  components:\n    {component}:\n"
            f"      - config: {{kc.user.profile.config: ['{document}']}}\n"
        )


def test_an_attribute_that_tanba_does_not_know_is_declared_by_raw(portal: Declares) -> None:
    component = "org.keycloak.userprofile.UserProfileProvider"
    document = '{"attributes":[{"name":"office"},{"name":"iin","multivalued":false}]}'
    body = portal(
        f"raw:\n  components:\n    {component}:\n"
        f"      - config: {{kc.user.profile.config: ['{document}']}}\n"
    ).get(Kind.USER_PROFILE, "user-profile")
    assert body["attributes"]["office"] == {"name": "office"}


def test_every_wrong_is_named_at_once(portal: Declares) -> None:
    with pytest.raises(PolicyFileError) as caught:
        portal(
            "raw:\n  directGrantFlow: x\n  clients:\n    - clientId: other\n"
            "      directAccessGrantsEnabled: true\n      implicitFlowEnabled: true\n"
        )
    assert len(caught.value.message.splitlines()) == 3


def test_what_is_no_way_past_the_gate_is_declared(portal: Declares) -> None:
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


def test_a_client_that_names_no_way_to_a_token_has_none(portal: Declares) -> None:
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


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("clients: [{client_id: b, ways: [password]}]", "directAccessGrantsEnabled"),
        (
            "clients: [{client_id: b, ways: [implicit], redirect_uris: [https://b.example/]}]",
            "impl",
        ),
        ("clients: [{client_id: b, ways: [token_exchange]}]", "standard.token.exchange.enabled"),
        ("clients: [{client_id: b, ways: [jwt_grant]}]", "oauth2.jwt.authorization.grant.enabled"),
        ("clients: [{client_id: b, ways: [ciba]}]", "oidc.ciba.grant.enabled"),
        ("clients: [{client_id: b, ways: [device]}]", "oauth2.device.authorization.grant.enabled"),
        ("clients: [{client_id: b, all_roles: true}]", "fullScopeAllowed"),
        ("clients: [{client_id: b, access_token_minutes: 6}]", "access tokens live 300 seconds"),
        ("clients: [{client_id: portal, ways: [service]}]", "serviceAccountsEnabled is declared"),
        ("client_scopes: [{name: eds-identity, mappers: [{name: m, audience: x}]}]", "nothing is"),
        (
            "client_scopes: [{name: s, mappers: [{name: m, claim: realm_access.roles, value: x}]}]",
            "and what it may do",
        ),
        ("client_scopes: [{name: s, mappers: [{name: m, claim: acr, value: eds}]}]", "writes acr"),
        ("clients: [{client_id: b, mappers: [{name: m, claim: sub, attribute: a}]}]", "sub"),
        (
            "client_scopes: [{name: s, mappers: [{name: m, claim: iin, attribute: typed}]}]",
            "eds-identity alone tells",
        ),
        (
            "client_scopes: [{name: s, mappers: [{name: m, claim: eds_auth_time, value: '1'}]}]",
            "eds-identity alone tells",
        ),
        ("groups: [{name: g, roles: {clients: {account: [manage-account]}}}]", "account/manage"),
        ("groups: [{name: g, roles: {realm: [offline_access]}}]", "offline_access"),
    ],
)
def test_a_section_leads_past_the_gate_no_more_than_raw(
    portal: Declares, section: str, said: str
) -> None:
    with pytest.raises(PolicyFileError, match=said):
        portal(f"{section}\n")


def test_a_role_that_everybody_has_includes_no_way_past_the_gate(portal: Declares) -> None:
    text = "descriptions: {kk: а, ru: б, en: в}, given: to-everybody"
    with pytest.raises(PolicyFileError, match="account/view-profile"):
        portal(
            f"roles: [{{name: user, {text}, includes: {{clients: {{account: [view-profile]}}}}}}]\n"
        )


def test_a_plain_realm_may_do_as_it_likes(plain: Declares) -> None:
    desired = plain(
        "raw:\n  registrationAllowed: true\n"
        "  clients: [{clientId: a, directAccessGrantsEnabled: true}]\n"
    )
    assert desired.get(Kind.CLIENT, "a") == {"directAccessGrantsEnabled": True}
