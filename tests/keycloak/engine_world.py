"""A small realm with something of every common kind, in two shapes that differ in everything.

Going from one to the other creates, updates and deletes; what each takes is in both plans.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from provisioning.representation import objects_of
from provisioning.representation.order import as_declared
from provisioning.resources import Desired, Key, Kind, Resource

REALM = "interrupted"
SECRET_VARIABLE = "TANBA_WORLD_SECRET"

_WHOLE = frozenset({Kind.ROLE, Kind.CLIENT_SCOPE, Kind.CLIENT, Kind.CLIENT_MAPPER})
"""Kinds of which one shape holds what the other must not have."""


def shape(name: str, *, realm: str = REALM) -> Desired:
    """`"a"` or `"b"`, with the objects of the other as absent."""
    other = "b" if name == "a" else "a"
    desired = _declared(name, realm)
    own = {resource.key for resource in desired.resources}
    absent = {
        resource.key
        for resource in _declared(other, realm).resources
        if resource.key.kind in _WHOLE and resource.key not in own
    }
    return replace(desired, absent=frozenset(_without_members(absent)))


def policy(folder: Path, name: str, *, realm: str = REALM) -> Path:
    """The shape as an admin's policy file; its secret comes from SECRET_VARIABLE."""
    raw = dict(_representation(name))
    raw["clients"] = [
        client | ({"secret": f"${{env:{SECRET_VARIABLE}}}"} if "secret" in client else {})
        for client in raw["clients"]
    ]
    file = folder / f"{name}.yaml"
    # JSON is YAML (YAML 1.2, 1.3).
    file.write_text(json.dumps({"version": 1, "realm": realm, "raw": raw}), encoding="utf-8")
    return file


def _declared(name: str, realm: str) -> Desired:
    found = objects_of({"realm": realm, **_representation(name)}, whole=False)
    resources = []
    for key, body in found.bodies.items():
        declared = as_declared(body)
        if "secret" in declared:
            declared["secret"] = SecretStr(f"secret of {key.name}")
        resources.append(Resource(key, declared))
    return Desired(realm, tuple(resources))


def _without_members(keys: Iterable[Key]) -> Iterable[Key]:
    """What goes with its owner is not named apart."""
    owners = {(key.kind, key.name) for key in keys}
    return (
        key
        for key in keys
        if key.kind is not Kind.CLIENT_MAPPER or (Kind.CLIENT, key.parent) not in owners
    )


def _representation(name: str) -> Mapping[str, Any]:
    is_a = name == "a"
    return {
        "displayName": f"Shape {name}",
        "verifyEmail": is_a,
        "accessTokenLifespan": 300 if is_a else 600,
        "enabled": True,
        "roles": {
            "realm": [
                {"name": "clerk", "description": f"Shape {name}", "attributes": {"in": [name]}},
                {"name": f"only-{name}"},
            ]
        },
        "clientScopes": [
            {
                "name": f"scope-{name}",
                "protocol": "openid-connect",
                "protocolMappers": [_mapper("iin", name)],
            }
        ],
        "clients": [
            {
                "clientId": "both",
                "name": f"Shape {name}",
                "redirectUris": [f"https://{name}.example/*"],
                "protocolMappers": [_mapper(f"mapper-{name}", name)],
            },
            {"clientId": f"client-{name}", "publicClient": False, "secret": f"secret of {name}"},
        ],
        "localizationTexts": {"kk": {"greeting": f"Сәлем, {name}"}},
        "requiredActions": [
            {
                "alias": "UPDATE_PROFILE",
                "name": "Update Profile",
                "providerId": "UPDATE_PROFILE",
                "enabled": is_a,
            }
        ],
        "authenticationFlows": [
            {
                "alias": "own flow",
                "description": "A flow of ours",
                "providerId": "basic-flow",
                "topLevel": True,
                "builtIn": False,
                "authenticationExecutions": [
                    {
                        "authenticator": "auth-cookie",
                        "requirement": "ALTERNATIVE" if is_a else "DISABLED",
                        "authenticatorFlow": False,
                    },
                    {
                        "authenticator": "auth-username-password-form",
                        "requirement": "REQUIRED",
                        "authenticatorFlow": False,
                    },
                ],
            }
        ],
        "identityProviders": [
            {
                "alias": "partner",
                "providerId": "oidc",
                "displayName": f"Partner {name}",
                "enabled": True,
                "config": {
                    "authorizationUrl": f"https://{name}.example/auth",
                    "tokenUrl": f"https://{name}.example/token",
                    "clientId": "us",
                },
            }
        ],
    }


def _mapper(name: str, value: str) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {"claim.name": "shape", "claim.value": value},
    }
