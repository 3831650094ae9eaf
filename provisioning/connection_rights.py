"""Which role of a realm a request needs: for the sentence that says why it was refused."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping

_REALM = ("manage-realm",)
_CLIENTS = ("manage-clients",)

RIGHTS: Mapping[str, tuple[str, ...]] = {
    "": _REALM,
    "authentication": _REALM,
    "client-policies": _REALM,
    "client-scopes": _CLIENTS,
    "clients": _CLIENTS,
    "components": _REALM,
    "default-default-client-scopes": _CLIENTS,
    "default-optional-client-scopes": _CLIENTS,
    "default-groups": _REALM,
    "groups": ("query-groups",),
    "identity-provider": ("manage-identity-providers",),
    "localization": _REALM,
    "partial-export": ("manage-clients", "manage-realm", "query-groups"),
    "roles": _REALM,
    "roles-by-id": _REALM,
    "users/profile": _REALM,
}
"""What stands after the realm in a path, its first part or the whole: the roles that suffice."""

TO_WRITE: Mapping[str, tuple[str, ...]] = {"groups": ("manage-users",)}
"""Where writing asks for more than reading: groups hold people, so Keycloak counts them to those.

Only a policy that declares groups needs it.
"""

_EVERYTHING = "docs/admin.md lists the roles needed."


def advice(method: str, path: str, *, auth_realm: str) -> str:
    """What to give an identity of `auth_realm` that may not send `method` to `/admin<path>`."""
    parts = [urllib.parse.unquote(p) for p in path.partition("?")[0].strip("/").split("/")]
    if parts == ["realms"] and method == "POST":
        return f"It needs the realm role create-realm of {auth_realm}. {_EVERYTHING}"
    if len(parts) < 2 or parts[0] != "realms":
        return f"It lacks a role of the realm; {_EVERYTHING}"
    realm, rest = parts[1], parts[2:]
    first = "".join(rest[:1])
    roles = RIGHTS.get("/".join(rest)) or RIGHTS.get(first)
    if method != "GET":
        roles = TO_WRITE.get(first, roles)
    if not roles:
        return f"It lacks a role of the realm {realm}; {_EVERYTHING}"
    # Keycloak keeps a realm's admin roles in the realm itself, and in `master` for its identities.
    client = "realm-management" if realm == auth_realm != "master" else f"{realm}-realm"
    what = "the role " if len(roles) == 1 else "the roles "
    return f"It needs {what}{_listed(roles)} of the client {client} in {auth_realm}. {_EVERYTHING}"


def _listed(names: tuple[str, ...]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
