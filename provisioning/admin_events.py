"""Keycloak's admin events: which of them tell who changed an object. Pure.

An event has a type, the path of the request under the realm and who sent it, never a value. Paths
name objects by internal ids or by names, names not escaped; which way, is a table below, measured
on Keycloak 26.7.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any

from provisioning.errors import UnexpectedAnswerError
from provisioning.resources import Key, Kind
from provisioning.unmanaged import owners

SILENT = frozenset({Kind.LOCALIZATION, Kind.CLIENT_PROFILE, Kind.CLIENT_POLICY})
"""Kinds whose changes leave no admin event in Keycloak."""

_SCOPED = ("REALM_SCOPE_MAPPING", "CLIENT_SCOPE_MAPPING")

RESOURCE_TYPES: Mapping[Kind, tuple[str, ...]] = {
    Kind.ROLE: ("REALM_ROLE",),
    Kind.CLIENT_SCOPE: ("CLIENT_SCOPE",),
    Kind.CLIENT_SCOPE_MAPPER: ("PROTOCOL_MAPPER", "CLIENT_SCOPE"),
    Kind.REALM_CLIENT_SCOPES: ("CLIENT_SCOPE",),
    Kind.REQUIRED_ACTION: ("REQUIRED_ACTION",),
    Kind.USER_PROFILE: ("USER_PROFILE",),
    Kind.COMPONENT: ("COMPONENT",),
    Kind.FLOW: ("AUTH_FLOW", "AUTH_EXECUTION", "AUTH_EXECUTION_FLOW", "AUTHENTICATOR_CONFIG"),
    Kind.CLIENT: ("CLIENT",),
    Kind.CLIENT_ROLE: ("CLIENT_ROLE", "REALM_ROLE", "CLIENT"),
    Kind.CLIENT_CLIENT_SCOPES: ("CLIENT_SCOPE_CLIENT_MAPPING", "CLIENT"),
    Kind.CLIENT_ROLE_SCOPE: (*_SCOPED, "CLIENT"),
    Kind.CLIENT_SCOPE_ROLE_SCOPE: (*_SCOPED, "CLIENT_SCOPE"),
    Kind.CLIENT_MAPPER: ("PROTOCOL_MAPPER", "CLIENT"),
    Kind.ROLE_COMPOSITES: ("REALM_ROLE", "CLIENT_ROLE", "CLIENT"),
    Kind.GROUP: ("GROUP", "REALM_ROLE_MAPPING", "CLIENT_ROLE_MAPPING"),
    Kind.DEFAULT_GROUPS: ("GROUP",),
    Kind.IDENTITY_PROVIDER: ("IDENTITY_PROVIDER",),
    Kind.IDENTITY_PROVIDER_MAPPER: ("IDENTITY_PROVIDER_MAPPER", "IDENTITY_PROVIDER"),
    Kind.REALM: ("REALM",),
}
"""Keycloak's resource types to ask for; a partial import writes REALM for whatever it imports."""


class Match(Enum):
    """How sure it is that an event is about an object."""

    NAMED = "named"
    """Its path names the object."""

    POSSIBLE = "possible"
    """Its path names something of that kind that nobody can identify any more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who sent a request: Keycloak's internal ids of realm, user and client, and an IP address."""

    realm_id: str
    user_id: str
    client_id: str
    address: str


@dataclass(frozen=True, slots=True)
class AdminEvent:
    """One change that somebody made by the Admin API; `at` is by Keycloak's clock."""

    at: datetime
    operation: str
    path: str
    actor: Actor


@dataclass(frozen=True)
class Known:
    """What identifies objects in paths. `ids`: of what is there, and was there, where known.

    `flows`: the alias of a subflow → that of the flow it is a part of.
    """

    ids: Mapping[Key, str]
    gone: Mapping[Key, str] = field(default_factory=dict)
    flows: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def every_id(self) -> frozenset[str]:
        """Of what is there and of what is gone."""
        return frozenset(self.ids.values()) | frozenset(self.gone.values())

    def id_of(self, key: Key) -> str | None:
        """The internal id of an object, of one that is gone only where it was written down."""
        return self.ids.get(key) or self.gone.get(key)


