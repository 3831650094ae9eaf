"""What may be asked: the requests' models, and how what is wrong with one is told."""

from __future__ import annotations

import base64
import binascii
import difflib
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eds_verifier.api.body import parse_object
from eds_verifier.api.errors import ApiProblem, Fault
from eds_verifier.path.certificate import MAX_CERTIFICATE
from eds_verifier.policy import KeyChoice, Purpose, VerificationPolicy

MAX_FAULTS = 16
_LONGEST_NAME = 64
_BREAKS = b" \t\n\r\v\f"
_PEM_BEGIN, _PEM_END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_LARGEST_CERTIFICATE = 2 * MAX_CERTIFICATE


class Asked(BaseModel):
    """A request: unknown members are errors, nothing is converted, no value is ever quoted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class PolicyAsked(Asked):
    """The keys of a batch line's policy. Over HTTP revocation is always checked."""

    key_use: KeyChoice | None = None
    required_role: Literal["ceo", "signing_right", "finance", "hr", "employee"] | None = None
    subject: Literal["individual", "legal_entity", "any"] = "any"
    numbers: Literal["strict", "warn"] = "strict"
    revocation: Literal["required"] = "required"


class VerifyAsked(Asked):
    """`POST /v1/cms/verify`. `content`: base64 of what was signed, for a detached signature."""

    cms: str = Field(min_length=1)
    content: str | None = None
    purpose: Purpose
    policy: PolicyAsked = PolicyAsked()

    @model_validator(mode="after")
    def _acceptance_takes_sign(self) -> VerifyAsked:
        if self.purpose == "acceptance" and self.policy.key_use not in (None, "sign"):
            raise ValueError("an acceptance is signed with a SIGN key: leave key_use out")
        return self

    def verification_policy(self, *, max_bytes: int) -> VerificationPolicy:
        """The rules this request asks for; `max_bytes` limits the signature as it arrives."""
        asked = self.policy
        default: KeyChoice = "sign" if self.purpose == "acceptance" else "any"
        return VerificationPolicy(
            purpose=self.purpose,
            key=asked.key_use or default,
            numbers=asked.numbers,
            subjects=("individual", "legal_entity") if asked.subject == "any" else (asked.subject,),
            roles=None if asked.required_role is None else (asked.required_role,),
            max_bytes=max_bytes,
        )


class CertificateAsked(Asked):
    """`POST /v1/certificate/info`. `purpose` chooses the authorities that count."""

    certificate: str = Field(min_length=1, max_length=_LARGEST_CERTIFICATE)
    purpose: Purpose = "document"


Model = TypeVar("Model", bound=BaseModel)


def read_asked(model: type[Model], body: bytes) -> Model:
    """A body as `model`; ApiProblem for anything else, with where and what for each fault."""
    try:
        return model.model_validate(parse_object(body))
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False, include_context=False)
        faults = [_fault(dict(item), model) for item in errors[:MAX_FAULTS]]
        raise ApiProblem(
            "invalid_request", "the request does not fit its schema", faults=faults
        ) from None


def decode(text: str, *, pointer: str) -> bytes:
    """The octets of base64, with or without line breaks; ApiProblem not_base64."""
    try:
        # Not by split(): of a text of short lines it makes a million objects.
        plain = text.encode("ascii").translate(None, _BREAKS)
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        fault = Fault(pointer, "not base64 (RFC 4648 section 4)")
        raise ApiProblem("not_base64", "a value is not base64", faults=[fault]) from None


def decode_certificate(text: str, *, pointer: str) -> bytes:
    """DER of one certificate given as PEM, base64 of DER, or base64 of PEM."""
    plain = text.strip()
    if not plain.startswith("-----"):
        octets = decode(plain, pointer=pointer)
        if not octets.lstrip().startswith(b"-----"):
            return octets
        plain = octets.decode("ascii", "replace").strip()
    if not (plain.startswith(_PEM_BEGIN) and plain.endswith(_PEM_END)):
        fault = Fault(pointer, "the PEM armour is not one CERTIFICATE block")
        raise ApiProblem("certificate_unreadable", "not a certificate", faults=[fault])
    return decode(plain[len(_PEM_BEGIN) : -len(_PEM_END)], pointer=pointer)


def _fault(error: dict[str, Any], model: type[BaseModel]) -> Fault:
    """Where and what; the name of an unknown member is what somebody sent, so it is not told."""
    location = [str(part) for part in error["loc"]]
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        unknown = location.pop()[:_LONGEST_NAME]
        near = difflib.get_close_matches(unknown, _members_at(model, location), n=1)
        message = "an unknown member" + (f"; did you mean {near[0]}?" if near else "")
    escaped = (part.replace("~", "~0").replace("/", "~1") for part in location)
    return Fault("#" + "".join(f"/{part}" for part in escaped), message)


def _members_at(model: type[BaseModel], location: list[str]) -> list[str]:
    for part in location:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return list(model.model_fields)
