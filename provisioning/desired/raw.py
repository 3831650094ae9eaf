"""`raw:` of a policy as objects, and where in it an object stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from policies.errors import PolicyFileError
from policies.loader import Policy
from policies.model_raw import Path
from provisioning.representation import objects_of
from provisioning.representation.order import as_declared
from provisioning.resources import Key, Kind, Resource

_LISTS: Mapping[Kind, tuple[Path, str]] = {
    Kind.ROLE: (("roles", "realm"), "name"),
    Kind.CLIENT: (("clients",), "clientId"),
    Kind.CLIENT_CLIENT_SCOPES: (("clients",), "clientId"),
    Kind.CLIENT_SCOPE: (("clientScopes",), "name"),
    Kind.FLOW: (("authenticationFlows",), "alias"),
    Kind.REQUIRED_ACTION: (("requiredActions",), "alias"),
    Kind.IDENTITY_PROVIDER: (("identityProviders",), "alias"),
    Kind.IDENTITY_PROVIDER_MAPPER: (("identityProviderMappers",), "name"),
    Kind.CLIENT_PROFILE: (("clientProfiles", "profiles"), "name"),
    Kind.CLIENT_POLICY: (("clientPolicies", "policies"), "name"),
}
"""Where objects of a kind are listed in a RealmRepresentation, and what names each."""

_OWNERS: Mapping[Kind, tuple[Path, str]] = {
    Kind.CLIENT_MAPPER: (("clients",), "clientId"),
    Kind.CLIENT_SCOPE_MAPPER: (("clientScopes",), "name"),
}
"""The same for what stands inside its owner, under `protocolMappers`."""


def resources(policy: Policy) -> tuple[Resource, ...]:
    """Every object that the policy's `raw` declares. Raises PolicyFileError naming the part."""
    if not policy.raw:
        return ()
    try:
        found = objects_of({"realm": policy.realm, **policy.raw}, whole=False)
        _require_whole_flows(policy.raw)
        return tuple(Resource(key, as_declared(body)) for key, body in found.bodies.items())
    except KeyError as error:
        problem = f"an object lacks {error}"
    except (TypeError, AttributeError):
        problem = "a part has another shape than in Keycloak's RealmRepresentation"
    except ValueError as error:
        problem = str(error)
    raise PolicyFileError(
        f"{_shown_place(policy, ('raw',))}raw: {problem}",
        hint="Compare with what Keycloak's partial export of such a realm holds.",
    )


def _require_whole_flows(raw: Mapping[str, Any]) -> None:
    """Raises ValueError for a subflow or a config that nothing uses: it would say nothing."""
    flows = raw.get("authenticationFlows") or ()
    steps = [step for flow in flows for step in flow.get("authenticationExecutions") or ()]
    inner = {flow["alias"] for flow in flows if not flow.get("topLevel", True)}
    configs = {config["alias"] for config in raw.get("authenticatorConfig") or ()}
    used = _named(steps, "authenticatorConfig")
    problems = [
        *(f"the flow {name} is in no flow" for name in inner - _named(steps, "flowAlias")),
        *(f"the authenticator config {name} is used by no step" for name in configs - used),
        *(f"the authenticator config {name} is not there" for name in used - configs),
    ]
    if problems:
        raise ValueError("; ".join(sorted(problems)))


def _named(steps: Iterable[Mapping[str, Any]], field: str) -> set[str]:
    return {step[field] for step in steps if step.get(field)}


def path_of(raw: Mapping[str, Any], key: Key, inside: Iterable[str | int] = ()) -> Path:
    """The path in the policy of the object `key`, as deep as `inside` can be followed there."""
    found, value = _object(raw, key)
    for part in inside:
        if isinstance(value, Mapping) and part in value:
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
        found = (*found, part)
    return ("raw", *found)


def _object(raw: Mapping[str, Any], key: Key) -> tuple[Path, Any]:
    """The object's own path and value in `raw`; where it is not told, those of the whole."""
    if key.kind in _OWNERS:
        path, owner = _member(raw, *_OWNERS[key.kind], key.parent)
        if not isinstance(owner, Mapping):
            return path, owner
        inner, mapper = _member(owner, ("protocolMappers",), "name", key.name)
        return (*path, *inner), mapper
    if key.kind in {Kind.CLIENT_ROLE, Kind.ROLE_COMPOSITES}:
        above: Path = ("roles", "client", key.parent) if key.parent else ("roles", "realm")
        return _member(raw, above, "name", key.name)
    if key.kind in _LISTS:
        return _member(raw, *_LISTS[key.kind], key.name)
    path = ("localizationTexts", key.name) if key.kind is Kind.LOCALIZATION else ()
    return path, _at(raw, path)


def _member(within: Mapping[str, Any], path: Path, name: str, wanted: str) -> tuple[Path, Any]:
    members = _at(within, path)
    if isinstance(members, list):
        for index, member in enumerate(members):
            if isinstance(member, Mapping) and member.get(name) == wanted:
                return (*path, index), member
    return path, members


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _shown_place(policy: Policy, path: Path) -> str:
    place = policy.place(path)
    return f"{place}: " if place else ""
