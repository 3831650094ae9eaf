"""What a policy makes of a realm: `build(policy, at=…)` gives every object declared."""

from __future__ import annotations

from datetime import datetime

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
from provisioning.desired.names import BROKER, IDENTITY_SCOPE
from provisioning.resources import Desired, Kind


def build(policy: PortalPolicy, *, at: datetime) -> Desired:
    """Everything declared for the portal's realm at the instant `at`.

    Reads the agreement's files beside the policy; raises AgreementError when they are not right.
    """
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
                (Kind.CLIENT_SCOPE_MAPPER, IDENTITY_SCOPE),
                (Kind.IDENTITY_PROVIDER_MAPPER, BROKER),
                (Kind.CLIENT_MAPPER, policy.portal.client_id),
            }
        ),
    )
