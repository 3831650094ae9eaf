"""The client that keeps a realm's state: disabled, with every way to a token shut.

It is left out of lists and exports, so it must not be a hiding place: its state counts only while
nothing about the client is other than Tanba made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from provisioning.connection import quoted
from provisioning.errors import KeycloakRefusedError
from provisioning.own_objects import STATE_CLIENT
from provisioning.render import printable
from provisioning.resources import Key, Kind, Live
from provisioning.state_text import State, StateUnreadableError, parsed, written

if TYPE_CHECKING:  # whoever only reads needs no writer
    from provisioning.writers.target import Target

ATTRIBUTE = "tanba.state"

_KEY = Key(Kind.CLIENT, STATE_CLIENT)
_SHUT: Mapping[str, Any] = {
    "enabled": False,
    "bearerOnly": False,
    "publicClient": True,  # so that no secret is made for it
    "standardFlowEnabled": False,
    "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False,
    "serviceAccountsEnabled": False,
    "fullScopeAllowed": False,
    "redirectUris": [],
    "webOrigins": [],
}
_EMPTY = (
    Key(Kind.CLIENT_CLIENT_SCOPES, STATE_CLIENT),
    Key(Kind.CLIENT_ROLE_SCOPE, STATE_CLIENT),
)
_HINT = (
    f"Look at the client {STATE_CLIENT} in Keycloak: who changed it, and why? When you delete it, "
    "Tanba begins anew and takes nothing for its own that is there already."
)


def read_state(live: Live) -> State:
    """What the realm keeps for Tanba; empty where it keeps nothing yet.

    Raises StateUnreadableError when the client or its text is not as Tanba left it.
    """
    realm = live.ids.get(Key(Kind.REALM, live.realm), "")
    client = live.objects.get(_KEY)
    if client is None:
        return State(realm)
    try:
        _require_untouched(client, live)
        state = parsed((client.get("attributes") or {}).get(ATTRIBUTE), realm=realm)
    except StateUnreadableError as error:
        raise StateUnreadableError(error.message, hint=error.hint or _HINT) from None
    return replace(state, client=live.ids[_KEY])


def write_state(target: Target, before: State, after: State, *, new_id: str) -> State:
    """Leave `after` in the realm: one write, none when both are equal; what is there now.

    `new_id`: a UUID for the client when there is none yet; with the same one the write may be
    repeated after a lost answer. Raises what Connection raises.
    """
    if after == before:
        return before
    identity = before.client or new_id
    path = f"/clients/{quoted(identity)}"
    if not before.empty:
        target.put(path, _representation(after))
        return replace(after, client=identity)
    try:
        target.post("/clients", {"id": identity} | _representation(after))
    except KeycloakRefusedError as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        target.put(path, _representation(after))  # only the answer was lost, or it is another's
    return replace(after, client=identity)


def _representation(state: State) -> dict[str, Any]:
    return {
        "clientId": STATE_CLIENT,
        "name": "Tanba's state of this realm",
        "description": "What Tanba made here and last applied. Nobody signs in by it.",
        "protocol": "openid-connect",
        **_SHUT,
        "attributes": {ATTRIBUTE: written(state)},
        "defaultClientScopes": [],
        "optionalClientScopes": [],
    }


def _require_untouched(client: Mapping[str, Any], live: Live) -> None:
    for name, value in _SHUT.items():
        if client.get(name, value) != value:
            raise StateUnreadableError(f"the client {STATE_CLIENT} was changed: {name}")
    for key in _EMPTY:
        if any((live.objects.get(key) or {}).values()):
            raise StateUnreadableError(f"the client {STATE_CLIENT} was given {key.kind}")
    for key in live.objects:
        if key.parent == STATE_CLIENT and key.kind in {Kind.CLIENT_MAPPER, Kind.CLIENT_ROLE}:
            name = printable(key.name)
            raise StateUnreadableError(f"the client {STATE_CLIENT} was given {key.kind} {name}")
