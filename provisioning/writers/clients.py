"""Clients, client scopes and the mappers of both."""

from __future__ import annotations

from collections.abc import Mapping
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

_OVERRIDES = "authenticationFlowBindingOverrides"


class Client:
    """A client; created with the client scopes and mappers that are folded into its body."""

    def write(self, target: Target, change: Change) -> None:
        if change.action == "create":
            _create(target, change.key.name, body_of(change))
            return
        path = f"/clients/{quoted(change.live_id or target.ids.client(change.key.name))}"
        if change.body is None:
            target.delete(path)
            return
        overrides = _flows(target, change.body)
        declared = {name: value for name, value in change.body.items() if name != _OVERRIDES}
        live = {name: value for name, value in target.get(path).items() if name not in NOT_SENT}
        document = patched(live, declared, keeping=("attributes",))
        if overrides:
            # Keycloak keeps an override that a PUT leaves out, and drops one that is sent empty.
            document[_OVERRIDES] = live.get(_OVERRIDES, {}) | overrides
        target.put(path, document)


class ClientScope:
    """A client scope; created with the mappers that are folded into its body."""

    def write(self, target: Target, change: Change) -> None:
        name = {"name": change.key.name}
        if change.action == "create":
            target.post("/client-scopes", name | wire(body_of(change)))
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


def _create(target: Target, client_id: str, body: Body) -> None:
    for name in sorted(name for given in SCOPES.values() for name in body.get(given) or ()):
        target.ids.of(Key(Kind.CLIENT_SCOPE, name))  # Keycloak would pass over an unknown one
    overrides = {use: flow for use, flow in _flows(target, body).items() if flow}
    document = {"clientId": client_id, **wire(body)}
    target.post("/clients", document | ({_OVERRIDES: overrides} if overrides else {}))


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
