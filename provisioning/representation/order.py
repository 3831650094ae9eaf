"""Which lists of a representation keep their order; every other is a set. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.resources import Body

ORDERED = frozenset(
    {
        "executions",
        "executors",
        "conditions",
        "webAuthnPolicySignatureAlgorithms",
        "webAuthnPolicyPasswordlessSignatureAlgorithms",
    }
)
"""Names of members whose order Keycloak keeps and acts on; lists of objects keep it anyway."""


def as_declared(body: Body) -> dict[str, Any]:
    """A body of plain JSON as one that is declared: sets where order means nothing."""
    return {name: _declared(name, value) for name, value in body.items()}


def _declared(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {inner: _declared(inner, item) for inner, item in value.items()}
    if not isinstance(value, list | tuple):
        return value
    if name in ORDERED or any(isinstance(item, Mapping | list) for item in value):
        return tuple(_declared("", item) for item in value)
    return frozenset(value)
