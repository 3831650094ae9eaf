"""Objects of a realm, as declared and as found; both sides of every comparison.

Bodies are parts of the Admin API's own representations. In a declared body a `frozenset` is a list
whose order Keycloak does not keep, `None` means "must not be set", and a `SecretStr` is a value
that is compared and written but never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

Body = Mapping[str, Any]


class Kind(StrEnum):
    """What an object is; the order is the order in which `apply` writes.

    What others refer to comes first; among those, whatever restrains people (profile, required
    actions, default roles) comes before the broker that lets them in. The realm, which enables
    and binds all of it, comes last.
    """

    ROLE = "role"
    CLIENT_SCOPE = "client_scope"
    CLIENT_SCOPE_MAPPER = "client_scope_mapper"
    REALM_CLIENT_SCOPES = "realm_client_scopes"
    LOCALIZATION = "localization"
    REQUIRED_ACTION = "required_action"
    USER_PROFILE = "user_profile"
    CLIENT_PROFILE = "client_profile"
    CLIENT_POLICY = "client_policy"
    COMPONENT = "component"
    FLOW = "flow"
    CLIENT = "client"
    CLIENT_ROLE = "client_role"
    CLIENT_CLIENT_SCOPES = "client_client_scopes"
    CLIENT_ROLE_SCOPE = "client_role_scope"
    CLIENT_SCOPE_ROLE_SCOPE = "client_scope_role_scope"
    CLIENT_MAPPER = "client_mapper"
    ROLE_COMPOSITES = "role_composites"
    GROUP = "group"
    DEFAULT_GROUPS = "default_groups"
    IDENTITY_PROVIDER = "identity_provider"
    IDENTITY_PROVIDER_MAPPER = "identity_provider_mapper"
    REALM = "realm"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which object: its kind, its name, and the object it belongs to, if any."""

    kind: Kind
    name: str
    parent: str = ""

    def __str__(self) -> str:
        return f"{self.parent}/{self.name}" if self.parent else self.name


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared object: what is named in `body` must hold, the rest is left alone."""

    key: Key
    body: Body


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything declared for one realm.

    `absent`: objects that must not be there. `complete`: (kind, parent) pairs under which nothing
    but what is declared may be. `whole`: this is all that is declared for the realm, so that what
    Tanba once made and nobody names any more may go; a rollback, or a part, is not.
    """

    realm: str
    resources: tuple[Resource, ...]
    absent: frozenset[Key] = frozenset()
    complete: frozenset[tuple[Kind, str]] = frozenset()
    whole: bool = True

    def get(self, kind: Kind, name: str, parent: str = "") -> Body:
        """The declared body; KeyError when there is none."""
        key = Key(kind, name, parent)
        for resource in self.resources:
            if resource.key == key:
                return resource.body
        raise KeyError(str(key))


@dataclass(frozen=True, slots=True)
class Live:
    """What a realm holds now, whole. `ids`: Keycloak's internal ids, which only writers use.

    `version` is Keycloak's own (`26.7.4`); empty where the realm is not there.
    """

    realm: str
    exists: bool
    objects: Mapping[Key, Body] = field(default_factory=dict)
    ids: Mapping[Key, str] = field(default_factory=dict)
    version: str = ""


def wire(value: Any) -> Any:
    """A declared value as JSON for Keycloak: secrets in clear, sets as sorted lists.

    Keys whose value is None are left out, which is how Keycloak unsets a key of a map.
    """
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: wire(item) for key, item in value.items() if item is not None}
    if isinstance(value, frozenset):
        return sorted(wire(item) for item in value)
    if isinstance(value, tuple | list):
        return [wire(item) for item in value]
    return value


def merged(live: Any, declared: Any) -> Any:
    """`live` with what is declared put over it, ready for a PUT that replaces the whole."""
    if not isinstance(live, Mapping) or not isinstance(declared, Mapping):
        return wire(declared)
    result = dict(live)
    for key, value in declared.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(live.get(key), value)
    return result
