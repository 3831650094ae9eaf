"""`raw:` as objects: what a RealmRepresentation's part declares, and what it leaves alone."""

from __future__ import annotations

import pytest

from policies.errors import PolicyFileError
from provisioning.plan import plan
from provisioning.resources import Key, Kind, Live, wire
from tests.unit.provisioning.desired.conftest import Declares, objects

PROFILE = "org.keycloak.userprofile.UserProfileProvider"


def test_a_policy_of_nothing_declares_its_realm_alone(plain: Declares) -> None:
    desired = plain("")
    assert [(r.key, r.body) for r in desired.resources] == [(Key(Kind.REALM, "back-office"), {})]
    assert not desired.absent
    assert not desired.complete


def test_only_what_raw_names_is_declared(plain: Declares) -> None:
    desired = plain(
        "raw:\n"
        "  displayName: Back office\n"
        "  browserFlow: null\n"
        "  attributes: {frontendUrl: https://id.example}\n"
        "  clients:\n"
        "    - {clientId: reports, redirectUris: [https://b.example, https://a.example]}\n"
        "  roles: {realm: [{name: clerk}], client: {reports: [{name: reader}]}}\n"
        "  groups: [{name: north, subGroups: [{name: east, realmRoles: [clerk]}]}]\n"
    )
    assert objects(desired) == {
        "realm back-office": {
            "displayName": "Back office",
            "browserFlow": None,
            "attributes": {"frontendUrl": "https://id.example"},
        },
        "role clerk": {},
        "client_role reports/reader": {},
        "client reports": {"redirectUris": frozenset({"https://a.example", "https://b.example"})},
        "group /north": {},
        "group /north/east": {"realmRoles": frozenset({"clerk"})},
    }


def test_a_realm_that_holds_it_in_another_order_is_as_plain(plain: Declares) -> None:
    desired = plain(
        "raw:\n  supportedLocales: [kk, ru]\n  clients: [{clientId: a, redirectUris: [x, y]}]\n"
        "  identityProviders: [{alias: g, config: {clientSecret: '${env:SECRET}'}}]\n"
    )
    found = {r.key: wire(r.body) for r in desired.resources}
    found[Key(Kind.CLIENT, "a")] = {"redirectUris": ["y", "x"], "secret": "kept"}
    found[Key(Kind.IDENTITY_PROVIDER, "g")] = {"config": {"clientSecret": "**********"}}
    assert plan(desired, Live("back-office", exists=True, objects=found)).empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clients: [{name: without-an-id}]", "an object lacks 'clientId'"),
        ("roles: {realm: [{name: a}, {name: a}]}", "role a is there twice"),
        ("authenticationFlows: [{alias: a, topLevel: false}]", "the flow a is in no flow"),
        ("authenticatorConfig: [{alias: c, config: {}}]", "config c is used by no step"),
        (
            (
                "authenticationFlows: [{alias: a, authenticationExecutions: "
                "[{authenticator: x, requirement: REQUIRED, authenticatorConfig: c}]}]"
            ),
            "config c is not there",
        ),
        ("localizationTexts: {kk: [a]}", "has another shape"),
        (
            f"components: {{{PROFILE}: [{{config: {{kc.user.profile.config: [no JSON]}}}}]}}",
            "Expecting value",
        ),
        (
            "authenticationFlows: [{alias: a, authenticationExecutions: [{flowAlias: b}]}]",
            "an object lacks 'requirement'",
        ),
    ],
)
def test_a_part_of_another_shape_is_refused_by_its_place(
    plain: Declares, text: str, said: str
) -> None:
    with pytest.raises(PolicyFileError, match=rf"policy\.yaml:3: raw: .*{said}"):
        plain(f"raw: {{{text}}}\n")
