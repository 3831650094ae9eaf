"""Objects as a part of Keycloak's RealmRepresentation: the other way round than `objects_of`. Pure.

`objects_of(raw_of(objects, …), whole=False)` gives the same objects again, beside empty ones for
owners that had to be named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from provisioning.adopt_flows import flatten
from provisioning.diff import MASK
from provisioning.plan import ORDER
from provisioning.resources import Body, Key, Kind

Plain = dict[str, Any]

_PROFILE_TYPE = "org.keycloak.userprofile.UserProfileProvider"
_PROFILE_CONFIG = "kc.user.profile.config"
_SCOPES = {"default": "defaultClientScopes", "optional": "optionalClientScopes"}
_REALM_SCOPES = {
    "default": "defaultDefaultClientScopes",
    "optional": "defaultOptionalClientScopes",
}
_SECTIONS = (
    "roles",
    "defaultGroups",
    "groups",
    "clientScopes",
    "defaultDefaultClientScopes",
    "defaultOptionalClientScopes",
    "clients",
    "scopeMappings",
    "clientScopeMappings",
    "authenticationFlows",
    "authenticatorConfig",
    "requiredActions",
    "identityProviders",
    "identityProviderMappers",
    "clientProfiles",
    "clientPolicies",
    "components",
    "localizationTexts",
)
"""The order in which parts are told; a realm's own settings come before all of them."""

_FIRST: Mapping[str, int] = {
    name: place
    for place, name in enumerate(
        (
            "clientId",
            "client",
            "clientScope",
            "alias",
            "name",
            "identityProviderAlias",
            "priority",
            "description",
            "protocol",
            "providerId",
            "enabled",
        )
    )
}


@dataclass(slots=True)
class _Raw:
    """A representation in the making."""

    split: Callable[[str], tuple[str, str]]
    top: Plain = field(default_factory=dict)
    components: dict[tuple[str, str], Plain] = field(default_factory=dict)

    def member(self, path: tuple[str, ...], field_: str, name: str) -> Plain:
        """The object under `path` whose `field_` is `name`; made when it is met first."""
        above = self.top
        for part in path[:-1]:
            above = above.setdefault(part, {})
        members: list[Plain] = above.setdefault(path[-1], [])
        return _member(members, field_, name)

    def by_client(self, names: Iterable[str]) -> dict[str, list[str]]:
        """`clientId/role` names as roles by client."""
        found: dict[str, list[str]] = {}
        for name in names:
            client, role = self.split(name)
            found.setdefault(client, []).append(role)
        return found


def splitter(client_roles: Iterable[Key]) -> Callable[[str], tuple[str, str]]:
    """What splits `clientId/role`, given every role of a client that the realm has.

    Where a client's id holds a slash it could be read in two ways, and they tell which is meant.
    """
    known = frozenset((key.parent, key.name) for key in client_roles)

    def split(name: str) -> tuple[str, str]:
        halves = [
            (name[:place], name[place + 1 :]) for place, letter in enumerate(name) if letter == "/"
        ]
        return next((pair for pair in halves if pair in known), halves[0])

    return split


def raw_of(objects: Mapping[Key, Body], *, split: Callable[[str], tuple[str, str]]) -> Plain:
    """The part of a RealmRepresentation that declares `objects`; the same for the same objects.

    `split`: what `splitter` gives for the realm.
    """
    made = _Raw(split)
    for key in sorted(objects, key=lambda key: (ORDER[key.kind], key)):
        _WAYS[key.kind](made, key, plain(objects[key]))
    _without_empty_subgroups(made.top.get("groups", []))
    settings = sorted(made.top.keys() - set(_SECTIONS))
    return {name: _tidy(made.top[name]) for name in (*settings, *_SECTIONS) if name in made.top}


def plain(value: Any) -> Any:
    """A declared value as lists and mappings alone: sets in order, secrets masked; None stays."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _tidy(value: Any) -> Any:
    """The same, what names a thing first and the rest by name: Keycloak keeps no order there."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    last = len(_FIRST)
    names = sorted(value, key=lambda name: (_FIRST.get(name, last), name))
    return {name: _tidy(value[name]) for name in names}


def _member(members: list[Plain], field_: str, name: str) -> Plain:
    for member in members:
        if member[field_] == name:
            return member
    members.append({field_: name})
    return members[-1]


def _simple(*path: str, name: str) -> Callable[[_Raw, Key, Plain], None]:
    def way(made: _Raw, key: Key, body: Plain) -> None:
        made.member(path, name, key.name).update(body)

    return way


def _role(made: _Raw, key: Key) -> Plain:
    path = ("roles", "client", key.parent) if key.parent else ("roles", "realm")
    return made.member(path, "name", key.name)


def _composites(made: _Raw, key: Key, body: Plain) -> None:
    given = {"realm": body["realm"], "client": made.by_client(body["client"])}
    _role(made, key)["composites"] = {name: part for name, part in given.items() if part}


def _mapper(section: str, name: str) -> Callable[[_Raw, Key, Plain], None]:
    def way(made: _Raw, key: Key, body: Plain) -> None:
        owner = made.member((section,), name, key.parent)
        owner.setdefault("protocolMappers", []).append({"name": key.name, **body})

    return way


