"""How parts of a realm would be said in a policy's own words: candidates, not yet judged. Pure.

Each is a section of a `RealmPolicy` with one member, made of what the realm holds. Whether it says
what the realm is, and all of it, is for `adopt_sections` to see; a guess here can do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provisioning.adopt_clients import Found, client_item, mappers
from provisioning.adopt_raw import Plain, plain
from provisioning.resources import Body, Key, Kind

Told = Mapping[Key, Body]
Split = Callable[[str], tuple[str, str]]
"""`clientId/role` as its two halves."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """`value` under `section`: a member of its list, or the section itself (`is_list` False)."""

    section: str
    value: Any
    is_list: bool = True


def candidates(realm: Key, told: Told, live: Found, *, split: Split) -> Iterator[Candidate]:
    """Everything that may be said in words; `told`: what is to be said, `live`: what there is."""
    yield from _realm(realm, told, live)
    for key in sorted(told):
        if key.kind is Kind.CLIENT:
            item = client_item(
                key,
                live,
                has_secret="secret" in told[key],
                roles=lambda names: _roles(names, split),
            )
            yield from () if item is None else (Candidate("clients", item),)
        make = _MAKERS.get(key.kind)
        if make is not None:
            yield from make(key, live, split)


def _realm(realm: Key, told: Told, live: Found) -> Iterator[Candidate]:
    wanted, found = told.get(realm, {}), live[realm]
    for section, fields in _REALM_FIELDS.items():
        part = {name: found[field] for name, field in fields.items() if field in wanted}
        for name, words in _WORDS.items():
            if name in part:
                part[name] = words.get(part[name])
        if section == "settings" and found.get("internationalizationEnabled"):
            part |= _languages(found)
        if part:
            yield Candidate(section, part, is_list=False)
    for section, numbers in _REALM_NUMBERS.items():
        if wanted.keys() & {field for field, _ in numbers.values()}:
            part = {
                name: int(found.get(field) or 0) // unit for name, (field, unit) in numbers.items()
            }
            yield Candidate(section, part, is_list=False)


def _languages(found: Body) -> Plain:
    first = found.get("defaultLocale")
    others = sorted(set(found.get("supportedLocales") or ()) - {first})
    return {"languages": [first, *others]} if first else {}


def _roles(names: Body, split: Split) -> Plain:
    clients: dict[str, list[str]] = {}
    for name in sorted(names.get("client") or ()):
        client, role = split(name)
        clients.setdefault(client, []).append(role)
    given = {"realm": sorted(names.get("realm") or ()), "clients": clients}
    return {name: value for name, value in given.items() if value}


def _role(key: Key, live: Found, split: Split) -> Iterator[Candidate]:
    role = {"name": key.name, **_some(live[key], description="description")}
    if live[key].get("attributes"):
        role["attributes"] = plain(live[key]["attributes"])
    includes = _roles(live.get(Key(Kind.ROLE_COMPOSITES, key.name), {}), split)
    yield Candidate("roles", role | ({"includes": includes} if includes else {}))


def _default_roles(key: Key, live: Found, split: Split) -> Iterator[Candidate]:
    if not key.parent and key.name.startswith("default-roles-"):
        yield Candidate("default_roles", _roles(live[key], split), is_list=False)


def _group(key: Key, live: Found, split: Split) -> Iterator[Candidate]:
    if key.name.replace("~/", "").count("/") == 1:
        yield Candidate("groups", _group_tree(key.name, live, split))


def _group_tree(path: str, live: Found, split: Split) -> Plain:
    body = live[Key(Kind.GROUP, path)]
    group: Plain = {"name": path.replace("~/", "\0").rpartition("/")[2].replace("\0", "/")}
    if body.get("attributes"):
        group["attributes"] = plain(body["attributes"])
    roles = {"realm": body.get("realmRoles"), "client": body.get("clientRoles")}
    if given := _roles(roles, split):
        group["roles"] = given
    below = live.below(Kind.GROUP, path)
    if below:
        group["groups"] = [_group_tree(key.name, live, split) for key in below]
    return group


def _texts(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    texts = {name: live[key][name] for name in sorted(live[key])}
    yield Candidate("texts", {key.name: texts}, is_list=False)


def _flow(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    body = live[key]
    flow = {"alias": key.name, **_some(body, description="description")}
    if body.get("providerId") == "client-flow":
        flow["of"] = "clients"
    yield Candidate("flows", flow | {"steps": [_step(step) for step in body["executions"]]})


def _step(step: Mapping[str, Any]) -> Plain:
    requirement = str(step["requirement"]).lower()
    if "flow" not in step:
        config = {"config": plain(step["config"])} if step.get("config") else {}
        return {"provider": step["provider"], "requirement": requirement, **config}
    form = {"form": step.get("provider")} if step.get("type") else {}
    return {
        "flow": step["flow"],
        "requirement": requirement,
        **_some(step, description="description"),
        **form,
        "steps": [_step(inner) for inner in step.get("executions") or ()],
    }


def _action(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    body = live[key]
    action = {"alias": key.name, "enabled": body.get("enabled", False)}
    action |= {"everybody": body.get("defaultAction", False)}
    if "priority" in body:
        action["priority"] = body["priority"]
    if body.get("config"):
        action["config"] = plain(body["config"])
    yield Candidate("required_actions", action)


def _scope(key: Key, live: Found, split: Split) -> Iterator[Candidate]:
    attributes = live[key].get("attributes") or {}
    scope = {"name": key.name, **_some(live[key], description="description", protocol="protocol")}
    scope["in_token"] = attributes.get("include.in.token.scope") == "true"
    if attributes.get("display.on.consent.screen") == "true":
        scope["consent_text"] = attributes.get("consent.screen.text") or None
    roles = _roles(live.get(Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, key.name), {}), split)
    given = mappers(Kind.CLIENT_SCOPE_MAPPER, key.name, live)
    scope |= {"mappers": given} if given else {}
    yield Candidate("client_scopes", scope | ({"token_roles": roles} if roles else {}))


def _default_scopes(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    given = {use: sorted(names) for use, names in live[key].items() if names}
    yield Candidate("default_client_scopes", given, is_list=False)


def _default_groups(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    yield Candidate("default_groups", sorted(live[key]["groups"]), is_list=False)


def _broker(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    body = live[key]
    config = plain(body.get("config") or {})
    own = {
        "client_id": config.pop("clientId", None),
        "client_secret": config.pop("clientSecret", None),
    }
    broker = {"alias": key.name, **_some(body, **_BROKER_FIELDS)}
    broker |= {name: value for name, value in own.items() if value is not None}
    own_mappers = [
        {"name": k.name, "mapper": b["identityProviderMapper"], "config": plain(b["config"])}
        for k in live.below(Kind.IDENTITY_PROVIDER_MAPPER, key.name)
        if "config" in (b := live[k])
    ]
    broker |= {"config": config} if config else {}
    yield Candidate(
        "identity_providers", broker | ({"mappers": own_mappers} if own_mappers else {})
    )


def _client_profile(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    executors = [
        {"executor": one["executor"]} | _config(one) for one in live[key].get("executors") or ()
    ]
    told = {"name": key.name, **_some(live[key], description="description")}
    yield Candidate("client_profiles", told | {"executors": executors})


def _client_policy(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    body = live[key]
    conditions = [
        {"condition": one["condition"]} | _config(one) for one in body.get("conditions") or ()
    ]
    told = {"name": key.name, **_some(body, description="description", enabled="enabled")}
    profiles = sorted(body.get("profiles") or ())
    yield Candidate("client_policies", told | {"conditions": conditions, "profiles": profiles})


def _profile(key: Key, live: Found, _: Split) -> Iterator[Candidate]:
    body = live[key]
    for name, attribute in (body.get("attributes") or {}).items():
        permissions, required = attribute.get("permissions") or {}, attribute.get("required") or {}
        told: Plain = {
            "name": name,
            "display_name": attribute.get("displayName"),
            "view": sorted(permissions.get("view") or ()),
            "edit": sorted(permissions.get("edit") or ()),
            "required_for": sorted(required.get("roles") or ()),
            "required_scopes": sorted(required.get("scopes") or ()),
            "shown_for_scopes": sorted((attribute.get("selector") or {}).get("scopes") or ()),
            "multivalued": attribute.get("multivalued", False),
            "validations": plain(attribute.get("validations") or {}),
            "annotations": plain(attribute.get("annotations") or {}),
            "group": attribute.get("group"),
        }
        always = {"name", "view", "edit"}
        item = {n: v for n, v in told.items() if n in always or v not in (None, [], {}, False)}
        yield Candidate("profile", {"attributes": [item]}, is_list=False)
    unnamed = _UNNAMED.get(str(body.get("unmanagedAttributePolicy")))
    if unnamed:
        yield Candidate("profile", {"unnamed": unnamed}, is_list=False)


def _config(one: Mapping[str, Any]) -> Plain:
    return {"config": plain(one["configuration"])} if one.get("configuration") else {}


def _some(body: Mapping[str, Any], **fields: str) -> Plain:
    """Those fields that hold something, under the policy's names."""
    return {
        name: body[field] for name, field in fields.items() if body.get(field) not in (None, "")
    }


