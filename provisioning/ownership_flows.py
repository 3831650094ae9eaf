"""Flows that Tanba has begun to build, and how nobody else's is ever taken for one. Pure.

A flow is built under a name that ends with its own internal id. People choose names, Keycloak
chooses the ids of what they make: no flow of theirs comes to bear such a name, and a copy of one
has another id.
"""

from __future__ import annotations

_UNFINISHED = " unfinished "


def unfinished_name(name: str, identity: str) -> str:
    """What the flow `name` is called while it is built under the internal id `identity`."""
    return f"{name}{_UNFINISHED}{identity}"


def finished_name(name: str, identity: str | None) -> str | None:
    """The name that the flow `name` would have got when it was whole; None: it is none of ours."""
    if not identity or not name.endswith(unfinished_name("", identity)):
        return None
    return name.removesuffix(unfinished_name("", identity)) or None
