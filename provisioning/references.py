"""Which values of a policy came through a reference, and how Keycloak's import spells that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from ruamel.yaml import YAML

from policies.loader import POLICY_FILE
from policies.model import PortalPolicy

_REFERENCE = re.compile(r"\$\{(env|file):([^${}]+)\}")


@dataclass(frozen=True, slots=True)
class Referenced:
    """One value of the policy: its path (`portal.secret`), its value, and its placeholder."""

    path: str
    value: str = field(repr=False)
    placeholder: str


def referenced(policy: PortalPolicy) -> dict[str, Referenced]:
    """Every value given by reference, by path.

    `${env:NAME}` becomes `${NAME}`; a file's content is given to the import by an environment
    variable named after the realm and the key: `${GRAIN_RECEIPTS_PORTAL_SECRET}`.
    """
    text = (policy.folder / POLICY_FILE).read_text(encoding="utf-8")
    tree = YAML(typ="safe", pure=True).load(text)
    found = {}
    for path, raw in _leaves(tree, ()):
        if _REFERENCE.search(raw):
            name = ".".join(path)
            placeholder = _placeholder(raw, policy.realm, path)
            found[name] = Referenced(name, _value(policy, path), placeholder)
    return found


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(node, str):
        yield path, node


def _placeholder(raw: str, realm: str, path: tuple[str, ...]) -> str:
    of_file = "_".join((realm, *path)).replace("-", "_").upper()

    def spelled(match: re.Match[str]) -> str:
        return f"${{{match[2] if match[1] == 'env' else of_file}}}"

    return _REFERENCE.sub(spelled, raw)


def _value(policy: PortalPolicy, path: tuple[str, ...]) -> str:
    value: Any = policy
    for part in path:
        value = getattr(value, part)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
