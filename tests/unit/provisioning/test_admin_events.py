"""Which admin event is about which object; the paths are those that Keycloak 26.7.4 wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.admin_events import (
    RESOURCE_TYPES,
    SILENT,
    Actor,
    AdminEvent,
    Known,
    Match,
    about,
    event_of,
    resource_types,
)
from provisioning.errors import UnexpectedAnswerError
from provisioning.resources import Key, Kind

CLIENT = Key(Kind.CLIENT, "portal")
SCOPE = Key(Kind.CLIENT_SCOPE, "eds-identity")
ROLE = Key(Kind.ROLE, "slash/ed роль")
CLIENT_ROLE = Key(Kind.CLIENT_ROLE, "a/b c", "portal")
CLIENT_MAPPER = Key(Kind.CLIENT_MAPPER, "iin", "portal")
SCOPE_MAPPER = Key(Kind.CLIENT_SCOPE_MAPPER, "bin", "eds-identity")
FLOW = Key(Kind.FLOW, "browser eds")
GROUP = Key(Kind.GROUP, "/staff")
COMPONENT = Key(Kind.COMPONENT, "rsa", "org.keycloak.keys.KeyProvider")
BROKER = Key(Kind.IDENTITY_PROVIDER, "eds")
BROKER_MAPPER = Key(Kind.IDENTITY_PROVIDER_MAPPER, "iin", "eds")
REALM = Key(Kind.REALM, "grain-receipts")
GONE = Key(Kind.CLIENT, "gone")
WRITTEN_DOWN = Key(Kind.CLIENT, "written-down")

KNOWN = Known(
    ids={
        CLIENT: "client-id",
        SCOPE: "scope-id",
        ROLE: "role-id",
        CLIENT_ROLE: "client-role-id",
        CLIENT_MAPPER: "client-mapper-id",
        SCOPE_MAPPER: "scope-mapper-id",
        FLOW: "flow-id",
        GROUP: "group-id",
        COMPONENT: "component-id",
        BROKER: "broker-id",
        BROKER_MAPPER: "broker-mapper-id",
        Key(Kind.CLIENT, "another"): "another-id",
    },
    gone={WRITTEN_DOWN: "written-down-id"},
    flows={"browser eds forms": "browser eds"},
)
NOBODY = Actor("", "", "", "")


def event(path: str, operation: str = "UPDATE") -> AdminEvent:
    """An event whose time and actor do not matter."""
    return AdminEvent(datetime(2026, 11, 23, tzinfo=UTC), operation, path, NOBODY)


NAMED = (
    ("", REALM),
    ("events/config", REALM),
    ("roles/slash/ed роль", ROLE),
    ("roles-by-id/role-id", ROLE),
    ("realms/role-id", ROLE),
    ("roles/slash/ed роль/composites", Key(Kind.ROLE_COMPOSITES, ROLE.name)),
    ("roles-by-id/role-id/composites", Key(Kind.ROLE_COMPOSITES, ROLE.name)),
    ("clients/client-id/roles/a/b c", CLIENT_ROLE),
    ("roles-by-id/client-role-id", CLIENT_ROLE),
    (
        "clients/client-id/roles/a/b c/composites",
        Key(Kind.ROLE_COMPOSITES, CLIENT_ROLE.name, "portal"),
    ),
    ("client-scopes/scope-id", SCOPE),
    ("client-scopes/scope-id/protocol-mappers/models/scope-mapper-id", SCOPE_MAPPER),
    (
        "client-scopes/scope-id/scope-mappings/realm",
        Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, "eds-identity"),
    ),
    ("default-optional-client-scopes/scope-id", Key(Kind.REALM_CLIENT_SCOPES, "default")),
    (
        "authentication/required-actions/TERMS_AND_CONDITIONS",
        Key(Kind.REQUIRED_ACTION, "TERMS_AND_CONDITIONS"),
    ),
    ("users/profile", Key(Kind.USER_PROFILE, "user-profile")),
    ("components/component-id", COMPONENT),
    ("authentication/flows/flow-id", FLOW),
    ("authentication/flows/browser eds/executions", FLOW),
    ("authentication/flows/browser eds/executions/execution", FLOW),
    ("authentication/flows/browser eds forms/executions/flow", FLOW),
    ("clients/client-id", CLIENT),
    ("clients/client-id/client-secret", CLIENT),
    ("clients/client-id/certificates/jwt.credential/generate", CLIENT),
    (
        "clients/client-id/optional-client-scopes/scope-id",
        Key(Kind.CLIENT_CLIENT_SCOPES, "portal"),
    ),
    ("clients/client-id/scope-mappings/realm", Key(Kind.CLIENT_ROLE_SCOPE, "portal")),
    (
        "clients/client-id/scope-mappings/clients/another-id",
        Key(Kind.CLIENT_ROLE_SCOPE, "portal"),
    ),
    ("clients/client-id/protocol-mappers/models/client-mapper-id", CLIENT_MAPPER),
    ("groups/group-id", GROUP),
    ("default-groups/group-id", Key(Kind.DEFAULT_GROUPS, "default")),
    ("groups/group-id/role-mappings/clients/client-id", GROUP),
    ("identity-provider/instances/eds", BROKER),
    ("identity-provider-settings/broker-id", BROKER),
    ("identity-provider/instances/eds/mappers/broker-mapper-id", BROKER_MAPPER),
)


@pytest.mark.parametrize(("path", "key"), NAMED)
def test_a_path_names_its_object(path: str, key: Key) -> None:
    assert about(event(path), key, KNOWN) is Match.NAMED


@pytest.mark.parametrize(("path", "key"), NAMED)
def test_a_path_names_no_other_object_of_the_table(path: str, key: Key) -> None:
    others = {other for _, other in NAMED} - {key}
    named = {other for other in others if about(event(path), other, KNOWN) is Match.NAMED}
    assert named == set()


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("authentication/executions/some-id", FLOW),
        ("authentication/executions/some-id/raise-priority", FLOW),
        ("authentication/config/some-id", FLOW),
        ("clients/client-id", CLIENT_MAPPER),
        ("clients/client-id/protocol-mappers/add-models", CLIENT_MAPPER),
        ("client-scopes/scope-id/protocol-mappers/add-models", SCOPE_MAPPER),
        ("groups/group-id/children", Key(Kind.GROUP, "/staff/night")),
        ("groups/group-id/children", Key(Kind.GROUP, "/staff/a~/b")),
        (
            "authentication/register-required-action",
            Key(Kind.REQUIRED_ACTION, "TERMS_AND_CONDITIONS"),
        ),
    ],
)
def test_where_the_path_may_mean_several_objects_it_is_only_possible(path: str, key: Key) -> None:
    assert about(event(path), key, KNOWN) is Match.POSSIBLE


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("authentication/flows/browser eds/copy", FLOW),
        ("logout-all", REALM),
        ("groups/group-id/children", GROUP),
        ("users/some-id/role-mappings/realm", GROUP),
        ("clients/another-id", CLIENT),
        ("clients/another-id/roles/a/b c", CLIENT_ROLE),
        ("clients/another-id", CLIENT_MAPPER),
        ("roles/browser eds forms", Key(Kind.ROLE, "browser eds")),
        ("roles/role", Key(Kind.ROLE_COMPOSITES, "role")),
        ("clients/client-id", Key(Kind.CLIENT_CLIENT_SCOPES, "portal")),
        ("anything/else", CLIENT),
    ],
)
def test_what_is_about_something_else_is_not_taken(path: str, key: Key) -> None:
    assert about(event(path), key, KNOWN) is None


def test_a_deleted_object_is_named_when_its_id_was_written_down() -> None:
    deleted = event("clients/written-down-id", "DELETE")
    assert about(deleted, WRITTEN_DOWN, KNOWN) is Match.NAMED
    assert about(deleted, GONE, KNOWN) is None


def test_a_deleted_object_without_a_written_id_is_possibly_the_one_that_was_deleted() -> None:
    assert about(event("clients/unknown-id", "DELETE"), GONE, KNOWN) is Match.POSSIBLE
    assert about(event("clients/unknown-id", "UPDATE"), GONE, KNOWN) is None
    assert about(event("clients/unknown-id", "DELETE"), CLIENT, KNOWN) is None


def test_what_belongs_to_an_object_goes_and_comes_with_it() -> None:
    role = Key(Kind.CLIENT_ROLE, "clerk", "written-down")
    scopes = Key(Kind.CLIENT_CLIENT_SCOPES, "written-down")
    for key in (role, scopes):
        assert about(event("clients/written-down-id", "DELETE"), key, KNOWN) is Match.NAMED
    assert about(event("clients/client-id", "CREATE"), CLIENT_ROLE, KNOWN) is Match.NAMED
    assert about(event("clients/client-id", "DELETE"), CLIENT_ROLE, KNOWN) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_its_events_or_is_known_to_have_none(kind: Kind) -> None:
    assert (kind in RESOURCE_TYPES) != (kind in SILENT)


def test_a_partial_import_is_always_asked_for() -> None:
    assert resource_types([Kind.ROLE]) == ("REALM", "REALM_ROLE")


def test_nothing_is_asked_for_what_leaves_no_event() -> None:
    assert resource_types([Kind.LOCALIZATION]) == ()


def test_an_event_is_read_as_keycloak_writes_it() -> None:
    answer = {
        "time": 1795448861189,
        "operationType": "DELETE",
        "resourceType": "GROUP",
        "resourcePath": "groups/c04e8559",
        "authDetails": {
            "realmId": "43d8c7d6",
            "clientId": "03930d3e",
            "userId": "f7d65006",
            "ipAddress": "127.0.0.1",
        },
    }
    assert event_of(answer) == AdminEvent(
        datetime(2026, 11, 23, 15, 47, 41, 189000, tzinfo=UTC),
        "DELETE",
        "groups/c04e8559",
        Actor("43d8c7d6", "f7d65006", "03930d3e", "127.0.0.1"),
    )


def test_an_event_of_the_realm_has_no_path_and_may_lack_who_it_was() -> None:
    read = event_of({"time": 0, "operationType": "UPDATE"})
    assert (read.path, read.actor) == ("", NOBODY)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"time": "yesterday", "operationType": "UPDATE"},
        {"time": 10**30, "operationType": "UPDATE"},
        {"time": 0},
        {"time": 0, "operationType": "UPDATE", "authDetails": "who"},
        "event",
    ],
)
def test_what_is_no_event_is_said(answer: Any) -> None:
    with pytest.raises(UnexpectedAnswerError):
        event_of(answer)
