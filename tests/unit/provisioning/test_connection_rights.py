"""The sentence that names the role a request needs."""

from __future__ import annotations

import pytest

from provisioning.bootstrap import PROVISIONER_ROLES
from provisioning.connection_rights import RIGHTS, advice


@pytest.mark.parametrize(
    ("method", "path", "auth_realm", "words"),
    [
        ("GET", "/realms/r", "master", "the role manage-realm of the client r-realm in master"),
        ("GET", "/realms/r/clients?clientId=x", "master", "the role manage-clients of"),
        ("PUT", "/realms/r/users/profile", "master", "the role manage-realm of"),
        ("GET", "/realms/master/roles", "master", "of the client master-realm in master"),
        ("GET", "/realms/a%20b/roles", "master", "of the client a b-realm in master"),
        ("GET", "/realms/r/roles", "r", "of the client realm-management in r"),
        ("GET", "/realms/r/users", "master", "lacks a role of the realm r;"),
        ("GET", "/realms/r/events", "master", "lacks a role of the realm r;"),
        ("GET", "/realms/r/groups", "master", "the role query-groups of"),
        ("POST", "/realms/r/groups", "master", "the role manage-users of"),
        ("POST", "/realms/r/groups/1/children", "master", "the role manage-users of"),
        ("POST", "/realms", "master", "the realm role create-realm of master"),
        ("GET", "/serverinfo", "master", "lacks a role of the realm;"),
        (
            "POST",
            "/realms/r/partial-export?exportClients=true",
            "master",
            "the roles manage-clients, manage-realm and query-groups of the client r-realm",
        ),
    ],
)
def test_the_role_and_where_it_is_given_are_named(
    method: str, path: str, auth_realm: str, words: str
) -> None:
    said = advice(method, path, auth_realm=auth_realm)
    assert words in said
    assert "docs/admin.md" in said


def test_no_role_is_asked_for_that_the_service_account_is_not_to_have() -> None:
    assert {role for roles in RIGHTS.values() for role in roles} == set(PROVISIONER_ROLES)
