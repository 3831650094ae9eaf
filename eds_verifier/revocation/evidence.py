"""What was learnt about revocation, as it arrived: octets, and nothing trusted yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eds_verifier.revocation.crl_reading import HeldCrl


class Cause(StrEnum):
    """Why an answer could not be had or must not be relied on: fixed words for states and metrics.

    Never an address, a name or a number of a certificate.
    """

    # nobody answered, or not with an answer
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    HTTP_STATUS = "http_status"
    TOO_LARGE = "too_large"
    CUT_SHORT = "cut_short"
    COMPRESSED = "compressed"
    TRY_LATER = "try_later"
    RESPONDER_ERROR = "responder_error"
    NOT_ASKED = "not_asked"
    # the responder refuses this question
    QUESTION_REFUSED = "question_refused"
    # an answer that proves nothing
    UNREADABLE = "unreadable"
    NOT_UNDERSTOOD = "not_understood"
    SIGNATURE = "signature"
    NOT_AUTHORISED = "not_authorised"
    NONCE = "nonce"
    OTHER_CERTIFICATE = "other_certificate"
    STALE = "stale"
    OLDER = "older_than_held"
    DELTA = "delta_missing"
    # the answer holds, and says nothing
    UNKNOWN = "unknown_certificate"
    EXPIRED = "expired_certificate"


@dataclass(frozen=True, slots=True, repr=False)
class OcspEvidence:
    """An OCSP response and the nonce that was sent for it; None when it was not asked by us."""

    response: bytes
    nonce: bytes | None


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """Everything a verdict may rest on. `notes` says in words what could not be had.

    `crls` are octets that prove themselves anew; `held` are CRLs of the shelf, proven when they
    were put there, each against the certificate it names.
    """

    ocsp: tuple[OcspEvidence, ...] = ()
    crls: tuple[bytes, ...] = ()
    notes: tuple[str, ...] = ()
    held: tuple[HeldCrl, ...] = ()


class Unusable(Exception):  # noqa: N818 - a property of an answer, not an error; it stays inside
    """An OCSP response or CRL that must not be relied on; `detail` and `cause` say why."""

    def __init__(self, detail: str, cause: Cause = Cause.UNREADABLE) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cause = cause
