"""The policy of a realm that is no portal of Tanba's: what it declares holds, and nothing else.

It has a portal's words for what both have, and Keycloak's own under `raw`. Nothing is pinned that
it does not name.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policies.expected import Words
from policies.model_access import BruteForce, Events, PasswordRules, Sessions, told
from policies.model_brokers import IdentityProviders
from policies.model_client_policies import ClientPolicies, ClientProfiles
from policies.model_clients import Clients, ClientScopes
from policies.model_flows import Bindings, Flows, RequiredActions
from policies.model_mail import Smtp
from policies.model_names import GroupPath, RoleNames, ScopeNames, distinct
from policies.model_placed import Placed
from policies.model_profile import Profile
from policies.model_raw import Raw
from policies.model_roles import Groups, PlainRoles
from policies.model_settings import RealmSettings, Texts, Themes

__all__ = ["RealmName", "RealmPolicy"]

_EDGE = r"[^\s/;?#%\\\x00-\x1f\x7f]"
_INNER = r"[^/;?#%\\\x00-\x1f\x7f]"

RealmName = Annotated[
    str,
    Field(pattern=rf"^{_EDGE}({_INNER}{{0,253}}{_EDGE})?$"),
    Words("a realm's name, without / ; ? # % \\ and without spaces at its ends"),
]


class RealmPolicy(Placed):
    """What is declared of one realm of Keycloak that is no portal of Tanba's."""

    version: Literal[1] = Field(description="The format of this file: 1.")
    realm: RealmName = Field(
        description="The realm's name.",
        examples=["back-office"],
        json_schema_extra=told(keycloak="`realm`"),
    )
    settings: RealmSettings | None = Field(
        default=None, description="Who may come in, and how the realm looks from outside."
    )
    theme: Themes | None = Field(default=None, description="What pages and letters look like.")
    password: PasswordRules | None = Field(
        default=None,
        description="What a password must be.",
        json_schema_extra=told(keycloak="`passwordPolicy`"),
    )
    brute_force: BruteForce | None = Field(
        default=None, description="What wrong passwords do to an account."
    )
    sessions: Sessions | None = Field(default=None, description="How long people stay signed in.")
    smtp: Smtp | None = Field(
        default=None,
        description="The mail relay that letters leave by.",
        json_schema_extra=told(keycloak="`smtpServer`"),
    )
    events: Events | None = Field(default=None, description="The events that Keycloak keeps.")
    texts: Texts = Field(
        default={},
        description="Texts of the pages by language and key, as Keycloak's messages are written: "
        "`''` is an apostrophe, `{0}` a parameter.",
        examples=[{"kk": {"doLogIn": "Кіру"}}],
        json_schema_extra=told(keycloak="localization texts"),
    )
    profile: Profile | None = Field(default=None, description="What is known of a person.")
    clients: Clients = Field(default=(), description="Clients: portals, back ends, apps.")
    client_scopes: ClientScopes = Field(
        default=(), description="Client scopes: claims and roles given together."
    )
    default_client_scopes: ScopeNames | None = Field(
        default=None,
        description="What new clients are given, exactly this; without it it is left as found.",
        json_schema_extra=told(
            keycloak="`defaultDefaultClientScopes`, `defaultOptionalClientScopes`"
        ),
    )
    roles: PlainRoles = Field(
        default=(),
        description="Roles of the realm.",
        json_schema_extra=told(keycloak="realm roles"),
    )
    default_roles: RoleNames | None = Field(
        default=None,
        description="Roles that everybody has, exactly these; without it they are left as found.",
        json_schema_extra=told(keycloak="composites of `default-roles-<realm>`"),
    )
    groups: Groups = Field(default=(), description="Groups that people are put in.")
    default_groups: Annotated[tuple[GroupPath, ...], distinct("a group is named twice")] | None = (
        Field(
            default=None,
            description="Groups that new people join, by path, exactly these.",
            examples=[["/north/east"]],
            json_schema_extra=told(keycloak="`defaultGroups`"),
        )
    )
    flows: Flows = Field(default=(), description="How people and clients prove who they are.")
    bindings: Bindings | None = Field(default=None, description="Which flow is used for what.")
    required_actions: RequiredActions = Field(
        default=(), description="What people may be asked to do while signing in."
    )
    identity_providers: IdentityProviders = Field(
        default=(), description="Other services by which people sign in."
    )
    client_profiles: ClientProfiles = Field(default=(), description="Rules for clients.")
    client_policies: ClientPolicies = Field(
        default=(), description="Which clients are held to which rules."
    )
    raw: Raw = Field(
        default={},
        description="What Tanba has no words for: a part of Keycloak's RealmRepresentation.",
        examples=[{"bruteForceProtected": True, "clients": [{"clientId": "reports"}]}],
        json_schema_extra=told(keycloak="as named", reason="nothing of a realm is out of reach"),
    )
