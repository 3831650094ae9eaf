"""One line of a batch, read strictly: what is asked, or why the line cannot be answered.

A line is one JSON object (RFC 8259). What it costs to read is bounded before it is parsed; no text
made here quotes what a line holds, since that may be personal or secret.
"""

from __future__ import annotations

import binascii
import difflib
import json
import re
from collections import Counter
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from eds_verifier.policy import KeyChoice, Purpose, VerificationPolicy
from eds_verifier.verdict import Reason
from policies.base import Frozen

MAX_LINE = 16 * 1_048_576
MAX_OTHER_LINE = 1_048_576
"""Octets of a line; the second for a line that is not ASCII, which takes four times the memory."""

MAX_NESTED = 256
MAX_VALUES = 4_096
MAX_ID = 4_096
MAX_CERTIFICATES = 64
MAX_ANSWERS = 16

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS = range(1950, 9_000)
_KEY = re.compile(r"[A-Za-z_]{1,32}")
_MESSAGES = {
    "missing": "missing",
    "extra_forbidden": "unknown key",
    "string_type": "expected a string",
    "list_type": "expected a list",
    "too_long": "too many",
    "model_type": "expected an object",
    "dict_type": "expected an object",
}


class RequestPolicy(Frozen):
    """What is asked of a signature, in the words of a batch line's `policy`."""

    key_use: KeyChoice = "any"
    required_role: Literal["ceo", "signing_right", "finance", "hr", "employee"] | None = None
    subject: Literal["individual", "legal_entity", "any"] = "any"
    numbers: Literal["strict", "warn"] = "strict"
    revocation: Literal["required", "off"] = "required"

    def rules(self, purpose: Purpose) -> VerificationPolicy:
        """The acceptance rules for one signature; ValueError where they contradict the purpose."""
        return VerificationPolicy(
            purpose=purpose,
            key=self.key_use,
            roles=None if self.required_role is None else (self.required_role,),
            subjects=("individual", "legal_entity") if self.subject == "any" else (self.subject,),
            numbers=self.numbers,
            revocation="unsafe_off" if self.revocation == "off" else "ocsp_or_crl",
        )


class Request(Frozen):
    """One line. `trust` None means the configured list, an empty one trusts nobody."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Any = None
    cms: str = Field(repr=False)
    content: str | None = Field(default=None, repr=False)
    trust: list[str] | None = Field(default=None, max_length=MAX_CERTIFICATES, repr=False)
    certs: list[str] | None = Field(default=None, max_length=MAX_CERTIFICATES, repr=False)
    ocsp: list[str] | None = Field(default=None, max_length=MAX_ANSWERS, repr=False)
    crl: list[str] | None = Field(default=None, max_length=MAX_ANSWERS, repr=False)
    at: str | None = Field(default=None, repr=False)
    policy: RequestPolicy | None = None


class BadLine(Exception):  # noqa: N818 - an answer of its own, not an error
    """A line that asks nothing which could be judged. `id` is the line's own, where readable."""

    def __init__(self, reason: Reason, detail: str, identifier: Any = None) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.id = identifier


def read_request(line: bytes | None) -> Request:
    """Read one line without its end; BadLine for anything but one well-formed request.

    None stands for a line of more than MAX_LINE octets.
    """
    if line is None:
        raise BadLine(Reason.TOO_LARGE, "the line is too long")
    fields = _object(line)
    identifier = fields.get("id")
    if _is_long(identifier):
        raise BadLine(Reason.TOO_LARGE, f"id: longer than {MAX_ID} characters")
    try:
        return Request.model_validate(fields)
    except ValidationError as error:
        details = [_explain(dict(item)) for item in error.errors(include_input=False)[:8]]
        raise BadLine(Reason.MALFORMED, "; ".join(details), identifier) from None


def read_id(line: bytes | None) -> Any:
    """The `id` of a line that could not be judged; None where it has none that can be read."""
    try:
        return read_request(line).id
    except BadLine as bad:
        return bad.id


def octets(text: str, what: str) -> bytes:
    """The octets of a base64 text, which may have line breaks; BadLine for any other text."""
    for breaks in ("", " \t\r\n"):
        plain = text
        for character in breaks:  # splitting would make an object of each of millions of lines
            plain = plain.replace(character, "")
        try:
            if len(plain) % 4 == 0:
                return binascii.a2b_base64(plain, strict_mode=True)
        except ValueError:  # binascii.Error is one
            continue
    raise BadLine(Reason.MALFORMED, f"{what}: not base64")


@lru_cache(maxsize=64)
def rules_of(policy: RequestPolicy) -> VerificationPolicy:
    """The rules of a batch line: those of a sign-in."""
    return policy.rules("sign_in")


def read_instant(text: str) -> datetime:
    """An instant of RFC 3339, with its offset. Raises ValueError with a sentence."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("expected an instant with its offset, such as 2026-08-12T00:00:00Z")
    try:
        instant = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("there is no such instant") from None
    if instant.year not in _YEARS:
        raise ValueError(f"expected a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return instant


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > (MAX_LINE if line.isascii() else MAX_OTHER_LINE):
        raise BadLine(Reason.TOO_LARGE, "the line is too long")
    if (
        line.count(b"{") + line.count(b"[") > MAX_NESTED
        or line.count(b",") + line.count(b":") > MAX_VALUES
    ):
        raise BadLine(Reason.TOO_LARGE, "the line holds too many values")
    try:
        value = _DECODER.decode(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadLine(Reason.MALFORMED, "not UTF-8") from None
    except (ValueError, RecursionError):  # the decoder's own text may quote the line
        raise BadLine(Reason.MALFORMED, "not JSON") from None
    if not isinstance(value, dict):
        raise BadLine(Reason.MALFORMED, "not a JSON object")
    if _repeats(value):
        # Only the outermost object is the line; an object within it names no line.
        identifier = None if isinstance(value, _Twice) and "id" in value.twice else value.get("id")
        if _repeats(identifier) or _is_long(identifier):
            identifier = None
        raise BadLine(Reason.MALFORMED, "a key stands twice in one object", identifier)
    return value


class _Twice(dict[str, Any]):
    """An object some of whose keys stand twice."""

    twice: frozenset[str]


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(key for key, _ in pairs)
    repeated = _Twice(found)
    repeated.twice = frozenset(key for key, count in counts.items() if count > 1)
    return repeated


def _repeats(value: Any) -> bool:
    """Whether a key stands twice in an object anywhere in `value`."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Twice):
            return True
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return False


def _is_long(identifier: Any) -> bool:
    return not isinstance(identifier, int) and len(json.dumps(identifier)) > MAX_ID


def _refuse(_: str) -> Any:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_refuse, parse_float=_finite)


def _explain(error: dict[str, Any]) -> str:
    *where, last = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        known = RequestPolicy.model_fields if where else Request.model_fields
        if not _KEY.fullmatch(last):
            last = "a key"
        near = difflib.get_close_matches(last, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return ".".join([*where, last]) + ": unknown key" + hint
    message = _MESSAGES.get(error["type"]) or str(error["msg"])
    return ".".join([*where, last]) + f": {message}"
