"""What Keycloak itself puts into every new realm, by its version: nobody needs to declare it.

The data are Keycloak's own partial export of a realm just made, a file for each minor version, and
what a new client is given there. A test makes such a realm and compares.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from provisioning.keepers import PROFILE
from provisioning.representation import objects_of
from provisioning.representation.realm import profile_body
from provisioning.resources import Body, Key

MASTER = "master"
MASTER_CLIENT = "master-realm"
"""Each realm has such a client in `master`, `<realm>-realm`: its roles govern the realm."""

_NAME, _LOWER = "{realm}", "{realm in lower case}"
_MINOR = re.compile(r"(\d{1,4}\.\d{1,4})\.")
_NO_SCOPES: Mapping[str, Any] = {"defaultClientScopes": [], "optionalClientScopes": []}
_FOLDER = Path(__file__).parent


def default_objects(version: str, realm: str, *, others: Iterable[str] = ()) -> dict[Key, Body]:
    """A realm of this name as Keycloak makes it; empty where nothing is known of the version.

    `version`: `26.7.4`. `others`: for `master`, the names of the server's other realms.
    Bodies are in the shape of `Live.objects`.
    """
    data = _data(version)
    if not data:
        return {}
    representation = filled(data["realm"], realm)
    if realm == MASTER:
        representation = _with_governed(representation | data[MASTER], others)
    bodies = dict(objects_of(representation).bodies)
    profiles = data["userProfile"]
    bodies[PROFILE] = profile_body(profiles[MASTER if realm == MASTER else "realm"])
    return bodies


def default_client(version: str, protocol: str) -> Mapping[str, Any]:
    """What Keycloak makes of a client of which only the name and protocol are given."""
    found: Mapping[str, Any] = _data(version).get("client", {}).get(protocol, {})
    return found


def filled(template: Any, realm: str) -> Any:
    """A template with the realm's name in it."""
    return _texts(template, lambda text: text.replace(_LOWER, realm.lower()).replace(_NAME, realm))


def template_of(value: Any, realm: str) -> Any:
    """What was found in a realm, without its name, in which some letters are upper-case."""
    return _texts(value, lambda text: text.replace(realm, _NAME).replace(realm.lower(), _LOWER))


def governed(name: str) -> str:
    """The client of `master` whose roles govern the realm `name`."""
    return f"{name}-realm"


@functools.cache
def _data(version: str) -> Mapping[str, Any]:
    minor = _MINOR.match(version)
    file = _FOLDER / f"{minor[1]}.json" if minor else None
    if file is None or not file.is_file():
        return {}
    data: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


def _with_governed(master: Mapping[str, Any], others: Iterable[str]) -> dict[str, Any]:
    """`master` with the client that each of the server's other realms has there."""
    clients, roles = list(master["clients"]), dict(master["roles"]["client"])
    model = next(client for client in clients if client["clientId"] == MASTER_CLIENT)
    given = {MASTER_CLIENT: [role["name"] for role in roles[MASTER_CLIENT]]}
    for other in others:
        name = governed(other)
        own = {"clientId": name, "name": f"{other} Realm", **_NO_SCOPES}
        clients.append({**model, **own})
        roles[name] = [_of_client(role, name) for role in roles[MASTER_CLIENT]]
        given[name] = given[MASTER_CLIENT]
    realm_roles = [
        {**role, "composites": {**role["composites"], "client": given}}
        if role["name"] == "admin"
        else role
        for role in master["roles"]["realm"]
    ]
    return {**master, "clients": clients, "roles": {"realm": realm_roles, "client": roles}}


def _of_client(role: Mapping[str, Any], client_id: str) -> dict[str, Any]:
    """A role of the model client as the same role of another."""
    composites = role.get("composites")
    if not composites:
        return dict(role)
    given = composites["client"][MASTER_CLIENT]
    return {**role, "composites": {"client": {client_id: given}}}


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    """`value` with every text, and every key, as `change` makes it."""
    if isinstance(value, Mapping):
        return {change(key): _texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
