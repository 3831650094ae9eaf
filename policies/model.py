"""The policy of one portal: everything its realm, its verifier and its agreement must be.

Every key is explained where it stands; unknown keys are errors. Defaults are what both portals
that Tanba exists for need. Seeds: grain receipts (password characters, activation letter,
2.2–2.6, 3.2, 3.4.1), e-architecture (1.2, 2.2–2.7, 3.3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policies.agreement import Agreements, load_agreements
from policies.base import Frozen, Localized, Secret
from policies.expected import Words
from policies.model_access import (
    Address,
    BruteForce,
    Eds,
    Events,
    Name,
    PasswordRules,
    Registration,
    Sessions,
    told,
)
from policies.model_client_policies import ClientPolicies, ClientProfiles
from policies.model_clients import Clients, ClientScopes
from policies.model_mail import Email, Smtp
from policies.model_names import RoleNames
from policies.model_placed import Placed
from policies.model_profile import Profile
from policies.model_raw import Raw
from policies.model_roles import Groups
from policies.model_settings import Texts

__all__ = [
    "PORTAL_KEYS",
    "Address",
    "AgreementPolicy",
    "BruteForce",
    "Eds",
    "Email",
    "Events",
    "Language",
    "Links",
    "PasswordRules",
    "PathPart",
    "Portal",
    "PortalPolicy",
    "Registration",
    "Role",
    "Sessions",
    "Smtp",
]

PORTAL_KEYS = frozenset({"portal", "eds", "agreement", "registration", "links"})
"""Keys that only a portal's policy has: a policy with any of them is a portal's."""

_THEMES_OF_KEYCLOAK = frozenset({"base", "keycloak"})

Language = Literal["kk", "ru", "en"]

PathPart = Annotated[
    str,
    Field(pattern=r"^/[A-Za-z0-9._~/-]*$"),
    Words("a path that begins with /, without wildcards"),
]


class Portal(Frozen):
    """The portal as an OIDC client of its realm."""

    client_id: Name = Field(
        description="The portal's client_id.",
        examples=["portal"],
        json_schema_extra=told(keycloak="client `clientId`", reason="the portal names itself so"),
    )
    url: Address = Field(
        description="Where the portal is.",
        examples=["https://portal.example.kz", "${env:PORTAL_URL}"],
        json_schema_extra=told(keycloak="client `baseUrl`", reason="people go back to it"),
    )
    redirect_paths: tuple[PathPart, ...] = Field(
        min_length=1,
        description="Paths under `url` that a sign-in may return to, exactly these.",
        examples=[["/callback"]],
        json_schema_extra=told(
            keycloak="client `redirectUris`", reason="a wildcard hands codes to anybody"
        ),
    )
    post_logout_paths: tuple[PathPart, ...] = Field(
        default=("/",),
        description="Paths under `url` that a sign-out may return to, exactly these.",
        json_schema_extra=told(
            keycloak="client attribute `post.logout.redirect.uris`", reason="as above"
        ),
    )
    secret: Secret = Field(
        description="The client's secret, by reference.",
        examples=["${env:PORTAL_SECRET}", "${file:/run/secrets/portal}"],
        json_schema_extra=told(keycloak="client `secret`", reason="files are read by many"),
    )


class Role(Frozen):
    """A role of the realm."""

    name: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9-]{1,63}$"),
        Words("a name of 2 to 64 lower-case letters, digits and hyphens, a letter first"),
    ] = Field(
        description="The role's name in tokens.",
        examples=["administrator"],
        json_schema_extra=told(keycloak="realm role", reason="e-architecture 1.2: the parties"),
    )
    descriptions: Localized = Field(
        description="What the role is, for people.",
        json_schema_extra=told(
            keycloak="role `description` and attributes `description.<language>`"
        ),
    )
    given: Literal["by-operator", "to-everybody"] = Field(
        default="by-operator",
        description="Who has it: those the operator gives it to, or everybody who signed in.",
        json_schema_extra=told(
            keycloak="`to-everybody`: part of the realm's default roles",
            reason="e-architecture 1.2: a user is who accepted the agreement",
        ),
    )
    includes: RoleNames | None = Field(
        default=None,
        description="Roles that whoever has this one has too, exactly these; without it they are "
        "left as found.",
        json_schema_extra=told(keycloak="composites"),
    )


class AgreementPolicy(Frozen):
    """How the agreement is accepted and how a new version comes into force."""

    consent: Literal["signature", "click"] = Field(
        default="signature",
        description="How people accept it: by an EDS signature over it, or by a click.",
        json_schema_extra=told(
            keycloak="`signature`: the broker's mapper `attribute-agreement`",
            reason="grain receipts 2.6, e-architecture 2.7: by signing one consents in writing",
        ),
    )
    notice_hours: int = Field(
        default=0,
        ge=0,
        le=24 * 90,
        description="Hours from posting a version to its being in force.",
        examples=[72],
        json_schema_extra=told(
            keycloak="which values of the attribute `agreement` are allowed, and when",
            reason="grain receipts 2.4: no notice; e-architecture 2.2: 3 days, so 72",
        ),
    )
    sessions: Literal["end", "run_out"] = Field(
        default="end",
        description="What a version in force does to people signed in. It is for the agreement's "
        "keeper, a part that does not exist yet: nothing reads it today.",
        json_schema_extra=told(reason="refresh tokens outlive the gate"),
    )


class Links(Frozen):
    """Shown on every page."""

    instructions: Address = Field(
        description="The instructions for using the portal.",
        examples=["https://portal.example.kz/instructions"],
        json_schema_extra=told(
            keycloak="text `tanbaInstructionsUrl`", reason="e-architecture 2.4: on every page"
        ),
    )
    support: Annotated[
        str,
        Field(pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+|http://localhost\S*)$"),
        Words("mailto:name@example.kz, or an address, https://…"),
    ] = Field(
        description="Where people ask for help: a mailto: or https address.",
        examples=["mailto:support@example.kz"],
        json_schema_extra=told(
            keycloak="text `tanbaSupportUrl`", reason="grain receipts 3.2: users may ask for help"
        ),
    )


def _distinct_roles(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    _refuse_twice([role.name for role in roles], "two roles have one name")
    return roles


def _distinct_languages(languages: tuple[Language, ...]) -> tuple[Language, ...]:
    _refuse_twice(languages, "a language is named twice")
    return languages


def _of_tanba(theme: str) -> str:
    if theme in _THEMES_OF_KEYCLOAK:
        raise ValueError("Keycloak's own pages do not show the agreement; name a theme of Tanba's")
    return theme


def _refuse_twice(names: Sequence[str], sentence: str) -> None:
    for place, name in enumerate(names):
        first = names.index(name)
        if first < place:
            raise ValueError(f"{sentence}: entries {first + 1} and {place + 1} of the list")


class PortalPolicy(Placed):
    """Everything declared for one portal; one realm each."""

    version: Literal[1] = Field(description="The format of this file: 1.")
    realm: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9-]{1,35}$"),
        Words("a name of 2 to 36 lower-case letters, digits and hyphens, a letter first"),
    ] = Field(
        description="The realm's name; it stands in every address, so it never changes.",
        examples=["grain-receipts"],
        json_schema_extra=told(keycloak="`realm`"),
    )
    names: Localized = Field(
        description="The portal's name as people read it.",
        json_schema_extra=told(
            keycloak="`displayName`, the client's `name`, the letters' sender, the pages"
        ),
    )
    languages: Annotated[tuple[Language, ...], AfterValidator(_distinct_languages)] = Field(
        default=("kk", "ru", "en"),
        min_length=1,
        description="The languages of the pages; the first is the default.",
        json_schema_extra=told(
            keycloak="`supportedLocales`, `defaultLocale`", reason="the agreements are in Kazakh"
        ),
    )
    portal: Portal = Field(description="How the portal signs people in: the OIDC client it is.")
    roles: Annotated[tuple[Role, ...], AfterValidator(_distinct_roles)] = Field(
        default=(),
        description="The realm's roles.",
        json_schema_extra=told(
            keycloak="realm roles, their place in the default roles and in the portal's scope",
            reason="e-architecture 1.2",
        ),
    )
    password: PasswordRules = Field(
        default=PasswordRules(),
        description="What a password must be.",
        json_schema_extra=told(
            keycloak="`passwordPolicy`", reason="grain receipts: registration page"
        ),
    )
    email: Email = Field(description="The letters people get: activation, recovery, notices.")
    brute_force: BruteForce = Field(
        default=BruteForce(), description="What wrong passwords do to an account."
    )
    sessions: Sessions = Field(default=Sessions(), description="How long people stay signed in.")
    registration: Registration = Field(
        default=Registration(), description="How people get an account."
    )
    eds: Eds = Field(description="Who signs in with which key, and how strictly it is judged.")
    agreement: AgreementPolicy = Field(
        default=AgreementPolicy(),
        description="How people accept the agreement, and how a new version comes into force.",
    )
    links: Links = Field(description="Links on every page.")
    events: Events = Field(default=Events(), description="The events that Keycloak keeps.")
    theme: Annotated[Name, AfterValidator(_of_tanba)] = Field(
        default="tanba",
        description="The folder of keycloak-theme/ that pages and letters look like.",
        json_schema_extra=told(keycloak="`loginTheme`, `emailTheme`"),
    )

    clients: Clients = Field(
        default=(),
        description="Further clients: a second portal, a back end. The portal's own is `portal`.",
    )
    client_scopes: ClientScopes = Field(
        default=(), description="Further client scopes; `eds-identity` is Tanba's own."
    )
    groups: Groups = Field(default=(), description="Groups that people are put in.")
    profile: Profile | None = Field(
        default=None,
        description="What more is known of a person than Tanba declares itself.",
    )
    texts: Texts = Field(
        default={},
        description="Further texts of the pages by language and key, as Keycloak's messages are "
        "written: `''` is an apostrophe, `{0}` a parameter.",
        examples=[{"kk": {"doLogIn": "Кіру"}}],
        json_schema_extra=told(keycloak="localization texts"),
    )
    client_profiles: ClientProfiles = Field(default=(), description="Rules for clients.")
    client_policies: ClientPolicies = Field(
        default=(), description="Which clients are held to which rules."
    )
    raw: Raw = Field(
        default={},
        description="What Tanba has no words for: a part of Keycloak's RealmRepresentation. It "
        "never loosens what a portal's policy holds fast.",
        examples=[{"attributes": {"frontendUrl": "https://id.example.kz"}}],
        json_schema_extra=told(keycloak="as named", reason="nothing of a realm is out of reach"),
    )

    @property
    def issuer(self) -> str:
        """The verifier's OIDC issuer for this portal's realm."""
        return self.eds.issuer(self.realm)

    def agreements(self) -> Agreements:
        """Read the versions of the agreement that stand beside the policy."""
        notice = timedelta(hours=self.agreement.notice_hours)
        return load_agreements(self.folder / "agreement", notice=notice)
