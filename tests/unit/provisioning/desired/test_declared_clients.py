"""Clients and client scopes in an admin's words, and what they are in Keycloak's."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from policies.errors import PolicyFileError
from provisioning.resources import Kind, wire
from tests.unit.provisioning.desired.conftest import SECRET, Declares, objects

OFF = {
    "oidc.ciba.grant.enabled": "false",
    "oauth2.device.authorization.grant.enabled": "false",
    "oauth2.jwt.authorization.grant.enabled": "false",
    "standard.token.exchange.enabled": "false",
    "access.token.lifespan": None,
}


def test_a_client_that_names_nothing_can_do_nothing(plain: Declares) -> None:
    found = objects(plain("clients: [{client_id: idle}]\n"))
    del found["realm back-office"]
    assert found == {
        "client idle": {
            "protocol": "openid-connect",
            "enabled": True,
            "publicClient": False,
            "bearerOnly": False,
            "consentRequired": False,
            "fullScopeAllowed": False,
            "redirectUris": frozenset(),
            "webOrigins": frozenset(),
            "attributes": OFF,
            "standardFlowEnabled": False,
            "implicitFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            "serviceAccountsEnabled": False,
            "clientAuthenticatorType": "client-secret",
        },
        "client_role_scope idle": {"realm": frozenset(), "client": frozenset()},
    }


def test_a_second_portal_is_a_client_of_few_lines(plain: Declares) -> None:
    found = objects(
        plain(
            "clients:\n"
            "  - client_id: billing\n"
            "    name: Billing\n"
            "    ways: [browser]\n"
            "    secret: ${env:SECRET}\n"
            "    url: https://billing.example\n"
            "    redirect_uris: [https://billing.example/callback]\n"
            "    post_logout_redirect_uris: [https://billing.example/b, https://billing.example/a]\n"
            "    backchannel_logout_url: https://billing.example/out\n"
            "    access_token_minutes: 5\n"
            "    scopes: {default: [basic, acr], optional: [email]}\n"
            "    token_roles: {realm: [clerk], clients: {reports: [reader]}}\n"
            "    roles: [{name: payer, description: Pays, includes: {realm: [clerk]}}]\n"
            "    mappers: [{name: department, claim: department, attribute: department}]\n"
        )
    )
    client: dict[str, Any] = found["client billing"]
    assert client["standardFlowEnabled"] is True
    assert client["redirectUris"] == frozenset({"https://billing.example/callback"})
    assert client["secret"] == SecretStr(SECRET)
    assert client["attributes"] == OFF | {
        "pkce.code.challenge.method": "S256",
        "post.logout.redirect.uris": "https://billing.example/a##https://billing.example/b",
        "backchannel.logout.url": "https://billing.example/out",
        "access.token.lifespan": "300",
    }
    assert found["client_client_scopes billing"] == {
        "default": frozenset({"acr", "basic"}),
        "optional": frozenset({"email"}),
    }
    assert found["client_role_scope billing"] == {
        "realm": frozenset({"clerk"}),
        "client": frozenset({"reports/reader"}),
    }
    assert found["client_role billing/payer"] == {"description": "Pays"}
    assert found["role_composites billing/payer"] == {
        "realm": frozenset({"clerk"}),
        "client": frozenset(),
    }
    assert found["client_mapper billing/department"]["protocolMapper"] == (
        "oidc-usermodel-attribute-mapper"
    )


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("service", {"serviceAccountsEnabled": True}),
        ("password", {"directAccessGrantsEnabled": True}),
        ("device", {"attributes.oauth2.device.authorization.grant.enabled": "true"}),
        ("token_exchange", {"attributes.standard.token.exchange.enabled": "true"}),
        ("ciba", {"attributes.oidc.ciba.grant.enabled": "true"}),
        ("jwt_grant", {"attributes.oauth2.jwt.authorization.grant.enabled": "true"}),
    ],
)
def test_each_way_opens_that_way_alone(plain: Declares, way: str, said: dict[str, Any]) -> None:
    def flat(desired: str) -> dict[str, Any]:
        body = dict(plain(desired).get(Kind.CLIENT, "a"))
        attributes = body.pop("attributes")
        return body | {f"attributes.{name}": value for name, value in attributes.items()}

    idle = flat("clients: [{client_id: a}]\n")
    opened = flat(f"clients: [{{client_id: a, ways: [{way}]}}]\n")
    assert {name: value for name, value in opened.items() if idle.get(name) != value} == said


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("none", {"publicClient": True}),
        ("secret_jwt", {"publicClient": False, "clientAuthenticatorType": "client-secret-jwt"}),
        ("mtls, certificate_subject: CN=a", {"clientAuthenticatorType": "client-x509"}),
        (
            "private_key_jwt, jwks_url: https://a.example/jwks",
            {"clientAuthenticatorType": "client-jwt"},
        ),
    ],
)
def test_a_client_proves_itself_as_it_says(plain: Declares, how: str, said: dict[str, Any]) -> None:
    desired = plain(f"clients: [{{client_id: a, authentication: {how}}}]\n")
    assert said.items() <= desired.get(Kind.CLIENT, "a").items()


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ("client_id: a, ways: [browser]", "redirect_uris are given with the way browser"),
        ("client_id: a, redirect_uris: [https://a.example]", "redirect_uris are given with"),
        ("client_id: a, authentication: none, ways: [service]", "cannot act for itself"),
        ("client_id: a, authentication: none, secret: '${env:SECRET}'", "has no secret"),
        ("client_id: a, secret: in-the-open", "by reference only"),
        ("client_id: a, authentication: private_key_jwt", "jwks_url is given with"),
        ("client_id: a, jwks_url: https://a.example/jwks", "jwks_url is given with"),
        ("client_id: a, authentication: mtls", "certificate_subject is given with"),
        ("client_id: a, ways: [brouser]", "did you mean browser"),
        ("client_id: a, ways: [service, service]", "a way is named twice"),
        ("client_id: a, all_roles: true, token_roles: {realm: [x]}", "give one"),
        ("client_id: a, client_id: a", "stands twice"),
        ("client_id: a}, {client_id: a", "two clients have one client_id"),
    ],
)
def test_a_client_that_cannot_be_meant_is_refused(plain: Declares, client: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"clients: [{{{client}}}]\n")


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/*",
        "*",
        "/callback",
        "https://a.example/#x",
        "http://a.example/callback",
        "http://localhost.evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a.example/ x",
        "https://a.example/<x>",
        "",
    ],
)
def test_a_redirect_that_could_be_widened_is_refused(plain: Declares, address: str) -> None:
    with pytest.raises(PolicyFileError, match=r"clients\.0\.redirect_uris\.0: "):
        plain(f"clients: [{{client_id: a, ways: [browser], redirect_uris: ['{address}']}}]\n")


@pytest.mark.parametrize(
    "address",
    ["kz.example.app:/callback", "http://localhost:8080/x", "http://[::1]/", "https://a/"],
)
def test_an_exact_redirect_is_taken(plain: Declares, address: str) -> None:
    desired = plain(f"clients: [{{client_id: a, ways: [browser], redirect_uris: ['{address}']}}]\n")
    assert desired.get(Kind.CLIENT, "a")["redirectUris"] == frozenset({address})


EVERYWHERE = {
    "access.token.claim": "true",
    "id.token.claim": "true",
    "userinfo.token.claim": "true",
    "introspection.token.claim": "true",
}


@pytest.mark.parametrize(
    ("mapper", "provider", "config"),
    [
        (
            "claim: d, attribute: dept, list: true",
            "oidc-usermodel-attribute-mapper",
            {"user.attribute": "dept", "multivalued": "true", "jsonType.label": "String"},
        ),
        (
            "claim: d, note: n, type: number",
            "oidc-usersessionmodel-note-mapper",
            {"user.session.note": "n", "jsonType.label": "long"},
        ),
        (
            "claim: d, value: '1', type: json",
            "oidc-hardcoded-claim-mapper",
            {"claim.value": "1", "jsonType.label": "JSON"},
        ),
        ("claim: d, groups: paths", "oidc-group-membership-mapper", {"full.path": "true"}),
    ],
)
def test_a_claim_says_where_it_is_from(
    plain: Declares, mapper: str, provider: str, config: dict[str, str]
) -> None:
    desired = plain(f"client_scopes: [{{name: s, mappers: [{{name: m, {mapper}}}]}}]\n")
    assert desired.get(Kind.CLIENT_SCOPE_MAPPER, "m", "s") == {
        "protocol": "openid-connect",
        "protocolMapper": provider,
        "config": {"claim.name": "d", **config, **EVERYWHERE},
    }


def test_an_audience_and_a_mapper_of_keycloaks_own(plain: Declares) -> None:
    desired = plain(
        "client_scopes:\n  - name: s\n    token_roles: {realm: [clerk]}\n    mappers:\n"
        "      - {name: a, audience: billing, tokens: [access]}\n"
        "      - {name: k, mapper: oidc-nonce-backwards-compatible-mapper, config: {x: '1'}}\n"
    )
    assert desired.get(Kind.CLIENT_SCOPE_MAPPER, "a", "s")["config"] == {
        "included.client.audience": "billing",
        "access.token.claim": "true",
        "id.token.claim": "false",
        "introspection.token.claim": "false",
    }
    assert desired.get(Kind.CLIENT_SCOPE_MAPPER, "k", "s")["config"] == {"x": "1"}
    assert wire(desired.get(Kind.CLIENT_SCOPE_ROLE_SCOPE, "s")) == {
        "realm": ["clerk"],
        "client": [],
    }


@pytest.mark.parametrize(
    ("mapper", "said"),
    [
        ("claim: d", "exactly one of"),
        ("claim: d, attribute: a, note: b", "exactly one of"),
        ("attribute: a", "claim is given with"),
        ("claim: d, audience: x", "claim is given with"),
        ("claim: d, attribute: a, config: {x: y}", "go with mapper"),
        ("claim: d, note: a, list: true", "list goes with attribute"),
    ],
)
def test_a_claim_that_cannot_be_meant_is_refused(plain: Declares, mapper: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"client_scopes: [{{name: s, mappers: [{{name: m, {mapper}}}]}}]\n")