def _role_scope(owner: str) -> Callable[[_Raw, Key, Plain], None]:
    def way(made: _Raw, key: Key, body: Plain) -> None:
        of_clients = made.by_client(body["client"])
        if body["realm"] or not of_clients:
            mapping = {owner: key.name, "roles": body["realm"]}
            made.top.setdefault("scopeMappings", []).append(mapping)
        for client, roles in of_clients.items():
            mappings = made.top.setdefault("clientScopeMappings", {}).setdefault(client, [])
            mappings.append({owner: key.name, "roles": roles})

    return way


def _component(made: _Raw, key: Key, body: Plain) -> None:
    """A component stands in the one it is under; of what its key adds, its name has nothing."""
    parent = body.pop("parent", None)
    above = parent or body.get("subType")
    first, _, number = key.name.rpartition(" #")
    is_twin = number.isdecimal() and (key.parent, first) in made.components
    name = (first if is_twin else key.name).removeprefix(f"{above}/" if above else "")
    component = {"name": name, **body}
    made.components[key.parent, key.name] = component
    owner = made.top
    if parent:
        owner = next(found for (_, name), found in made.components.items() if name == parent)
    section = "subComponents" if parent else "components"
    owner.setdefault(section, {}).setdefault(key.parent, []).append(component)


def _group(made: _Raw, key: Key, body: Plain) -> None:
    members: list[Plain] = made.top.setdefault("groups", [])
    group: Plain = {}
    for name in key.name.replace("~/", "\0").removeprefix("/").split("/"):
        group = _member(members, "name", name.replace("\0", "/"))
        members = group.setdefault("subGroups", [])
    if "clientRoles" in body:
        body = {**body, "clientRoles": made.by_client(body["clientRoles"])}
    group.update(body)


def _without_empty_subgroups(groups: list[Plain]) -> None:
    for group in groups:
        below = group.pop("subGroups")
        _without_empty_subgroups(below)
        if below:
            group["subGroups"] = below


def _profile(made: _Raw, _key: Key, body: Plain) -> None:
    attributes = [
        {"name": name, **attribute} for name, attribute in (body.get("attributes") or {}).items()
    ]
    document = {**body, **({"attributes": attributes} if attributes else {})}
    text = json.dumps(document, ensure_ascii=False)
    component = {"providerId": "declarative-user-profile", "config": {_PROFILE_CONFIG: [text]}}
    made.top.setdefault("components", {})[_PROFILE_TYPE] = [component]


def _flow(made: _Raw, key: Key, body: Plain) -> None:
    flows, configs = flatten(key.name, body)
    made.top.setdefault("authenticationFlows", []).extend(flows)
    if configs:
        made.top.setdefault("authenticatorConfig", []).extend(configs)


def _scopes(made: _Raw, key: Key, body: Plain) -> None:
    client = made.member(("clients",), "clientId", key.name)
    client.update({_SCOPES[name]: scopes for name, scopes in body.items()})


def _broker_mapper(made: _Raw, key: Key, body: Plain) -> None:
    mapper = {"name": key.name, "identityProviderAlias": key.parent, **body}
    made.top.setdefault("identityProviderMappers", []).append(mapper)


_WAYS: Mapping[Kind, Callable[[_Raw, Key, Plain], None]] = {
    Kind.ROLE: lambda made, key, body: _role(made, key).update(body),
    Kind.CLIENT_ROLE: lambda made, key, body: _role(made, key).update(body),
    Kind.ROLE_COMPOSITES: _composites,
    Kind.CLIENT_SCOPE: _simple("clientScopes", name="name"),
    Kind.CLIENT_SCOPE_MAPPER: _mapper("clientScopes", "name"),
    Kind.CLIENT_SCOPE_ROLE_SCOPE: _role_scope("clientScope"),
    Kind.REALM_CLIENT_SCOPES: lambda made, _, body: made.top.update(
        {_REALM_SCOPES[name]: scopes for name, scopes in body.items()}
    ),
    Kind.LOCALIZATION: lambda made, key, body: made.top.setdefault("localizationTexts", {}).update(
        {key.name: body}
    ),
    Kind.REQUIRED_ACTION: _simple("requiredActions", name="alias"),
    Kind.USER_PROFILE: _profile,
    Kind.CLIENT_PROFILE: _simple("clientProfiles", "profiles", name="name"),
    Kind.CLIENT_POLICY: _simple("clientPolicies", "policies", name="name"),
    Kind.COMPONENT: _component,
    Kind.FLOW: _flow,
    Kind.CLIENT: _simple("clients", name="clientId"),
    Kind.CLIENT_CLIENT_SCOPES: _scopes,
    Kind.CLIENT_ROLE_SCOPE: _role_scope("client"),
    Kind.CLIENT_MAPPER: _mapper("clients", "clientId"),
    Kind.GROUP: _group,
    Kind.DEFAULT_GROUPS: lambda made, _, body: made.top.update(defaultGroups=body["groups"]),
    Kind.IDENTITY_PROVIDER: _simple("identityProviders", name="alias"),
    Kind.IDENTITY_PROVIDER_MAPPER: _broker_mapper,
    Kind.REALM: lambda made, _, body: made.top.update(body),
}
"""How an object of each kind is put into a representation."""
