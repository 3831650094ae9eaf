"""How each kind of object is written: one table, one writer per kind."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.errors import KeycloakRefusedError, ObjectNotFoundError
from provisioning.plan import Change
from provisioning.planfile_errors import RealmMovedError
from provisioning.resources import Kind
from provisioning.writers import (
    brokers,
    client_policies,
    clients,
    components,
    flows,
    groups,
    memberships,
    profile,
    realm,
    roles,
)
from provisioning.writers.ids import ReferenceMissingError
from provisioning.writers.target import Target, Writer


class _Addressed:
    """A writer whose 404 is told as what it means: nothing is written to another object instead.

    Every other refusal is told with the object that it is of.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, target: Target, change: Change) -> None:
        what = f"{str(change.key.kind).replace('_', ' ')} {change.key}"
        try:
            self._writer.write(target, change)
        except ObjectNotFoundError as error:
            if change.action == "create":
                raise ReferenceMissingError(
                    f"{target.realm}: what the {what} belongs to is not there ({error})"
                ) from None
            raise RealmMovedError(
                f"{target.realm}: the {what} is not the object that the plan was made for "
                f"({error})",
                hint="Somebody deleted or replaced it meanwhile; plan again.",
            ) from None
        except ReferenceMissingError as error:
            raise ReferenceMissingError(
                f"{target.realm}: {what}: {error.message}", hint=error.hint
            ) from None
        except KeycloakRefusedError as error:
            error.message = f"{target.realm}: {what}: {error.message}"
            raise


_WRITERS: Mapping[Kind, Writer] = {
    Kind.ROLE: roles.Role(),
    Kind.CLIENT_SCOPE: clients.ClientScope(),
    Kind.CLIENT_SCOPE_MAPPER: clients.ScopeMapper(),
    Kind.REALM_CLIENT_SCOPES: memberships.RealmClientScopes(),
    Kind.LOCALIZATION: realm.Localization(),
    Kind.REQUIRED_ACTION: realm.RequiredAction(),
    Kind.USER_PROFILE: profile.UserProfile(),
    Kind.CLIENT_PROFILE: client_policies.Member("/client-policies/profiles", "profiles"),
    Kind.CLIENT_POLICY: client_policies.Member("/client-policies/policies", "policies"),
    Kind.COMPONENT: components.Component(),
    Kind.FLOW: flows.Flow(),
    Kind.CLIENT: clients.Client(),
    Kind.CLIENT_ROLE: roles.Role(),
    Kind.CLIENT_CLIENT_SCOPES: memberships.ClientClientScopes(),
    Kind.CLIENT_ROLE_SCOPE: memberships.ClientRoleScope(),
    Kind.CLIENT_SCOPE_ROLE_SCOPE: memberships.ClientScopeRoleScope(),
    Kind.CLIENT_MAPPER: clients.ClientMapper(),
    Kind.ROLE_COMPOSITES: roles.RoleComposites(),
    Kind.GROUP: groups.Group(),
    Kind.DEFAULT_GROUPS: memberships.DefaultGroups(),
    Kind.IDENTITY_PROVIDER: brokers.IdentityProvider(),
    Kind.IDENTITY_PROVIDER_MAPPER: brokers.IdentityProviderMapper(),
    Kind.REALM: realm.Realm(),
}

WRITERS: Mapping[Kind, Writer] = {kind: _Addressed(writer) for kind, writer in _WRITERS.items()}
