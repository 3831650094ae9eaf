"""The realm's own settings: who may come in, how long, how mistakes are held."""

from __future__ import annotations

import hashlib
from typing import Any

from policies.model import PasswordRules, PortalPolicy, Smtp
from provisioning.desired import flows
from provisioning.desired.names import LEVELS, compact, yes
from provisioning.resources import Key, Kind, Resource

SHORT_LINK_SECONDS = 300
RECOVERY_LINK_SECONDS = 1800
SIGN_IN_SECONDS = 1800
"""How long a sign-in waits for its person: reading an agreement takes longer than 5 minutes."""

SMTP_FINGERPRINT = "tanba.smtp.password.fingerprint"
"""Realm attribute; Keycloak never shows the SMTP password, so this tells whether it changed."""

_VERIFY_EMAIL_LIFESPAN = "actionTokenGeneratedByUserLifespan.verify-email"
_RECOVERY_LIFESPAN = "actionTokenGeneratedByUserLifespan.reset-credentials"
_LINKING_LIFESPAN = "actionTokenGeneratedByUserLifespan.idp-verify-account-via-email"


def build(policy: PortalPolicy) -> Resource:
    """The realm representation's managed part."""
    body = (
        _registration()
        | _sessions(policy)
        | _brute_force(policy)
        | _mail(policy)
        | _languages(policy)
        | _events(policy)
        | {
            "enabled": True,
            "displayName": policy.names.get(policy.languages[0]),
            "sslRequired": "external",
            "passwordPolicy": password_policy(policy.password),
            "loginTheme": policy.theme,
            "emailTheme": policy.theme,
            "browserFlow": flows.browser(policy).alias,
            "resetCredentialsFlow": flows.recovery(policy).alias,
            "browserSecurityHeaders": _HEADERS,
            "attributes": _attributes(policy),
        }
    )
    return Resource(Key(Kind.REALM, policy.realm), body)


def password_policy(rules: PasswordRules) -> str:
    """Keycloak's spelling of the password rules; a count of 0 asks for nothing."""
    counts = {
        "length": rules.length,
        "maxLength": rules.max_length,
        "digits": rules.digits,
        "upperCase": rules.upper_case,
        "lowerCase": rules.lower_case,
        "specialChars": rules.special,
        "passwordHistory": rules.history,
    }
    parts = [f"{name}({count})" for name, count in counts.items() if count]
    if rules.not_username:
        parts += ["notUsername(undefined)", "notContainsUsername(undefined)"]
    if rules.not_email:
        parts.append("notEmail(undefined)")
    return " and ".join(parts)


def smtp_fingerprint(realm: str, smtp: Smtp) -> str | None:
    """A slow digest of the SMTP password, the same for the same password and relay."""
    if smtp.password is None:
        return None
    salt = f"tanba smtp\0{realm}\0{smtp.host}\0{smtp.user}".encode()
    secret = smtp.password.get_secret_value().encode()
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()


_HEADERS = {
    "contentSecurityPolicy": (
        "frame-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'self';"
    ),
    "xFrameOptions": "SAMEORIGIN",
    "xContentTypeOptions": "nosniff",
    "referrerPolicy": "no-referrer",
    "xRobotsTag": "none",
    "strictTransportSecurity": "max-age=31536000; includeSubDomains",
}


def _registration() -> dict[str, Any]:
    """The form is off: an account made by form in another's name could be waiting for them."""
    return {
        "registrationAllowed": False,
        "registrationEmailAsUsername": False,
        "verifyEmail": True,
        "loginWithEmailAllowed": True,
        "duplicateEmailsAllowed": False,
        "resetPasswordAllowed": True,
        "editUsernameAllowed": False,
        "rememberMe": False,
        "userManagedAccessAllowed": False,
        "organizationsEnabled": False,
        "adminPermissionsEnabled": False,
    }


def _sessions(policy: PortalPolicy) -> dict[str, Any]:
    return {
        "ssoSessionIdleTimeout": policy.sessions.idle_minutes * 60,
        "ssoSessionMaxLifespan": policy.sessions.max_hours * 3600,
        "accessTokenLifespan": policy.sessions.access_token_minutes * 60,
        "accessCodeLifespan": 60,
        "accessCodeLifespanUserAction": SIGN_IN_SECONDS,
        "accessCodeLifespanLogin": SIGN_IN_SECONDS,
        "actionTokenGeneratedByUserLifespan": SHORT_LINK_SECONDS,
    }


def _brute_force(policy: PortalPolicy) -> dict[str, Any]:
    """Short locks only: a lock also shuts the EDS sign-in out, and anybody can cause one."""
    return {
        "bruteForceProtected": True,
        "permanentLockout": False,
        "maxTemporaryLockouts": 0,
        "bruteForceStrategy": "MULTIPLE",
        "failureFactor": policy.brute_force.failures,
        "waitIncrementSeconds": policy.brute_force.wait_seconds,
        "maxFailureWaitSeconds": policy.brute_force.max_wait_seconds,
        "maxDeltaTimeSeconds": policy.brute_force.reset_seconds,
    }


def _mail(policy: PortalPolicy) -> dict[str, Any]:
    smtp = policy.email.smtp
    return {
        "smtpServer": {
            "host": smtp.host,
            "port": str(smtp.port),
            "from": smtp.sender,
            "fromDisplayName": policy.names.get(policy.languages[0]),
            "starttls": yes(when=smtp.encryption == "starttls"),
            "ssl": yes(when=smtp.encryption == "tls"),
            "auth": yes(when=smtp.user is not None),
            "user": smtp.user,
            "password": smtp.password,
        }
    }


def _languages(policy: PortalPolicy) -> dict[str, Any]:
    return {
        "internationalizationEnabled": True,
        "supportedLocales": frozenset(policy.languages),
        "defaultLocale": policy.languages[0],
    }


def _events(policy: PortalPolicy) -> dict[str, Any]:
    """Details of admin events hold whole people, so they are off."""
    return {
        "eventsEnabled": True,
        "eventsExpiration": policy.events.retention_days * 86_400,
        "eventsListeners": frozenset({"jboss-logging"}),
        "enabledEventTypes": frozenset(),
        "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": False,
    }


def _attributes(policy: PortalPolicy) -> dict[str, str | None]:
    return {
        "acr.loa.map": compact(LEVELS),
        _VERIFY_EMAIL_LIFESPAN: str(policy.email.link_hours * 3600),
        _RECOVERY_LIFESPAN: str(RECOVERY_LINK_SECONDS),
        _LINKING_LIFESPAN: str(SHORT_LINK_SECONDS),
        "adminEventsExpiration": str(policy.events.retention_days * 86_400),
        SMTP_FINGERPRINT: smtp_fingerprint(policy.realm, policy.email.smtp),
    }
