"""The attacks: what signs people in, or says who they are, under whatever name it is said."""

from __future__ import annotations

from typing import Any

import pytest

from policies.errors import PolicyFileError
from provisioning.desired import declared_allowed as allowed
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import Declares

ENFORCER = "{executor: auth-flow-enforcer, configuration: {auth-flow-alias: w, auth-flow-loa: '2'}}"
KEYS = "org.keycloak.keys.KeyProvider"


def _flow(alias: str) -> str:
    return (
        f"authenticationFlows: [{{alias: {alias}, topLevel: true, authenticationExecutions: "
        "[{authenticator: auth-username-form, requirement: REQUIRED, priority: 10}]}]"
    )


def _mapper(config: str, provider: str = "oidc-usermodel-attribute-mapper") -> str:
    mapper = f"{{name: m, protocolMapper: {provider}, config: {{{config}}}}}"
    return f"clients: [{{clientId: spy, protocolMappers: [{mapper}]}}]"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        # Keycloak's own flow for a forgotten password, without its letter.
        (_flow("reset credentials"), "declares no flow"),
        (_flow("weak"), "declares no flow"),
        # A flow without a password, at the level of an EDS.
        (f"clientProfiles: {{profiles: [{{name: p, executors: [{ENFORCER}]}}]}}", "auth-flow-enf"),
        (
            "clientProfiles: {profiles: [{name: p, executors: [{executor: later-one}]}]}",
            "later-one",
        ),
        ("clientPolicies: {policies: [{name: p, conditions: [{condition: later}]}]}", "later"),
        # Levels by which a password counts as an EDS.
        ("clients: [{clientId: spy, attributes: {acr.loa.map: '{\"eds\":1}'}}]", "acr.loa.map"),
        ("clients: [{clientId: spy, attributes: {default.acr.values: eds}}]", "default.acr.values"),
        ("clients: [{clientId: spy, attributes: {minimum.acr.value: '1'}}]", "minimum.acr.value"),
        ("clients: [{clientId: portal, attributes: {default.acr.values: basic}}]", "default.acr"),
        # Pages that do not show the agreement.
        ("clients: [{clientId: spy, attributes: {login_theme: keycloak}}]", "login_theme"),
        ("localizationTexts: {en: {tanbaAccept: Next}}", "what the agreement's page says"),
        ("localizationTexts: {en: {tanbaDeclineMeans: Nothing}}", "what the agreement's page says"),
        ("localizationTexts: {en: {tanbaAgreementStale: x}}", "what the agreement's page says"),
        # The gate's name, with another action behind it.
        (
            "requiredActions: [{alias: VERIFY_PROFILE, providerId: update_user_locale}]",
            "providerId",
        ),
        ("requiredActions: [{alias: UPDATE_PASSWORD, config: {max_auth_age: '9'}}]", "config is"),
        (
            "requiredActions: [{alias: mine, providerId: mine, enabled: true}]",
            "required_action mine",
        ),
        # Keys that somebody else knows.
        (f"components: {{{KEYS}: [{{name: k, providerId: rsa}}]}}", "whoever knows a key"),
        (f"components: {{{KEYS}: [{{name: k, providerId: rsa-generated}}]}}", "whoever knows"),
        ("components: {org.keycloak.later.Kind: [{name: k, providerId: k}]}", "no component"),
        # Other ways to accounts and tokens.
        ("scimApiEnabled: true", "scimApiEnabled"),
        ("verifiableCredentialsEnabled: true", "verifiableCredentialsEnabled"),
        ("webAuthnPolicyRpId: evil.example", "webAuthnPolicyRpId"),
        ("otpPolicyCodeReusable: true", "otpPolicyCodeReusable"),
        ("attributes: {realmReusableOtpCode: 'true'}", "realmReusableOtpCode"),
        ("attributes: {later: x}", "attributes.later"),
        ("clients: [{clientId: spy, redirectUris: ['*']}]", "a wildcard"),
        ("clients: [{clientId: spy, webOrigins: ['*']}]", "a wildcard"),
        ("clients: [{clientId: spy, attributes: {post.logout.redirect.uris: '*'}}]", "a wildcard"),
        ("clients: [{clientId: spy, protocol: saml}]", "it speaks OIDC"),
        ("clients: [{clientId: spy, authorizationServicesEnabled: true}]", "authorizationServices"),
        ("clients: [{clientId: spy, surrogateAuthRequired: true}]", "surrogateAuthRequired"),
        (
            "clients: [{clientId: account-console, redirectUris: ['https://e.example/*']}]",
            "redirec",
        ),
        ("clients: [{clientId: security-admin-console, webOrigins: ['*']}]", "webOrigins"),
        # What is unset, Keycloak sets as it likes: a new client has the full scope.
        ("clients: [{clientId: spy, fullScopeAllowed: null}]", "it stays off"),
        ("clients: [{clientId: spy, directAccessGrantsEnabled: null}]", "it stays off"),
        ("clients: [{clientId: spy, attributes: {oidc.ciba.grant.enabled: null}}]", "stays off"),
        # What a token says of its person.
        (_mapper("claim.name: x", "script-mine.js"), "the mapper script-mine.js"),
        (_mapper("claim.name: x", "oidc-script-based-protocol-mapper"), "none of those"),
        (_mapper("claim.name: login, user.attribute: username"), "it tells username"),
        (_mapper("claim.name: number, user.attribute: iin"), "it tells iin"),
        (
            _mapper("claim.name: n, user.session.note: bin", "oidc-usersessionmodel-note-mapper"),
            "it tells bin",
        ),
        (
            _mapper(
                "claim.name: n, user.session.note: FEDERATED_ID_TOKEN",
                "oidc-usersessionmodel-note-mapper",
            ),
            "it tells FEDERATED_ID_TOKEN",
        ),
        (_mapper("claim.name: n, user.attribute: eds_serial"), "it tells eds_serial"),
        (
            _mapper("claim.name: n, user.attribute: Username", "oidc-usermodel-property-mapper"),
            "none of those",
        ),
        # Keycloak takes backslashes away, fills names in, and steps over points.
        (_mapper(r"claim.name: 'a\cr'"), "a claim is named by"),
        (_mapper(r"claim.name: 's\ub'"), "a claim is named by"),
        (_mapper(r"claim.name: 'realm\_access.roles'"), "a claim is named by"),
        (_mapper("claim.name: '$${client_id}'"), "a claim is named by"),
        (_mapper("claim.name: .acr"), "a claim is named by"),
        (_mapper("claim.name: ' acr'"), "a claim is named by"),
        ("clients: [{clientId: spy, attributes: {access.token.lifespan: '²'}}]", "access tokens"),
        (_mapper("user.attribute.street: iin", "oidc-address-mapper"), "none of those"),
        (_mapper("claim.name: colour, user.attribute: colour"), "says none of these by raw"),
        ("clientScopes: [{name: s}]", "says none of these by raw"),
        ("clientScopes: [{name: acr, protocolMappers: [{name: more}]}]", "what acr puts"),
        ("clientScopes: [{name: email, protocolMappers: [{name: email}]}]", "what email puts"),
        # Rights over everybody.
        ("defaultGroups: [/g]", "default_groups"),
        ("groups: [{name: g, clientRoles: {realm-management: [manage-realm]}}]", "manage-realm"),
        ("groups: [{name: g, clientRoles: {realm-management: [manage-users]}}]", "manage-users"),
        ("groups: [{name: g, clientRoles: {realm-management: [view-users]}}]", "view-users"),
        ("scopeMappings: [{client: spy, roles: [offline_access]}]", "offline_access"),
        ("clientScopeMappings: {account: [{client: spy, roles: [manage-account]}]}", "manage-acc"),
        ("groups: [{name: g, clientRoles: {realm-management: [later]}}]", "later"),
    ],
)
def test_what_was_not_looked_at_is_refused(portal: Declares, raw: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said) as caught:
        portal(f"raw:\n  {raw}\n")
    assert "policy.yaml:" in caught.value.message


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            "client_profiles: [{name: p, executors: [{executor: auth-flow-enforcer}]}]",
            "auth-flow-enforcer",
        ),
        ("client_policies: [{name: p, conditions: [{condition: acr-condition}]}]", "acr-condition"),
        ("clients: [{client_id: b, mappers: [{name: m, mapper: later-mapper}]}]", "later-mapper"),
        ("texts: {ru: {tanbaGateTitle: Вход}}", "what the agreement's page says"),
        ("clients: [{client_id: b, mappers: [{name: m, claim: active, value: 'true'}]}]", "active"),
        ("clients: [{client_id: b, mappers: [{name: m, claim: name, value: A}]}]", "writes name"),
        ("clients: [{client_id: b, mappers: [{name: m, claim: upn, value: a}]}]", "writes upn"),
        (r"clients: [{client_id: b, mappers: [{name: m, claim: 'a\cr', value: eds}]}]", "is named"),
        (
            "groups: [{name: g, roles: {clients: {realm-management: [view-users]}}}]",
            "realm-management/view-users",
        ),
        (
            "clients: [{client_id: b, token_roles: {clients: {realm-management: [view-users]}}}]",
            "realm-management/view-users",
        ),
        (
            "clients: [{client_id: b, mappers: [{name: m, claim: n, attribute: iin}]}]",
            "it tells iin",
        ),
        ("clients: [{client_id: b, mappers: [{name: m, claim: n, note: bin}]}]", "it tells bin"),
    ],
)
def test_a_section_may_no_more_than_raw(portal: Declares, section: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        portal(f"{section}\n")


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("EXECUTORS", "client_profiles: [{name: p, executors: [{executor: pkce-enforcer}]}]"),
        ("CONDITIONS", "client_policies: [{name: p, conditions: [{condition: any-client}]}]"),
        ("MAPPERS", "clients: [{client_id: b, mappers: [{name: m, claim: c, value: v}]}]"),
        ("REALM_FIELDS", "raw: {displayNameHtml: x}"),
        ("REALM_ATTRIBUTES", "raw: {attributes: {frontendUrl: https://id.example.kz}}"),
        ("CLIENT_FIELDS", "raw: {clients: [{clientId: spy, baseUrl: /}]}"),
        (
            "CLIENT_ATTRIBUTES",
            "raw: {clients: [{clientId: spy, attributes: {jwks.url: https://b.example/jwks}}]}",
        ),
        ("NOTES", "clients: [{client_id: b, mappers: [{name: m, claim: c, note: clientId}]}]"),
        ("RAW_KINDS", "raw: {roles: {realm: [{name: clerk}]}}"),
    ],
)
def test_an_empty_table_refuses_what_a_full_one_takes(
    portal: Declares, monkeypatch: pytest.MonkeyPatch, table: str, text: str
) -> None:
    assert portal(f"{text}\n").resources
    monkeypatch.setattr(allowed, table, frozenset[Any]())
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:\d+"):
        portal(f"{text}\n")


def test_a_plain_realm_declares_its_own_flows_and_levels(plain: Declares) -> None:
    desired = plain(
        f"raw:\n  {_flow('weak')}\n"
        "  clients: [{clientId: a, attributes: {acr.loa.map: '{}'}}]\n"
    )
    assert desired.get(Kind.FLOW, "weak")["executions"]
    assert desired.get(Kind.CLIENT, "a") == {"attributes": {"acr.loa.map": "{}"}}