_REALM_FIELDS: Mapping[str, Mapping[str, str]] = {
    "settings": {
        "enabled": "enabled",
        "display_name": "displayName",
        "https": "sslRequired",
        "registration_form": "registrationAllowed",
        "verify_email": "verifyEmail",
        "sign_in_by_email": "loginWithEmailAllowed",
        "duplicate_emails": "duplicateEmailsAllowed",
        "forgotten_password": "resetPasswordAllowed",
        "remember_me": "rememberMe",
        "change_username": "editUsernameAllowed",
    },
    "theme": {
        "login": "loginTheme",
        "email": "emailTheme",
        "account": "accountTheme",
        "admin": "adminTheme",
    },
    "bindings": {
        "browser": "browserFlow",
        "registration": "registrationFlow",
        "direct_grant": "directGrantFlow",
        "reset_credentials": "resetCredentialsFlow",
        "client_authentication": "clientAuthenticationFlow",
        "docker": "dockerAuthenticationFlow",
        "first_broker_login": "firstBrokerLoginFlow",
    },
}
_WORDS: Mapping[str, Mapping[Any, str]] = {
    "https": {"all": "always", "external": "from_outside", "none": "never"},
}
_REALM_NUMBERS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "sessions": {
        "idle_minutes": ("ssoSessionIdleTimeout", 60),
        "max_hours": ("ssoSessionMaxLifespan", 3600),
        "access_token_minutes": ("accessTokenLifespan", 60),
    },
    "brute_force": {
        "failures": ("failureFactor", 1),
        "wait_seconds": ("waitIncrementSeconds", 1),
        "max_wait_seconds": ("maxFailureWaitSeconds", 1),
        "reset_seconds": ("maxDeltaTimeSeconds", 1),
    },
    "events": {"retention_days": ("eventsExpiration", 86_400)},
}
_BROKER_FIELDS = {
    "provider": "providerId",
    "display_name": "displayName",
    "enabled": "enabled",
    "trust_email": "trustEmail",
    "link_only": "linkOnly",
    "hidden": "hideOnLogin",
    "store_token": "storeToken",
    "first_login_flow": "firstBrokerLoginFlowAlias",
    "after_login_flow": "postBrokerLoginFlowAlias",
}
_UNNAMED = {"ADMIN_VIEW": "admin_view", "ADMIN_EDIT": "admin_edit", "ENABLED": "allowed"}
_MAKERS: Mapping[Kind, Callable[[Key, Found, Split], Iterator[Candidate]]] = {
    Kind.ROLE: _role,
    Kind.ROLE_COMPOSITES: _default_roles,
    Kind.GROUP: _group,
    Kind.LOCALIZATION: _texts,
    Kind.FLOW: _flow,
    Kind.REQUIRED_ACTION: _action,
    Kind.CLIENT_SCOPE: _scope,
    Kind.REALM_CLIENT_SCOPES: _default_scopes,
    Kind.DEFAULT_GROUPS: _default_groups,
    Kind.IDENTITY_PROVIDER: _broker,
    Kind.CLIENT_PROFILE: _client_profile,
    Kind.CLIENT_POLICY: _client_policy,
    Kind.USER_PROFILE: _profile,
}
