"""What a realm holds that no policy names: whole objects, and settings of those it does name. Pure.

Keycloak's own objects count only where somebody changed them; Tanba's two never do. Nothing here
is written or deleted by `apply`: a list for people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.export_stable import lasting
from provisioning.keycloak_defaults import MASTER, default_client, default_objects
from provisioning.own_objects import is_own
from provisioning.representation.objects import without
from provisioning.representation.order import as_declared
from provisioning.resources import Body, Desired, Key, Kind, Live

_ABSENT = object()
_NOT_SETTINGS = ("clientId", "defaultClientScopes", "optionalClientScopes", "secret")
_GOVERNED = "-realm"

_OWNERS: Mapping[Kind, Kind] = {
    Kind.CLIENT_SCOPE_MAPPER: Kind.CLIENT_SCOPE,
    Kind.CLIENT_SCOPE_ROLE_SCOPE: Kind.CLIENT_SCOPE,
    Kind.CLIENT_ROLE: Kind.CLIENT,
    Kind.CLIENT_MAPPER: Kind.CLIENT,
    Kind.CLIENT_CLIENT_SCOPES: Kind.CLIENT,
    Kind.CLIENT_ROLE_SCOPE: Kind.CLIENT,
    Kind.IDENTITY_PROVIDER_MAPPER: Kind.IDENTITY_PROVIDER,
}
"""Kinds of objects that come and go with another."""

_NEVER_TANBAS = frozenset({Kind.CLIENT_SCOPE_MAPPER, Kind.CLIENT_MAPPER, Kind.CLIENT_ROLE})

PARTS = frozenset(
    {
        Kind.CLIENT_CLIENT_SCOPES,
        Kind.CLIENT_ROLE_SCOPE,
        Kind.CLIENT_SCOPE_ROLE_SCOPE,
        Kind.ROLE_COMPOSITES,
    }
)
"""Kinds of which each owner has exactly one: settings of it rather than objects."""


@dataclass(frozen=True, slots=True, order=True)
class Unmanaged:
    """One thing that no policy names: an object, or (`settings`: their paths) part of one."""

    key: Key
    settings: tuple[str, ...] = ()


def unmanaged(
    desired: Desired, live: Live, *, made: Collection[Key] = frozenset()
) -> tuple[Unmanaged, ...]:
    """Everything in the realm that neither the policy names nor Keycloak makes; in stable order.

    An object that comes with another of the list (a client's mapper) is not listed again.
    `made`: what Tanba made and no policy names any more: the plan itself says so of each.
    """
    bodies = {resource.key: resource.body for resource in desired.resources}
    defaults = defaults_of(live)
    whole = {
        key
        for key in live.objects
        if not (key in bodies or key in defaults or key.kind in PARTS or _tanbas(key))
    }
    found = [
        Unmanaged(key) for key in whole if key not in made and not _comes_with(key, live, whole)
    ]
    for key in live.objects.keys() - whole:
        if not (_tanbas(key) or _comes_with(key, live, whole)):
            body = comparable(key, live.objects[key])
            base = comparable(key, defaults.get(key) or base_of(key, live))
            if key not in defaults:
                base = _as_far_as(body, base)
            settings = tuple(_undeclared(body, base, bodies.get(key, {})))
            found += [Unmanaged(key, settings)] if settings else []
    return tuple(sorted(found))


def _tanbas(key: Key) -> bool:
    """Tanba's two objects; not what somebody hung on them, which would be well hidden there."""
    return is_own(key) and key.kind not in _NEVER_TANBAS


def defaults_of(live: Live) -> dict[Key, Body]:
    """What Keycloak made by itself of a realm of this name and version."""
    others = [
        key.name.removesuffix(_GOVERNED)
        for key, body in live.objects.items()
        if key.kind is Kind.CLIENT
        and key.name.endswith(_GOVERNED)
        and (body.get("attributes") or {}).get("realm_client") == "true"
        and key.name != MASTER + _GOVERNED
    ]
    return default_objects(live.version, live.realm, others=others)


def base_of(key: Key, live: Live) -> Body:
    """What a new object of this kind has without being told."""
    if key.kind is Kind.CLIENT:
        protocol = live.objects[key].get("protocol") or "openid-connect"
        return without(default_client(live.version, protocol), _NOT_SETTINGS)
    if key.kind is Kind.CLIENT_CLIENT_SCOPES:
        return _usual_scopes(key.name, live)
    return {}


def _usual_scopes(client: str, live: Live) -> Body:
    """The scopes of the realm's defaults that are of the client's protocol."""
    protocol = live.objects.get(Key(Kind.CLIENT, client), {}).get("protocol")
    given = live.objects.get(Key(Kind.REALM_CLIENT_SCOPES, "default"), {})
    return {
        use: [
            name
            for name in names
            if live.objects.get(Key(Kind.CLIENT_SCOPE, name), {}).get("protocol") == protocol
        ]
        for use, names in given.items()
    }


def owners(key: Key) -> tuple[Key, ...]:
    """The objects without which this one would not be: a mapper's client, a group's parent."""
    if key.kind is Kind.ROLE_COMPOSITES and key.parent:
        role = Key(Kind.CLIENT_ROLE, key.name, key.parent)
        return role, *owners(role)
    if key.kind is Kind.ROLE_COMPOSITES:
        return (Key(Kind.ROLE, key.name),)
    if key.kind is Kind.GROUP:
        # A slash in a group's own name is written ~/.
        above = re.sub(r"(?<!~)/(?:[^/]|(?<=~)/)*$", "", key.name)
        return (Key(Kind.GROUP, above),) if above else ()
    owner = _OWNERS.get(key.kind)
    return (Key(owner, key.parent or key.name),) if owner else ()


def comparable(key: Key, body: Body) -> dict[str, Any]:
    """A body in which equal things are equal: sets, and nothing of one server or moment.

    What Keycloak says twice is said once: an attribute of the profile is named by its key, and some
    of a realm's fields are mirrored among its attributes after every write.
    """
    found = as_declared(lasting(body, fields=key.kind is not Kind.LOCALIZATION))
    attributes = found.get("attributes") or {}
    if key.kind is Kind.USER_PROFILE:
        found["attributes"] = {
            name: {field: value for field, value in attribute.items() if field != "name"}
            for name, attribute in attributes.items()
        }
    if key.kind is Kind.REALM:
        found["attributes"] = {k: v for k, v in attributes.items() if k not in found}
    return found


def is_empty(value: Any) -> bool:
    """Whether a value says nothing: what Keycloak leaves out as well as keeps empty."""
    if isinstance(value, Mapping):
        return all(is_empty(item) for item in value.values())
    return value is None or value in ("", (), [], frozenset())


def _as_far_as(found: Body, base: Body) -> dict[str, Any]:
    """What `base` says of the settings found: what a new object has beyond them is nobody's."""
    both = {name: base[name] for name in base.keys() & found.keys()}
    return {
        name: _as_far_as(found[name], value)
        if isinstance(value, Mapping) and isinstance(found[name], Mapping)
        else value
        for name, value in both.items()
    }


def _comes_with(key: Key, live: Live, whole: set[Key]) -> bool:
    """Whether an object of the list says already that this one is there."""
    above = live.objects[key].get("parent") if key.kind is Kind.COMPONENT else None
    return any(owner in whole for owner in owners(key)) or any(
        other.kind is Kind.COMPONENT and other.name == above for other in whole if above
    )


def _undeclared(live: Any, base: Any, declared: Any, path: str = "") -> Iterator[str]:
    if declared is not _ABSENT and not isinstance(declared, Mapping):
        return
    if isinstance(live, Mapping):
        before = base if isinstance(base, Mapping) else {}
        named = declared if isinstance(declared, Mapping) else {}
        for name in sorted(live.keys() | before.keys()):
            below = f"{path}.{name}" if path else name
            yield from _undeclared(
                live.get(name), before.get(name), named.get(name, _ABSENT), below
            )
    elif not (live == base or (is_empty(base) and (is_empty(live) or live is False))):
        yield path
