"""Who signed, as the realm is told: the claims of the id_token.

Every claim is always there; an empty string means none, since a claim that is absent would leave
the value of an earlier session standing in Keycloak.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from eds_verifier.errors import EdsError
from eds_verifier.verdict import Verdict

ACR = "eds"
PKCS12_STORAGE = "1.2.398.3.3.5.1.1"
AMR_OF_STORAGE = {PKCS12_STORAGE: ("pop", "swk")}
"""RFC 8176: proof of possession; a key in a file is software-secured. Others say `pop` alone."""


class ProvenIdentity(BaseModel):
    """What one valid sign-in signature proved. Its repr holds no personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sub: str
    iin: str = Field(repr=False)
    name: str = Field(repr=False)
    given_name: str = Field(repr=False)
    family_name: str = Field(repr=False)
    middle_name: str = Field(repr=False)
    subject_type: str
    bin: str = Field(repr=False)
    organization: str = Field(repr=False)
    eds_role: str
    eds_serial: str = Field(repr=False)
    eds_not_after: str
    eds_key_storage: str
    signed_in_at: int

    @classmethod
    def from_verdict(cls, verdict: Verdict, *, sub: str, at: datetime) -> Self:
        """Take it from a valid verdict; EdsError for any other."""
        subject, certificate = verdict.subject, verdict.certificate
        if verdict.verdict != "valid" or subject is None or certificate is None:
            raise EdsError("only a valid verdict proves an identity")
        names = (subject.surname, subject.given_name, subject.patronymic)
        return cls(
            sub=sub,
            iin=subject.iin,
            name=" ".join(part for part in names if part) or subject.common_name,
            given_name=subject.given_name,
            family_name=subject.surname,
            middle_name=subject.patronymic,
            subject_type=subject.subject_type,
            bin=subject.bin,
            organization=subject.organization,
            eds_role=subject.role,
            eds_serial=certificate.serial_hex,
            eds_not_after=certificate.not_after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            eds_key_storage=certificate.key_storage,
            signed_in_at=int(at.timestamp()),
        )


class CodeClaims(BaseModel):
    """What a code stands for until it is redeemed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    identity: ProvenIdentity
    nonce: str = Field(repr=False)
    agreement: str
    agreement_signed: str

    def id_token_claims(
        self, *, issuer: str, audience: str, issued_at: int, lifetime: int
    ) -> dict[str, Any]:
        """The id_token's claims (OpenID Connect Core 2, and the realm's own)."""
        who = self.identity
        return {
            "iss": issuer,
            "aud": audience,
            "sub": who.sub,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "auth_time": who.signed_in_at,
            "nonce": self.nonce,
            "acr": ACR,
            "amr": list(AMR_OF_STORAGE.get(who.eds_key_storage, ("pop",))),
            "iin": who.iin,
            "name": who.name,
            "given_name": who.given_name,
            "family_name": who.family_name,
            "middle_name": who.middle_name,
            "subject_type": who.subject_type,
            "bin": who.bin,
            "organization": who.organization,
            "eds_role": who.eds_role,
            "eds_serial": who.eds_serial,
            "eds_not_after": who.eds_not_after,
            "eds_key_storage": who.eds_key_storage,
            "eds_auth_time": str(who.signed_in_at),
            "agreement": self.agreement,
            "agreement_signed": self.agreement_signed,
        }
