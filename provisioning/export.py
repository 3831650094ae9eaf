"""Realms as Keycloak's `--import-realm` takes them: one JSON array, no people, keys or secrets.

Made from the server's own partial export, so it holds what is there, not what we think is there.
Where the policy refers to `${env:NAME}`, the file holds `${NAME}`: Keycloak resolves it on import.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.model import PortalPolicy
from provisioning.connection import Connection, quoted
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import MASK
from provisioning.errors import ExportError
from provisioning.export_stable import identity, stable
from provisioning.references import Referenced, referenced

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

_LEFT_OVER = re.compile(r" (set aside \d+|unfinished)$")


def export_realms(connection: Connection, policies: Iterable[PortalPolicy]) -> list[dict[str, Any]]:
    """The policies' realms, ready for import, in their order.

    Raises ExportError when something secret would be left in, and what Connection raises.
    """
    return [portable(_fetch(connection, policy.realm), policy) for policy in policies]


def render(realms: list[dict[str, Any]]) -> str:
    """The file's text: the same for the same realms."""
    return json.dumps(realms, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def is_left_over(alias: str) -> bool:
    """Whether a flow of this name is bound nowhere any more, or not yet."""
    return bool(_LEFT_OVER.search(alias))


def _fetch(connection: Connection, realm: str) -> dict[str, Any]:
    query = "exportClients=true&exportGroupsAndRoles=true"
    # A POST that only reads: Keycloak's name for this request.
    path = f"/realms/{quoted(realm)}/partial-export?{query}"
    return dict(connection.request("POST", path, {}))


def portable(realm: dict[str, Any], policy: PortalPolicy) -> dict[str, Any]:
    """Keycloak's partial export without what is secret, of this moment, or of this server.

    Raises ExportError when a masked secret remains that no policy declares.
    """
    references = referenced(policy)
    for client in realm["clients"]:
        if client["clientId"] == policy.portal.client_id:
            client["secret"] = _placeholder(references, "portal.secret", policy)
        elif client["clientId"] in _BUILT_IN_CLIENTS:
            client.pop("secret", None)
    for key, path in _SMTP.items():
        if key in realm["smtpServer"] and path in references:
            realm["smtpServer"][key] = references[path].placeholder
    realm["attributes"].pop(SMTP_FINGERPRINT, None)
    realm["authenticationFlows"] = [
        flow for flow in realm["authenticationFlows"] if not is_left_over(flow["alias"])
    ]
    realm["authenticatorConfig"] = [
        config for config in realm["authenticatorConfig"] if not is_left_over(config["alias"])
    ]
    portable: dict[str, Any] = stable(_with_placeholders(realm, references))
    for path in _masked(portable, policy.realm):
        raise ExportError(
            f"{path} is a secret that no policy declares, so the file cannot say where its value "
            "comes from",
            hint="Declare it, or take it out of the realm.",
        )
    return portable


def _placeholder(references: Mapping[str, Referenced], path: str, policy: PortalPolicy) -> str:
    if path not in references:
        raise ExportError(f"{policy.folder}: {path} is not given by reference")
    return references[path].placeholder


def _with_placeholders(node: Any, references: Mapping[str, Referenced]) -> Any:
    """Every address that came by reference, as its placeholder, wherever it stands."""
    addresses = sorted(
        (references[path] for path in _ADDRESSES if path in references),
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


def _masked(node: Any, path: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _masked(value, f"{path}.{key}")
    elif isinstance(node, list):
        for item in node:
            name = next((n for n in identity(item) if n), "")
            yield from _masked(item, f"{path}[{name}]")
    elif node == MASK:
        yield path
