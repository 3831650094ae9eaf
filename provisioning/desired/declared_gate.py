"""What a portal's policy may not declare beside what Tanba holds fast there: ways past the gate.

Everybody who gets a token in a portal's realm came by a browser sign-in, proved who they are by
the broker `eds`, and accepted the agreement. Whatever a policy adds, in its own words or in `raw`,
is held to that. A plain realm's policy is held to nothing here. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.errors import PolicyFileError
from policies.model import PortalPolicy
from provisioning.desired import client_scopes
from provisioning.desired.clients import GRANTS_OFF
from provisioning.desired.declared_merge import HELD_FAST, Said, same, where
from provisioning.desired.names import IDENTITY_SCOPE
from provisioning.keepers import PROFILE
from provisioning.resources import Body, Desired, Key, Kind, Resource

BUILT_IN = frozenset(
    {"account", "account-console", "admin-cli", "broker", "realm-management"}
    | {"security-admin-console"}
)
"""Keycloak's own clients: what is not declared of them is left as it is."""

FORBIDDEN_ROLES = frozenset(
    {
        "broker/read-token",
        "realm-management/impersonation",
        "realm-management/manage-events",
        "realm-management/realm-admin",
    }
)
"""Roles of clients that no role or group of a portal's policy gives; with all of `account`: its
API accepts an agreement for its person, cuts an account from its EDS, and tells an IIN."""

FORBIDDEN_REALM_ROLES = frozenset({"offline_access"})
"""A token that outlives its session outlives the gate too."""

_OFF: Mapping[str, Any] = {
    "directAccessGrantsEnabled": False,
    "implicitFlowEnabled": False,
    "fullScopeAllowed": False,
}
_BINDINGS = frozenset(
    {
        "browserFlow",
        "clientAuthenticationFlow",
        "directGrantFlow",
        "dockerAuthenticationFlow",
        "firstBrokerLoginFlow",
        "registrationFlow",
        "resetCredentialsFlow",
    }
)
_PROVIDERS: Mapping[str, str] = {
    "org.keycloak.storage.": "another source of accounts could claim any IIN",
    "org.keycloak.services.clientregistration.": "it decides who may make clients without an admin",
    "org.keycloak.models.workflow.": "a workflow could accept the agreement for its people",
}
"""Beginnings of provider types of which a portal's policy declares no component."""

_ECP = "saml.allow.ecp.flow"
_PROTOCOLS = frozenset({None, "openid-connect", "saml"})
_ROLE_MAKERS = frozenset({"oidc-hardcoded-role-mapper", "oidc-role-name-mapper"})
_TOKEN_CLAIMS = frozenset(
    {"acr", "aud", "auth_time", "azp", "iss", "realm_access", "resource_access", "scope", "sid"}
    | {"sub", "typ"}
)
"""Claims by which a token says whose it is, how they came, and what it may do."""

_IDENTITY_CLAIMS = frozenset(
    resource.body["config"]["claim.name"]
    for resource in client_scopes.build()
    if resource.key.parent == IDENTITY_SCOPE and "claim.name" in resource.body["config"]
)
"""What the EDS proves: told by the scope `eds-identity` alone, from where Tanba takes it."""

_NO_SECOND_WAY = "the broker eds is the one way in, and Tanba's own"


@dataclass(frozen=True, slots=True)
class Rule:
    """Sentences on what is wrong with an object of `kind`; none when nothing is."""

    kind: Kind
    wrongs: Callable[[PortalPolicy, Key, Body], Iterator[str]]


def require_gate(policy: PortalPolicy, pins: Desired, said: Iterable[Said]) -> None:
    """Refuse what would lead past the gate. Raises PolicyFileError naming each, with its place."""
    refused = []
    for one in said:
        key = one.resource.key
        for wrong in (*_against(pins, one.resource), *_wrongs(policy, one.resource)):
            place = where(policy, one)
            refused.append(f"{place + ': ' if place else ''}{key.kind} {key}: {wrong}")
    if refused:
        raise PolicyFileError(
            "\n".join(dict.fromkeys(refused)),
            hint="A portal's realm keeps everybody behind its agreement; a plain realm does not.",
        )


def narrowed(said: Said) -> Said:
    """A client that a portal's policy adds, with what it does not name of ways to a token off."""
    key = said.resource.key
    if key.kind is not Kind.CLIENT or key.name in BUILT_IN:
        return said
    body = dict(said.resource.body)
    attributes = {**dict.fromkeys(GRANTS_OFF, "false"), **(body.get("attributes") or {})}
    return Said(Resource(key, {**_OFF, **body, "attributes": attributes}), said.path)