def event_of(answer: Mapping[str, Any]) -> AdminEvent:
    """An event as the Admin API tells it. Raises UnexpectedAnswerError."""
    try:
        details = answer.get("authDetails") or {}
        return AdminEvent(
            at=datetime.fromtimestamp(answer["time"] / 1000, UTC),
            operation=str(answer["operationType"]),
            path=str(answer.get("resourcePath") or ""),
            actor=Actor(
                *(str(details.get(n) or "") for n in ("realmId", "userId", "clientId", "ipAddress"))
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError):
        raise UnexpectedAnswerError("an admin event is not as the Admin API documents it") from None


def resource_types(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """What to ask for when objects of these kinds differ; empty when no event could tell."""
    wanted = {name for kind in kinds for name in RESOURCE_TYPES.get(kind, ())}
    return tuple(sorted({*wanted, "REALM"})) if wanted else ()


def about(event: AdminEvent, key: Key, known: Known) -> Match | None:
    """Whether `event` is about `key`; what came or went with the object it belongs to counts."""
    found = [
        match
        for parts, certain in _read(event.path).get(key.kind, ())
        if (match := _match(parts, event, key, known, certain=certain)) is not None
    ]
    if found:
        return Match.NAMED if Match.NAMED in found else Match.POSSIBLE
    owner = _owner(key)
    if owner is not None and event.operation == ("CREATE" if owner in known.ids else "DELETE"):
        return about(event, owner, known)
    return None


@lru_cache(maxsize=4_096)
def _read(path: str) -> Mapping[Kind, tuple[tuple[Mapping[str, str | None], bool], ...]]:
    """What a path can mean: kind → its parts, and whether it is that for certain."""
    result: dict[Kind, tuple[tuple[Mapping[str, str | None], bool], ...]] = {}
    for pattern, kind, certain in _PATHS:
        fits = pattern.fullmatch(path)
        if fits is not None:
            result[kind] = (*result.get(kind, ()), (fits.groupdict(), certain))
    return result


def _match(
    parts: Mapping[str, str | None], event: AdminEvent, key: Key, known: Known, *, certain: bool
) -> Match | None:
    target = _in_path(key)
    found: set[Match | None] = {Match.NAMED if certain else Match.POSSIBLE}
    name, parent = parts.get("name"), parts.get("parent")
    if name is not None and target.kind is Kind.FLOW:
        name = known.flows.get(name, name)
    if name not in {None, target.name} or parent not in {None, target.parent}:
        return None
    for part, whose in (("id", target), ("parent_id", _owner(target))):
        given = parts.get(part)
        if given is not None:
            found.add(_by_id(given, whose, event, known))
    if None in found:
        return None
    return Match.POSSIBLE if Match.POSSIBLE in found else Match.NAMED


def _by_id(given: str, whose: Key | None, event: AdminEvent, known: Known) -> Match | None:
    own = known.id_of(whose) if whose is not None else None
    if own is not None:
        return Match.NAMED if own == given else None
    unknown = given not in known.every_id
    return Match.POSSIBLE if unknown and event.operation == "DELETE" else None


def _in_path(key: Key) -> Key:
    """The object that stands in the path: lists that belong to an object have no id of theirs."""
    match key.kind:
        case Kind.CLIENT_CLIENT_SCOPES | Kind.CLIENT_ROLE_SCOPE:
            return Key(Kind.CLIENT, key.name)
        case Kind.CLIENT_SCOPE_ROLE_SCOPE:
            return Key(Kind.CLIENT_SCOPE, key.name)
        case Kind.ROLE_COMPOSITES:
            kind = Kind.CLIENT_ROLE if key.parent else Kind.ROLE
            return Key(kind, key.name, key.parent)
        case _:
            return key


def _owner(key: Key) -> Key | None:
    """The object with which this one goes; None for one that stands by itself."""
    return next(iter(owners(key)), None)


_ID, _PARENT_ID = r"(?P<id>[^/]+)", r"(?P<parent_id>[^/]+)"
_NAME, _PARENT = r"(?P<name>.+)", r"(?P<parent>[^/]+)"

_PATHS = tuple(
    (re.compile(pattern, re.DOTALL), kind, certain)
    for pattern, kind, certain in (
        (r"(?:events/config)?", Kind.REALM, True),
        (rf"roles/{_NAME}", Kind.ROLE, True),
        (rf"(?:roles-by-id|realms)/{_ID}", Kind.ROLE, True),
        (rf"clients/{_PARENT_ID}/roles/{_NAME}", Kind.CLIENT_ROLE, True),
        (rf"roles-by-id/{_ID}", Kind.CLIENT_ROLE, True),
        (rf"(?:roles|clients/{_PARENT_ID}/roles)/{_NAME}/composites", Kind.ROLE_COMPOSITES, True),
        (rf"roles-by-id/{_ID}/composites", Kind.ROLE_COMPOSITES, True),
        (rf"client-scopes/{_ID}", Kind.CLIENT_SCOPE, True),
        (
            rf"client-scopes/{_PARENT_ID}/protocol-mappers/models/{_ID}",
            Kind.CLIENT_SCOPE_MAPPER,
            True,
        ),
        (
            rf"client-scopes/{_PARENT_ID}/protocol-mappers/add-models",
            Kind.CLIENT_SCOPE_MAPPER,
            False,
        ),
        (rf"client-scopes/{_ID}/scope-mappings/.+", Kind.CLIENT_SCOPE_ROLE_SCOPE, True),
        (r"default-(?:default|optional)-client-scopes/.+", Kind.REALM_CLIENT_SCOPES, True),
        (r"authentication/required-actions/(?P<name>[^/]+)(?:/.+)?", Kind.REQUIRED_ACTION, True),
        (r"authentication/register-required-action", Kind.REQUIRED_ACTION, False),
        (r"users/profile", Kind.USER_PROFILE, True),
        (rf"components/{_ID}", Kind.COMPONENT, True),
        (rf"authentication/flows/{_ID}", Kind.FLOW, True),
        (rf"authentication/flows/{_NAME}/executions(?:/execution|/flow)?", Kind.FLOW, True),
        (r"authentication/(?:executions|config)/.+", Kind.FLOW, False),
        (rf"clients/{_ID}(?:/client-secret(?:/rotated)?|/certificates/.+)?", Kind.CLIENT, True),
        (rf"clients/{_ID}/(?:default|optional)-client-scopes/.+", Kind.CLIENT_CLIENT_SCOPES, True),
        (rf"clients/{_ID}/scope-mappings/.+", Kind.CLIENT_ROLE_SCOPE, True),
        (rf"clients/{_PARENT_ID}/protocol-mappers/models/{_ID}", Kind.CLIENT_MAPPER, True),
        (rf"clients/{_PARENT_ID}(?:/protocol-mappers/add-models)?", Kind.CLIENT_MAPPER, False),
        (rf"groups/{_ID}(?:/role-mappings/.+)?", Kind.GROUP, True),
        (rf"groups/{_PARENT_ID}/children", Kind.GROUP, False),
        (r"default-groups/.+", Kind.DEFAULT_GROUPS, True),
        (rf"identity-provider/instances/{_NAME}", Kind.IDENTITY_PROVIDER, True),
        (rf"identity-provider-settings/{_ID}", Kind.IDENTITY_PROVIDER, True),
        (
            rf"identity-provider/instances/{_PARENT}/mappers/{_ID}",
            Kind.IDENTITY_PROVIDER_MAPPER,
            True,
        ),
    )
)
"""Path under the realm, the kind it is about, and whether it is about that object for certain."""
