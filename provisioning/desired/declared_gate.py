"""What a portal's policy may not declare beside what Tanba holds fast there: ways past the gate.

Everybody who gets a token in a portal's realm came by a browser sign-in, proved who they are by
the broker `eds`, and accepted the agreement. Whatever a policy adds, in its own words or in `raw`,
is held to that. A plain realm's policy is held to nothing here. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.errors import PolicyFileError
from policies.model import PortalPolicy
from provisioning.desired import client_scopes, user_profile
from provisioning.desired import declared_allowed as allowed
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

FORBIDDEN_CLIENTS = frozenset({"account", "broker", "realm-management"})
"""Clients whose roles no role or group of a portal's policy gives: the API of `account` accepts an
agreement for its person, cuts an account from its EDS, and tells an IIN; with one role of
`realm-management` everybody reads everybody's. Whoever needs one is given it by hand."""

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
    "org.keycloak.keys.": "whoever knows a key signs a token for anybody",
    "org.keycloak.storage.": "another source of accounts could claim any IIN",
    "org.keycloak.services.clientregistration.": "it decides who may make clients without an admin",
    "org.keycloak.models.workflow.": "a workflow could accept the agreement for its people",
}
"""Beginnings of provider types, and why a portal's policy declares no component of them."""

_COUNT = re.compile(r"[0-9]{1,9}")
_GATES_WORDS = ("tanbaAccept", "tanbaAgreement", "tanbaDecline", "tanbaGate", "tanbaPrevailing")
"""Beginnings of the texts of the page that asks for the agreement."""
_ECP = "saml.allow.ecp.flow"
_PROTOCOLS = frozenset({None, "openid-connect"})
_PORTALS_SCOPES = client_scopes.PORTAL_DEFAULT - {IDENTITY_SCOPE} | {"web-origins"}
_CLAIM = re.compile(r"[A-Za-z0-9_:/@#-]+(?:\.[A-Za-z0-9_:/@#-]+)*")
"""A claim's name. Keycloak reads more: it takes backslashes away and fills `${client_id}` in."""
_TOKEN_CLAIMS = frozenset(
    {"acr", "act", "active", "allowed-origins", "amr", "at_hash", "aud", "auth_time", "azp"}
    | {"authorization", "c_hash", "client_id", "cnf", "email", "email_verified", "exp", "iat"}
    | {"iss", "jti", "may_act", "name", "nbf", "nonce", "preferred_username", "realm_access"}
    | {"resource_access", "s_hash", "scope", "session_state", "sid", "sub", "typ", "upn"}
    | {"username"}
)
"""Claims by which a token says whose it is, how they came, and what it may do."""

_IDENTITY_CLAIMS = frozenset(
    resource.body["config"]["claim.name"]
    for resource in client_scopes.build()
    if resource.key.parent == IDENTITY_SCOPE and "claim.name" in resource.body["config"]
)
"""What the EDS proves: told by the scope `eds-identity` alone, from where Tanba takes it."""

_IDENTITY_SOURCES = frozenset(
    name.lower() for name in user_profile.build(()).body["attributes"] if name != "email"
)
"""Attributes of a person that hold it: under no claim's name are they told otherwise."""

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
        for wrong in (*_said(one), *_against(pins, one.resource), *_wrongs(policy, one.resource)):
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


def _said(one: Said) -> Iterator[str]:
    if one.is_raw and one.resource.key.kind not in allowed.RAW_KINDS:
        yield "a portal's policy says none of these by raw"


