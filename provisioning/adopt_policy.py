"""What was found of a realm as the text of a policy, with a word on what stands where. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provisioning.adopt import Adopted
from provisioning.adopt_yaml import Path, commented, yaml_of
from provisioning.resources import Key, Kind

_OWN = "Keycloak's own: only what differs from how Keycloak makes it."
_NAMED: Mapping[tuple[str, ...], tuple[str, Kind]] = {
    ("roles", "realm"): ("name", Kind.ROLE),
    ("clientScopes",): ("name", Kind.CLIENT_SCOPE),
    ("clients",): ("clientId", Kind.CLIENT),
    ("authenticationFlows",): ("alias", Kind.FLOW),
    ("requiredActions",): ("alias", Kind.REQUIRED_ACTION),
}
_SECTIONS: Mapping[str, str] = {
    "authenticationFlows": "Flows, each followed by those in it; a step's place is its priority.",
    "clientScopeMappings": "Roles of clients that may stand in tokens, by the client they are of.",
    "clients": "What a client does not say is as Keycloak makes a new client.",
    "components": "Keys, user stores, rules of client registration, the profile of people.",
    "defaultDefaultClientScopes": "Client scopes that a new client is given.",
    "scopeMappings": "Roles of the realm that may stand in tokens.",
}


def policy_text(adopted: Adopted) -> str:
    """The policy file's text; the same for the same realm."""

    def comment(path: Path, value: Any) -> str:
        if len(path) == 2 and path[0] == "raw":
            return _SECTIONS.get(str(path[1]), "")
        if path[:1] == ("raw",) and isinstance(path[-1], int) and isinstance(value, Mapping):
            found = _NAMED.get(tuple(str(part) for part in path[1:-1]))
            if found and Key(found[1], str(value.get(found[0]))) in adopted.defaults:
                return _OWN
        return ""

    body: dict[str, Any] = {"version": 1, "realm": adopted.realm, **adopted.sections}
    if adopted.raw:
        body["raw"] = adopted.raw
    return "".join(f"{line}\n" for line in _head(adopted)) + yaml_of(body, comment)


def _head(adopted: Adopted) -> Iterator[str]:
    yield commented(f"The realm {adopted.realm} as it was found on Keycloak {adopted.version}.")
    yield "# Left out: what Keycloak puts into every new realm, where nobody changed it; people and"
    yield "# what service accounts may do; keys that Keycloak makes; ids."
    yield from _listed("Also left out, and not touched by `tanba apply`:", adopted.left_out)
    yield from _listed(
        "Keycloak puts these into a new realm, and they are not in this one; no policy says so:",
        (f"{key.kind} {key}" for key in adopted.gone),
    )
    yield from _listed(
        "Secrets are not in this file. Set these before `tanba plan`:",
        (f"{needed.variable}: {needed.what}" for needed in adopted.secrets),
    )


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    lines = [commented(f"  {item}") for item in items]
    if lines:
        yield "#"
        yield f"# {title}"
        yield from lines
