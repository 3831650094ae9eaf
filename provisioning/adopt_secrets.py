"""Secrets of a realm that becomes a policy: none stays, each is a reference to be set. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.model_raw import Path, secrets_in
from provisioning.diff import MASK
from provisioning.render import printable

# A broker has a client_id too, which is another's name for us.
_NAMES = ("alias", "clientId", "client_id", "name", "flow", "provider")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PRIVATE_JWK = re.compile(r'"(?:d|k|oth)"\s*:\s*"')
_VAULT = re.compile(r"\$\{vault\.[\w.-]+\}", re.ASCII)
"""Where Keycloak finds the secret itself; telling that tells no secret."""
_CASES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 100


class Reference(str):
    """A text that is a reference, not what a realm holds: written as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """One variable to be set: its name, and which secret it is to hold, in words."""

    variable: str
    what: str


def with_references(
    document: Mapping[str, Any], *, realm: str
) -> tuple[dict[str, Any], tuple[Needed, ...], tuple[str, ...]]:
    """A policy with a reference for each secret; what to set; a sentence on what had to go.

    `document`: sections of a policy, with `raw`.

    A value that is masked, or is a private key, under a name that no policy knows for a secret's
    is taken out: a reference there would be shown once it is resolved.
    """
    variables: dict[Path, str] = {}
    needed: list[Needed] = []
    taken: set[str] = set()
    for path, value in _secrets(document):
        words = list(_words(document, path))
        name = _free(_variable([realm, *words]), taken)
        variables[path] = name
        vault = f", which is {value}" if _VAULT.fullmatch(value) else ""
        needed.append(Needed(name, printable(" ".join(words) + vault)))
    left_out: list[str] = []

    def walk(value: Any, path: Path) -> Any:
        if path in variables:
            return Reference(f"${{env:{variables[path]}}}")
        if isinstance(value, Mapping):
            below = {key: walk(item, (*path, key)) for key, item in value.items()}
            return {key: item for key, item in below.items() if item is not _GONE}
        if isinstance(value, list):
            items = [walk(item, (*path, index)) for index, item in enumerate(value)]
            return [item for item in items if item is not _GONE]
        if isinstance(value, str) and _is_private(value):
            left_out.append(printable(f"{' '.join(_words(document, path))}: a secret"))
            return _GONE
        return value

    made: dict[str, Any] = walk(document, ())
    return made, tuple(needed), tuple(left_out)


_GONE = object()


def _secrets(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Where a policy takes a secret by reference: by the name of the field, as the policy does."""
    words = {name: part for name, part in document.items() if name not in {"raw", "texts"}}
    yield from secrets_in(words)
    yield from ((("raw", *path), value) for path, value in secrets_in(document.get("raw") or {}))


def _is_private(value: str) -> bool:
    is_key = _PRIVATE_KEY.search(value) or (_PRIVATE_JWK.search(value) and '"kty"' in value)
    return value == MASK or bool(is_key)


def _words(document: Any, path: Path) -> Iterator[str]:
    """What a path leads to, in words: the objects on the way, or else the section; the field."""
    value, objects, fields = document, [], []
    for place, part in enumerate(path):
        value = value[part]
        if isinstance(part, str):
            fields += [part] if place or part != "raw" else []
        elif isinstance(value, Mapping):
            objects += [str(value[name]) for name in _NAMES if name in value][:1]
    yield from objects or fields[:-1][:1]
    yield fields[-1]


def _variable(words: list[str]) -> str:
    spelled = "_".join(_CASES.sub("_", word) for word in words).upper()
    name = re.sub(r"[^A-Z0-9]+", "_", spelled).strip("_")
    return (name if name[:1].isalpha() else f"_{name}")[: _LONGEST - 4]


def _free(name: str, taken: set[str]) -> str:
    """The name itself, or with the next free number."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free
