"""What of a realm can be said in a policy's own words, and what is left for `raw`. Pure.

A candidate is taken when the policy made of it declares nothing that the realm does not hold. What
it leaves unsaid of an object stays for `raw`, or the candidate is dropped where a part cannot be
said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from policies.errors import PolicyError
from policies.model_raw import is_secret
from policies.model_realm import RealmPolicy
from policies.references import Resolved
from provisioning.adopt_candidates import Candidate, Split, candidates
from provisioning.adopt_clients import Found
from provisioning.adopt_raw import Plain, plain
from provisioning.desired.declared_sections import sections
from provisioning.diff import MASK, differences
from provisioning.resources import Body, Key, Kind, Resource
from provisioning.unmanaged import is_empty

WHOLE = frozenset(
    {
        Kind.CLIENT_ROLE_SCOPE,
        Kind.CLIENT_SCOPE_ROLE_SCOPE,
        Kind.DEFAULT_GROUPS,
        Kind.FLOW,
        Kind.ROLE_COMPOSITES,
    }
)
"""Kinds of which a representation cannot tell a part."""

_BIG = frozenset({Kind.ROLE, Kind.CLIENT, Kind.CLIENT_SCOPE})
_BY_NAME = frozenset({Kind.ROLE, Kind.CLIENT_ROLE, Kind.GROUP})
"""Kinds of which there may be nothing to say but that they are there."""

_DERIVED = frozenset({"builtIn"})
"""Of an object that is said: nothing to declare."""


def in_words(
    realm: str,
    told: Mapping[Key, Body],
    live: Mapping[Key, Body],
    *,
    defaults: Collection[Key],
    split: Split,
) -> tuple[Plain, dict[Key, Body]]:
    """Sections of a policy, in the policy's order, and what of `told` they do not say.

    `told`: what is to be said of each object; `live`: what the realm holds, as declared bodies.
    `defaults`: what Keycloak made: of its roles, clients and scopes a part is said in `raw`; in
    words all of it would have to be.
    """
    said: Plain = {}
    rest = dict(told)
    found = Found(live)
    wanted = {key: body for key, body in told.items() if not (key in defaults and key.kind in _BIG)}
    for candidate in candidates(Key(Kind.REALM, realm), wanted, found, split=split):
        resources = _declared(realm, candidate)
        if resources and all(_holds(resource, live) for resource in resources):
            left = _left(rest, resources)
            if left:
                for key, body in left.items():
                    if body is None:
                        del rest[key]
                    else:
                        rest[key] = body
                _put(said, candidate)
    order = [name for name in RealmPolicy.model_fields if name in said]
    return {name: said[name] for name in order}, rest


def _declared(realm: str, candidate: Candidate) -> tuple[Resource, ...]:
    """What the candidate alone declares; nothing where it is no policy."""
    value = [candidate.value] if candidate.is_list else candidate.value
    body = {"version": 1, "realm": realm, candidate.section: _resolved(value)}
    try:
        policy = RealmPolicy.model_validate(body)
        declared = (one.resource for one in sections(policy))
        return tuple(one for one in declared if one.body or one.key.kind in _BY_NAME)
    except (ValidationError, PolicyError):
        return ()


def _resolved(value: Any, name: str = "") -> Any:
    """The value with something in the place of each secret that a policy takes by reference."""
    if isinstance(value, Mapping):
        return {key: _resolved(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, name) for item in value]
    return Resolved(value) if isinstance(value, str) and is_secret(name) else value


def _holds(resource: Resource, live: Mapping[Key, Body]) -> bool:
    """Whether the realm is so, as far as can be seen: a secret is what it is."""
    found = live.get(resource.key)
    return found is not None and all(
        difference.after == MASK for difference in differences(resource.body, plain(found))
    )


def _left(rest: Mapping[Key, Body], resources: Iterable[Resource]) -> dict[Key, Body | None]:
    """What is to be said yet of what these say something of: None for nothing.

    Empty where they say nothing new, or a part that is left could not be said.
    """
    left: dict[Key, Body | None] = {}
    for resource in resources:
        key = resource.key
        told = left.get(key, rest.get(key))
        if told is None:
            continue
        unsaid = _unsaid(told, resource.body)
        if unsaid.keys() <= _DERIVED or (key.kind in WHOLE and is_empty(unsaid)):
            left[key] = None
        elif key.kind in WHOLE:
            return {}
        elif unsaid != told:
            left[key] = unsaid
    return left


def _unsaid(told: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    unsaid: dict[str, Any] = {}
    for name, value in told.items():
        if name not in declared:
            unsaid[name] = value
        elif isinstance(value, Mapping) and isinstance(declared[name], Mapping):
            inner = _unsaid(value, declared[name])
            if inner:
                unsaid[name] = inner
    return unsaid


def _put(said: Plain, candidate: Candidate) -> None:
    if candidate.is_list:
        said.setdefault(candidate.section, []).append(candidate.value)
    elif isinstance(candidate.value, Mapping):
        _merge(said.setdefault(candidate.section, {}), candidate.value)
    else:
        said[candidate.section] = candidate.value


def _merge(into: Plain, value: Mapping[str, Any]) -> None:
    for name, item in value.items():
        if isinstance(item, list) and name in into:
            into[name] = [*into[name], *item]
        elif isinstance(item, Mapping) and name in into:
            _merge(into[name], item)
        else:
            into[name] = item
