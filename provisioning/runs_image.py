"""What a plan is about to change, as it is before: enough to bring it back, no secret. Pure.

Of an update, the values that are changed; of a delete, the whole object with all that goes with
it, and the places that name it, which Keycloak empties by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import SecretStr

from provisioning.diff import MASK, Difference, differences, shown
from provisioning.fingerprint import FROM_SECRETS, canonical
from provisioning.keepers import PROFILE
from provisioning.ownership import owners
from provisioning.plan import SET_ASIDE, Action, Change, Plan
from provisioning.render import masked
from provisioning.representation.clients import FLOW_OVERRIDES
from provisioning.representation.order import as_declared
from provisioning.resources import Body, Key, Kind, Live

_OF_THE_MOMENT = frozenset({"client.secret.creation.time", "builtIn"})
"""Members that Keycloak sets by itself."""

_SECRET = object()


@dataclass(frozen=True, slots=True)
class Image:
    """One object before a run. `action`: what the run did to it.

    `before`: as a declared body (None: it was not there). `left`: path → what the run left there,
    as it may be shown. `left_out`: paths of secrets, which are not kept.
    """

    action: Action
    key: Key
    live_id: str | None
    before: Body | None
    left: Mapping[str, Any]
    left_out: tuple[str, ...] = ()


def images(planned: Plan, live: Live) -> tuple[Image, ...]:
    """Every object that carrying out `planned` changes, in the order of the plan."""
    found = {change.key: _image(change, live) for change in planned.changes}
    deleted = frozenset(c.key for c in planned.changes if c.action == "delete")
    if not deleted:
        return tuple(found.values())
    for key in sorted(live.objects):
        if key not in found and any(above in deleted for above in owners(key, live)):
            found[key] = _whole(key, live)
    gone = _Gone({key for key, image in found.items() if image.action == "delete"})
    for key, members in gone.named_in(live):
        image = found.get(key) or Image("update", key, live.ids.get(key), {}, {})
        if image.before is not None and image.action == "update":
            found[key] = replace(image, before={**members, **image.before})
    return tuple(found.values())


def _image(change: Change, live: Live) -> Image:
    if change.action == "delete":
        return _whole(change.key, live)
    left = {d.path: d.after for d in masked(change)}
    if change.action == "create" or change.body is None:
        return Image(change.action, change.key, None, None, left)
    found = live.objects[change.key]
    if change.key.kind is Kind.FLOW:  # a flow is built whole or not at all
        image = _whole(change.key, live)
        return Image("update", change.key, image.live_id, image.before, left, image.left_out)
    before, left_out = _changed(change.body, found)
    for name, alias in _rebound(change.differences):
        before.setdefault(name, alias)
    if change.key == PROFILE and "attributes" in before:
        # Naming each of them keeps their order, which is that of the page.
        order: dict[str, Any] = {name: {} for name in found["attributes"]}
        before["attributes"] = {**order, **before["attributes"]}
    return Image("update", change.key, live.ids.get(change.key), before, left, left_out)


def _whole(key: Key, live: Live) -> Image:
    body, left_out = _without_secrets(live.objects[key])
    return Image("delete", key, live.ids.get(key), as_declared(body), {}, left_out)


def _changed(declared: Body, live: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The members of `live` that are not as declared, in the shape of what declares them."""
    found = live if isinstance(live, Mapping) else {}
    changed: dict[str, Any] = {}
    left_out: list[str] = []
    for name, value in declared.items():
        if not differences(value, found.get(name)):
            continue
        if name in FROM_SECRETS:
            left_out.append(name)
        elif isinstance(value, Mapping) and isinstance(found.get(name), Mapping):
            changed[name], inner = _changed(value, found[name])
            left_out += [f"{name}.{path}" for path in inner]
        else:
            before = _value(name, value, found.get(name))
            if before is _SECRET:
                left_out.append(name)
            else:
                changed[name] = before
    return changed, tuple(left_out)


def _value(name: str, declared: Any, live: Any) -> Any:
    if isinstance(declared, SecretStr) or _holds_secret(live):
        return _SECRET
    if isinstance(live, list | tuple):
        # A list is a set wherever the policy says so; else by its name, as in a representation.
        if isinstance(declared, frozenset):
            return frozenset(live)
        return as_declared({name: live})[name] if declared is None else tuple(live)
    return live


