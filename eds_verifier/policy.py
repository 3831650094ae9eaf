"""What a signature must satisfy for one purpose. Nothing here can switch a check off."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Purpose = Literal["sign_in", "acceptance", "step_up", "document"]
KeyChoice = Literal["auth", "sign", "any"]


class VerificationPolicy(BaseModel):
    """The acceptance rules for one signature.

    `key`: which of a person's keys is accepted; an acceptance takes a SIGN key only.
    `check_digits`: what a wrong IIN or BIN check digit means, `warn` is for test contours.
    `subjects`: kinds of holders accepted. `revocation`: what may answer; with `ocsp_or_crl` the
    CRL is asked when no usable OCSP answer came. `delta_crl`: whether a base CRL alone will do.
    `ocsp_max_age`, `crl_max_age`: how old `thisUpdate` may be, whatever `nextUpdate` promises;
    when a delta is used, `crl_max_age` limits the delta, which completes its base.
    `clock_skew` is added to both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: Purpose
    key: KeyChoice = "any"
    check_digits: Literal["strict", "warn"] = "strict"
    subjects: tuple[Literal["individual", "legal_entity"], ...] = Field(
        default=("individual", "legal_entity"), min_length=1
    )
    revocation: Literal["ocsp_or_crl", "ocsp", "crl"] = "ocsp_or_crl"
    delta_crl: Literal["required", "optional"] = "required"
    ocsp_max_age: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0))
    crl_max_age: timedelta = Field(default=timedelta(hours=24), gt=timedelta(0))
    clock_skew: timedelta = Field(default=timedelta(minutes=5), ge=timedelta(0))
    max_bytes: int = Field(default=1_048_576, gt=0, le=64 * 1_048_576)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.purpose == "acceptance" and self.key != "sign":
            raise ValueError("an acceptance is signed with a SIGN key: set key to sign")
        return self
