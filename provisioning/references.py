"""Which values of a policy came through a reference, and how Keycloak's import spells that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from policies.loader import POLICY_FILE, Policy, references

_REFERENCE = re.compile(r"\$\{(env|file):([^${}]+)\}")


@dataclass(frozen=True, slots=True)
class Referenced:
    """One value of the policy: its path (`portal.secret`), its value, and its placeholder."""

    path: str
    value: str = field(repr=False)
    placeholder: str
    is_secret: bool = False


def referenced(policy: Policy) -> dict[str, Referenced]:
    """Every value given by reference, by path.

    `${env:NAME}` becomes `${NAME}`; a file's content is given to the import by an environment
    variable named after the realm and the key: `${GRAIN_RECEIPTS_PORTAL_SECRET}`.
    """
    found = {}
    for reference in references(policy.folder / POLICY_FILE):
        path = reference.path
        name = ".".join(map(str, path))
        placeholder = _placeholder(reference.text, policy.realm, path)
        value = _value(policy, path)
        is_secret = isinstance(value, SecretStr)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        found[name] = Referenced(name, text, placeholder, is_secret)
    return found


def _placeholder(raw: str, realm: str, path: tuple[str | int, ...]) -> str:
    of_file = "_".join((realm, *map(str, path))).replace("-", "_").upper()

    def spelled(match: re.Match[str]) -> str:
        return f"${{{match[2] if match[1] == 'env' else of_file}}}"

    return _REFERENCE.sub(spelled, raw)


def _value(policy: Policy, path: tuple[str | int, ...]) -> Any:
    value: Any = policy
    for part in path:
        is_plain = isinstance(value, dict | list | tuple)
        value = value[part] if is_plain else getattr(value, str(part))
    return value
