"""Policies at random in an admin's own words, and which of both shapes a policy has.

They share names with those that are declared as `raw:`, so that one takes over from the other.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.properties.drawing import FILLED, FLAGS, SECRETS, part, some
from tests.properties.policies_at_random import CLIENTS, GROUPS, LOCALES, ROLES, SCOPES, realms
from tests.properties.ways_in_at_random import BROKERS, FLOWS

Policy = dict[str, Any]
"""What a policy's file holds besides `version` and `realm`."""

_SECRET = st.sampled_from([f"${{env:{variable}}}" for variable in SECRETS])

_MAPPERS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(("fixed", "тұрақты")), "claim": st.just("c"), "value": FILLED}
    ),
    max_size=2,
    unique_by=lambda mapper: str(mapper["name"]),
)


@st.composite
def _client(draw: st.DrawFn, name: str, roles: list[str], scopes: list[str]) -> Policy:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "name": FILLED,
        "enabled": FLAGS,
        "consent": FLAGS,
        "secret": _SECRET,
        "access_token_minutes": st.integers(1, 60),
        "mappers": _MAPPERS,
        "scopes": st.fixed_dictionaries({"default": some((*scopes, "web-origins"))}),
        "token_roles": st.fixed_dictionaries({"realm": some(tuple(roles))}),
        "roles": st.just([{"name": "viewer", "description": "may look"}]),
    }
    ways = draw(st.sampled_from(((), ("browser",), ("service",), ("browser", "service"))))
    client: Policy = {"client_id": name, "ways": list(ways)}
    if "browser" in ways:
        client["redirect_uris"] = ["https://a.example/cb"]
    return client | draw(part(fields))


@st.composite
def _roles(draw: st.DrawFn, names: list[str]) -> list[Policy]:
    found = []
    for place, name in enumerate(names):
        role: Policy = {"name": name} | draw(part({"description": FILLED}))
        later = tuple(names[place + 1 :])
        if draw(st.booleans()) and later:
            role["includes"] = {"realm": draw(some(later, least=1))}
        found.append(role)
    return found


def _group(name: str, roles: list[str], depth: int = 1) -> st.SearchStrategy[Policy]:
    inner = st.lists(_group("inner", roles, depth - 1), max_size=1) if depth else st.just([])
    more = {
        "attributes": st.fixed_dictionaries({"code": st.lists(FILLED, min_size=1, max_size=1)}),
        "roles": st.fixed_dictionaries({"realm": some(tuple(roles))}),
        "groups": inner,
    }
    return st.fixed_dictionaries({"name": st.just(name)}, optional=more)


@st.composite
def _flow(draw: st.DrawFn, alias: str) -> Policy:
    password = {"provider": "auth-username-password-form", "requirement": "required"}
    steps: list[Policy] = [
        {"provider": one, "requirement": draw(st.sampled_from(("alternative", "disabled")))}
        for one in draw(some(("auth-cookie", "auth-spnego")))
    ]
    forms = {"flow": f"{alias} forms", "requirement": "alternative", "steps": [password]}
    steps.insert(draw(st.integers(0, len(steps))), forms)
    return {"alias": alias, "steps": steps} | draw(part({"description": FILLED}))


@st.composite
def _broker(draw: st.DrawFn, alias: str) -> Policy:
    addresses = {"authorizationUrl": "https://p.example/a", "tokenUrl": "https://p.example/t"}
    broker = {"alias": alias, "provider": "oidc", "client_id": "tanba", "config": addresses}
    more = part({"client_secret": _SECRET, "display_name": FILLED, "enabled": FLAGS})
    return broker | draw(more)


_WHOLE = {
    "settings": part({"display_name": FILLED, "remember_me": FLAGS, "sign_in_by_email": FLAGS}),
    "brute_force": st.fixed_dictionaries({"failures": st.integers(3, 20)}),
    "password": st.fixed_dictionaries({"length": st.integers(8, 20)}),
    "sessions": st.fixed_dictionaries({"max_hours": st.integers(1, 10)}),
    "events": st.fixed_dictionaries({"retention_days": st.integers(30, 400)}),
    "smtp": st.fixed_dictionaries(
        {
            "host": st.just("localhost"),
            "port": st.just(25),
            "sender": st.just("a@example.kz"),
            "user": st.just("relay"),
            "password": _SECRET,
        }
    ),
    "texts": st.dictionaries(
        st.sampled_from(LOCALES), st.fixed_dictionaries({"greeting": FILLED}), max_size=2
    ),
    "profile": st.fixed_dictionaries(
        {
            "attributes": st.just([{"name": "colour", "view": ["admin"], "edit": ["admin"]}]),
            "unnamed": st.sampled_from(("admin_view", "admin_edit")),
        }
    ),
    "required_actions": st.lists(
        st.fixed_dictionaries(
            {"alias": st.just("CONFIGURE_TOTP"), "enabled": FLAGS}, optional={"everybody": FLAGS}
        ),
        max_size=1,
    ),
}


@st.composite
def typed(draw: st.DrawFn) -> Policy:
    """A policy without `raw:`."""
    roles, scopes, flows = draw(some(ROLES)), draw(some(SCOPES)), draw(some(FLOWS))
    scope = part({"description": FILLED, "in_token": FLAGS, "mappers": _MAPPERS})
    policy: Policy = {
        "roles": draw(_roles(roles)),
        "client_scopes": [{"name": name} | draw(scope) for name in scopes],
        "clients": [draw(_client(name, roles, scopes)) for name in draw(some(CLIENTS))],
        "groups": [draw(_group(name, roles)) for name in draw(some(GROUPS[:2]))],
        "flows": [draw(_flow(alias)) for alias in flows],
        "identity_providers": [draw(_broker(alias)) for alias in draw(some(BROKERS))],
    }
    if draw(st.booleans()) and flows:
        policy["bindings"] = {"browser": draw(st.sampled_from(flows))}
    return policy | draw(part(_WHOLE))


def policies() -> st.SearchStrategy[Policy]:
    """Of either shape."""
    return st.one_of(typed(), realms().map(lambda realm: {"raw": realm}))
