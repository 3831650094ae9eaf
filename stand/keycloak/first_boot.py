"""A new server's first minutes: realms, the provisioner's own client, no bootstrap identity.

The order of the files says how far it came: `provisioned` is written last. A server without it
was interrupted before anybody could use it, so its database is thrown away and made again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from provisioning.bootstrap import (
    create_missing_realms,
    delete_bootstrap_client,
    ensure_provisioner,
)
from provisioning.connection import Connection, ConnectionSettings
from stand.files import write_private


@dataclass(frozen=True, slots=True)
class BootstrapIdentity:
    """The temporary admin client of one first boot. Never on disk, never on a command line."""

    client_id: str
    secret: SecretStr

    @classmethod
    def new(cls) -> BootstrapIdentity:
        return cls(f"bootstrap-{secrets.token_hex(8)}", SecretStr(secrets.token_urlsafe(32)))

    def environment(self) -> dict[str, str]:
        """What Keycloak reads once, when its database is empty."""
        return {
            "KC_BOOTSTRAP_ADMIN_CLIENT_ID": self.client_id,
            "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": self.secret.get_secret_value(),
        }


def is_provisioned(marker: Path) -> bool:
    """Whether the server whose marker this is has finished its first boot."""
    return marker.is_file()


def hand_over(
    url: str,
    identity: BootstrapIdentity,
    *,
    realms: Iterable[str],
    provisioner_secret: SecretStr,
    marker: Path,
) -> None:
    """Make realm shells and the permanent client, delete `identity`, note that it is done.

    Raises:
        ProvisioningError: the server refused a step; nothing is noted.
    """
    names = tuple(realms)
    connection = Connection(
        ConnectionSettings(url=url, client_id=identity.client_id, client_secret=identity.secret)
    )
    create_missing_realms(connection, names)
    ensure_provisioner(connection, realms=names, secret=provisioner_secret)
    delete_bootstrap_client(connection)
    write_private(marker, "\n".join(names) + "\n")
