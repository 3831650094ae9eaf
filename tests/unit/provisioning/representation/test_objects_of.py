"""A RealmRepresentation as objects: a snapshot whole, a declared part by what it says alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioning.keepers import PROFILE
from provisioning.representation import SECTIONS, objects_of
from provisioning.resources import Key, Kind

SNAPSHOT: dict[str, Any] = {
    "id": "1",
    "realm": "r",
    "keycloakVersion": "26.7.4",
    "enabled": True,
    "notBefore": 0,
    "defaultRole": {"name": "default-roles-r"},
    "roles": {
        "realm": [
            {"id": "10", "name": "plain", "description": "d", "composite": False},
            {
                "id": "11",
                "name": "both",
                "composite": True,
                "composites": {"realm": ["plain"], "client": {"c": ["z", "a"]}},
            },
        ],
        "client": {"c": [{"id": "12", "name": "a", "clientRole": True, "containerId": "20"}]},
    },
    "groups": [
        {
            "id": "30",
            "name": "a/b",
            "path": "/a~/b",
            "attributes": {"k": ["v"]},
            "realmRoles": ["plain"],
            "clientRoles": {"c": ["a"]},
            "subGroups": [{"id": "31", "name": "in", "subGroups": []}],
        }
    ],
    "defaultGroups": ["/a/b/in"],
    "clients": [
        {
            "id": "20",
            "clientId": "c",
            "secret": "**********",
            "enabled": True,
            "defaultClientScopes": ["s"],
            "authenticationFlowBindingOverrides": {"browser": "40"},
            "protocolMappers": [{"id": "21", "name": "m", "protocolMapper": "x", "config": {}}],
        }
    ],
    "clientScopes": [
        {
            "id": "25",
            "name": "s",
            "protocol": "openid-connect",
            "protocolMappers": [{"id": "26", "name": "n", "config": {"k": "v"}}],
        }
    ],
    "scopeMappings": [
        {"client": "c", "roles": ["plain"]},
        {"clientScope": "s", "roles": ["both"]},
    ],
    "clientScopeMappings": {"c": [{"client": "c", "roles": ["a"]}]},
    "authenticationFlows": [
        {
            "id": "40",
            "alias": "mine",
            "description": "",
            "topLevel": True,
            "authenticationExecutions": [
                {"flowAlias": "inner", "requirement": "REQUIRED", "priority": 20},
                {"authenticator": "auth-cookie", "requirement": "ALTERNATIVE", "priority": 10},
            ],
        },
        {
            "alias": "inner",
            "topLevel": False,
            "providerId": "form-flow",
            "authenticationExecutions": [
                {"authenticator": "p", "authenticatorConfig": "conf", "requirement": "REQUIRED"}
            ],
        },
    ],
    "authenticatorConfig": [{"alias": "conf", "config": {"k": "v"}}],
    "identityProviders": [{"alias": "eds", "internalId": "50", "config": {"issuer": "i"}}],
    "identityProviderMappers": [
        {"id": "51", "name": "iin", "identityProviderAlias": "eds", "config": {}}
    ],
    "requiredActions": [{"alias": "VERIFY_EMAIL", "enabled": True}],
    "localizationTexts": {"kk": {"k": "v"}},
    "clientProfiles": {"profiles": [{"name": "strict", "executors": []}]},
    "clientPolicies": {"policies": [{"name": "all", "profiles": ["strict"]}]},
    "components": {
        "keys": [
            {"id": "61", "name": "rsa", "providerId": "rsa", "config": {"p": ["1"]}},
            {"id": "60", "name": "rsa", "providerId": "rsa", "config": {"p": ["0"]}},
            {
                "id": "62",
                "name": "ldap",
                "providerId": "ldap",
                "subComponents": {"mappers": [{"id": "63", "name": "mail", "providerId": "u"}]},
            },
        ],
        "org.keycloak.userprofile.UserProfileProvider": [
            {
                "id": "64",
                "providerId": "declarative-user-profile",
                "config": {"kc.user.profile.config": [json.dumps({"attributes": [{"name": "e"}]})]},
            }
        ],
    },
}

BODIES: list[tuple[Key, Any]] = [
    (Key(Kind.REALM, "r"), {"enabled": True, "notBefore": 0}),
    (Key(Kind.ROLE, "plain"), {"description": "d"}),
    (Key(Kind.ROLE_COMPOSITES, "plain"), {"realm": [], "client": []}),
    (Key(Kind.ROLE_COMPOSITES, "both"), {"realm": ["plain"], "client": ["c/a", "c/z"]}),
    (Key(Kind.CLIENT_ROLE, "a", "c"), {}),
    (
        Key(Kind.GROUP, "/a~/b"),
        {"attributes": {"k": ["v"]}, "realmRoles": ["plain"], "clientRoles": ["c/a"]},
    ),
    (Key(Kind.GROUP, "/a~/b/in"), {"realmRoles": [], "clientRoles": []}),
    (Key(Kind.DEFAULT_GROUPS, "default"), {"groups": ["/a~/b/in"]}),
    (
        Key(Kind.CLIENT, "c"),
        {"enabled": True, "authenticationFlowBindingOverrides": {"browser": "mine"}},
    ),
    (Key(Kind.CLIENT_MAPPER, "m", "c"), {"protocolMapper": "x", "config": {}}),
    (Key(Kind.CLIENT_CLIENT_SCOPES, "c"), {"default": ["s"], "optional": []}),
    (Key(Kind.CLIENT_ROLE_SCOPE, "c"), {"realm": ["plain"], "client": ["c/a"]}),
    (Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, "s"), {"realm": ["both"], "client": []}),
    (
        Key(Kind.FLOW, "mine"),
        {
            "description": "",
            "executions": [
                {"requirement": "ALTERNATIVE", "provider": "auth-cookie"},
                {
                    "requirement": "REQUIRED",
                    "flow": "inner",
                    "type": "form-flow",
                    "provider": None,
                    "executions": [
                        {"requirement": "REQUIRED", "provider": "p", "config": {"k": "v"}}
                    ],
                },
            ],
        },
    ),
    (Key(Kind.IDENTITY_PROVIDER, "eds"), {"config": {"issuer": "i"}}),
    (Key(Kind.IDENTITY_PROVIDER_MAPPER, "iin", "eds"), {"config": {}}),
    (Key(Kind.REQUIRED_ACTION, "VERIFY_EMAIL"), {"enabled": True}),
    (Key(Kind.LOCALIZATION, "kk"), {"k": "v"}),
    (Key(Kind.CLIENT_PROFILE, "strict"), {"executors": []}),
    (Key(Kind.CLIENT_POLICY, "all"), {"profiles": ["strict"]}),
    (Key(Kind.COMPONENT, "rsa", "keys"), {"providerId": "rsa", "config": {"p": ["0"]}}),
    (Key(Kind.COMPONENT, "rsa #2", "keys"), {"providerId": "rsa", "config": {"p": ["1"]}}),
    (Key(Kind.COMPONENT, "ldap/mail", "mappers"), {"providerId": "u", "parent": "ldap"}),
    (PROFILE, {"attributes": {"e": {"name": "e"}}}),
    (Key(Kind.CLIENT_SCOPE, "s"), {"protocol": "openid-connect"}),
    (Key(Kind.CLIENT_SCOPE_MAPPER, "n", "s"), {"config": {"k": "v"}}),
    (Key(Kind.REALM_CLIENT_SCOPES, "default"), {"default": [], "optional": []}),
]


@pytest.mark.parametrize(("key", "body"), BODIES, ids=lambda value: str(value)[:40])
def test_every_object_of_a_snapshot_stands_under_its_own_key(key: Key, body: object) -> None:
    assert objects_of(SNAPSHOT).bodies[key] == body


def test_every_kind_is_found_in_a_snapshot() -> None:
    assert {key.kind for key in objects_of(SNAPSHOT).bodies} == set(Kind)


def test_ids_are_kept_beside_the_bodies_and_never_in_them() -> None:
    found = objects_of(SNAPSHOT)
    assert found.ids[Key(Kind.CLIENT, "c")] == "20"
    assert found.ids[Key(Kind.IDENTITY_PROVIDER, "eds")] == "50"
    assert not [key for key, body in found.bodies.items() if {"id", "internalId"} & body.keys()]


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_a_section_that_holds_objects_is_no_setting_of_the_realm(section: str) -> None:
    assert section not in objects_of({**SNAPSHOT}).bodies[Key(Kind.REALM, "r")]


@pytest.mark.parametrize(
    ("part", "keys"),
    [
        ({"clients": [{"clientId": "c"}]}, [Key(Kind.CLIENT, "c")]),
        (
            {"clients": [{"clientId": "c", "optionalClientScopes": ["s"]}]},
            [Key(Kind.CLIENT, "c"), Key(Kind.CLIENT_CLIENT_SCOPES, "c")],
        ),
        ({"roles": {"realm": [{"name": "x"}]}}, [Key(Kind.ROLE, "x")]),
        ({"groups": [{"name": "g"}]}, [Key(Kind.GROUP, "/g")]),
        ({"scopeMappings": [{"client": "c", "roles": ["x"]}]}, [Key(Kind.CLIENT_ROLE_SCOPE, "c")]),
        ({"displayName": "x"}, [Key(Kind.REALM, "r")]),
        ({}, []),
    ],
)
def test_a_part_declares_only_what_it_says(part: dict[str, Any], keys: list[Key]) -> None:
    assert list(objects_of({"realm": "r", **part}, whole=False).bodies) == keys


@pytest.mark.parametrize(
    "part",
    [
        {"clients": [{"clientId": "c"}, {"clientId": "c"}]},
        {"clients": [{"name": "no clientId"}]},
        {
            "authenticationFlows": [
                {
                    "alias": "a",
                    "authenticationExecutions": [{"flowAlias": "a", "requirement": "REQUIRED"}],
                }
            ]
        },
    ],
    ids=["twice", "nameless", "flow in itself"],
)
def test_what_cannot_be_told_apart_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        objects_of({"realm": "r", **part}, whole=False)
