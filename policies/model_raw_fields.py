"""Which fields Keycloak's representations have, so that `raw` is judged before a server sees it.

The table is made of the classes of Keycloak's newest supported release; a field that only a later
one knows is refused here as that release would refuse it there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from types import MappingProxyType
from typing import Any, Literal

from policies.expected import Path, nearest
from policies.references import Resolved

FIELDS_FILE = File(__file__).parent / "model_raw_fields.json"

ROOT = "realm"


@dataclass(frozen=True, slots=True)
class Inner:
    """What stands in a field: one shape, a list of it, or lists of it by name."""

    shape: str
    form: Literal["one", "list", "lists by name"] = "list"


INNER: Mapping[tuple[str, str], Inner] = MappingProxyType(
    {
        ("realm", "roles"): Inner("roles", "one"),
        ("roles", "realm"): Inner("role"),
        ("roles", "client"): Inner("role", "lists by name"),
        ("role", "composites"): Inner("composites", "one"),
        ("realm", "groups"): Inner("group"),
        ("group", "subGroups"): Inner("group"),
        ("realm", "clients"): Inner("client"),
        ("client", "protocolMappers"): Inner("protocol_mapper"),
        ("realm", "clientScopes"): Inner("client_scope"),
        ("client_scope", "protocolMappers"): Inner("protocol_mapper"),
        ("realm", "scopeMappings"): Inner("scope_mapping"),
        ("realm", "clientScopeMappings"): Inner("scope_mapping", "lists by name"),
        ("realm", "authenticationFlows"): Inner("flow"),
        ("flow", "authenticationExecutions"): Inner("execution"),
        ("realm", "authenticatorConfig"): Inner("authenticator_config"),
        ("realm", "requiredActions"): Inner("required_action"),
        ("realm", "identityProviders"): Inner("identity_provider"),
        ("realm", "identityProviderMappers"): Inner("identity_provider_mapper"),
        ("realm", "components"): Inner("component", "lists by name"),
        ("component", "subComponents"): Inner("component", "lists by name"),
        ("realm", "clientProfiles"): Inner("client_profiles", "one"),
        ("client_profiles", "profiles"): Inner("client_profile"),
        ("client_profile", "executors"): Inner("executor"),
        ("realm", "clientPolicies"): Inner("client_policies", "one"),
        ("client_policies", "policies"): Inner("client_policy"),
        ("client_policy", "conditions"): Inner("condition"),
    }
)
"""Fields that hold further representations, by their shape and name."""

_NO_PEOPLE = "people are never declared"
_DERIVED = "Keycloak derives it"
_LEGACY = "it is of Keycloaks long gone"

REFUSED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("realm", "id"): "an internal id is Keycloak's",
        ("realm", "realm"): "the policy's own key `realm` names it",
        ("realm", "keycloakVersion"): "it is the server's",
        ("realm", "users"): _NO_PEOPLE,
        ("realm", "federatedUsers"): _NO_PEOPLE,
        ("realm", "organizations"): _NO_PEOPLE,
        ("realm", "notBefore"): "it belongs to the agreement's keeper",
        ("realm", "defaultRole"): "declare what default-roles-<realm> includes, under roles",
        ("realm", "defaultRoles"): "declare what default-roles-<realm> includes, under roles",
        ("realm", "requiredCredentials"): _DERIVED,
        ("realm", "otpSupportedApplications"): _DERIVED,
        ("realm", "adminPermissionsClient"): _DERIVED,
        ("realm", "codeSecret"): _LEGACY,
        ("realm", "privateKey"): "keys are components, of org.keycloak.keys.KeyProvider",
        ("realm", "publicKey"): "keys are components, of org.keycloak.keys.KeyProvider",
        ("realm", "certificate"): "keys are components, of org.keycloak.keys.KeyProvider",
        ("realm", "protocolMappers"): _LEGACY,
        ("realm", "userFederationProviders"): "they are components",
        ("realm", "userFederationMappers"): "they are components",
        ("client", "authorizationSettings"): "authorization services are not managed",
        ("client", "notBefore"): "it belongs to the agreement's keeper",
        ("client", "registrationAccessToken"): "Keycloak makes it",
        ("client", "registeredNodes"): "the client's machines register themselves",
        ("client", "defaultRoles"): _LEGACY,
        ("client", "directGrantsOnly"): _LEGACY,
        ("client_profiles", "globalProfiles"): "they are Keycloak's own",
        ("client_policies", "globalPolicies"): "they are Keycloak's own",
    }
)
"""Fields that no policy declares, by shape and name, and why."""

_OF_TEXTS = frozenset(
    {
        ("realm", "attributes"),
        ("realm", "browserSecurityHeaders"),
        ("realm", "smtpServer"),
        ("client", "attributes"),
        ("client", "authenticationFlowBindingOverrides"),
        ("client_scope", "attributes"),
        ("protocol_mapper", "config"),
        ("authenticator_config", "config"),
        ("required_action", "config"),
        ("identity_provider", "config"),
        ("identity_provider_mapper", "config"),
    }
)
_OF_LISTS = frozenset(
    {
        ("role", "attributes"),
        ("group", "attributes"),
        ("group", "clientRoles"),
        ("composites", "client"),
        ("component", "config"),
    }
)
"""Mappings whose values are all texts, all lists."""

_WORDS = {
    "text": "text",
    "boolean": "true or false",
    "number": "a number",
    "list": "a list",
    "mapping": "keys and values",
}
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "boolean": bool,
    "number": int,
    "list": list,
    "mapping": dict,
}
_TRUTH = {"true": True, "false": False}


@functools.cache
def fields() -> Mapping[str, Mapping[str, str]]:
    """Kind of value by field and shape: text, boolean, number, list or mapping."""
    found: dict[str, dict[str, str]] = json.loads(FIELDS_FILE.read_text(encoding="utf-8"))
    return found


def mistakes(value: Any, shape: str = ROOT, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """What Keycloak would not take: fields it does not know, values of another kind.

    `value`: a representation of `shape`, as YAML gives it. null is taken anywhere: it unsets.
    """
    if not isinstance(value, dict):
        yield path, "expected keys and values"
        return
    known = fields()[shape]
    for name, item in value.items():
        here = (*path, name)
        if (shape, name) in REFUSED:
            yield here, f"not in raw: {REFUSED[shape, name]}"
        elif name not in known:
            near = nearest(name, known)
            yield here, "Keycloak knows no such field" + (f"; did you mean {near}?" if near else "")
        elif item is not None:
            yield from _judged(item, (shape, name), known[name], here)


def _judged(item: Any, field: tuple[str, str], kind: str, path: Path) -> Iterator[tuple[Path, str]]:
    if not _is_of(kind, item):
        yield path, f"expected {_spelled(kind, item)}"
    elif field in INNER:
        yield from _inside(item, INNER[field], path)
    elif field in _OF_TEXTS or field in _OF_LISTS:
        wanted = "text" if field in _OF_TEXTS else "list"
        for name, value in item.items():
            if value is not None and not _is_of(wanted, value):
                yield (*path, name), f"expected {_spelled(wanted, value)}"


def _spelled(kind: str, item: Any) -> str:
    quotes = kind == "text" and isinstance(item, bool | int | float)
    return _WORDS[kind] + ("; put it in quotes to make it text" if quotes else "")


def converted(value: Any, shape: str = ROOT) -> Any:
    """The representation with what came through references as the kind its field takes."""
    if not isinstance(value, dict):
        return value
    known = fields()[shape]
    return {
        name: _converted(item, known.get(name, ""), INNER.get((shape, name)))
        for name, item in value.items()
    }


def _converted(item: Any, kind: str, inner: Inner | None) -> Any:
    if isinstance(item, Resolved) and kind in {"number", "boolean"} and _is_of(kind, item):
        return int(item) if kind == "number" else _TRUTH[item]
    if inner is None:
        return item
    if inner.form == "list" and isinstance(item, list):
        return [converted(member, inner.shape) for member in item]
    if inner.form == "lists by name" and isinstance(item, dict):
        return {name: _converted(of, "", Inner(inner.shape)) for name, of in item.items()}
    return converted(item, inner.shape)


def _inside(item: Any, inner: Inner, path: Path) -> Iterator[tuple[Path, str]]:
    if inner.form == "one":
        yield from mistakes(item, inner.shape, path)
    elif inner.form == "list":
        for index, member in enumerate(item):
            yield from mistakes(member, inner.shape, (*path, index))
    elif not isinstance(item, dict):
        yield path, "expected names, each with a list"
    else:
        for name, members in item.items():
            if isinstance(members, list):
                yield from _inside(members, Inner(inner.shape), (*path, name))
            else:
                yield (*path, name), "expected a list"


def _is_of(kind: str, item: Any) -> bool:
    if isinstance(item, Resolved) and kind in {"number", "boolean"}:
        return _is_number(item) if kind == "number" else item in _TRUTH
    return isinstance(item, _TYPES[kind]) and isinstance(item, bool) == (kind == "boolean")


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()
