"""Required actions: the gate, the password, the letter, in this order; the rest is off."""

from __future__ import annotations

from policies.model import PortalPolicy
from provisioning.resources import Key, Kind, Resource

ASKED_IN_ORDER = ("VERIFY_PROFILE", "UPDATE_PASSWORD", "VERIFY_EMAIL")
"""VERIFY_PROFILE is the agreement's gate (disabling it opens everything)."""

HARMLESS = ("update_user_locale",)

OFF = (
    "CONFIGURE_RECOVERY_AUTHN_CODES",
    "CONFIGURE_TOTP",
    "TERMS_AND_CONDITIONS",  # keeps a bare instant: no version, no text
    "UPDATE_EMAIL",
    "UPDATE_PROFILE",  # by kc_action it writes the profile without the gate's page
    "delete_account",  # closing an account keeps evidence; it is not a click here
    "delete_credential",
    "idp_link",  # linking is by the EDS sign-in alone
    "webauthn-register",
    "webauthn-register-passwordless",
)


def build(_policy: PortalPolicy) -> tuple[Resource, ...]:
    """What each built-in action must be."""
    asked = [
        _action(alias, priority=(position + 1) * 10, enabled=True)
        for position, alias in enumerate(ASKED_IN_ORDER)
    ]
    harmless = [_action(alias, priority=1000, enabled=True) for alias in HARMLESS]
    off = [_action(alias, priority=None, enabled=False) for alias in OFF]
    return tuple(asked + harmless + off)


def _action(alias: str, *, priority: int | None, enabled: bool) -> Resource:
    body: dict[str, object] = {"enabled": enabled, "defaultAction": False}
    if priority is not None:
        body["priority"] = priority
    return Resource(Key(Kind.REQUIRED_ACTION, alias), body)
