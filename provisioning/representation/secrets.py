"""Secrets that an export shows in clear (a SAML client's private key), put out of sight. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from policies.model_raw import secrets_in
from provisioning.diff import MASK

HOLDERS = (
    "authenticatorConfig",
    "clients",
    "components",
    "identityProviderMappers",
    "identityProviders",
    "smtpServer",
)
"""Sections whose members hold secrets under names that tell so.

Elsewhere (an attribute of a role, a text) such a name is an admin's word and nothing secret.
"""


def hidden(representation: Mapping[str, Any]) -> dict[str, Any]:
    """The representation with every secret that it shows as a SecretStr; masked ones stay."""
    result = dict(representation)
    for section in HOLDERS:
        if section in result:
            shown = {
                path[1:] for path, text in secrets_in(result[section], (section,)) if text != MASK
            }
            result[section] = _hidden(result[section], (), shown)
    return result


def _hidden(value: Any, path: tuple[str | int, ...], secret: set[tuple[str | int, ...]]) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden(item, (*path, name), secret) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, (*path, index), secret) for index, item in enumerate(value)]
    return SecretStr(value) if path in secret else value
