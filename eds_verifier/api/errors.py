"""What the REST interface refuses, as RFC 9457 problems. The codes are stable.

EdsError
└── ApiProblem             a request is refused; a verdict on a signature never is one
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eds_verifier.errors import EdsError


@dataclass(frozen=True, slots=True)
class Kind:
    """One code: its HTTP status, what is wrong in general, and what the caller can do."""

    status: int
    title: str
    advice: str


KINDS: Mapping[str, Kind] = {
    "unauthorized": Kind(
        401,
        "No valid API key",
        "Send the key as Authorization: Bearer, or its id and the key as Basic.",
    ),
    "purpose_not_allowed": Kind(
        403, "The key is not for this", "Use a key that has this purpose in the settings."
    ),
    "not_found": Kind(404, "There is nothing here", "See /v1/openapi.json for what there is."),
    "method_not_allowed": Kind(
        405, "Not with this method", "Use a method that the Allow header names."
    ),
    "body_timeout": Kind(
        408, "The body came too slowly", "Send the whole body at once; try again."
    ),
    "body_incomplete": Kind(400, "The body ended early", "Send as much as Content-Length says."),
    "body_too_large": Kind(
        413, "The body is too large", "Send less, or have limits.body_bytes raised."
    ),
    "unsupported_media_type": Kind(
        415, "The body is not plain JSON", "Send application/json in UTF-8, not compressed."
    ),
    "not_json": Kind(400, "The body is not a JSON object", "Send one JSON object (RFC 8259)."),
    "json_too_deep": Kind(400, "The JSON is too complex", "Nest no deeper than the schema."),
    "member_repeated": Kind(
        400, "A member stands twice", "Give each member of an object once (RFC 8259 section 4)."
    ),
    "invalid_request": Kind(
        422, "The request breaks the schema", "Correct what `errors` point at."
    ),
    "not_base64": Kind(
        422, "A value is not base64", "Encode it in base64 with padding (RFC 4648 section 4)."
    ),
    "certificate_unreadable": Kind(
        422, "Not a certificate", "Send one X.509 certificate: PEM, or DER in base64."
    ),
    "rate_limited": Kind(429, "Too many requests a minute", "Wait as long as Retry-After says."),
    "too_many_at_once": Kind(
        429, "Too many requests at one time", "Wait for an answer before sending more."
    ),
    "internal_error": Kind(
        500, "The verifier failed", "Try again; report the reference if it stays."
    ),
    "busy": Kind(503, "The verifier is busy", "Try again after Retry-After."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a request: where (RFC 6901, as a fragment) and what. No value of it."""

    pointer: str
    detail: str


class ApiProblem(EdsError):  # noqa: N818 - RFC 9457's name
    """A refusal: `kind` is a key of KINDS, `detail` one sentence that quotes nothing sent.

    `retry_after`: whole seconds; `allow`: the methods of a 405.
    """

    code = "api_problem"

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        retry_after: int | None = None,
        allow: str = "",
    ) -> None:
        super().__init__(detail, hint=KINDS[kind].advice)
        self.kind = kind
        self.detail = detail
        self.faults = tuple(faults)
        self.retry_after = retry_after
        self.allow = allow

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind].status

    def headers(self) -> dict[str, str]:
        """The headers the status asks for (RFC 9110)."""
        found = {}
        if self.status == 401:
            found["WWW-Authenticate"] = 'Bearer realm="tanba"'
        if self.retry_after is not None:
            found["Retry-After"] = str(self.retry_after)
        if self.allow:
            found["Allow"] = self.allow
        return found

    def body(self, *, reference: str) -> dict[str, Any]:
        """The problem details; `reference` is what the log knows this answer by."""
        kind = KINDS[self.kind]
        return {
            "type": f"urn:tanba:api:{self.kind}",
            "title": kind.title,
            "status": kind.status,
            "code": self.kind,
            "detail": self.detail,
            "advice": kind.advice,
            "errors": [{"pointer": f.pointer, "detail": f.detail} for f in self.faults],
            "reference": reference,
        }
