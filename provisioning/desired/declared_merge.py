"""One declaration out of several that speak of one realm: no value may be said in two ways.

What a portal's policy holds fast comes first, then a policy's own sections, then its `raw`. Where
two say the same of one value, it stands; where they do not, both places are named. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.errors import PolicyFileError
from policies.loader import Policy
from policies.model_raw import Path
from provisioning.desired import raw
from provisioning.own_objects import is_own
from provisioning.resources import Body, Key, Resource

HELD_FAST = "Tanba holds it fast in every portal's realm"


@dataclass(frozen=True, slots=True)
class Said:
    """An object that a policy declares; `path`: the section that says so, `()` for a pin."""

    resource: Resource
    path: Path = ()

    @property
    def is_raw(self) -> bool:
        """Whether it was said in Keycloak's own names."""
        return self.path[:1] == ("raw",)


def combined(policy: Policy, said: Iterable[Said]) -> tuple[Resource, ...]:
    """Every object once, with all that is said of it, in the order in which they were said.

    Raises PolicyFileError naming every value that is said in two ways, with both places, and every
    object that is Tanba's own.
    """
    by_key: dict[Key, list[Said]] = {}
    conflicts: list[str] = []
    for one in said:
        key = one.resource.key
        by_key.setdefault(key, []).append(one)
        if is_own(key):
            conflicts.append(f"{where(policy, one)}: {key.kind} {key} is Tanba's own")
    resources = []
    for key, several in by_key.items():
        body: Body = several[0].resource.body
        for index, one in enumerate(several[1:], start=1):
            for path in _conflicts(body, one.resource.body, ()):
                earlier = next(s for s in several[:index] if _says(s.resource.body, path))
                conflicts.append(_sentence(policy, key, path, earlier, one))
            body = _together(body, one.resource.body)
        resources.append(Resource(key, body))
    if conflicts:
        raise PolicyFileError(
            "\n".join(dict.fromkeys(conflicts)), hint="Say it once, or the same in both places."
        )
    return tuple(resources)


def where(policy: Policy, one: Said, inside: Path = ()) -> str:
    """`file:line` of what is said; empty for a pin, and where no place is known."""
    if not one.path:
        return ""
    path = raw.path_of(policy.raw, one.resource.key, inside) if one.is_raw else one.path
    return policy.place(path)


def same(first: Any, second: Any) -> bool:
    """Whether two declared values are one; a list without order is as good as one with it."""
    if isinstance(first, frozenset) or isinstance(second, frozenset):
        return _is_list(first) and _is_list(second) and _hold_the_same(first, second)
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    return bool(first == second)


def _is_list(value: Any) -> bool:
    return isinstance(value, frozenset | tuple | list)


def _hold_the_same(first: Iterable[Any], second: Iterable[Any]) -> bool:
    some, others = list(first), list(second)
    return all(item in others for item in some) and all(item in some for item in others)


def _conflicts(first: Any, second: Any, path: Path) -> Iterator[Path]:
    """Paths of the values that both name and name differently."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for name, value in second.items():
            if name in first:
                yield from _conflicts(first[name], value, (*path, name))
    elif not same(first, second):
        yield path


def _together(first: Any, second: Any) -> Any:
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        more = {name: value for name, value in second.items() if name not in first}
        common = {
            name: _together(value, second[name]) if name in second else value
            for name, value in first.items()
        }
        return common | more
    return first


def _says(body: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(body, Mapping) or part not in body:
            return False
        body = body[part]
    return True


def _sentence(policy: Policy, key: Key, path: Path, earlier: Said, later: Said) -> str:
    here, there = where(policy, later, path), where(policy, earlier, path)
    if not earlier.path:
        there = HELD_FAST
    named = f"{key.kind} {key}: {'.'.join(map(str, path))}".removesuffix(": ")
    return f"{here or policy.realm}: {named} is declared otherwise: {there or 'the same policy'}"
