"""A plain realm's own settings. What is not named stays as it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from policies.base import Frozen
from policies.expected import Words
from policies.model_access import told
from policies.model_names import KeycloakName, distinct

LanguageTag = Annotated[
    str,
    Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"),
    Words("a language, kk or zh-Hant"),
]


class RealmSettings(Frozen):
    """Who may come in, and how the realm looks from outside."""

    enabled: bool | None = Field(
        default=None,
        description="Whether anybody can sign in. A realm that apply makes stays off until this "
        "is true.",
        json_schema_extra=told(keycloak="`enabled`"),
    )
    display_name: str | None = Field(
        default=None,
        description="The realm's name as people read it.",
        json_schema_extra=told(keycloak="`displayName`"),
    )
    languages: (
        Annotated[tuple[LanguageTag, ...], Field(min_length=1), distinct("one is named twice")]
        | None
    ) = Field(
        default=None,
        description="The languages of the pages; the first is the default.",
        examples=[["kk", "ru", "en"]],
        json_schema_extra=told(
            keycloak="`internationalizationEnabled`, `supportedLocales`, `defaultLocale`"
        ),
    )
    https: Literal["always", "from_outside", "never"] | None = Field(
        default=None,
        description="Who must come by https: everybody, all but private networks, nobody.",
        json_schema_extra=told(keycloak="`sslRequired`"),
    )
    registration_form: bool | None = Field(
        default=None,
        description="People may register by a form.",
        json_schema_extra=told(keycloak="`registrationAllowed`"),
    )
    verify_email: bool | None = Field(
        default=None,
        description="An address counts when its owner has confirmed it.",
        json_schema_extra=told(keycloak="`verifyEmail`"),
    )
    sign_in_by_email: bool | None = Field(
        default=None,
        description="One signs in by the address as well as by the user name.",
        json_schema_extra=told(keycloak="`loginWithEmailAllowed`"),
    )
    duplicate_emails: bool | None = Field(
        default=None,
        description="Two people may have one address.",
        json_schema_extra=told(keycloak="`duplicateEmailsAllowed`"),
    )
    forgotten_password: bool | None = Field(
        default=None,
        description="A forgotten password is reset by a letter.",
        json_schema_extra=told(keycloak="`resetPasswordAllowed`"),
    )
    remember_me: bool | None = Field(
        default=None,
        description="People may stay signed in after the browser is closed.",
        json_schema_extra=told(keycloak="`rememberMe`"),
    )
    change_username: bool | None = Field(
        default=None,
        description="People may change their user name.",
        json_schema_extra=told(keycloak="`editUsernameAllowed`"),
    )


class Themes(Frozen):
    """What the realm's pages and letters look like: names of themes that Keycloak has."""

    login: KeycloakName | None = Field(
        default=None,
        description="The pages of a sign-in.",
        json_schema_extra=told(keycloak="`loginTheme`"),
    )
    email: KeycloakName | None = Field(
        default=None, description="The letters.", json_schema_extra=told(keycloak="`emailTheme`")
    )
    account: KeycloakName | None = Field(
        default=None,
        description="The pages of one's own account.",
        json_schema_extra=told(keycloak="`accountTheme`"),
    )
    admin: KeycloakName | None = Field(
        default=None,
        description="The pages of Keycloak's admins.",
        json_schema_extra=told(keycloak="`adminTheme`"),
    )


Texts = dict[LanguageTag, dict[str, str]]
"""Texts of the pages by language and key, as Keycloak's messages are written."""
