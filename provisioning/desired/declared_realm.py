"""A realm's settings, texts and client policies, as a policy's own sections declare them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.model_access import BruteForce, Events, Sessions
from policies.model_client_policies import ClientPolicy, ClientProfile
from policies.model_mail import Smtp
from policies.model_raw import Path
from policies.model_realm import RealmPolicy
from policies.model_settings import RealmSettings, Texts, Themes
from provisioning.desired.declared_flows import bindings
from provisioning.desired.declared_merge import Said
from provisioning.desired.declared_roles import named
from provisioning.desired.names import yes
from provisioning.desired.realm import SMTP_FINGERPRINT, password_policy, smtp_fingerprint
from provisioning.representation.order import as_declared
from provisioning.resources import Key, Kind, Resource

_HTTPS: Mapping[str, str] = {"always": "all", "from_outside": "external", "never": "none"}
_DAY = 86_400


def realm(policy: RealmPolicy) -> Iterator[Said]:
    """The realm itself, and every section of its settings that the policy has."""
    key = Key(Kind.REALM, policy.realm)
    yield Said(Resource(key, {}), ("realm",))
    parts: Mapping[str, Any] = {
        "settings": policy.settings and _settings(policy.settings),
        "theme": policy.theme and _themes(policy.theme),
        "password": policy.password and {"passwordPolicy": password_policy(policy.password)},
        "brute_force": policy.brute_force and _brute_force(policy.brute_force),
        "sessions": policy.sessions and _sessions(policy.sessions),
        "smtp": policy.smtp and _smtp(policy.realm, policy.smtp),
        "events": policy.events and _events(policy.events),
        "bindings": policy.bindings and bindings(policy.bindings),
    }
    for section, body in parts.items():
        if body:
            yield Said(Resource(key, body), (section,))


def texts(declared: Texts, *, at: Path) -> Iterator[Said]:
    """The realm's own texts, one object for each language."""
    for language, by_key in declared.items():
        yield Said(Resource(Key(Kind.LOCALIZATION, language), dict(by_key)), (*at, language))


def client_profiles(declared: Iterable[ClientProfile], *, at: Path) -> Iterator[Said]:
    """Rules for clients."""
    for index, profile in enumerate(declared):
        executors = [
            {"executor": one.executor, "configuration": dict(one.config)}
            for one in profile.executors
        ]
        body = as_declared({"executors": executors}) | named(description=profile.description)
        yield Said(Resource(Key(Kind.CLIENT_PROFILE, profile.name), body), (*at, index))


def client_policies(declared: Iterable[ClientPolicy], *, at: Path) -> Iterator[Said]:
    """Which clients are held to which rules."""
    for index, policy in enumerate(declared):
        conditions = [
            {"condition": one.condition, "configuration": dict(one.config)}
            for one in policy.conditions
        ]
        body = as_declared(
            {
                "enabled": policy.enabled,
                "conditions": conditions,
                "profiles": list(policy.profiles),
            }
        )
        told = body | named(description=policy.description)
        yield Said(Resource(Key(Kind.CLIENT_POLICY, policy.name), told), (*at, index))


def _settings(settings: RealmSettings) -> dict[str, Any]:
    languages: dict[str, Any] = {}
    if settings.languages is not None:
        languages = {
            "internationalizationEnabled": True,
            "supportedLocales": frozenset(settings.languages),
            "defaultLocale": settings.languages[0],
        }
    return languages | named(
        enabled=settings.enabled,
        displayName=settings.display_name,
        sslRequired=settings.https and _HTTPS[settings.https],
        registrationAllowed=settings.registration_form,
        verifyEmail=settings.verify_email,
        loginWithEmailAllowed=settings.sign_in_by_email,
        duplicateEmailsAllowed=settings.duplicate_emails,
        resetPasswordAllowed=settings.forgotten_password,
        rememberMe=settings.remember_me,
        editUsernameAllowed=settings.change_username,
    )


def _themes(themes: Themes) -> dict[str, Any]:
    return named(
        loginTheme=themes.login,
        emailTheme=themes.email,
        accountTheme=themes.account,
        adminTheme=themes.admin,
    )


def _brute_force(rules: BruteForce) -> dict[str, Any]:
    return {
        "bruteForceProtected": True,
        "permanentLockout": False,
        "failureFactor": rules.failures,
        "waitIncrementSeconds": rules.wait_seconds,
        "maxFailureWaitSeconds": rules.max_wait_seconds,
        "maxDeltaTimeSeconds": rules.reset_seconds,
    }


def _sessions(sessions: Sessions) -> dict[str, Any]:
    return {
        "ssoSessionIdleTimeout": sessions.idle_minutes * 60,
        "ssoSessionMaxLifespan": sessions.max_hours * 3600,
        "accessTokenLifespan": sessions.access_token_minutes * 60,
    }


def _smtp(realm: str, smtp: Smtp) -> dict[str, Any]:
    return {
        "smtpServer": {
            "host": smtp.host,
            "port": str(smtp.port),
            "from": smtp.sender,
            "starttls": yes(when=smtp.encryption == "starttls"),
            "ssl": yes(when=smtp.encryption == "tls"),
            "auth": yes(when=smtp.user is not None),
            "user": smtp.user,
            "password": smtp.password,
        },
        "attributes": {SMTP_FINGERPRINT: smtp_fingerprint(realm, smtp)},
    }


def _events(events: Events) -> dict[str, Any]:
    """Details of admin events hold whole people, so they are off."""
    return {
        "eventsEnabled": True,
        "eventsExpiration": events.retention_days * _DAY,
        "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": False,
        "attributes": {"adminEventsExpiration": str(events.retention_days * _DAY)},
    }