def _holds_secret(value: Any) -> bool:
    if isinstance(value, list | tuple | frozenset):
        return any(_holds_secret(item) for item in value)
    if isinstance(value, Mapping):
        return any(_holds_secret(item) for item in value.values())
    return value == MASK or isinstance(value, SecretStr)


def _without_secrets(body: Body, path: str = "") -> tuple[dict[str, Any], tuple[str, ...]]:
    result: dict[str, Any] = {}
    left_out: list[str] = []
    for name, value in body.items():
        here = f"{path}.{name}" if path else name
        if name in _OF_THE_MOMENT or value is None:
            continue
        if name in FROM_SECRETS:
            left_out.append(here)
        elif isinstance(value, Mapping):
            result[name], inner = _without_secrets(value, here)
            left_out += inner
        elif isinstance(value, list | tuple) and any(isinstance(i, Mapping) for i in value):
            members = [_without_secrets(item, here) for item in value]
            result[name] = [member for member, _ in members]
            left_out += [p for _, inner in members for p in inner]
        elif _holds_secret(value):
            left_out.append(here)
        else:
            result[name] = value
    return result, tuple(left_out)


def _rebound(changed: Iterable[Difference]) -> Iterator[tuple[str, Any]]:
    """What is written again only because the flow that it names is built anew."""
    for difference in changed:
        if isinstance(difference.before, str) and difference.before.endswith(SET_ASIDE):
            above, _, use = difference.path.rpartition(".")
            if above == FLOW_OVERRIDES:
                yield above, {use: difference.after}
            else:
                yield difference.path, difference.after


class _Gone:
    """What is deleted, by the names that other objects call it."""

    def __init__(self, keys: Iterable[Key]) -> None:
        names: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        for key in keys:
            name = f"{key.parent}/{key.name}" if key.kind is Kind.CLIENT_ROLE else key.name
            names[key.kind].add(name)
        scopes = {"default": names[Kind.CLIENT_SCOPE], "optional": names[Kind.CLIENT_SCOPE]}
        roles = {"realm": names[Kind.ROLE], "client": names[Kind.CLIENT_ROLE]}
        self._members: Mapping[Kind, Mapping[str, set[str]]] = {
            Kind.REALM_CLIENT_SCOPES: scopes,
            Kind.CLIENT_CLIENT_SCOPES: scopes,
            Kind.CLIENT_ROLE_SCOPE: roles,
            Kind.CLIENT_SCOPE_ROLE_SCOPE: roles,
            Kind.ROLE_COMPOSITES: roles,
            Kind.GROUP: {"realmRoles": roles["realm"], "clientRoles": roles["client"]},
            Kind.DEFAULT_GROUPS: {"groups": names[Kind.GROUP]},
        }

    def named_in(self, live: Live) -> Iterator[tuple[Key, dict[str, Any]]]:
        """Every object whose members name something of it, with those members as they are."""
        for key, body in live.objects.items():
            members = {
                name: frozenset(body.get(name) or ())
                for name, gone in self._members.get(key.kind, {}).items()
                if gone & set(body.get(name) or ())
            }
            if members:
                yield key, members


def encoded(value: Any) -> Any:
    """A declared value as JSON: `{"$set": […]}` is a list without order; `$` in names doubled."""
    if isinstance(value, frozenset):
        return {"$set": sorted((encoded(item) for item in value), key=canonical)}
    if isinstance(value, Mapping):
        return {
            f"${name}" if name.startswith("$") else name: encoded(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [encoded(item) for item in value]
    return shown(value)


def decoded(value: Any) -> Any:
    """What `encoded` was given. Raises ValueError for what it never makes."""
    if isinstance(value, Mapping):
        if "$set" in value:
            members = value["$set"]
            if len(value) != 1 or not isinstance(members, list):
                raise ValueError("no list without order")
            return frozenset(decoded(item) for item in members)
        return {name.removeprefix("$"): decoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return tuple(decoded(item) for item in value)
    return value
