"""Reading a realm back, whole and always from the server, in the shape its declaration has.

One snapshot (Keycloak's partial export: no people, secrets masked), the user profile in force, and
the secrets of those clients whose policy declares one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from provisioning.connection import Connection, quoted
from provisioning.errors import UnexpectedAnswerError
from provisioning.keepers import PROFILE
from provisioning.live_flows import read_flow, with_settings
from provisioning.representation import objects_of
from provisioning.representation.realm import profile_body
from provisioning.representation.secrets import hidden
from provisioning.resources import Desired, Key, Kind, Live
from provisioning.versions import require_supported

FEW_CLIENTS = 5
"""Up to here each client is asked for by name; above, all are listed."""

PAGE = 200


def read(connection: Connection, desired: Desired) -> Live:
    """Everything the realm holds; of `desired` only which secrets matter. Read-only.

    Raises KeycloakVersionError, and what Connection raises; a realm that is not there is
    `exists=False`, no error.
    """
    base = f"/realms/{quoted(desired.realm)}"
    snapshot = connection.snapshot(base)
    if snapshot is None:
        return Live(desired.realm, exists=False)
    require_supported(snapshot.get("keycloakVersion"))
    try:
        found = objects_of(hidden(snapshot))
    except (KeyError, TypeError, ValueError) as error:
        raise UnexpectedAnswerError(
            f"the export of the realm {desired.realm} is not as the Admin API documents it: "
            f"{type(error).__name__} at {error}"
        ) from None
    for key in sorted(found.unclear):
        tree = read_flow(connection, base, key.name)
        found.bodies[key] = with_settings(found.bodies[key], tree)
    found.bodies[PROFILE] = profile_body(connection.get(f"{base}/users/profile"))
    for key, secret in _secrets(connection, base, _with_secrets(desired)):
        if key in found.bodies:
            found.bodies[key] = {**found.bodies[key], "secret": secret}
    return Live(
        desired.realm,
        exists=True,
        objects=found.bodies,
        ids=found.ids,
        version=snapshot["keycloakVersion"],
    )


def _with_secrets(desired: Desired) -> list[str]:
    """Clients for which a secret is declared."""
    return [
        resource.key.name
        for resource in desired.resources
        if resource.key.kind is Kind.CLIENT and isinstance(resource.body.get("secret"), SecretStr)
    ]


def _secrets(
    connection: Connection, base: str, names: Iterable[str]
) -> Iterator[tuple[Key, SecretStr]]:
    wanted = frozenset(names)
    if len(wanted) <= FEW_CLIENTS:
        pages: Iterable[Any] = (
            connection.get(f"{base}/clients?clientId={quoted(name)}") for name in sorted(wanted)
        )
    else:
        pages = _pages(connection, f"{base}/clients")
    for page in pages:
        for client in page:
            if client["clientId"] in wanted and client.get("secret"):
                yield Key(Kind.CLIENT, client["clientId"]), SecretStr(client["secret"])


def _pages(connection: Connection, path: str) -> Iterator[list[Mapping[str, Any]]]:
    first = 0
    while page := connection.get(f"{path}?first={first}&max={PAGE}"):
        yield page
        if len(page) < PAGE:
            return
        first += PAGE
