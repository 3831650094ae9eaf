"""Roles of the realm and of its clients, and what else each of them gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import Key, Kind, wire
from provisioning.writers.bodies import body_of, moved, patched
from provisioning.writers.target import Target


class Role:
    """A role of the realm, or of the client that is its parent."""

    def write(self, target: Target, change: Change) -> None:
        if change.action == "create":
            owner = change.key.parent
            base = f"/clients/{quoted(target.ids.client(owner))}" if owner else ""
            target.post(f"{base}/roles", {"name": change.key.name, **wire(body_of(change))})
            return
        path = f"/roles-by-id/{quoted(change.live_id or target.ids.of(change.key))}"
        if change.body is None:
            target.delete(path)
        else:
            target.put(path, patched(target.get(path), change.body, keeping=()))


class RoleComposites:
    """What else a role gives: roles of the realm and of clients."""

    def write(self, target: Target, change: Change) -> None:
        role = change.live_id or target.ids.of(_role(change.key))
        path = f"/roles-by-id/{quoted(role)}/composites"
        (more, less), (client_more, client_less) = moved(change, "realm"), moved(change, "client")
        # All are looked up before the first write: a name that is not there changes nothing.
        surplus = role_list(target, realm=less, client=client_less)
        missing = role_list(target, realm=more, client=client_more)
        if surplus:  # less is safer, so it comes first
            target.delete(path, surplus)
        if missing:
            target.post(path, missing)


def role_list(
    target: Target, *, realm: Iterable[str], client: Iterable[str]
) -> list[dict[str, Any]]:
    """Roles as the Admin API takes them; `client`: each as `clientId/role`."""
    roles = [{"id": target.ids.role(name), "name": name} for name in realm]
    for named in client:
        _, id_, name = target.ids.client_role(named)
        roles.append({"id": id_, "name": name})
    return roles


def _role(composites: Key) -> Key:
    """The role whose composites these are."""
    kind = Kind.CLIENT_ROLE if composites.parent else Kind.ROLE
    return Key(kind, composites.name, composites.parent)
