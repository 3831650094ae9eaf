"""Realms of many clients, roles and groups: as a policy's file, and as Keycloak's own JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Realm = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many objects of each kind."""

    clients: int
    roles: int
    groups: int

    def __str__(self) -> str:
        return f"{self.clients:,}/{self.roles:,}/{self.groups:,}"


SMALL = Size(100, 100, 50)
"""The realm that keycloak-config-cli 6.5.0 was measured with."""

LARGE = Size(1_000, 1_000, 500)

ENVIRON = {"BENCH_CLIENT_SECRET": "a secret that every client of the benchmark has"}
FIELD = "accessTokenLifespan"


def realm(size: Size, *, seconds: int = 300) -> Realm:
    """What is declared; `seconds` is the value of FIELD."""
    return {
        FIELD: seconds,
        "enabled": True,
        "roles": {"realm": [_role(number) for number in range(size.roles)]},
        "groups": [_group(number) for number in range(size.groups)],
        "clients": [_client(number) for number in range(size.clients)],
    }


def write_policy(folder: Path, name: str, declared: Realm) -> Path:
    """The policy of the realm `name`, in a folder of its own; JSON is YAML too."""
    file = folder / name / "policy.yaml"
    file.parent.mkdir(exist_ok=True)
    body = {"version": 1, "realm": name, "raw": declared}
    file.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


def as_keycloak(declared: Realm) -> Realm:
    """The same as Keycloak takes it: references resolved."""
    text = json.dumps(declared, ensure_ascii=False)
    for variable, value in ENVIRON.items():
        text = text.replace(f"${{env:{variable}}}", value)
    return dict(json.loads(text))


def _role(number: int) -> dict[str, Any]:
    return {"name": f"role-{number:04}", "description": f"What number {number} may do"}


def _group(number: int) -> dict[str, Any]:
    return {"name": f"group-{number:04}", "attributes": {"number": [str(number)]}}


def _client(number: int) -> dict[str, Any]:
    return {
        "clientId": f"client-{number:04}",
        "name": f"Client {number}",
        "publicClient": False,
        "secret": "${env:BENCH_CLIENT_SECRET}",
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "fullScopeAllowed": False,
        "redirectUris": [f"https://client-{number}.example/callback"],
        "webOrigins": [f"https://client-{number}.example"],
    }
