"""The user profile and identity providers, as a policy's own sections declare them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.model_brokers import IdentityProvider
from policies.model_profile import Profile, ProfileAttribute, ProfileGroup
from policies.model_raw import Path
from provisioning.desired.declared_merge import Said
from provisioning.desired.declared_roles import named
from provisioning.keepers import PROFILE
from provisioning.resources import Key, Kind, Resource

_UNNAMED: Mapping[str, str | None] = {
    "refused": None,  # unset is Keycloak's strictest
    "admin_view": "ADMIN_VIEW",
    "admin_edit": "ADMIN_EDIT",
    "allowed": "ENABLED",
}


def profile(declared: Profile, *, at: Path) -> Iterator[Said]:
    """The attributes that are named, and what becomes of the others."""
    for index, attribute in enumerate(declared.attributes):
        body = {"attributes": {attribute.name: _attribute(attribute)}}
        yield Said(Resource(PROFILE, body), (*at, "attributes", index))
    if declared.groups is not None:
        groups = {"groups": tuple(_group(group) for group in declared.groups)}
        yield Said(Resource(PROFILE, groups), (*at, "groups"))
    if declared.unnamed is not None:
        policy = {"unmanagedAttributePolicy": _UNNAMED[declared.unnamed]}
        yield Said(Resource(PROFILE, policy), (*at, "unnamed"))


def identity_providers(declared: Iterable[IdentityProvider], *, at: Path) -> Iterator[Said]:
    """Each identity provider with its mappers."""
    for index, provider in enumerate(declared):
        here, alias = (*at, index), provider.alias
        yield Said(Resource(Key(Kind.IDENTITY_PROVIDER, alias), _provider(provider)), here)
        for number, mapper in enumerate(provider.mappers):
            key = Key(Kind.IDENTITY_PROVIDER_MAPPER, mapper.name, alias)
            body = {"identityProviderMapper": mapper.mapper, "config": dict(mapper.config)}
            yield Said(Resource(key, body), (*here, "mappers", number))


def _attribute(attribute: ProfileAttribute) -> dict[str, Any]:
    required = named(
        roles=frozenset(attribute.required_for) or None,
        scopes=frozenset(attribute.required_scopes) or None,
    )
    shown = frozenset(attribute.shown_for_scopes)
    return {
        "displayName": attribute.display_name,
        "permissions": {"view": frozenset(attribute.view), "edit": frozenset(attribute.edit)},
        "required": required or None,
        "selector": {"scopes": shown} if shown else None,
        "multivalued": attribute.multivalued,
        "validations": dict(attribute.validations) or None,
        "annotations": dict(attribute.annotations) or None,
        "group": attribute.group,
    }


def _group(group: ProfileGroup) -> dict[str, Any]:
    return {
        "name": group.name,
        "displayHeader": group.header,
        "displayDescription": group.description,
        "annotations": dict(group.annotations),
    }


def _provider(provider: IdentityProvider) -> dict[str, Any]:
    own = named(clientId=provider.client_id, clientSecret=provider.client_secret)
    return {
        "providerId": provider.provider,
        "enabled": provider.enabled,
        "trustEmail": provider.trust_email,
        "linkOnly": provider.link_only,
        "hideOnLogin": provider.hidden,
        "storeToken": provider.store_token,
        "config": {**provider.config, **own},
        **named(
            displayName=provider.display_name,
            firstBrokerLoginFlowAlias=provider.first_login_flow,
            postBrokerLoginFlowAlias=provider.after_login_flow,
        ),
    }
