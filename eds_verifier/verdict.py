"""What the verifier answers: `Verdict`, its reasons, and the person it is about. Format version 1.

A verdict travels as JSON (`model_dump_json`). Its `repr` and every text in it are free of the IIN;
only the field `subject.iin` itself holds it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Answer = Literal["valid", "invalid", "indeterminate"]


class Reason(StrEnum):
    """Why the verdict is what it is. Codes are stable; `docs/verifier.md` explains each."""

    OK = "ok"
    # the message
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    SIGNER_COUNT = "signer_count"
    SIGNED_ATTRIBUTES = "signed_attributes"
    CONTENT_MISSING = "content_missing"
    CONTENT_MISMATCH = "content_mismatch"
    SIGNER_CERTIFICATE = "signer_certificate"
    SIGNATURE_INVALID = "signature_invalid"
    # the certificate and its path
    CERTIFICATE_INVALID = "certificate_invalid"
    UNTRUSTED_ISSUER = "untrusted_issuer"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_KEY_USAGE = "wrong_key_usage"
    # the subject
    NOT_A_PERSON = "not_a_person"
    WRONG_SUBJECT_TYPE = "wrong_subject_type"
    WRONG_ROLE = "wrong_role"
    SUBJECT_INVALID = "subject_invalid"
    CHECK_DIGIT = "check_digit"
    NUMBER_DATE = "number_date"
    # revocation
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    NOT_ISSUED = "not_issued"
    REVOCATION_UNAVAILABLE = "revocation_unavailable"
    # the verifier itself
    INTERNAL_ERROR = "internal_error"


INDETERMINATE = frozenset({Reason.REVOCATION_UNAVAILABLE, Reason.INTERNAL_ERROR})
"""Reasons that say nothing against the signature: it could not be judged."""

SubjectType = Literal["individual", "legal_entity"]
Role = Literal["ceo", "signing_right", "finance", "hr", "employee", ""]
KeyUse = Literal["auth", "sign"]
ExistenceProof = Literal["ocsp_nonce", "timestamp", "none"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Subject(_Frozen):
    """The person, and the organisation the certificate lets them act for (empty when none)."""

    iin: str
    surname: str
    given_name: str
    patronymic: str
    common_name: str
    subject_type: SubjectType
    bin: str
    organization: str
    role: Role

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [("subject_type", self.subject_type), ("role", self.role)]


class CertificateSummary(_Frozen):
    """The signer's certificate. `key_storage` is the OID the NCA put there, or empty."""

    serial_hex: str
    not_before: AwareDatetime
    not_after: AwareDatetime
    key_use: KeyUse
    key_storage: str
    algorithm: str
    issuer: str
    sha256: str


class RevocationSummary(_Frozen):
    """What said that the certificate is not revoked, and as of when."""

    source: Literal["ocsp", "crl"]
    this_update: AwareDatetime
    next_update: AwareDatetime | None = None
    delta_this_update: AwareDatetime | None = None


class TimeStamp(_Frozen):
    """A time stamp over the signature that was checked (RFC 3161): it existed at `time`."""

    time: AwareDatetime
    serial_hex: str
    authority: str
    chain: tuple[str, ...]


class Verdict(_Frozen):
    """The answer about one signature, or about a document's. Only `valid` may let anybody in.

    `detail` is one English sentence for an administrator; `chain` holds the SHA-256 of each
    certificate from the signer's to the root's. `claimed_at` is what the signer's clock said;
    `signed_at` is set only when a checked time stamp proves it. `existence_proof` says of an
    acceptance what else proves that it existed then. `subject` is set only when the verdict is
    valid and there is one signer. `signers`: of a document, the verdict on each of its signers in
    the message's order; the document's own is valid only when every one is.
    """

    version: Literal[1] = 1
    verdict: Answer
    reason: Reason
    detail: str = ""
    subject: Subject | None = None
    certificate: CertificateSummary | None = None
    chain: tuple[str, ...] = ()
    revocation: RevocationSummary | None = None
    claimed_at: AwareDatetime | None = None
    signed_at: AwareDatetime | None = None
    timestamp: TimeStamp | None = None
    existence_proof: ExistenceProof | None = None
    warnings: tuple[str, ...] = Field(default=())
    signers: tuple[Verdict, ...] = Field(default=())


class Refused(Exception):  # noqa: N818 - a rule's refusal, not an error; it never leaves the package
    """A rule refuses the signature, or (for the reasons in INDETERMINATE) cannot judge it."""

    def __init__(self, reason: Reason, detail: str, *, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.warnings = warnings

    def verdict(self, **known: Any) -> Verdict:
        """The verdict this refusal makes, with what was known by then."""
        answer: Answer = "indeterminate" if self.reason in INDETERMINATE else "invalid"
        known.setdefault("warnings", self.warnings)
        return Verdict(verdict=answer, reason=self.reason, detail=self.detail, **known)
