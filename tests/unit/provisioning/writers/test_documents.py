"""Documents without compare-and-set: one member changes, the others stay as they are found."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.keepers import PROFILE, allowed_values
from provisioning.plan import Change
from provisioning.resources import Body, Key, Kind
from provisioning.writers.client_policies import with_member
from provisioning.writers.components import component_name
from provisioning.writers.profile import document_of, with_standing_values

POLICIES: dict[str, Any] = {
    "policies": [{"name": "one", "enabled": True}, {"name": "two", "kept": 1}, {"name": "three"}],
    "globalPolicies": [{"name": "keycloak's own"}],
}


def _change(name: str, body: Body | None) -> Change:
    key = Key(Kind.CLIENT_POLICY, name)
    return Change("update" if body is not None else "delete", key, (), body)


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("two", {"enabled": False}, ["one", {"name": "two", "kept": 1, "enabled": False}, "three"]),
        ("two", {"kept": None}, ["one", {"name": "two"}, "three"]),
        ("four", {"profiles": frozenset("ba")}, ["one", "two", "three", "four"]),
        ("two", None, ["one", "three"]),
        ("none", None, ["one", "two", "three"]),
    ],
)
def test_one_policy_changes_and_the_others_stay(
    name: str, body: Body | None, expected: list[Any]
) -> None:
    document = with_member(POLICIES, "policies", _change(name, body))
    assert list(document) == ["policies"]
    by_name = {policy["name"]: policy for policy in POLICIES["policies"]}
    by_name["four"] = {"name": "four", "profiles": ["a", "b"]}
    assert document["policies"] == [
        by_name[item] if isinstance(item, str) else item for item in expected
    ]


PROFILE_DOCUMENT: dict[str, Any] = {
    "attributes": [
        {"name": "username"},
        {
            "name": "agreement",
            "validations": {"options": {"options": ["2:kk:bb"]}, "length": {"max": 9}},
        },
        {"name": "theirs", "displayName": "kept"},
    ],
    "unmanagedAttributePolicy": "ENABLED",
}


def _declared(*values: str) -> Body:
    options = {"options": {"options": frozenset(values)}}
    return {"attributes": {"agreement": {"validations": options}, "new": {"displayName": "n"}}}


def test_values_that_stand_are_the_keepers_and_stay() -> None:
    body = with_standing_values(_declared("1:kk:aa"), PROFILE_DOCUMENT)
    assert allowed_values(body) == {"2:kk:bb"}
    assert with_standing_values(_declared("1:kk:aa"), {"attributes": []}) == _declared("1:kk:aa")
    other: Body = {"attributes": {"iin": {}}}
    assert with_standing_values(other, PROFILE_DOCUMENT) == other


def test_a_profile_keeps_what_nobody_declared() -> None:
    document = document_of(PROFILE_DOCUMENT, _declared("2:kk:bb"))
    assert [attribute["name"] for attribute in document["attributes"]] == [
        "agreement",
        "new",
        "username",
        "theirs",
    ]
    assert document["attributes"][0]["validations"]["length"] == {"max": 9}
    assert document["attributes"][3] == {"name": "theirs", "displayName": "kept"}
    assert document["unmanagedAttributePolicy"] == "ENABLED"
    assert PROFILE.kind is Kind.USER_PROFILE


def test_what_must_not_be_in_a_profile_goes() -> None:
    body: Body = {"attributes": {"theirs": None}, "unmanagedAttributePolicy": None}
    document = document_of(PROFILE_DOCUMENT, body)
    assert [attribute["name"] for attribute in document["attributes"]] == ["username", "agreement"]
    assert "unmanagedAttributePolicy" not in document


KEYS = "org.keycloak.keys.KeyProvider"


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("rsa", {}, "rsa"),
        ("anonymous/Trusted Hosts", {"subType": "anonymous"}, "Trusted Hosts"),
        ("ldap/username", {"parent": "ldap"}, "username"),
        ("ldap/username", {}, "ldap/username"),
        ("rsa #2", {}, "rsa"),
        ("other #2", {}, "other #2"),
    ],
)
def test_a_component_is_created_under_keycloaks_name_of_it(
    name: str, body: Body, expected: str
) -> None:
    known = {Key(Kind.COMPONENT, "rsa", KEYS)}
    assert (
        component_name(Key(Kind.COMPONENT, name, KEYS), body, known=known.__contains__) == expected
    )
