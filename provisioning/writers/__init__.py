"""How each kind of object is written: one table, one writer per kind."""

from __future__ import annotations

from collections.abc import Mapping

from provisioning.resources import Kind
from provisioning.writers import flows, memberships, single
from provisioning.writers.target import Writer

WRITERS: Mapping[Kind, Writer] = {
    Kind.ROLE: single.Role(),
    Kind.CLIENT_SCOPE: single.ClientScope(),
    Kind.CLIENT_SCOPE_MAPPER: single.ScopeMapper(),
    Kind.REALM_CLIENT_SCOPES: memberships.RealmClientScopes(),
    Kind.LOCALIZATION: single.Localization(),
    Kind.REQUIRED_ACTION: single.RequiredAction(),
    Kind.USER_PROFILE: single.UserProfile(),
    Kind.FLOW: flows.Flow(),
    Kind.IDENTITY_PROVIDER: single.IdentityProvider(),
    Kind.IDENTITY_PROVIDER_MAPPER: single.IdentityProviderMapper(),
    Kind.CLIENT: single.Client(),
    Kind.CLIENT_CLIENT_SCOPES: memberships.ClientClientScopes(),
    Kind.CLIENT_ROLE_SCOPE: memberships.ClientRoleScope(),
    Kind.CLIENT_MAPPER: single.ClientMapper(),
    Kind.ROLE_COMPOSITES: memberships.RoleComposites(),
    Kind.REALM: single.Realm(),
}