def _against(pins: Desired, resource: Resource) -> Iterator[str]:
    """What is wrong with an object beside those that are pinned."""
    key, pinned = resource.key, {one.key: one.body for one in pins.resources}
    if (key.kind, key.parent) in pins.complete and key not in pinned:
        yield f"nothing is added to {key.parent}: it has what Tanba gives it, and no more"
    if key in pins.absent:
        yield "it must not be there: it would tell every client who a person is"
    if key == PROFILE:
        yield from _opened(pinned[key]["attributes"], _members(resource.body, "attributes"))


def _opened(pinned: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Attributes that Tanba declares whole: a default value could accept an agreement."""
    for name in sorted(pinned.keys() & said.keys()):
        for path, value in _leaves(said[name]):
            held = _leaf(pinned[name], path)
            is_said_anyway = path == ("name",) and value == name
            if not is_said_anyway and not same(held, value):
                yield f"attributes.{name}.{'.'.join(path)}: {HELD_FAST}, the attribute whole"


def _members(body: Any, name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves(item, (*path, name))
    elif value not in (None, {}):
        yield path, value


def _leaf(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _wrongs(policy: PortalPolicy, resource: Resource) -> Iterator[str]:
    for rule in RULES:
        if rule.kind is resource.key.kind:
            yield from rule.wrongs(policy, resource.key, resource.body)


def _client(policy: PortalPolicy, _: Key, body: Body) -> Iterator[str]:
    for name in _OFF:
        if body.get(name) not in (None, False):
            yield f"{name} leads to a token past the agreement; it stays off"
    attributes = body.get("attributes") or {}
    for name in GRANTS_OFF:
        if attributes.get(name) not in (None, "false"):
            yield f"{name} leads to a token past the agreement; it stays off"
    if body.get("protocol") not in _PROTOCOLS or attributes.get(_ECP) not in (None, "false"):
        yield "its protocol takes a password without a page, past the agreement"
    overrides = body.get("authenticationFlowBindingOverrides") or {}
    if any(overrides.values()):
        yield "a flow of its own would walk around the realm's"
    longest = policy.sessions.access_token_minutes * 60
    lifespan = attributes.get("access.token.lifespan")
    if lifespan is not None and not (str(lifespan).isdigit() and int(lifespan) <= longest):
        yield f"access tokens live {longest} seconds at most, as sessions.access_token_minutes says"


def _mapper(_: PortalPolicy, key: Key, body: Body) -> Iterator[str]:
    """A token's roles are those its person has: with another's it could accept an agreement."""
    if key.parent == "roles" and key.kind is Kind.CLIENT_SCOPE_MAPPER:
        yield "how roles get into tokens is Keycloak's own, and stays"
    if body.get("protocolMapper") in _ROLE_MAKERS:
        yield "it puts roles into tokens that their person does not have"
    claim = str((body.get("config") or {}).get("claim.name") or "").partition(".")[0]
    if claim in _TOKEN_CLAIMS:
        yield f"it writes {claim}, by which a token says whose it is and what it may do"
    if claim in _IDENTITY_CLAIMS:
        yield f"it writes {claim}, which {IDENTITY_SCOPE} alone tells"


def _broker(_: PortalPolicy, _key: Key, _body: Body) -> Iterator[str]:
    yield _NO_SECOND_WAY


def _component(_: PortalPolicy, key: Key, _body: Body) -> Iterator[str]:
    for beginning, why in _PROVIDERS.items():
        if key.parent.startswith(beginning):
            yield why


def _realm(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    for name in sorted(_BINDINGS & body.keys()):
        yield f"{name}: which flows are bound is Tanba's, for the gate stands in them"


def _composites(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    yield from _given(body.get("realm"), body.get("client"))


def _group(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    yield from _given(body.get("realmRoles"), body.get("clientRoles"))


def _given(realm: Iterable[str] | None, client: Iterable[str] | None) -> Iterator[str]:
    of_account = {role for role in client or () if role.startswith("account/")}
    refused = of_account | FORBIDDEN_ROLES & set(client or ())
    for role in sorted(refused | FORBIDDEN_REALM_ROLES & set(realm or ())):
        yield f"it gives {role}, which nobody has in a portal's realm"


RULES: tuple[Rule, ...] = (
    Rule(Kind.CLIENT, _client),
    Rule(Kind.CLIENT_MAPPER, _mapper),
    Rule(Kind.CLIENT_SCOPE_MAPPER, _mapper),
    Rule(Kind.IDENTITY_PROVIDER, _broker),
    Rule(Kind.IDENTITY_PROVIDER_MAPPER, _broker),
    Rule(Kind.COMPONENT, _component),
    Rule(Kind.REALM, _realm),
    Rule(Kind.ROLE_COMPOSITES, _composites),
    Rule(Kind.GROUP, _group),
)
