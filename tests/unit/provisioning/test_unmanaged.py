"""What no policy names, found in a realm as Keycloak makes it and as people change it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from provisioning.apply import Surveyed
from provisioning.keepers import PROFILE
from provisioning.keycloak_defaults import default_client, default_objects
from provisioning.own_objects import LOCK_SCOPE, STATE_CLIENT
from provisioning.plan import plan
from provisioning.planfile import as_file, document_of, read_plan, require_unmoved, schema
from provisioning.render import as_text, realm_as_json
from provisioning.render_markdown import as_markdown
from provisioning.representation.objects import without
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource
from provisioning.unmanaged import Unmanaged, owners, unmanaged

VERSION = "26.7.4"
NOTHING = Desired("shop", ())
REALM = Key(Kind.REALM, "shop")
ADMIN_CLI = Key(Kind.CLIENT, "admin-cli")
REPORTS = Key(Kind.CLIENT, "reports")


@pytest.fixture
def pristine() -> Live:
    """The realm `shop` as Keycloak makes it."""
    return Live("shop", exists=True, objects=default_objects(VERSION, "shop"), version=VERSION)


def also(live: Live, objects: Mapping[Key, Mapping[str, Any]]) -> Live:
    """`live` with other or further objects."""
    return replace(live, objects={**live.objects, **objects})


def client(**settings: Any) -> dict[str, Any]:
    """A client as Keycloak tells it that was made with these settings."""
    names = ("clientId", "defaultClientScopes", "optionalClientScopes")
    return {**without(default_client(VERSION, "openid-connect"), names), **settings}


def test_what_keycloak_made_by_itself_is_not_listed(pristine: Live) -> None:
    assert unmanaged(NOTHING, pristine) == ()
    master = default_objects(VERSION, "master", others=["shop"])
    live = Live("master", exists=True, objects=master, version=VERSION)
    assert unmanaged(Desired("master", ()), live) == ()


def test_of_an_unknown_version_everything_is_listed(pristine: Live) -> None:
    listed = unmanaged(NOTHING, replace(pristine, version=""))
    assert Unmanaged(ADMIN_CLI) in listed


def test_tanbas_own_objects_are_not_listed(pristine: Live) -> None:
    live = also(
        pristine,
        {
            Key(Kind.CLIENT_SCOPE, LOCK_SCOPE): {"attributes": {"run": "1"}},
            Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, LOCK_SCOPE): {"realm": [], "client": []},
            Key(Kind.CLIENT, STATE_CLIENT): {"enabled": False},
            Key(Kind.CLIENT_CLIENT_SCOPES, STATE_CLIENT): {"default": ["basic"], "optional": []},
        },
    )
    assert unmanaged(NOTHING, live) == ()


def test_what_somebody_hung_on_tanbas_own_objects_is_listed(pristine: Live) -> None:
    hung = {
        Key(Kind.CLIENT_SCOPE_MAPPER, "acr", LOCK_SCOPE): {"protocol": "openid-connect"},
        Key(Kind.CLIENT_MAPPER, "acr", STATE_CLIENT): {"protocol": "openid-connect"},
        Key(Kind.CLIENT_ROLE, "boss", STATE_CLIENT): {"description": "d"},
    }
    own: dict[Key, Body] = {
        Key(Kind.CLIENT_SCOPE, LOCK_SCOPE): {},
        Key(Kind.CLIENT, STATE_CLIENT): {"enabled": False},
    }
    assert {found.key for found in unmanaged(NOTHING, also(pristine, own | hung))} == set(hung)


def test_what_tanba_made_and_nobody_names_any_more_is_the_plans_to_say(pristine: Live) -> None:
    cook, waiter = Key(Kind.ROLE, "cook"), Key(Kind.ROLE, "waiter")
    live = also(pristine, {cook: {}, waiter: {}})
    assert unmanaged(NOTHING, live, made={cook}) == (Unmanaged(waiter),)


def test_an_object_is_listed_once_and_what_comes_with_it_is_not(pristine: Live) -> None:
    live = also(
        pristine,
        {
            REPORTS: client(),
            Key(Kind.CLIENT_MAPPER, "dept", "reports"): {"protocol": "openid-connect"},
            Key(Kind.CLIENT_ROLE, "reader", "reports"): {"attributes": {}},
            Key(Kind.ROLE_COMPOSITES, "reader", "reports"): {"realm": ["x"], "client": []},
            Key(Kind.CLIENT_CLIENT_SCOPES, "reports"): {"default": ["basic"], "optional": []},
            Key(Kind.GROUP, "/staff"): {},
            Key(Kind.GROUP, "/staff/kitchen"): {},
            Key(Kind.COMPONENT, "ldap", "storage"): {"providerId": "ldap"},
            Key(Kind.COMPONENT, "ldap/mail", "mapper"): {"providerId": "m", "parent": "ldap"},
        },
    )
    assert unmanaged(NOTHING, live) == (
        Unmanaged(REPORTS),
        Unmanaged(Key(Kind.COMPONENT, "ldap", "storage")),
        Unmanaged(Key(Kind.GROUP, "/staff")),
    )


def test_of_keycloaks_own_objects_the_changed_settings_are_listed(pristine: Live) -> None:
    cli = {**pristine.objects[ADMIN_CLI], "directAccessGrantsEnabled": False}
    profile = pristine.objects[PROFILE]
    nickname = {"name": "nickname", "multivalued": False, "displayName": "Nick"}
    attributes = {**profile["attributes"], "nickname": nickname}
    realm = {**pristine.objects[REALM], "verifyEmail": True, "displayName": ""}
    live = also(
        pristine, {ADMIN_CLI: cli, PROFILE: {**profile, "attributes": attributes}, REALM: realm}
    )
    assert unmanaged(NOTHING, live) == (
        Unmanaged(ADMIN_CLI, ("directAccessGrantsEnabled",)),
        Unmanaged(REALM, ("verifyEmail",)),
        Unmanaged(PROFILE, ("attributes.nickname.displayName",)),
    )


def test_of_a_declared_object_what_is_declared_is_not_listed(pristine: Live) -> None:
    attributes = {**client()["attributes"], "a": "1", "b": "2"}
    found = client(baseUrl="https://a.example", consentRequired=True, attributes=attributes)
    body = {"baseUrl": "https://other.example", "attributes": {"a": "3"}}
    desired = Desired("shop", (Resource(REPORTS, body),))
    live = also(
        pristine,
        {
            REPORTS: found,
            # What the realm gives a new client of its protocol.
            Key(Kind.CLIENT_CLIENT_SCOPES, "reports"): {
                "default": ["acr", "basic", "email", "profile", "roles", "web-origins"],
                "optional": [
                    "address",
                    "microprofile-jwt",
                    "offline_access",
                    "organization",
                    "phone",
                ],
            },
            Key(Kind.CLIENT_ROLE_SCOPE, "reports"): {"realm": [], "client": []},
        },
    )
    assert unmanaged(desired, live) == (Unmanaged(REPORTS, ("attributes.b", "consentRequired")),)


def test_order_and_what_is_of_one_moment_change_nothing(pristine: Live) -> None:
    scopes = Key(Kind.REALM_CLIENT_SCOPES, "default")
    body = pristine.objects[scopes]
    realm = pristine.objects[REALM]
    mirrored = {**realm["attributes"], "clientSessionIdleTimeout": "0"}
    live = also(
        pristine,
        {
            scopes: {**body, "default": list(reversed(body["default"]))},
            REALM: {**realm, "notBefore": 7, "attributes": mirrored},
        },
    )
    assert unmanaged(NOTHING, live) == ()


@pytest.mark.parametrize(
    ("path", "above"),
    [("/a", None), ("/a/b", "/a"), ("/a/b/c", "/a/b"), ("/x~/y", None), ("/a/x~/y", "/a")],
)
def test_a_groups_owner_is_the_group_above_it(path: str, above: str | None) -> None:
    expected = () if above is None else (Key(Kind.GROUP, above),)
    assert owners(Key(Kind.GROUP, path)) == expected


def test_a_plan_says_what_it_was_asked_for_in_each_form(pristine: Live) -> None:
    cli = {**pristine.objects[ADMIN_CLI], "enabled": False}
    live = also(pristine, {Key(Kind.ROLE, "a`\x1b[2J"): {}, ADMIN_CLI: cli})
    silent = plan(NOTHING, live)
    told = replace(silent, unmanaged=unmanaged(NOTHING, live))
    assert told.empty

    assert "?" not in as_text(silent)
    assert as_text(told).splitlines()[1:3] == [
        "  ? client admin-cli: not named: enabled",
        "  ? role a`\\u001b[2J: no policy names it",
    ]
    assert "unmanaged" not in realm_as_json(silent)
    assert realm_as_json(told)["unmanaged"][0] == {
        "kind": "client", "name": "admin-cli", "settings": ["enabled"],
    }  # fmt: skip
    page = as_markdown([told], server="https://id.example")
    assert "- **? unmanaged**: ``role a`\\u001b[2J: no policy names it``" in page
    assert "unmanaged" not in as_markdown([silent], server="https://id.example")


def test_a_plan_file_holds_the_list_and_apply_goes_by_the_changes_alone(
    pristine: Live, tmp_path: Path
) -> None:
    live = also(pristine, {Key(Kind.ROLE, "cook"): {}})
    planned = replace(plan(NOTHING, live), unmanaged=unmanaged(NOTHING, live))
    listed = Surveyed(NOTHING, live, planned)
    file = tmp_path / "plan.json"
    body = document_of([listed], server="https://id.example", policies=["shop"])
    file.write_text(as_file(body), encoding="utf-8")
    document = read_plan(file)
    jsonschema_rs.Draft202012Validator(schema()).validate(
        json.loads(file.read_text(encoding="utf-8"))
    )
    (realm,) = document.realms
    assert [item.name for item in realm.unmanaged or ()] == ["cook"]
    require_unmoved(document, [Surveyed(NOTHING, pristine, plan(NOTHING, pristine))])
