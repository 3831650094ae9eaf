"""The part of a portal's policy about coming in: passwords, locks, sessions, the EDS.

`keycloak` says where a key ends up, `reason` the clause of a portal's own texts or why it is so.
Seeds: grain receipts (its registration page and agreement), e-architecture (its agreement).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator
from pydantic.config import JsonDict

from policies.base import Frozen
from policies.expected import Words

_BAD = r"\s\"'<>\\{}^`*#"
_ADDRESS = (
    rf"^(?:https://[^{_BAD}]*[^{_BAD}/]"
    rf"|http://(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/][^{_BAD}]*[^{_BAD}/])?)$"
)


def told(*, keycloak: str = "", reason: str = "", **more: str) -> JsonDict:
    """What a key's documentation says beside its description."""
    said = {"x-keycloak": keycloak, "x-reason": reason, **more}
    return {name: text for name, text in said.items() if text}


def _is_address(value: str) -> str:
    loopback = ("http://localhost", "http://127.0.0.1", "http://[::1]")
    if value.endswith("/"):
        raise ValueError("an address is given without a final slash")
    if any(c.isspace() or c in "\"'<>\\{}^`*#" for c in value):
        raise ValueError("an address holds no spaces, quotes, wildcards or fragment")
    if value.startswith("https://") and len(value) > len("https://"):
        return value
    if any(value == start or value.startswith((start + ":", start + "/")) for start in loopback):
        return value
    raise ValueError("an address is https://…, or http:// on this machine")


Address = Annotated[
    str,
    AfterValidator(_is_address),
    Words("an address, https://… without a final slash"),
    Field(json_schema_extra={"pattern": _ADDRESS}),
]
"""https, or http to loopback; no final slash; nothing a redirect could be widened with."""

Name = Annotated[
    str,
    Field(pattern=r"^[a-z0-9-]{1,64}$"),
    Words("a name of 1 to 64 lower-case letters, digits and hyphens"),
]


class PasswordRules(Frozen):
    """What a password must be; a count of 0 asks for nothing."""

    length: int = Field(
        default=12,
        ge=8,
        le=64,
        description="Characters a password has at least.",
        json_schema_extra=told(
            keycloak="password policy `length`", reason="long enough against guessing"
        ),
    )
    max_length: int = Field(
        default=128,
        ge=64,
        le=256,
        description="Characters a password has at most.",
        json_schema_extra=told(
            keycloak="password policy `maxLength`", reason="hashing an endless one is work"
        ),
    )
    digits: int = Field(
        default=1,
        ge=0,
        le=8,
        description="Digits a password has at least.",
        json_schema_extra=told(
            keycloak="password policy `digits`", reason="grain receipts: registration page"
        ),
    )
    upper_case: int = Field(
        default=1,
        ge=0,
        le=8,
        description="Capital letters a password has at least.",
        json_schema_extra=told(
            keycloak="password policy `upperCase`", reason="grain receipts: registration page"
        ),
    )
    lower_case: int = Field(
        default=1,
        ge=0,
        le=8,
        description="Small letters a password has at least.",
        json_schema_extra=told(
            keycloak="password policy `lowerCase`", reason="grain receipts: registration page"
        ),
    )
    special: int = Field(
        default=1,
        ge=0,
        le=8,
        description="Characters such as % $ @ & * # ^ a password has at least.",
        json_schema_extra=told(
            keycloak="password policy `specialChars`", reason="grain receipts: registration page"
        ),
    )
    history: int = Field(
        default=5,
        ge=0,
        le=24,
        description="How many earlier passwords of the person are refused.",
        json_schema_extra=told(
            keycloak="password policy `passwordHistory`", reason="a change is a change"
        ),
    )
    not_username: bool = Field(
        default=True,
        description="Refuse a password that is or holds the user name.",
        json_schema_extra=told(
            keycloak="password policies `notUsername`, `notContainsUsername`",
            reason="user names stand in logs",
        ),
    )
    not_email: bool = Field(
        default=True,
        description="Refuse a password that is the e-mail address.",
        json_schema_extra=told(
            keycloak="password policy `notEmail`", reason="one signs in by the address"
        ),
    )


