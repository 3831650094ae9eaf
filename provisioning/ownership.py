"""What may be taken away because Tanba made it and no policy names it any more. Pure.

An object is Tanba's while it is the very one that Tanba made: same internal id, or, of kinds that
have none, same content. Nothing else is ever pruned; what holds something that is not Tanba's, or
that a policy names, stays too. A flow waits: somebody may be in the middle of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from provisioning.desired.realm import SIGN_IN_SECONDS
from provisioning.diff import shown
from provisioning.own_objects import is_own
from provisioning.resources import Body, Desired, Key, Kind, Live

BY_CONTENT = frozenset({Kind.REQUIRED_ACTION, Kind.CLIENT_PROFILE, Kind.CLIENT_POLICY})
"""Kinds without an internal id."""

PRUNABLE = BY_CONTENT | {
    Kind.ROLE,
    Kind.CLIENT_SCOPE,
    Kind.CLIENT_SCOPE_MAPPER,
    Kind.COMPONENT,
    Kind.FLOW,
    Kind.CLIENT,
    Kind.CLIENT_ROLE,
    Kind.CLIENT_MAPPER,
    Kind.GROUP,
    Kind.IDENTITY_PROVIDER,
    Kind.IDENTITY_PROVIDER_MAPPER,
}
"""Kinds that are there or not; any other is a setting of what it belongs to."""

KEYCLOAKS_CLIENTS = frozenset(
    {
        "account",
        "account-console",
        "admin-cli",
        "broker",
        "master-realm",
        "realm-management",
        "security-admin-console",
    }
)
"""Every realm has them: whoever says that Tanba made one of them is wrong."""

_SIGN_IN_LIMITS = ("accessCodeLifespanLogin", "accessCodeLifespanUserAction")
_BINDING = "Flow"
_CLEARED = (
    "people may be in the middle of it, so it goes with an apply that writes anything, once they "
    "have had their time"
)


@dataclass(frozen=True, slots=True)
class Ownership:
    """What Tanba made in a realm, as its state there says.

    `created`: key → identity. `inside`: the same of what Keycloak put into those by itself (the
    mappers of a new LDAP provider), which go with them and not by themselves. `idle`: internal id
    of a flow → since when nobody begins a sign-in by it. `at`: now. `clearing`: names of the idle
    flows that may go; None: every one that waited long enough. `unknown`: why nothing is known;
    then nothing is pruned.
    """

    created: Mapping[Key, str] = field(default_factory=dict)
    inside: Mapping[Key, str] = field(default_factory=dict)
    idle: Mapping[str, datetime] = field(default_factory=dict)
    at: datetime | None = None
    clearing: frozenset[str] | None = None
    unknown: str = ""


NOTHING = Ownership()
"""Of a realm of which nothing is known to be Tanba's."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What to delete, and a sentence on each object of Tanba's that stays all the same."""

    keys: frozenset[Key] = frozenset()
    kept: tuple[str, ...] = ()


def prunes(desired: Desired, live: Live, ownership: Ownership, *, writing: bool) -> Pruned:
    """What Tanba made and nothing declares any more.

    `writing`: whether the plan writes anything else. Flows that wait to be cleared go along with
    other writes only, so that no plan comes to have writes by the mere passing of time. What goes
    with an object that is deleted anyway is not named by itself.
    """
    if not desired.whole:
        return Pruned()
    if ownership.unknown:
        return Pruned(kept=(f"nothing is pruned: {ownership.unknown}",))
    declared = {resource.key for resource in desired.resources}
    undeclared = left_behind(desired, live, ownership)
    if not undeclared:
        return Pruned()
    tanbas = undeclared | set(_standing(ownership.inside, live))
    going, kept = _judged(undeclared, declared, tanbas, live)
    flows, waiting = _flows(
        {key for key in going if key.kind is Kind.FLOW}, desired, live, ownership
    )
    others = {key for key in going if key.kind is not Kind.FLOW}
    if not (writing or others):
        waiting |= dict.fromkeys(flows, _CLEARED)
        flows = set()
    going = others | flows
    covered = {key for key in going if any(above in going for above in owners(key, live))}
    sentences = tuple(
        f"{key.kind} {key}: Tanba made it and no policy names it; {reason}"
        for key, reason in sorted((kept | waiting).items())
    )
    return Pruned(frozenset(going - covered), sentences)


def left_behind(desired: Desired, live: Live, ownership: Ownership) -> set[Key]:
    """What Tanba made and nothing declares: a plan deletes each, or says why it stays."""
    if not desired.whole or ownership.unknown:
        return set()
    declared = {resource.key for resource in desired.resources}
    return set(_standing(ownership.created, live)) - declared - desired.absent


def identity_of(key: Key, live: Live) -> str | None:
    """By what an object is known to be the one that was made; None where nothing tells."""
    if key in live.ids:
        return live.ids[key]
    if key.kind not in BY_CONTENT or key not in live.objects:
        return None
    text = json.dumps(shown(live.objects[key]), sort_keys=True, ensure_ascii=False)
    return f"content:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def owner(key: Key, live: Live) -> Key | None:
    """The object that takes `key` with it when it is deleted; None where it stands by itself."""
    if key.kind is Kind.COMPONENT:
        return _component_above(key, live)
    above = _ABOVE.get(key.kind)
    return above(key) if above else None


def owners(key: Key, live: Live) -> Iterator[Key]:
    """What `key` belongs to, from the nearest outwards."""
    above = owner(key, live)
    while above is not None:
        yield above
        above = owner(above, live)


def bindings(objects: Iterable[tuple[Key, Body]]) -> frozenset[str]:
    """Aliases of the flows that a realm, a broker or a client is bound to."""
    found: set[str] = set()
    for key, body in objects:
        if key.kind in {Kind.REALM, Kind.IDENTITY_PROVIDER}:
            found |= {str(value) for name, value in body.items() if _BINDING in name}
        elif key.kind is Kind.CLIENT:
            overrides = body.get("authenticationFlowBindingOverrides") or {}
            found |= {str(value) for value in overrides.values()}
    return frozenset(found)


def _standing(made: Mapping[Key, str], live: Live) -> Iterator[Key]:
    """What was made and is still there as the same object."""
    for key, identity in made.items():
        if key.kind not in PRUNABLE or key not in live.objects or is_own(key):
            continue
        if identity_of(key, live) == identity and not _keycloaks(key, live):
            yield key


def _keycloaks(key: Key, live: Live) -> bool:
    client = key.name if key.kind is Kind.CLIENT else key.parent
    if key.kind in {Kind.CLIENT, Kind.CLIENT_ROLE, Kind.CLIENT_MAPPER}:
        return client in KEYCLOAKS_CLIENTS
    if key.kind is Kind.ROLE:
        return key.name == f"default-roles-{live.realm}".lower()
    return key.kind is Kind.FLOW and bool(live.objects[key].get("builtIn"))


def _judged(
    undeclared: set[Key], declared: set[Key], tanbas: set[Key], live: Live
) -> tuple[set[Key], dict[Key, str]]:
    """Those that hold nothing but `tanbas`; and why the rest stays."""
    held: dict[Key, list[Key]] = {}
    for key in live.objects:
        for above in owners(key, live):
            held.setdefault(above, []).append(key)
    going, kept = set[Key](), dict[Key, str]()
    for key in undeclared:
        below = sorted(held.get(key, ()))
        named = next((k for k in below if k in declared), None)
        foreign = next((k for k in below if k.kind in PRUNABLE and k not in tanbas), None)
        if named is not None:
            kept[key] = f"but one names {named.kind} {named}, which is in it"
        elif foreign is not None:
            kept[key] = f"but {foreign.kind} {foreign} is in it, which Tanba did not make"
        else:
            going.add(key)
    return going, kept


def _flows(
    flows: set[Key], desired: Desired, live: Live, ownership: Ownership
) -> tuple[set[Key], dict[Key, str]]:
    """Those by which nobody can be signing in; and what the rest waits for."""
    declared = ((resource.key, resource.body) for resource in desired.resources)
    bound = bindings(live.objects.items()) | bindings(declared)
    limit = timedelta(seconds=_longest_sign_in(live))
    free, waiting = set[Key](), dict[Key, str]()
    for key in flows:
        since = ownership.idle.get(live.ids[key])
        allowed = ownership.clearing is None or key.name in ownership.clearing
        if key.name in bound:
            waiting[key] = "but people sign in by it"
        elif allowed and since and ownership.at and since + limit <= ownership.at:
            free.add(key)
        else:
            waiting[key] = _CLEARED
    return free, waiting


def _longest_sign_in(live: Live) -> int:
    realm: Mapping[str, Any] = live.objects.get(Key(Kind.REALM, live.realm)) or {}
    limits = [realm.get(name) for name in _SIGN_IN_LIMITS]
    return max([SIGN_IN_SECONDS, *(limit for limit in limits if isinstance(limit, int))])


def _group_above(key: Key) -> Key | None:
    above = key.name.replace("~/", "~~").rpartition("/")[0]
    return Key(Kind.GROUP, key.name[: len(above)]) if above else None


def _component_above(key: Key, live: Live) -> Key | None:
    above = (live.objects.get(key) or {}).get("parent")
    if not above or above == key.name:
        return None
    found = (k for k in live.objects if k.kind is Kind.COMPONENT and k.name == above)
    return next(found, None)


_ABOVE: Mapping[Kind, Callable[[Key], Key | None]] = {
    Kind.CLIENT_MAPPER: lambda key: Key(Kind.CLIENT, key.parent),
    Kind.CLIENT_ROLE: lambda key: Key(Kind.CLIENT, key.parent),
    Kind.CLIENT_CLIENT_SCOPES: lambda key: Key(Kind.CLIENT, key.name),
    Kind.CLIENT_ROLE_SCOPE: lambda key: Key(Kind.CLIENT, key.name),
    Kind.CLIENT_SCOPE_MAPPER: lambda key: Key(Kind.CLIENT_SCOPE, key.parent),
    Kind.CLIENT_SCOPE_ROLE_SCOPE: lambda key: Key(Kind.CLIENT_SCOPE, key.name),
    Kind.ROLE_COMPOSITES: lambda key: Key(
        Kind.CLIENT_ROLE if key.parent else Kind.ROLE, key.name, key.parent
    ),
    Kind.IDENTITY_PROVIDER_MAPPER: lambda key: Key(Kind.IDENTITY_PROVIDER, key.parent),
    Kind.GROUP: _group_above,
}
