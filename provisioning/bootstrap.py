"""First minutes of a server: realm shells, the provisioner's own client, no bootstrap identity.

Whoever creates a realm is given every admin role in it (impersonation and manage-events included:
Keycloak, RealmManager.setupMasterAdminManagement), so realms are created by the temporary
bootstrap identity and run by a permanent service account that holds four roles in each.
None of these functions waits; each may be called again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr

from provisioning.connection import Connection, quoted
from provisioning.errors import ObjectNotFoundError, RealmMissingError

PROVISIONER_CLIENT_ID = "tanba-provisioner"
PROVISIONER_ROLES = (
    "manage-clients",
    "manage-identity-providers",
    "manage-realm",
    "query-groups",
)
"""Roles of the client `<realm>-realm` in the authentication realm: enough to plan, apply, export.

`query-groups` is what partial-export asks for besides manage-realm.

Not among them: manage-users and impersonation (acting on or as people), manage-events (erasing
traces), create-realm.
"""


def create_missing_realms(connection: Connection, realms: Iterable[str]) -> tuple[str, ...]:
    """Create an empty realm for each name that has none; the names created.

    A shell is disabled: nobody signs in before `apply` has put every rule in place and enables
    it. An existing realm is left as it is. Raises NotPermittedError without `create-realm`.
    """
    created = []
    for realm in realms:
        if connection.find(f"/realms/{quoted(realm)}") is None:
            connection.request("POST", "/realms", {"realm": realm, "enabled": False})
            connection.renew()
            created.append(realm)
    return tuple(created)


def ensure_provisioner(
    connection: Connection,
    *,
    realms: Iterable[str],
    secret: SecretStr,
    client_id: str = PROVISIONER_CLIENT_ID,
) -> None:
    """Make the permanent service account hold `PROVISIONER_ROLES` in `realms`, and `secret`.

    Roles in realms that are not named are left; within a named realm any other role is taken
    away. Raises RealmMissingError when a realm has no shell yet.
    """
    home = f"/realms/{quoted(connection.settings.auth_realm)}"
    client = _service_client(connection, home, client_id, secret)
    account = connection.get(f"{home}/clients/{client}/service-account-user")["id"]
    mappings = f"{home}/users/{account}/role-mappings"
    default_roles = connection.get(home)["defaultRole"]
    if any(r["id"] == default_roles["id"] for r in connection.get(f"{mappings}/realm")):
        connection.request("DELETE", f"{mappings}/realm", [default_roles])
    for realm in realms:
        _give_roles(connection, home, mappings, realm)


def delete_bootstrap_client(connection: Connection) -> None:
    """Delete the client this connection itself uses; the connection is of no use afterwards.

    Raises ObjectNotFoundError when there is none of that name.
    """
    home = f"/realms/{quoted(connection.settings.auth_realm)}"
    client_id = connection.settings.client_id
    found = _client(connection, home, client_id)
    if found is None:
        raise ObjectNotFoundError(f"there is no client {client_id} to delete", status=404)
    connection.request("DELETE", f"{home}/clients/{found['id']}")


def _service_client(connection: Connection, home: str, client_id: str, secret: SecretStr) -> str:
    """The internal id of the confidential client that may do nothing but get its own tokens."""
    body = {
        "clientId": client_id,
        "name": "Tanba provisioning",
        "enabled": True,
        "protocol": "openid-connect",
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "secret": secret.get_secret_value(),
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "redirectUris": [],
        "webOrigins": [],
    }
    found = _client(connection, home, client_id)
    if found is None:
        connection.request("POST", f"{home}/clients", body)
        found = _client(connection, home, client_id)
        if found is None:
            raise ObjectNotFoundError(f"the new client {client_id} is not there", status=404)
    else:
        connection.request("PUT", f"{home}/clients/{found['id']}", found | body)
    return str(found["id"])


def _client(connection: Connection, home: str, client_id: str) -> dict[str, Any] | None:
    found = connection.get(f"{home}/clients?clientId={quoted(client_id)}")
    return next((client for client in found if client["clientId"] == client_id), None)


def _give_roles(connection: Connection, home: str, mappings: str, realm: str) -> None:
    management = _client(connection, home, f"{realm}-realm")
    if management is None:
        raise RealmMissingError(
            f"there is no realm {realm} on {connection.settings.url}",
            hint="Create it first; an identity with the role create-realm can.",
        )
    held = connection.get(f"{mappings}/clients/{management['id']}")
    surplus = [role for role in held if role["name"] not in PROVISIONER_ROLES]
    if surplus:
        connection.request("DELETE", f"{mappings}/clients/{management['id']}", surplus)
    missing = set(PROVISIONER_ROLES) - {role["name"] for role in held}
    if missing:
        roles = connection.get(f"{home}/clients/{management['id']}/roles")
        wanted = [role for role in roles if role["name"] in missing]
        connection.request("POST", f"{mappings}/clients/{management['id']}", wanted)