class BruteForce(Frozen):
    """Wrong passwords lock an account for a short time, and its EDS sign-in with it."""

    failures: int = Field(
        default=5,
        ge=3,
        le=20,
        description="Wrong passwords until the account is locked.",
        json_schema_extra=told(
            keycloak="`failureFactor`", reason="few enough to guess nothing, enough to mistype"
        ),
    )
    wait_seconds: int = Field(
        default=60,
        ge=10,
        le=900,
        description="How long the first lock lasts; each further one lasts that much longer.",
        json_schema_extra=told(
            keycloak="`waitIncrementSeconds`", reason="anybody can lock anybody: be short"
        ),
    )
    max_wait_seconds: int = Field(
        default=900,
        ge=60,
        le=3600,
        description="How long a lock lasts at most; no lock is for ever.",
        json_schema_extra=told(
            keycloak="`maxFailureWaitSeconds`", reason="a lock shuts the EDS sign-in out too"
        ),
    )
    reset_seconds: int = Field(
        default=3600,
        ge=300,
        le=86400,
        description="After how long without a wrong password the count begins anew.",
        json_schema_extra=told(
            keycloak="`maxDeltaTimeSeconds`", reason="yesterday's mistakes are forgiven"
        ),
    )


class Sessions(Frozen):
    """How long one stays signed in."""

    idle_minutes: int = Field(
        default=30,
        ge=5,
        le=480,
        description="Signed out after this long without doing anything.",
        json_schema_extra=told(
            keycloak="`ssoSessionIdleTimeout`", reason="a computer left alone is anybody's"
        ),
    )
    max_hours: int = Field(
        default=10,
        ge=1,
        le=24,
        description="Signed out after this long in any case.",
        json_schema_extra=told(keycloak="`ssoSessionMaxLifespan`", reason="one working day"),
    )
    access_token_minutes: int = Field(
        default=5,
        ge=1,
        le=15,
        description="How long the portal may trust an access token without asking again.",
        json_schema_extra=told(
            keycloak="`accessTokenLifespan`", reason="an ended session is over after it"
        ),
    )


class Registration(Frozen):
    """How an account comes to be."""

    by: Literal["eds"] = Field(
        default="eds",
        description="The first EDS sign-in is the registration; the form is off.",
        json_schema_extra=told(
            keycloak="`registrationAllowed: false`",
            reason="grain receipts 3.4.1, e-architecture 3.3.1: an EDS is held before registering",
        ),
    )

    @field_validator("by", mode="before")
    @classmethod
    def _is_supported(cls, value: object) -> object:
        if value == "form":
            raise ValueError("registration by form is not supported yet: use eds")
        return value


class Eds(Frozen):
    """Who may sign in with which key, and how strictly it is judged."""

    verifier_url: Address = Field(
        description="Where the verifier is, as browsers and Keycloak reach it.",
        examples=["https://eds.example.kz", "${env:TANBA_VERIFIER_URL}"],
        json_schema_extra=told(
            keycloak="the identity provider `eds`: issuer, authorization, token, JWKS addresses",
            reason="the issuer is `<verifier_url>/r/<realm>`",
        ),
    )
    trust: Name = Field(
        default="nca-rk",
        description="The trust list that certificates are judged by: a file of policies/trust.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it", reason="both: an EDS of the NCA"
        ),
    )
    sign_in: Literal["auth", "sign", "any"] = Field(
        default="any",
        description="Which key signs in: the one for authentication, the one for signing, either.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it",
            reason="many people have only a signing key",
        ),
    )
    subjects: tuple[Literal["individual", "legal_entity"], ...] = Field(
        default=("individual", "legal_entity"),
        min_length=1,
        description="Whose certificates sign in: a person's own, an organisation's.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it",
            reason="grain receipts 3.4.1: IIN or BIN",
        ),
    )
    numbers: Literal["strict", "warn"] = Field(
        default="strict",
        description="What a wrong check digit or date in an IIN or BIN means: refused, or a "
        "warning. `warn` is for test contours.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it", reason="a wrong number is nobody's"
        ),
    )
    revocation: Literal["ocsp_or_crl", "ocsp", "crl"] = Field(
        default="ocsp_or_crl",
        description="Who is asked whether a certificate is revoked; never nobody.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it",
            reason="one of the NCA's services may be down",
        ),
    )
    delta_crl: Literal["when_published", "required", "optional"] = Field(
        default="when_published",
        description="Whether a base CRL alone will do, or its latest changes are needed.",
        json_schema_extra=told(
            keycloak="nothing: the verifier reads it", reason="a base CRL may be a week old"
        ),
    )

    def issuer(self, realm: str) -> str:
        """The verifier's OIDC issuer for `realm`."""
        return f"{self.verifier_url}/r/{realm}"


class Events(Frozen):
    """Sign-in and admin events kept by Keycloak."""

    retention_days: int = Field(
        default=365,
        ge=30,
        le=3650,
        description="How long sign-in and admin events are kept; details of them never.",
        json_schema_extra=told(
            keycloak="`eventsExpiration`, `adminEventsExpiration`",
            reason="an incident is noticed late; details hold whole people",
        ),
    )
