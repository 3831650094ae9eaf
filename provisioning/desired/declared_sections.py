"""What a policy's own sections and its `raw` declare, each with where it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from policies.loader import Policy
from policies.model import PortalPolicy
from policies.model_realm import RealmPolicy
from provisioning.desired import raw
from provisioning.desired.declared_clients import client_scopes, clients, default_scopes
from provisioning.desired.declared_flows import flows, required_actions
from provisioning.desired.declared_merge import Said
from provisioning.desired.declared_people import identity_providers, profile
from provisioning.desired.declared_realm import client_policies, client_profiles, realm, texts
from provisioning.desired.declared_roles import composites, groups, roles
from provisioning.resources import Key, Kind, Resource


def sections(policy: Policy) -> Iterator[Said]:
    """What the policy declares beside what Tanba holds fast in a portal's realm.

    Raises PolicyFileError when `raw` is no part of a RealmRepresentation.
    """
    if isinstance(policy, PortalPolicy):
        yield from _of_portals(policy)
    else:
        yield from _of_realms(policy)
    yield from clients(policy.clients, at=("clients",))
    yield from client_scopes(policy.client_scopes, at=("client_scopes",))
    yield from groups(policy.groups, at=("groups",))
    yield from texts(policy.texts, at=("texts",))
    if policy.profile is not None:
        yield from profile(policy.profile, at=("profile",))
    yield from client_profiles(policy.client_profiles, at=("client_profiles",))
    yield from client_policies(policy.client_policies, at=("client_policies",))
    for resource in raw.resources(policy):
        yield Said(resource, ("raw",))


def _of_portals(policy: PortalPolicy) -> Iterator[Said]:
    for index, role in enumerate(policy.roles):
        if role.includes is not None:
            yield composites(role.name, role.includes, at=("roles", index))


def _of_realms(policy: RealmPolicy) -> Iterator[Said]:
    yield from realm(policy)
    yield from roles(policy.roles, at=("roles",))
    yield from default_scopes(policy.default_client_scopes, at=("default_client_scopes",))
    if policy.default_roles is not None:
        name = f"default-roles-{policy.realm.lower()}"
        yield composites(name, policy.default_roles, at=("default_roles",))
    if policy.default_groups is not None:
        joined = {"groups": frozenset(policy.default_groups)}
        key = Key(Kind.DEFAULT_GROUPS, "default")
        yield Said(Resource(key, joined), ("default_groups",))
    yield from flows(policy.flows, at=("flows",))
    yield from required_actions(policy.required_actions, at=("required_actions",))
    yield from identity_providers(policy.identity_providers, at=("identity_providers",))
