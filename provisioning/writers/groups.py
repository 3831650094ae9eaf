"""Groups, each under its path. Keycloak asks for the role manage-users to write one."""

from __future__ import annotations

from provisioning.connection import quoted
from provisioning.plan import Change
from provisioning.resources import Key, Kind, wire
from provisioning.writers.bodies import body_of, moved, patched
from provisioning.writers.ids import split_path
from provisioning.writers.memberships import role_writes, write_roles
from provisioning.writers.target import Target

_REALM_ROLES, _CLIENT_ROLES = "realmRoles", "clientRoles"
_ROLES = (_REALM_ROLES, _CLIENT_ROLES)


class Group:
    """A group: its settings, and the roles that its members have."""

    def write(self, target: Target, change: Change) -> None:
        if change.body is None:
            target.delete(f"/groups/{quoted(change.live_id or target.ids.of(change.key))}")
            return
        realm, client = moved(change, _REALM_ROLES), moved(change, _CLIENT_ROLES)
        roles = role_writes(target, realm=realm, client=client)
        settings = {name: value for name, value in change.body.items() if name not in _ROLES}
        if change.action == "create":
            self._create(target, change)
        elif any(not difference.path.startswith(_ROLES) for difference in change.differences):
            path = f"/groups/{quoted(change.live_id or target.ids.of(change.key))}"
            target.put(path, patched(target.get(path), settings, keeping=()))
        if roles:
            group = quoted(change.live_id or target.ids.of(change.key))
            write_roles(target, f"/groups/{group}/role-mappings", roles)

    def _create(self, target: Target, change: Change) -> None:
        parent, name = split_path(change.key.name)
        body = {k: v for k, v in body_of(change).items() if k not in _ROLES}
        above = f"/{quoted(target.ids.of(Key(Kind.GROUP, parent)))}/children" if parent else ""
        made = target.post(f"/groups{above}", {"name": name, **wire(body)})
        if isinstance(made, dict) and made.get("id"):
            target.ids.remember(change.key, made["id"])
