"""Secrets of an exported realm: none in clear, and a placeholder for each that a policy declares.

Pure. What is masked and declared nowhere stays masked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from provisioning.diff import MASK
from provisioning.references import Referenced
from provisioning.representation.secrets import hidden
from provisioning.resources import Desired, Key, Kind

Path = tuple[str | int, ...]


def masked(representation: Mapping[str, Any]) -> dict[str, Any]:
    """The representation with the mask in the place of every secret that Keycloak shows."""
    made: dict[str, Any] = _masked(hidden(representation))
    return made


def with_secrets(
    representation: Mapping[str, Any], desired: Desired, references: Iterable[Referenced]
) -> dict[str, Any]:
    """The representation with the policy's placeholder for each masked secret it declares."""
    bodies = {resource.key: resource.body for resource in desired.resources}
    # Of two references that lead to one value the first by name stands for both.
    placeholders = {
        found.value: found.placeholder
        for found in sorted(references, key=lambda found: found.path, reverse=True)
    }
    owners = dict(_owners(representation))

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, Mapping):
            return {name: walk(item, (*path, name)) for name, item in value.items()}
        if isinstance(value, list):
            return [walk(item, (*path, index)) for index, item in enumerate(value)]
        if value == MASK:
            secret = _declared(path, owners, bodies, desired.realm)
            return placeholders.get(secret, MASK) if secret is not None else MASK
        return value

    made: dict[str, Any] = walk(representation, ())
    return made


def _masked(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Mapping):
        return {name: _masked(item) for name, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _owners(representation: Mapping[str, Any]) -> Iterator[tuple[Path, Key]]:
    """Where objects stand that hold secrets."""
    for section, name, kind in (
        ("clients", "clientId", Kind.CLIENT),
        ("identityProviders", "alias", Kind.IDENTITY_PROVIDER),
    ):
        for index, item in enumerate(representation.get(section) or ()):
            yield (section, index), Key(kind, item[name])
    yield from _components(("components",), representation.get("components") or {}, "")


def _components(
    path: Path, components: Mapping[str, Any], parent: str
) -> Iterator[tuple[Path, Key]]:
    for kind, members in components.items():
        for index, member in enumerate(members):
            at = (*path, kind, index)
            above = parent or member.get("subType")
            name = f"{above}/{member.get('name')}" if above else str(member.get("name"))
            yield at, Key(Kind.COMPONENT, name, kind)
            yield from _components((*at, "subComponents"), member.get("subComponents") or {}, name)


def _declared(
    path: Path, owners: Mapping[Path, Key], bodies: Mapping[Key, Any], realm: str
) -> str | None:
    """The secret that a policy declares for what stands at `path`."""
    end = next((end for end in range(len(path), 0, -1) if path[:end] in owners), 0)
    value: Any = bodies.get(owners[path[:end]] if end else Key(Kind.REALM, realm))
    for part in path[end:]:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif isinstance(value, frozenset) and len(value) == 1:
            (value,) = value
    return value.get_secret_value() if isinstance(value, SecretStr) else None
