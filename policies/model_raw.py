"""`raw:`, a part of Keycloak's own RealmRepresentation, and which of its fields hold secrets.

What Tanba has no words for stays reachable under Keycloak's names. A field that holds a secret
takes a reference and nothing else, as everywhere in a policy; such a field is told by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from policies.expected import Path, Words
from policies.model_raw_fields import converted, mistakes
from policies.references import Resolved

__all__ = ["HIDDEN_ATTRIBUTES", "Path", "Raw", "Settings", "is_secret", "secrets_in"]

HIDDEN_ATTRIBUTES = frozenset(
    {
        "actionTokenGeneratedByAdminLifespan",
        "actionTokenGeneratedByUserLifespan",
        "adminPermissionsClientId",
        "adminPermissionsEnabled",
        "bruteForceProtected",
        "bruteForceStrategy",
        "client-policies.policies",
        "client-policies.profiles",
        "defaultSignatureAlgorithm",
        "displayName",
        "displayNameHtml",
        "failureFactor",
        "firstBrokerLoginFlowId",
        "maxDeltaTimeSeconds",
        "maxFailureWaitSeconds",
        "maxSecondaryAuthFailures",
        "maxTemporaryLockouts",
        "minimumQuickLoginWaitSeconds",
        "offlineSessionMaxLifespan",
        "offlineSessionMaxLifespanEnabled",
        "organizationsEnabled",
        "permanentLockout",
        "quickLoginCheckMilliSeconds",
        "scimEnabled",
        "verifiableCredentialsEnabled",
        "waitIncrementSeconds",
    }
)
"""Attributes by which Keycloak keeps fields of a realm. It takes them and never shows them, so a
policy that declared one could not be compared, and would change the field behind its name."""

_HIDDEN_PREFIXES = ("_browser_header.", "webAuthnPolicy")

_SECRET_NAME = re.compile(
    r"(?:secret|secret\.rotated|password|passphrase|credential|token|private[._-]?key"
    r"|(?:api|secret)[._-]?key|client[._-]?assertion)$",
    re.IGNORECASE,
)
_NEVER_IN = frozenset({"localizationTexts", "requiredCredentials"})
"""Parts in which a name like `password` is the key of a text that everybody reads."""
_WORDS = frozenset({"", "true", "false"})


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret: clientSecret, bindCredential, secret.key …"""
    return _SECRET_NAME.search(name) is not None


def secrets_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text that stands where a secret stands, with its path.

    `value`: a RealmRepresentation or a part of one. Empty texts and truth values are none.
    """
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if path or key not in _NEVER_IN:
                yield from secrets_in(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from secrets_in(item, (*path, index))
    elif isinstance(value, str) and value.lower() not in _WORDS and is_secret(name):
        yield path, value


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    refused = [_mistake(path, sentence) for path, sentence in mistakes(given)]
    raw = converted(given)
    attributes = raw.get("attributes")
    refused += [
        _mistake(("attributes", name), f"{name} is kept by Keycloak for a field: declare the field")
        for name in (attributes if isinstance(attributes, dict) else ())
        if name in HIDDEN_ATTRIBUTES or name.startswith(_HIDDEN_PREFIXES)
    ]
    return dict(_with_secrets(raw, refused))


def _with_secrets(value: Any, refused: Iterable[InitErrorDetails] = ()) -> Any:
    """The mapping with what was given for secrets as SecretStr; ValidationError for literals.

    What is no mapping is given back: the field's own validation says what is wrong with it.
    """
    if not isinstance(value, dict):
        return value
    found = list(refused)
    secret = {path for path, _ in secrets_in(value)}
    found += [
        _mistake(
            path,
            f"{_named(path)} holds a secret, which is given by reference only: "
            "${env:NAME} or ${file:PATH}",
        )
        for path, text in secrets_in(value)
        if not isinstance(text, Resolved)
    ]
    found += [
        _mistake(path, f"{_named(path)}: the reference leads to an empty secret")
        for path, text in _references(value)
        if not text.strip() and is_secret(_named(path))
    ]
    if found:
        raise ValidationError.from_exception_data("settings", found)
    return {name: _hidden(item, secret, (name,)) for name, item in value.items()}


def _references(value: Any, path: Path = ()) -> Iterator[tuple[Path, Resolved]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _references(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, (*path, index))
    elif isinstance(value, Resolved):
        yield path, value


def _named(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _mistake(path: Path, sentence: str) -> InitErrorDetails:
    # The sentence is data: braces in it are no template.
    error = PydanticCustomError("value_error", "{sentence}", {"sentence": sentence})
    return InitErrorDetails(type=error, loc=path, input=None)


def _hidden(value: Any, secret: set[Path], path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(item, secret, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, secret, (*path, index)) for index, item in enumerate(value)]
    return SecretStr(value) if path in secret else value


Raw = Annotated[
    dict[str, Any],
    AfterValidator(_checked),
    Words("keys and values of Keycloak's RealmRepresentation"),
]
"""A part of a RealmRepresentation; where it holds secrets they are SecretStr."""

Settings = Annotated[
    dict[str, str | SecretStr],
    BeforeValidator(_with_secrets),
    Words("settings in Keycloak's own names, each a text"),
]
"""Settings of one thing of Keycloak's; where they hold secrets they are SecretStr."""
