"""The peer: python-keycloak, object by object, as scripts and Ansible modules do it.

To make a realm, each object is created; to see whether it is as declared, each is looked up by its
name and compared. No plan, no lock, no read-back, no deletes: less than is measured beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keycloak import KeycloakAdmin, KeycloakOpenIDConnection

from benchmarks.support.realms import Realm

_SETTINGS = frozenset({"roles", "groups", "clients"})


def admin_of(url: str, *, realm: str, client_id: str, secret: str) -> KeycloakAdmin:
    """An administrator by client credentials of the realm master."""
    connection = KeycloakOpenIDConnection(
        server_url=f"{url}/",
        realm_name=realm,
        user_realm_name="master",
        client_id=client_id,
        client_secret_key=secret,
        verify=True,
    )
    return KeycloakAdmin(connection=connection)


def create(admin: KeycloakAdmin, name: str, declared: Realm) -> None:
    """Make the realm and everything in it."""
    settings = {key: value for key, value in declared.items() if key not in _SETTINGS}
    admin.create_realm({"realm": name, **settings})
    for role in declared["roles"]["realm"]:
        admin.create_realm_role(role)
    for client in declared["clients"]:
        admin.create_client(client)
    for group in declared["groups"]:
        admin.create_group(group)


def differences(admin: KeycloakAdmin, name: str, declared: Realm) -> int:
    """How many objects are not as declared."""
    found = admin.get_realm(name)
    count = int(any(found.get(k) != v for k, v in declared.items() if k not in _SETTINGS))
    count += sum(
        _differs(admin.get_realm_role(role["name"]), role) for role in declared["roles"]["realm"]
    )
    for client in declared["clients"]:
        id_ = admin.get_client_id(client["clientId"])
        count += id_ is None or _differs(admin.get_client(id_), client)
    count += sum(
        _differs(admin.get_group_by_path(f"/{group['name']}"), group)
        for group in declared["groups"]
    )
    return count


def _differs(found: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    return any(found.get(key) != value for key, value in declared.items())
