"""The part of a policy about letters: the relay they leave by, and what they hold."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from policies.base import Frozen, Secret
from policies.expected import Words
from policies.model_access import told


class Smtp(Frozen):
    """The relay that letters leave by."""

    host: str = Field(
        min_length=1,
        description="The relay's name or address.",
        examples=["smtp.example.kz"],
        json_schema_extra=told(keycloak="`smtpServer.host`"),
    )
    port: int = Field(
        ge=1,
        le=65535,
        description="The relay's port.",
        examples=[587],
        json_schema_extra=told(keycloak="`smtpServer.port`"),
    )
    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$"), Words("an e-mail address")] = Field(
        description="The address that letters come from.",
        examples=["noreply@example.kz"],
        json_schema_extra=told(keycloak="`smtpServer.from`"),
    )
    encryption: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the way to the relay is protected; `none` only to this machine.",
        json_schema_extra=told(
            keycloak="`smtpServer.starttls`, `smtpServer.ssl`",
            reason="letters hold links that open accounts",
        ),
    )
    user: str | None = Field(
        default=None,
        description="The name to sign in to the relay with; given together with `password`.",
        json_schema_extra=told(keycloak="`smtpServer.user`, `smtpServer.auth`"),
    )
    password: Secret | None = Field(
        default=None,
        description="The password for the relay, by reference.",
        examples=["${env:SMTP_PASSWORD}"],
        json_schema_extra=told(
            keycloak="`smtpServer.password`", reason="never sent without encryption"
        ),
    )

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
    """Letters: activation, recovery, notices."""

    verify: Literal[True] = Field(
        default=True,
        description="An address counts when its owner has confirmed it; this cannot be off.",
        json_schema_extra=told(
            keycloak="`verifyEmail`", reason="grain receipts: registration page, real addresses"
        ),
    )
    link_hours: int = Field(
        default=24,
        ge=1,
        le=72,
        description="How long the link of an activation letter works.",
        json_schema_extra=told(
            keycloak="realm attribute `actionTokenGeneratedByUserLifespan.verify-email`",
            reason="grain receipts: registration page; the letter itself comes within 5 minutes",
        ),
    )
    smtp: Smtp = Field(
        description="The mail relay that letters leave by.",
        json_schema_extra=told(
            keycloak="`smtpServer`", reason="e-architecture 2.6: notices, password recovery"
        ),
    )
