"""What Keycloak puts into a realm just made, as `provisioning/keycloak_defaults` keeps it.

`python -m tests.keycloak.captured_defaults [VERSION …]` writes the files of those releases anew;
of the one that tests run on when none is named.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provisioning import keycloak_defaults
from provisioning.connection import Connection, quoted
from provisioning.export_stable import stable
from provisioning.keycloak_defaults import (
    MASTER,
    MASTER_CLIENT,
    filled,
    governed,
    template_of,
)
from stand.keycloak.releases import STAND, release
from tests.keycloak.own_keycloak import BOOTSTRAP, own_keycloak

FOLDER = Path(keycloak_defaults.__file__).parent
REALM = "TanbaPristine"
_PROFILE = "org.keycloak.userprofile.UserProfileProvider"
_NO_NEW_KEY = {"attributes": {"saml.signing.certificate": "none"}}
"""With a certificate a SAML client is not given a key of its own, which takes seconds to make."""

_PROTOCOLS = ("openid-connect", "saml")


def captured(admin: Connection, name: str) -> tuple[str, dict[str, Any]]:
    """The server's version, and the defaults of that version.

    `name`: a realm just made, its name of both cases, so that what Keycloak lowers is seen. It is
    left as it was. The server's other realms do not matter.
    """
    realm, version = _snapshot(admin, name), _version(admin, name)
    profiles = {
        "realm": admin.get(f"/realms/{name}/users/profile"),
        MASTER: admin.get(f"/realms/{MASTER}/users/profile"),
    }
    clients = {protocol: _client(admin, name, protocol) for protocol in _PROTOCOLS}
    template = template_of(realm, name)
    master = _without_guests(_snapshot(admin, MASTER))
    differing = {
        name: value
        for name, value in master.items()
        if value != stable(filled(template, MASTER)).get(name)
    }
    data = {"realm": template, MASTER: differing, "client": clients, "userProfile": profiles}
    return version, stable(data)


def text_of(data: Mapping[str, Any]) -> str:
    """The file's text."""
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def file_of(version: str) -> Path:
    """The file of a version's minor version."""
    return FOLDER / f"{version.rpartition('.')[0]}.json"


def _version(admin: Connection, realm: str) -> str:
    return str(
        admin.request("POST", f"/realms/{quoted(realm)}/partial-export", {})["keycloakVersion"]
    )


def _snapshot(admin: Connection, realm: str) -> dict[str, Any]:
    query = "exportClients=true&exportGroupsAndRoles=true"
    exported = admin.request("POST", f"/realms/{quoted(realm)}/partial-export?{query}", {})
    exported["components"].pop(_PROFILE, None)  # told by itself
    return dict(stable(exported))


def _client(admin: Connection, realm: str, protocol: str) -> dict[str, Any]:
    body = {"clientId": protocol, "protocol": protocol, "enabled": True, **_NO_NEW_KEY}
    path = f"/realms/{quoted(realm)}/clients"
    admin.request("POST", path, body)
    exported = _snapshot(admin, realm)["clients"]
    client = next(client for client in exported if client["clientId"] == protocol)
    (made,) = admin.get(f"{path}?clientId={protocol}")
    admin.request("DELETE", f"{path}/{made['id']}")
    made_anew = ("certificate", "private.key", "identifier")
    attributes = {
        name: value for name, value in client["attributes"].items() if not name.endswith(made_anew)
    }
    return {**client, "attributes": attributes} | {"clientId": ""}


def _without_guests(master: dict[str, Any]) -> dict[str, Any]:
    """`master` without other realms' clients and without the identity that looks."""
    guests = {
        client["clientId"]
        for client in master["clients"]
        if client["clientId"].endswith(governed("")) and client["clientId"] != MASTER_CLIENT
    } | {BOOTSTRAP}
    roles = [
        {
            **role,
            "composites": {
                **role["composites"],
                "client": _less(role["composites"]["client"], guests),
            },
        }
        if role["name"] == "admin"
        else role
        for role in master["roles"]["realm"]
    ]
    clients = [client for client in master["clients"] if client["clientId"] not in guests]
    return {
        **{name: value for name, value in master.items() if name != "users"},
        "clients": clients,
        "roles": {"realm": roles, "client": _less(master["roles"]["client"], guests)},
    }


def _less(by_client: Mapping[str, Any], guests: set[str]) -> dict[str, Any]:
    return {name: value for name, value in by_client.items() if name not in guests}


def main() -> None:
    """Write the file of each release named."""
    for wanted in sys.argv[1:] or [STAND.version]:
        with (
            tempfile.TemporaryDirectory() as folder,
            own_keycloak(Path(folder), release=release(wanted)) as server,
        ):
            admin = server.bootstrap()
            admin.request("POST", "/realms", {"realm": REALM})
            admin.renew()
            version, data = captured(admin, REALM)
        file_of(version).write_text(text_of(data), encoding="utf-8")
        sys.stdout.write(f"{file_of(version)}\n")


if __name__ == "__main__":
    main()
