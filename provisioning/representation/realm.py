"""The realm's own settings, and what it holds one or a few of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from provisioning.keepers import PROFILE
from provisioning.representation.objects import Objects, members, without
from provisioning.resources import Key, Kind

SECTIONS = frozenset(
    {"clientPolicies", "clientProfiles", "components", "localizationTexts", "requiredActions"}
)

_ELSEWHERE = frozenset(
    {
        "authenticationFlows",
        "authenticatorConfig",
        "clientScopeMappings",
        "clientScopes",
        "clients",
        "defaultDefaultClientScopes",
        "defaultGroups",
        "defaultOptionalClientScopes",
        "defaultRole",
        "groups",
        "identityProviderMappers",
        "identityProviders",
        "roles",
        "scopeMappings",
    }
)
_NOT_SETTINGS = SECTIONS | _ELSEWHERE | {"id", "keycloakVersion", "realm"}
_DERIVED = frozenset({"otpSupportedApplications", "requiredCredentials", "social", "users"})
_PROFILE_TYPE = "org.keycloak.userprofile.UserProfileProvider"
_PROFILE_CONFIG = "kc.user.profile.config"


def collect(representation: Mapping[str, Any], found: Objects) -> None:
    """Take the realm and the kinds that are lists or documents of its own."""
    settings = without(representation, _NOT_SETTINGS | _DERIVED)
    if found.whole or settings:
        key = Key(Kind.REALM, representation["realm"])
        found.add(key, settings, id_=representation.get("id"))
    for locale, texts in (representation.get("localizationTexts") or {}).items():
        found.add(Key(Kind.LOCALIZATION, locale), texts)
    for action in members(representation, "requiredActions"):
        found.add(Key(Kind.REQUIRED_ACTION, action["alias"]), without(action, ("alias",)))
    for profile in members(representation.get("clientProfiles") or {}, "profiles"):
        found.add(Key(Kind.CLIENT_PROFILE, profile["name"]), without(profile, ("name",)))
    for policy in members(representation.get("clientPolicies") or {}, "policies"):
        found.add(Key(Kind.CLIENT_POLICY, policy["name"]), without(policy, ("name",)))
    for kind, components in (representation.get("components") or {}).items():
        _components(kind, components, "", found)


def profile_body(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The user profile with its attributes by name, in the order of the page."""
    attributes = {attribute["name"]: attribute for attribute in members(profile, "attributes")}
    return {**profile, "attributes": attributes}


def _components(
    kind: str, components: list[Mapping[str, Any]], parent: str, found: Objects
) -> None:
    """Components of one provider type; one under another says under which.

    Keycloak lets two have one name: the next after the first, by id, gets a number.
    """
    for component in sorted(components, key=lambda c: (str(c.get("name")), str(c.get("id")))):
        if kind == _PROFILE_TYPE:
            for document in (component.get("config") or {}).get(_PROFILE_CONFIG) or ():
                found.add(PROFILE, profile_body(json.loads(document)))
            continue
        name = _free_name(_name(component, parent), kind, found)
        body = without(component, ("id", "name", "subComponents", "parentId", "providerType"))
        if parent:
            body["parent"] = parent
        found.add(Key(Kind.COMPONENT, name, kind), body, id_=component.get("id"))
        for inner, below in (component.get("subComponents") or {}).items():
            _components(inner, below, name, found)


def _name(component: Mapping[str, Any], parent: str) -> str:
    name = str(component.get("name") or component["providerId"])
    above = parent or component.get("subType")
    return f"{above}/{name}" if above else name


def _free_name(name: str, kind: str, found: Objects) -> str:
    number, free = 1, name
    while Key(Kind.COMPONENT, free, kind) in found.bodies:
        number += 1
        free = f"{name} #{number}"
    return free
