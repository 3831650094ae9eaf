"""Making a realm: an empty, disabled shell that is filled like any other realm.

Of two who make one realm, one is refused: that is the lock, until the realm can hold one.
"""

from __future__ import annotations

import uuid
from http import HTTPStatus

from provisioning.auth.way import Clock
from provisioning.connection import Connection, quoted
from provisioning.errors import (
    KeycloakRefusedError,
    KeycloakUnreachableError,
    NotPermittedError,
    ProvisioningError,
    RealmMissingError,
)
from provisioning.lock import RealmLockedError
from provisioning.lock_scope import outcome_unknown

ATTEMPTS = 6
"""With a pause between that grows by a second: making a realm takes long on a busy server."""

_DATABASE = "Database operation failed"
"""Keycloak's words, with a 400."""


def create_realm(connection: Connection, realm: str, clock: Clock) -> None:
    """Make `realm`. Keycloak gives its maker every role in it, which we say in the docs.

    The id is ours: it tells a lost answer from somebody else's realm, and makes asking again safe.

    Raises RealmMissingError when this identity may make none, RealmLockedError when somebody else
    was faster, and what Connection raises.
    """
    own_id = str(uuid.uuid4())
    for attempt in range(1, ATTEMPTS + 1):
        try:
            connection.request("POST", "/realms", {"id": own_id, "realm": realm, "enabled": False})
        except NotPermittedError:
            raise RealmMissingError(
                f"there is no realm {realm} on {connection.settings.url}, and "
                f"{connection.settings.client_id} may not create one",
                hint="Create it empty and disabled, or use an identity with the role create-realm "
                "once; docs/admin.md shows both.",
            ) from None
        except (KeycloakUnreachableError, KeycloakRefusedError) as error:
            if _made_by_us(connection, realm, own_id):
                break
            if not _may_pass(error) or attempt == ATTEMPTS:
                raise
            clock.sleep(attempt)
        else:
            break
    connection.renew()


def _made_by_us(connection: Connection, realm: str, own_id: str) -> bool:
    """Whether the realm is there and ours. Raises RealmLockedError when it is somebody else's."""
    connection.renew()
    try:
        found = connection.find(f"/realms/{quoted(realm)}")
    except NotPermittedError:  # whoever makes a realm may see it
        found = {}
    if found is None:
        return False
    if found.get("id") != own_id:
        raise RealmLockedError(
            f"{realm}: somebody else has just made this realm",
            hint="Nothing was written to it. Run `tanba plan` when they are done.",
        )
    return True


def _may_pass(error: ProvisioningError) -> bool:
    """Whether asking again may tell more: one of two at once is refused by the database, while
    the other's realm cannot be seen yet.
    """
    contested = isinstance(error, KeycloakRefusedError) and (
        error.status == HTTPStatus.CONFLICT or _DATABASE in error.message
    )
    return contested or outcome_unknown(error)
