"""What a signature must satisfy for one purpose. Only `unsafe_…` leaves a check out."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from eds_verifier.verdict import Role

Purpose = Literal["sign_in", "acceptance", "step_up", "document"]
KeyChoice = Literal["auth", "sign", "any"]


class VerificationPolicy(BaseModel):
    """The acceptance rules for one signature.

    `key`: which of a person's keys is accepted; an acceptance takes a SIGN key only.
    `numbers`: what a wrong check digit or date in an IIN or BIN means, `warn` is for test contours.
    `subjects`: kinds of holders accepted; `roles`: roles in an organisation, None takes any.
    `revocation`: what may answer; with `ocsp_or_crl` the CRL is asked when no usable OCSP answer
    came; `unsafe_off` asks nobody and says so in the verdict. `delta_crl`: whether a base CRL
    alone will do; `when_published` wants a delta where the trust list has an address for one.
    `ocsp_max_age`, `crl_max_age`: how old `thisUpdate` may be, whatever `nextUpdate` promises;
    when a delta is used, `crl_max_age` limits the delta, which completes its base.
    `clock_skew` is added to both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose
    key: KeyChoice = "any"
    numbers: Literal["strict", "warn"] = "strict"
    subjects: tuple[Literal["individual", "legal_entity"], ...] = Field(
        default=("individual", "legal_entity"), min_length=1
    )
    roles: tuple[Role, ...] | None = Field(default=None, min_length=1)
    revocation: Literal["ocsp_or_crl", "ocsp", "crl", "unsafe_off"] = "ocsp_or_crl"
    delta_crl: Literal["when_published", "required", "optional"] = "when_published"
    ocsp_max_age: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0))
    crl_max_age: timedelta = Field(default=timedelta(hours=24), gt=timedelta(0))
    clock_skew: timedelta = Field(default=timedelta(minutes=5), ge=timedelta(0))
    max_bytes: int = Field(default=1_048_576, gt=0, le=64 * 1_048_576)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.purpose == "acceptance" and self.key != "sign":
            raise ValueError("an acceptance is signed with a SIGN key: set key to sign")
        return self
