"""One value is said once: by a section, by `raw`, or by what Tanba holds fast for portals."""

from __future__ import annotations

import pytest

from policies.errors import PolicyFileError
from provisioning.desired.declared_merge import same
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import SECRET, Declares


def test_sections_and_raw_add_up_to_one_object(plain: Declares) -> None:
    body = plain(
        "clients: [{client_id: a, name: A, ways: [service]}]\n"
        "raw: {clients: [{clientId: a, surrogateAuthRequired: false, webOrigins: [],"
        " attributes: {login_theme: mine}}]}\n"
    ).get(Kind.CLIENT, "a")
    assert body["name"] == "A"
    assert body["surrogateAuthRequired"] is False
    assert body["attributes"]["login_theme"] == "mine"
    assert body["attributes"]["oidc.ciba.grant.enabled"] == "false"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            (
                "clients:\n  - client_id: a\nraw:\n  clients:\n    - clientId: a\n"
                "      serviceAccountsEnabled: true\n"
            ),
            (
                r"policy\.yaml:8: client a: serviceAccountsEnabled is declared otherwise: "
                r".*policy\.yaml:4"
            ),
        ),
        (
            (
                "clients:\n  - client_id: a\nraw:\n  clients:\n    - clientId: a\n"
                "      attributes:\n        standard.token.exchange.enabled: 'true'\n"
            ),
            r"policy\.yaml:9: client a: attributes\.standard\.token\.exchange\.enabled is decl",
        ),
        (
            (
                "roles:\n  - name: r\n    description: one\nraw:\n  roles:\n    realm:\n"
                "      - {name: r, description: another}\n"
            ),
            r"policy\.yaml:9: role r: description is declared otherwise: .*policy\.yaml:4",
        ),
        (
            (
                "groups:\n  - {name: g, roles: {realm: [a]}}\nraw:\n"
                "  groups: [{name: g, realmRoles: [a, b]}]\n"
            ),
            r"policy\.yaml:\d+: group /g: realmRoles is declared otherwise: .*policy\.yaml:4",
        ),
        (
            (
                "client_scopes:\n  - {name: s, mappers: [{name: m, audience: x}]}\nraw:\n"
                "  clientScopes:\n    - name: s\n      protocolMappers:\n"
                "        - {name: m, protocolMapper: another}\n"
            ),
            r"policy\.yaml:9: client_scope_mapper s/m: protocolMapper is declared otherwise",
        ),
    ],
)
def test_a_value_said_in_two_ways_is_refused_with_both_places(
    plain: Declares, text: str, said: str
) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(text)


def test_a_value_said_twice_alike_stands(plain: Declares) -> None:
    body = plain(
        "clients: [{client_id: a, ways: [browser], redirect_uris: [https://a/1, https://a/2]}]\n"
        "raw: {clients: [{clientId: a, redirectUris: [https://a/2, https://a/1], enabled: true}]}\n"
    ).get(Kind.CLIENT, "a")
    assert body["redirectUris"] == frozenset({"https://a/1", "https://a/2"})


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (True, 1, False),
        (0, False, False),
        (True, True, True),
        ((1, 2), frozenset({2, 1}), True),
        ((1, 2), (2, 1), False),
        (None, "", False),
    ],
)
def test_true_is_not_one_and_order_counts_where_both_have_it(
    first: object, second: object, *, is_same: bool
) -> None:
    assert same(first, second) is is_same


def test_a_refusal_shows_no_value(plain: Declares) -> None:
    with pytest.raises(PolicyFileError) as caught:
        plain(
            "clients: [{client_id: a, secret: '${env:SECRET}'}]\n"
            "raw: {clients: [{clientId: a, secret: '${env:SECRET} x'}]}\n"
        )
    assert "client a: secret is declared otherwise" in caught.value.message
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "clients: [{client_id: tanba-state}]",
        "client_scopes: [{name: tanba-lock}]",
        "raw: {clients: [{clientId: tanba-state}]}",
        "raw: {clientScopes: [{name: tanba-lock}]}",
        "raw: {scopeMappings: [{client: tanba-state, roles: [a]}]}",
    ],
)
def test_what_tanba_keeps_for_itself_is_declared_by_nobody(plain: Declares, text: str) -> None:
    with pytest.raises(PolicyFileError, match=r"policy\.yaml:3: .* is Tanba's own"):
        plain(f"{text}\n")


def test_what_a_portal_holds_fast_is_named_as_such(portal: Declares) -> None:
    with pytest.raises(
        PolicyFileError, match=r"registrationAllowed is declared otherwise: Tanba holds it fast"
    ):
        portal("raw: {registrationAllowed: true}\n")
