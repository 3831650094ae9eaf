"""`raw` is judged by the fields that Keycloak's representations have, before a server sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policies.model_raw_fields import INNER, REFUSED, converted, fields, mistakes
from policies.references import Resolved
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("raw", "path", "said"),
    [
        ({"bruteForceProtectd": True}, "bruteForceProtectd", "did you mean bruteForceProtected?"),
        ({"zzz": 1}, "zzz", "Keycloak knows no such field"),
        ({"enabled": "true"}, "enabled", "expected true or false"),
        ({"enabled": 1}, "enabled", "expected true or false"),
        ({"failureFactor": True}, "failureFactor", "expected a number"),
        ({"failureFactor": "5"}, "failureFactor", "expected a number"),
        ({"displayName": 7}, "displayName", "expected text; put it in quotes to make it text"),
        ({"supportedLocales": "kk"}, "supportedLocales", "expected a list"),
        ({"attributes": []}, "attributes", "expected keys and values"),
        ({"attributes": {"a": 1}}, "attributes.a", "put it in quotes to make it text"),
        ({"smtpServer": {"auth": True}}, "smtpServer.auth", "put it in quotes to make it text"),
        ({"clients": {"a": {}}}, "clients", "expected a list"),
        ({"clients": ["a"]}, "clients.0", "expected keys and values"),
        ({"clients": [{"clientID": "a"}]}, "clients.0.clientID", "did you mean clientId?"),
        ({"clients": [{"notBefore": 1}]}, "clients.0.notBefore", "not in raw"),
        (
            {"clients": [{"protocolMappers": [{"config": {"multivalued": True}}]}]},
            "clients.0.protocolMappers.0.config.multivalued",
            "put it in quotes",
        ),
        (
            {"groups": [{"subGroups": [{"subgroups": []}]}]},
            "groups.0.subGroups.0.subgroups",
            "did you mean subGroups?",
        ),
        ({"groups": [{"attributes": {"a": "b"}}]}, "groups.0.attributes.a", "expected a list"),
        ({"roles": {"client": {"a": {}}}}, "roles.client.a", "expected a list"),
        (
            {"roles": {"client": {"a": [{"nam": "b"}]}}},
            "roles.client.a.0.nam",
            "did you mean name?",
        ),
        (
            {"components": {"t": [{"config": {"priority": "5"}}]}},
            "components.t.0.config.priority",
            "expected a list",
        ),
        ({"components": {"t": [{"parentId": "x"}]}}, "components.t.0.parentId", "no such field"),
        (
            {"clientPolicies": {"policies": [{"conditions": [{"conditon": "a"}]}]}},
            "clientPolicies.policies.0.conditions.0.conditon",
            "did you mean condition?",
        ),
    ],
)
def test_what_keycloak_would_not_take_is_named_with_its_path(
    raw: dict[str, Any], path: str, said: str
) -> None:
    ((found, sentence),) = mistakes(raw)
    assert ".".join(map(str, found)) == path
    assert said in sentence


def test_what_keycloak_itself_exports_is_taken_whole() -> None:
    exported = json.loads((ROOT / "realm-export.json").read_text(encoding="utf-8"))
    for realm in exported:
        own = {name: v for name, v in realm.items() if ("realm", name) not in REFUSED}
        assert list(mistakes(own)) == []


def test_null_unsets_whatever_the_kind() -> None:
    raw = {"enabled": None, "attributes": {"a": None}, "clients": [{"clientId": "a", "name": None}]}
    assert list(mistakes(raw)) == []


def test_a_reference_is_taken_for_what_its_field_takes() -> None:
    raw = {
        "enabled": Resolved("true"),
        "failureFactor": Resolved("7"),
        "displayName": Resolved("7"),
        "attributes": {"a": Resolved("true")},
        "roles": {"client": {"c": [{"name": "r"}]}},
        "clients": [{"clientId": "a", "enabled": Resolved("false")}],
    }
    assert list(mistakes(raw)) == []
    made = converted(raw)
    assert (made["enabled"], made["failureFactor"], made["displayName"]) == (True, 7, "7")
    assert made["attributes"] == {"a": "true"}
    assert made["clients"][0]["enabled"] is False
    assert made["roles"] == raw["roles"]
    for name, text in (("enabled", "yes"), ("failureFactor", "many"), ("failureFactor", "²")):
        assert [path for path, _ in mistakes({name: Resolved(text)})] == [(name,)]


def test_every_refused_and_every_inner_field_is_one_of_keycloaks() -> None:
    for shape, name in (*REFUSED, *INNER):
        assert name in fields()[shape], (shape, name)
