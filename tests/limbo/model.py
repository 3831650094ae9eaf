"""What a case is, as it is exported: `Document` is the corpus, and its JSON Schema the format."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)


def _octets(value: Any) -> bytes:
    return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


Octets = Annotated[
    bytes,
    PlainValidator(_octets),
    PlainSerializer(_base64, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


def _rfc3339(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


Instant = Annotated[AwareDatetime, PlainSerializer(_rfc3339, when_used="json")]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Policy(_Frozen):
    """What the signature must satisfy."""

    purpose: Literal["sign_in", "acceptance", "step_up", "document"] = "sign_in"
    key_use: Literal["auth", "sign", "any"] = "any"
    required_role: Literal["ceo", "signing_right", "finance", "hr", "employee"] | None = None
    subject: Literal["individual", "legal_entity", "any"] = "any"
    numbers: Literal["strict", "warn"] = "strict"
    revocation: Literal["required", "off"] = "required"
    delta_crl: Literal["optional", "required"] = Field(
        default="optional", description="Whether a base CRL must be completed by a delta CRL."
    )


class Expected(_Frozen):
    """What a verifier must answer. `warnings` are all there are, in any order.

    `subject`: the values that must be read where they are the point of the case. `signed_at`: the
    time a checked time stamp proves. `existence_proof`: what proves of a valid acceptance, besides
    the verifier's own clock, that it existed; null for other purposes. `signers`: of a document,
    the answer about each signer.
    """

    verdict: Literal["valid", "invalid", "indeterminate"]
    reason: str = Field(pattern="^[a-z_]+$")
    warnings: tuple[str, ...] = ()
    subject: dict[str, str] | None = None
    signed_at: Instant | None = None
    existence_proof: Literal["ocsp_nonce", "timestamp", "none"] | None = None
    signers: tuple[Expected, ...] = ()


class Case(_Frozen):
    """One signature with everything its verdict rests on.

    `trust`: the trust anchors, and nobody else. `certs`: certificates that may be part of a path.
    `content`: what was to be signed, null when nothing is expected. `ocsp`, `crl`: what the
    authorities answered. `ocsp_nonces`: beside each OCSP response the nonce that was sent for it,
    null when none was. `at`: the instant of judging.
    """

    id: str = Field(pattern="^[a-z0-9-]+(::[a-z0-9-]+)+$")
    description: str = Field(min_length=1)
    clause: str = Field(min_length=1, description="What it follows from.")
    features: tuple[str, ...]
    cms: Octets
    content: Octets | None
    trust: tuple[Octets, ...]
    certs: tuple[Octets, ...]
    ocsp: tuple[Octets, ...]
    ocsp_nonces: tuple[Octets | None, ...]
    crl: tuple[Octets, ...]
    at: Instant
    policy: Policy
    expected: Expected


class Document(_Frozen):
    """kz-eds-limbo: signatures of Kazakhstan's EDS, each with at most one thing wrong."""

    version: Literal[1] = 1
    name: Literal["kz-eds-limbo"] = "kz-eds-limbo"
    cases: tuple[Case, ...]
