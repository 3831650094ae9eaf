"""Representations in one fixed form, so that the same realm always gives the same text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

VOLATILE = frozenset(
    {
        "containerId",
        "createdTimestamp",
        "flowId",
        "id",
        "internalId",
        "keycloakVersion",
        "notBefore",
        "parentId",
        "types",
    }
)
"""Fields made anew by an import, derived, or (notBefore) of this moment."""

VOLATILE_ATTRIBUTES = frozenset({"client.secret.creation.time"})

ORDERED = frozenset(
    {
        "authenticationExecutions",
        "conditions",
        "executions",
        "executors",
        "webAuthnPolicySignatureAlgorithms",
        "webAuthnPolicyPasswordlessSignatureAlgorithms",
    }
)
"""Lists whose order means something."""

_NAMED_BY_PEOPLE = frozenset(
    {
        "annotations",
        "attributes",
        "authenticationFlowBindingOverrides",
        "client",
        "clientRoles",
        "clientScopeMappings",
        "components",
        "config",
        "configuration",
        "localizationTexts",
    }
)
"""Maps whose keys are no fields: the locale `id` is Indonesian, a client may be called `types`."""

_IDENTITIES = ("clientId", "alias", "client", "clientScope", "name", "providerId", "subType")


def stable(node: Any, name: str = "", *, fields: bool = True) -> Any:
    """`node` without what is of one server or moment; lists without order are sorted.

    `name`: the field that holds the node. `fields`: whether a mapping's keys are names of fields.
    """
    return _ordered(lasting(node, name, fields=fields), name)


def lasting(node: Any, name: str = "", *, fields: bool = True) -> Any:
    """`node` without what is of one server or moment; lists stay as they are.

    The arguments are those of `stable`.
    """
    if isinstance(node, Mapping):
        fields = fields and name not in _NAMED_BY_PEOPLE
        dropped = VOLATILE if fields else VOLATILE_ATTRIBUTES
        return {
            key: lasting(value, key if fields else "", fields=fields)
            for key, value in node.items()
            if key not in dropped
        }
    if isinstance(node, list | tuple):
        return [lasting(item) for item in node]
    return node


def _ordered(node: Any, name: str = "") -> Any:
    if isinstance(node, Mapping):
        return {key: _ordered(value, key) for key, value in node.items()}
    if isinstance(node, list):
        items = [_ordered(item) for item in node]
        return items if name in ORDERED else sorted(items, key=identity)
    return node


def identity(item: Any) -> tuple[str, ...]:
    """What tells members of a list apart: the names they have, else the value itself."""
    if not isinstance(item, Mapping):
        return (str(item),)
    return tuple(str(item.get(name, "")) for name in _IDENTITIES)
