"""The policy of one portal: everything its realm, its verifier and its agreement must be.

Every key is explained where it stands; unknown keys are errors. Defaults are what both portals
that Tanba exists for need. Seeds: grain receipts (password characters, activation letter,
2.2–2.6, 3.2, 3.4.1), e-architecture (1.2, 2.2–2.7, 3.3.1).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from policies.agreement import Agreements, load_agreements
from policies.base import Frozen, Localized, Secret

Language = Literal["kk", "ru", "en"]


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


Address = Annotated[str, AfterValidator(_is_address)]
"""https, or http to loopback; no final slash; nothing a redirect could be widened with."""

PathPart = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")]


class Portal(Frozen):
    """The portal as an OIDC client of its realm."""

    client_id: str = Field(pattern=r"^[a-z0-9-]{1,64}$", description="Its client_id.")
    url: Address = Field(description="Where the portal is.")
    redirect_paths: tuple[PathPart, ...] = Field(
        min_length=1, description="Paths under `url` a sign-in may return to, exactly."
    )
    post_logout_paths: tuple[PathPart, ...] = Field(
        default=("/",), description="Paths under `url` a sign-out may return to, exactly."
    )
    secret: Secret = Field(description="Its client secret, by reference.")


class Role(Frozen):
    """A role of the realm."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{1,63}$")
    descriptions: Localized
    given: Literal["by-operator", "to-everybody"] = Field(
        default="by-operator", description="to-everybody: part of the realm's default roles."
    )


class PasswordRules(Frozen):
    """What a password must be (grain receipts: digits, both cases, special characters)."""

    length: int = Field(default=12, ge=8, le=64, description="Characters at least.")
    max_length: int = Field(default=128, ge=64, le=256, description="Characters at most.")
    digits: int = Field(default=1, ge=0, le=8)
    upper_case: int = Field(default=1, ge=0, le=8)
    lower_case: int = Field(default=1, ge=0, le=8)
    special: int = Field(default=1, ge=0, le=8, description="Characters such as % $ @ & * # ^.")
    history: int = Field(default=5, ge=0, le=24, description="Earlier passwords refused.")
    not_username: bool = Field(default=True)
    not_email: bool = Field(default=True)


class Smtp(Frozen):
    """The relay that letters leave by."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="The From address.")
    encryption: Literal["none", "starttls", "tls"] = Field(default="starttls")
    user: str | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password are given both or neither")
        if self.password is not None and self.encryption == "none":
            raise ValueError("a password is never sent without encryption")
        if self.encryption == "none" and self.host not in {"localhost", "127.0.0.1", "::1"}:
            raise ValueError("letters leave this machine encrypted: use starttls or tls")
        return self


class Email(Frozen):
    """Letters: activation (grain receipts: within 5 minutes), recovery, notices."""

    verify: Literal[True] = Field(default=True, description="An address counts when confirmed.")
    link_hours: int = Field(default=24, ge=1, le=72, description="An activation link's life.")
    smtp: Smtp


class BruteForce(Frozen):
    """Wrong passwords lock an account for a short time, and its EDS sign-in with it."""

    failures: int = Field(default=5, ge=3, le=20)
    wait_seconds: int = Field(default=60, ge=10, le=900)
    max_wait_seconds: int = Field(default=900, ge=60, le=3600)
    reset_seconds: int = Field(default=3600, ge=300, le=86400)


class Sessions(Frozen):
    """How long one stays signed in."""

    idle_minutes: int = Field(default=30, ge=5, le=480)
    max_hours: int = Field(default=10, ge=1, le=24)
    access_token_minutes: int = Field(default=5, ge=1, le=15)


class Registration(Frozen):
    """How an account comes to be: the first EDS sign-in is the registration."""

    by: Literal["eds"] = Field(default="eds")

    @field_validator("by", mode="before")
    @classmethod
    def _is_supported(cls, value: object) -> object:
        if value == "form":
            raise ValueError("registration by form is not supported yet: use eds")
        return value


class Eds(Frozen):
    """Who may sign in with which key, and how strictly it is judged."""

    verifier_url: Address = Field(description="Where the verifier is, as browsers reach it.")
    trust: str = Field(default="nca-rk", pattern=r"^[a-z0-9-]{1,64}$")
    sign_in: Literal["auth", "sign", "any"] = Field(
        default="any", description="Which key signs in; many people have only a SIGN key."
    )
    subjects: tuple[Literal["individual", "legal_entity"], ...] = Field(
        default=("individual", "legal_entity"), min_length=1
    )
    numbers: Literal["strict", "warn"] = Field(
        default="strict",
        description="What a wrong check digit or date in an IIN or BIN means; warn: test contours.",
    )
    revocation: Literal["ocsp_or_crl", "ocsp", "crl"] = Field(default="ocsp_or_crl")
    delta_crl: Literal["when_published", "required", "optional"] = Field(
        default="when_published", description="Whether a base CRL alone will do."
    )

    def issuer(self, realm: str) -> str:
        """The verifier's OIDC issuer for `realm`."""
        return f"{self.verifier_url}/r/{realm}"


class AgreementPolicy(Frozen):
    """How the agreement is accepted and how a new version comes into force."""

    consent: Literal["signature", "click"] = Field(default="signature")
    notice_hours: int = Field(
        default=0, ge=0, le=24 * 90, description="From posting to force; e-architecture 2.2: 72."
    )
    sessions: Literal["end", "run_out"] = Field(default="end")


class Links(Frozen):
    """Shown on every page (e-architecture 2.4, grain receipts 3.2)."""

    instructions: Address
    support: Annotated[
        str, Field(pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+|http://localhost\S*)$")
    ]


class Events(Frozen):
    """Sign-in and admin events kept by Keycloak."""

    retention_days: int = Field(default=365, ge=30, le=3650)


class PortalPolicy(Frozen):
    """Everything declared for one portal; one realm each."""

    version: Literal[1] = Field(description="The format of this file: 1.")
    realm: str = Field(pattern=r"^[a-z][a-z0-9-]{1,35}$", description="The realm's name.")
    names: Localized = Field(description="The portal's name as people read it.")
    languages: tuple[Language, ...] = Field(
        default=("kk", "ru", "en"), min_length=1, description="The first is the default."
    )
    portal: Portal
    roles: tuple[Role, ...] = ()
    password: PasswordRules = PasswordRules()
    email: Email
    brute_force: BruteForce = BruteForce()
    sessions: Sessions = Sessions()
    registration: Registration = Registration()
    eds: Eds
    agreement: AgreementPolicy = AgreementPolicy()
    links: Links
    events: Events = Events()
    theme: str = Field(default="tanba", pattern=r"^[a-z0-9-]{1,64}$")
    folder: Path = Field(default=Path(), exclude=True, description="Set by the loader.")

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        names = [role.name for role in self.roles]
        if len(set(names)) != len(names):
            raise ValueError("two roles have one name")
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("a language is named twice")
        return self

    @property
    def issuer(self) -> str:
        """The verifier's OIDC issuer for this portal's realm."""
        return self.eds.issuer(self.realm)

    def agreements(self) -> Agreements:
        """Read the versions of the agreement that stand beside the policy."""
        notice = timedelta(hours=self.agreement.notice_hours)
        return load_agreements(self.folder / "agreement", notice=notice)
