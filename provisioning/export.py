"""Realms as Keycloak's `--import-realm` takes them: one JSON array, no people, keys or secrets.

Made from the server's own partial export, so it holds what is there, not what we think is there.
Where the policy refers to `${env:NAME}`, the file holds `${NAME}`: Keycloak resolves it on import.
It resolves any other such text too, so a text that is none of ours and would name a variable of
the importing machine stops the export.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from policies.loader import Policy
from provisioning.connection import Connection, quoted
from provisioning.desired import build
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK
from provisioning.errors import ExportError, RealmMissingError
from provisioning.export_flows import replaced_flows, without_flows
from provisioning.export_secrets import masked, with_secrets
from provisioning.export_stable import identity, stable
from provisioning.own_objects import LOCK_SCOPE, STATE_CLIENT
from provisioning.references import Referenced, referenced
from provisioning.render_values import printable
from provisioning.representation import objects_of
from provisioning.resources import Desired, Live
from provisioning.versions import require_supported

_ADDRESSES = ("portal.url", "eds.verifier_url", "links.instructions", "links.support")
_SMTP = {
    "host": "email.smtp.host",
    "port": "email.smtp.port",
    "from": "email.smtp.sender",
    "user": "email.smtp.user",
    "password": "email.smtp.password",
}
_BUILT_IN_CLIENTS = frozenset(
    {
        "account",
        "account-console",
        "admin-cli",
        "broker",
        "realm-management",
        "security-admin-console",
    }
)
"""Nobody signs in as one of these; an import may give some a secret of no use."""

_REFERENCE = re.compile(r"\$\{(?:([^{}]*)\})?")
"""The name in a reference; none where it does not end in the text that it begins in, or holds
another. Keycloak looks for its end in the whole file."""

_SHOWN = 40
"""Characters of a reference that an error shows."""

_MESSAGE = re.compile(r"[a-z][A-Za-z0-9_-]*|vault\.[\w.-]+|role_[\w-]+", re.ASCII)
"""Names of Keycloak's own messages, and where it looks a secret up by itself: variables are upper
case."""

_PROXIES = frozenset({"all_proxy", "ftp_proxy", "http_proxy", "https_proxy"})
"""Variables that are not, and may hold a password."""


def export_realms(
    connection: Connection, policies: Iterable[Policy], *, at: datetime
) -> list[dict[str, Any]]:
    """The policies' realms, ready for import, in their order; policies as of the instant `at`.

    Raises ExportError when something secret would be left in, RealmMissingError,
    KeycloakVersionError, and what Connection and `build` raise.
    """
    return [
        portable(_snapshot(connection, policy.realm), policy, build(policy, at=at))
        for policy in policies
    ]


def render(realms: list[dict[str, Any]]) -> str:
    """The file's text: the same for the same realms."""
    return json.dumps(realms, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _snapshot(connection: Connection, realm: str) -> dict[str, Any]:
    found = connection.snapshot(f"/realms/{quoted(realm)}")
    if found is None:
        raise RealmMissingError(f"there is no realm {realm} to export", hint="Apply it first.")
    require_supported(found.get("keycloakVersion"))
    objects = objects_of(found)
    live = Live(realm, exists=True, objects=objects.bodies, ids=objects.ids)
    return without_flows(found, {key.name for key in replaced_flows(live)})


def portable(realm: Mapping[str, Any], policy: Policy, desired: Desired) -> dict[str, Any]:
    """Keycloak's partial export without what is secret, of this moment, of this server, or Tanba's.

    `desired`: what the policy declares. Raises ExportError when a secret remains that no policy
    declares, or a text that an import would take from the environment.
    """
    references = referenced(policy)
    _require_no_foreign_reference(realm, desired)
    found = with_secrets(_without_ours(masked(realm)), desired, references.values())
    for client in found["clients"]:
        if client["clientId"] in _BUILT_IN_CLIENTS and client.get("secret") == MASK:
            del client["secret"]
    for key, path in _SMTP.items():
        if key in found["smtpServer"] and path in references:
            found["smtpServer"][key] = references[path].placeholder
    portable: dict[str, Any] = stable(_with_placeholders(found, references))
    for path in _left_masked(portable, policy.realm):
        raise ExportError(
            f"{path} is a secret that no policy declares, so the file cannot say where its value "
            "comes from",
            hint="Declare it, or take it out of the realm.",
        )
    return portable


def _without_ours(realm: Mapping[str, Any]) -> dict[str, Any]:
    """The realm without Tanba's two objects, and without what it noted of a secret."""
    found = dict(realm)
    for section, name, ours in (
        ("clients", "clientId", STATE_CLIENT),
        ("clientScopes", "name", LOCK_SCOPE),
    ):
        found[section] = [dict(item) for item in realm[section] if item[name] != ours]
    roles = dict(realm.get("roles") or {})
    of_clients = {k: v for k, v in (roles.get("client") or {}).items() if k != STATE_CLIENT}
    found["roles"] = {**roles, **({"client": of_clients} if "client" in roles else {})}
    found["attributes"] = {k: v for k, v in realm["attributes"].items() if k != SMTP_FINGERPRINT}
    found["smtpServer"] = dict(realm.get("smtpServer") or {})
    return found


def _require_no_foreign_reference(realm: Mapping[str, Any], desired: Desired) -> None:
    """Raises ExportError for `${NAME}` in a text that neither a policy nor Keycloak put there.

    And for a `${` that does not end where it begins, whoever put it there.
    """
    declared = {name for resource in desired.resources for _, name in _references(resource.body)}
    for text, name in _references(realm):
        if name is None:
            what = f"{printable(text)} without an end, and an import would put in a variable"
        elif name not in declared and (not _MESSAGE.fullmatch(name) or name in _PROXIES):
            what = f"{printable(text)}, for which an import would put in a variable"
        else:
            continue
        raise ExportError(
            f"a text of the realm {desired.realm} holds {what} of the machine that it runs on",
            hint="Change that text in Keycloak, or in the policy if that says so.",
        )


def _references(node: Any) -> Iterator[tuple[str, str | None]]:
    """References of every text, names of fields included: as they stand there, and the name."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _references(name)
            yield from _references(value)
    elif isinstance(node, list | tuple | frozenset):
        for item in node:
            yield from _references(item)
    elif isinstance(node, str):
        for found in _REFERENCE.finditer(node):
            yield (found[0] if found[1] is not None else node[found.start() :])[:_SHOWN], found[1]


def _with_placeholders(node: Any, references: Mapping[str, Referenced]) -> Any:
    """Every address that came by reference, as its placeholder, wherever it stands."""
    addresses = sorted(
        (found for path, found in references.items() if path in _ADDRESSES or _is_url(found)),
        key=lambda reference: (-len(reference.value), reference.path),
    )
    patterns = [
        (re.compile(re.escape(address.value) + r"(?=$|[/#?])"), address.placeholder)
        for address in addresses
    ]

    def replaced(text: str) -> str:
        for pattern, placeholder in patterns:
            # A placeholder's backslashes, if it had any, would be read as groups.
            text = pattern.sub(placeholder.replace("\\", r"\\"), text)
        return text

    def walk(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: walk(item) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item) for item in value]
        return replaced(value) if isinstance(value, str) else value

    return walk(node)


def _is_url(reference: Referenced) -> bool:
    return "://" in reference.value and not reference.is_secret


def _left_masked(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _left_masked(value, f"{path}.{key}")
    elif isinstance(node, list):
        for item in node:
            name = next((n for n in identity(item) if n), "")
            yield from _left_masked(item, f"{path}[{name}]")
    elif node == MASK:
        yield path
