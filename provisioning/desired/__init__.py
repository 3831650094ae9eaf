"""What a policy makes of a realm: `build(policy, at=…)` gives every object declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from policies.loader import Policy
from policies.model import PortalPolicy
from provisioning.desired import (
    broker,
    client_scopes,
    clients,
    flows,
    localization,
    realm,
    required_actions,
    roles,
    user_profile,
)
from provisioning.desired.declared_gate import narrowed, require_gate
from provisioning.desired.declared_merge import Said, combined
from provisioning.desired.declared_sections import sections
from provisioning.desired.names import BROKER
from provisioning.resources import Desired, Kind


def build(policy: Policy, *, at: datetime) -> Desired:
    """Everything declared for the policy's realm at the instant `at`.

    Reads the agreement's files beside a portal's policy; raises AgreementError when they are not
    right, PolicyFileError when the policy says one value in two ways or leads past a portal's gate.
    """
    said = tuple(sections(policy))
    if not isinstance(policy, PortalPolicy):
        return Desired(policy.realm, combined(policy, said))
    pins = held_fast(policy, at=at)
    require_gate(policy, pins, said)
    pinned = tuple(Said(resource) for resource in pins.resources)
    resources = combined(policy, (*pinned, *(narrowed(one) for one in said)))
    return replace(pins, resources=resources)


def held_fast(policy: PortalPolicy, *, at: datetime) -> Desired:
    """What Tanba makes of every portal's realm, by the portal's own keys alone."""
    agreements = policy.agreements()
    return Desired(
        realm=policy.realm,
        resources=(
            realm.build(policy),
            *roles.build(policy),
            roles.defaults(policy),
            *client_scopes.build(),
            *clients.build(policy),
            *flows.build(policy),
            *required_actions.build(policy),
            *broker.build(policy),
            user_profile.build(agreements.acceptable_values(at)),
            *localization.build(policy, agreements.posted(at)),
        ),
        absent=client_scopes.absent(),
        complete=frozenset(
            {
                *((Kind.CLIENT_SCOPE_MAPPER, scope) for scope in client_scopes.COMPLETE),
                (Kind.IDENTITY_PROVIDER_MAPPER, BROKER),
                (Kind.CLIENT_MAPPER, policy.portal.client_id),
            }
        ),
    )
