"""Clients, client scopes and the mappers of both."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import Body, Key, Kind, merged, wire
from provisioning.writers.bodies import blanked, body_of, patched
from provisioning.writers.folding import SCOPES
from provisioning.writers.target import Target

NOT_SENT = frozenset(
    {
        "access",
        "notBefore",  # somebody may revoke tokens between our reading and our writing
        *SCOPES.values(),
        "protocolMappers",  # a stale copy would bring back a mapper that was deleted meanwhile
    }
)
"""Members of a ClientRepresentation that a PUT leaves alone when they are left out."""

SERVICE_SCOPE = "service_account"
"""What Keycloak gives a client unasked when its service account is turned on."""

_OVERRIDES = "authenticationFlowBindingOverrides"
_SERVICE = "serviceAccountsEnabled"

NewId = Callable[[], str]


def unique_id() -> str:
    """An internal id for a new object: Keycloak takes ours, so that it need not be looked up."""
    return str(uuid.uuid4())


class Client:
    """A client; created with the client scopes and mappers that are folded into its body."""

    def __init__(self, new_id: NewId = unique_id) -> None:
        self._new_id = new_id

    def write(self, target: Target, change: Change) -> None:
        if change.action == "create":
            self._create(target, change.key, body_of(change))
            return
        path = f"/clients/{quoted(change.live_id or target.ids.client(change.key.name))}"
        if change.body is None:
            target.delete(path)
            return
        declared = {name: value for name, value in change.body.items() if name != _OVERRIDES}
        found = target.get(path)
        held = frozenset(name for given in SCOPES.values() for name in found.get(given) or ())
        live = {name: value for name, value in found.items() if name not in NOT_SENT}
        document = patched(live, declared, keeping=("attributes",))
        overrides = _flows(target, change.body)
        if overrides:
            # Keycloak keeps an override that a PUT leaves out, and drops one that is sent empty.
            document[_OVERRIDES] = live.get(_OVERRIDES, {}) | overrides
        target.put(path, document)
        if document.get(_SERVICE) and not live.get(_SERVICE):
            _without_service_scope(target, path, held)

    def _create(self, target: Target, key: Key, body: Body) -> None:
        scopes = frozenset(name for given in SCOPES.values() for name in body.get(given) or ())
        for name in sorted(scopes):
            target.ids.of(Key(Kind.CLIENT_SCOPE, name))  # Keycloak would pass over an unknown one
        overrides = {use: flow for use, flow in _flows(target, body).items() if flow}
        document = {"id": self._new_id(), "clientId": key.name, **wire(body)}
        target.post("/clients", document | ({_OVERRIDES: overrides} if overrides else {}))
        target.ids.remember(key, document["id"])
        if body.get(_SERVICE) and SCOPES["default"] in body:
            _without_service_scope(target, f"/clients/{quoted(document['id'])}", scopes)


class ClientScope:
    """A client scope; created with the mappers that are folded into its body."""

    def __init__(self, new_id: NewId = unique_id) -> None:
        self._new_id = new_id

    def write(self, target: Target, change: Change) -> None:
        name = {"name": change.key.name}
        if change.action == "create":
            id_ = self._new_id()
            target.post("/client-scopes", {"id": id_, **name, **wire(body_of(change))})
            target.ids.remember(change.key, id_)
            return
        path = f"/client-scopes/{quoted(change.live_id or target.ids.of(change.key))}"
        if change.body is None:
            target.delete(path)
        else:
            # What this PUT does not carry stays.
            target.put(path, name | blanked(change.body))


class ScopeMapper:
    """A protocol mapper of a client scope."""

    def write(self, target: Target, change: Change) -> None:
        scope = target.ids.of(Key(Kind.CLIENT_SCOPE, change.key.parent))
        _write_mapper(target, f"/client-scopes/{quoted(scope)}", change)


class ClientMapper:
    """A protocol mapper of a client."""

    def write(self, target: Target, change: Change) -> None:
        client = target.ids.client(change.key.parent)
        _write_mapper(target, f"/clients/{quoted(client)}", change)


def _without_service_scope(target: Target, client: str, held: frozenset[str]) -> None:
    """Take away what Keycloak just gave beyond `held`: only what is declared is written."""
    if SERVICE_SCOPE in held:
        return
    path = f"{client}/default-client-scopes"
    for scope in target.get(path):
        if scope["name"] == SERVICE_SCOPE:
            target.delete(f"{path}/{quoted(scope['id'])}")


def _flows(target: Target, body: Body) -> Mapping[str, str]:
    """Overrides by the flows' ids, as Keycloak has them; empty for one that must not be set."""
    declared: Mapping[str, Any] = body.get(_OVERRIDES) or {}
    return {
        use: target.ids.of(Key(Kind.FLOW, alias)) if alias else ""
        for use, alias in declared.items()
    }


def _write_mapper(target: Target, owner: str, change: Change) -> None:
    path = f"{owner}/protocol-mappers/models"
    if change.action == "create":
        target.post(path, {"name": change.key.name, **wire(body_of(change))})
        return
    one = f"{path}/{quoted(change.live_id or target.ids.of(change.key))}"
    if change.body is None:
        target.delete(one)
    else:
        target.put(one, merged(target.get(one), change.body))
