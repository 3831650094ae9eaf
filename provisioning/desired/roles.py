"""Roles of the realm, and what everybody is given."""

from __future__ import annotations

from policies.model import PortalPolicy
from provisioning.resources import Key, Kind, Resource


def build(policy: PortalPolicy) -> tuple[Resource, ...]:
    """The portal's roles: described in the first language, the others as attributes."""
    first = policy.languages[0]
    return tuple(
        Resource(
            Key(Kind.ROLE, role.name),
            {
                "description": role.descriptions.get(first),
                "attributes": {
                    f"description.{language}": (role.descriptions.get(language),)
                    for language in policy.languages
                },
            },
        )
        for role in policy.roles
    )


def defaults(policy: PortalPolicy) -> Resource:
    """Everything, and only what, every account of the realm is given.

    Without `manage-account` no portal's token can accept an agreement for its person by the
    account API; without `view-profile` no client but those that were given the scope reads an IIN
    there; without `manage-account-links` nobody cuts an account from its EDS; without
    `offline_access` no token outlives its session.
    """
    everybody = frozenset(role.name for role in policy.roles if role.given == "to-everybody")
    return Resource(
        Key(Kind.ROLE_COMPOSITES, f"default-roles-{policy.realm}"),
        {"realm": everybody, "client": frozenset()},
    )