def _against(pins: Desired, resource: Resource) -> Iterator[str]:
    """What is wrong with an object beside those that are pinned."""
    key, pinned = resource.key, {one.key: one.body for one in pins.resources}
    if (key.kind, key.parent) in pins.complete and key not in pinned:
        yield f"nothing is added to {key.parent}: it has what Tanba gives it, and no more"
    if key in pins.absent:
        yield "it must not be there: it would tell every client who a person is"
    if key == PROFILE:
        yield from _opened(pinned[key]["attributes"], _members(resource.body, "attributes"))
    if key.kind is Kind.LOCALIZATION:
        yield from _gates_words(resource.body.keys() - pinned.get(key, {}).keys())
    if key.kind is Kind.REQUIRED_ACTION:
        yield from _action(pinned.get(key), resource.body)
    if key.kind is Kind.REALM:
        held = pinned[key]
        yield from _beyond(resource.body, allowed.REALM_FIELDS | held.keys() | _BINDINGS)
        names = allowed.REALM_ATTRIBUTES | held["attributes"].keys()
        yield from _beyond(_members(resource.body, "attributes"), names, "attributes.")
    if key.kind is Kind.CLIENT:
        yield from _client_beyond(key, pinned.get(key, {}), resource.body)


def _gates_words(texts: Iterable[str]) -> Iterator[str]:
    for name in sorted(texts):
        if name.startswith(_GATES_WORDS):
            yield f"{name}: what the agreement's page says is Tanba's"


def _action(pinned: Body | None, said: Body) -> Iterator[str]:
    """Another provider under the gate's name would ask for nothing."""
    if pinned is None:
        yield "what people are asked to do while signing in is Tanba's"
    else:
        yield from _beyond(said, pinned.keys() | {"name"})


def _client_beyond(key: Key, pinned: Body, said: Body) -> Iterator[str]:
    own = key.name in BUILT_IN
    fields = allowed.BUILT_IN_CLIENT_FIELDS if own else allowed.CLIENT_FIELDS
    yield from _beyond(said, fields | pinned.keys())
    names = allowed.CLIENT_ATTRIBUTES | frozenset(GRANTS_OFF) | {_ECP}
    names |= _members(pinned, "attributes").keys()
    yield from _beyond(_members(said, "attributes"), names, "attributes.")


def _beyond(said: Iterable[str], names: Iterable[str], above: str = "") -> Iterator[str]:
    for name in sorted(set(said) - set(names)):
        yield f"{above}{name} is none of those that a portal's policy may set"


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
        # None too: what is not set, a new client has from Keycloak.
        if body.get(name, False) is not False:
            yield f"{name} leads to a token past the agreement; it stays off"
    attributes = body.get("attributes") or {}
    for name in GRANTS_OFF:
        if attributes.get(name, "false") != "false":
            yield f"{name} leads to a token past the agreement; it stays off"
    if body.get("protocol") not in _PROTOCOLS or attributes.get(_ECP) not in (None, "false"):
        yield "it speaks OIDC: others take a password without a page, or were not looked at"
    addresses = [*(body.get("redirectUris") or ()), *(body.get("webOrigins") or ())]
    addresses.append(str(attributes.get("post.logout.redirect.uris") or ""))
    if any("*" in str(address) for address in addresses):
        yield "a wildcard hands codes and tokens to anybody: name each address"
    overrides = body.get("authenticationFlowBindingOverrides") or {}
    if any(overrides.values()):
        yield "a flow of its own would walk around the realm's"
    longest = policy.sessions.access_token_minutes * 60
    lifespan = attributes.get("access.token.lifespan")
    if lifespan is not None and not (_COUNT.fullmatch(str(lifespan)) and int(lifespan) <= longest):
        yield f"access tokens live {longest} seconds at most, as sessions.access_token_minutes says"


def _mapper(_: PortalPolicy, key: Key, body: Body) -> Iterator[str]:
    """A token says of its person what is so: with another's roles it could accept an agreement."""
    if key.parent in _PORTALS_SCOPES and key.kind is Kind.CLIENT_SCOPE_MAPPER:
        yield f"what {key.parent} puts into tokens is Keycloak's own, and stays"
    provider = body.get("protocolMapper")
    if provider not in allowed.MAPPERS:
        kind = f"the mapper {provider}" if provider else "a mapper without protocolMapper"
        yield f"{kind} is none of those that a portal's policy may have"
    config = _members(body, "config")
    named = str(config.get("claim.name") or "x")
    if not _CLAIM.fullmatch(named):
        yield "a claim is named by letters, digits, _ - : / @ # and points between"
    claim = named.partition(".")[0]
    if claim in _TOKEN_CLAIMS:
        yield f"it writes {claim}, by which a token says whose it is and what it may do"
    if claim in _IDENTITY_CLAIMS:
        yield f"it writes {claim}, which {IDENTITY_SCOPE} alone tells"
    attribute, note = config.get("user.attribute"), config.get("user.session.note")
    if str(attribute).strip().lower() in _IDENTITY_SOURCES:
        yield f"it tells {attribute}, which {IDENTITY_SCOPE} alone tells"
    if note is not None and note not in allowed.NOTES:
        yield f"it tells {note}, a note that a portal's policy does not tell"


def _broker(_: PortalPolicy, _key: Key, _body: Body) -> Iterator[str]:
    yield _NO_SECOND_WAY


def _component(_: PortalPolicy, key: Key, _body: Body) -> Iterator[str]:
    found = [why for beginning, why in _PROVIDERS.items() if key.parent.startswith(beginning)]
    yield from found or ["a portal's policy declares no component"]


def _flow(_: PortalPolicy, _key: Key, _body: Body) -> Iterator[str]:
    yield "a portal's policy declares no flow: whoever changes one signs in as anybody"


def _client_profile(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    for name in _each(body, "executors", "executor"):
        if name not in allowed.EXECUTORS:
            yield f"the executor {name} is none of those that a portal's policy may have"


def _client_policy(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    for name in _each(body, "conditions", "condition"):
        if name not in allowed.CONDITIONS:
            yield f"the condition {name} is none of those that a portal's policy may have"


def _each(body: Body, part: str, name: str) -> Iterator[Any]:
    for one in body.get(part) or ():
        yield one.get(name) if isinstance(one, Mapping) else None


def _default_groups(_: PortalPolicy, _key: Key, _body: Body) -> Iterator[str]:
    yield "what everybody has is said by roles: given: to-everybody"


def _realm(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    for name in sorted(_BINDINGS & body.keys()):
        yield f"{name}: which flows are bound is Tanba's, for the gate stands in them"


def _roles(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    yield from _given(body.get("realm"), body.get("client"))


def _group(_: PortalPolicy, _key: Key, body: Body) -> Iterator[str]:
    yield from _given(body.get("realmRoles"), body.get("clientRoles"))


def _given(realm: Iterable[str] | None, client: Iterable[str] | None) -> Iterator[str]:
    refused = {role for role in client or () if role.partition("/")[0] in FORBIDDEN_CLIENTS}
    for role in sorted(refused | FORBIDDEN_REALM_ROLES & set(realm or ())):
        yield f"it gives {role}, which nobody has in a portal's realm"


RULES: tuple[Rule, ...] = (
    Rule(Kind.CLIENT, _client),
    Rule(Kind.CLIENT_MAPPER, _mapper),
    Rule(Kind.CLIENT_ROLE_SCOPE, _roles),
    Rule(Kind.CLIENT_SCOPE_ROLE_SCOPE, _roles),
    Rule(Kind.CLIENT_POLICY, _client_policy),
    Rule(Kind.CLIENT_PROFILE, _client_profile),
    Rule(Kind.CLIENT_SCOPE_MAPPER, _mapper),
    Rule(Kind.IDENTITY_PROVIDER, _broker),
    Rule(Kind.IDENTITY_PROVIDER_MAPPER, _broker),
    Rule(Kind.COMPONENT, _component),
    Rule(Kind.DEFAULT_GROUPS, _default_groups),
    Rule(Kind.FLOW, _flow),
    Rule(Kind.REALM, _realm),
    Rule(Kind.ROLE_COMPOSITES, _roles),
    Rule(Kind.GROUP, _group),
)
