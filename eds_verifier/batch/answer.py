"""The answer to one line of a batch: a flat JSON object, always with every field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from eds_verifier.identity import ProvenIdentity
from eds_verifier.verdict import Reason, Verdict

TRUST_UNAVAILABLE = "trust_unavailable"
"""The line names no anchors, and the configured trust list cannot be read."""

SUBJECT = (
    "iin",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "subject_type",
    "bin",
    "organization",
    "eds_role",
)
"""The claims of the id_token that are about the signer."""

_LINE_BREAKS = {character: f"\\u{character:04x}" for character in (0x85, 0x2028, 0x2029)}
"""Read as the end of a line by some who split text: they stand only inside JSON strings here."""
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)


def answer(
    identifier: Any, verdict: Verdict, *, seconds: float, warnings: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The verdict, flat. `subject` is an object when the verdict is valid, otherwise null."""
    certificate, revocation = verdict.certificate, verdict.revocation
    return {
        "id": identifier,
        "verdict": verdict.verdict,
        "reason": str(verdict.reason),
        "subject": _subject(verdict),
        "detail": verdict.detail,
        "key_use": certificate and certificate.key_use,
        "algorithm": certificate and certificate.algorithm,
        "eds_serial": certificate and certificate.serial_hex,
        "eds_not_after": _instant(certificate.not_after if certificate else None),
        "eds_key_storage": certificate and certificate.key_storage,
        "issuer": certificate and certificate.issuer,
        "chain": list(verdict.chain),
        "revocation_source": revocation and revocation.source,
        "this_update": _instant(revocation.this_update if revocation else None),
        "claimed_at": _instant(verdict.claimed_at),
        "signed_at": _instant(verdict.signed_at),
        "warnings": [*verdict.warnings, *warnings],
        "seconds": round(seconds, 6),
    }


def refusal(
    identifier: Any,
    reason: Reason | str,
    detail: str,
    *,
    seconds: float = 0.0,
    verdict: str = "invalid",
) -> dict[str, Any]:
    """The answer to a line that could not be judged."""
    empty = answer(
        identifier,
        Verdict(verdict="invalid", reason=Reason.MALFORMED, detail=detail),
        seconds=seconds,
    )
    return empty | {"verdict": verdict, "reason": str(reason)}


def encode(row: dict[str, Any]) -> bytes:
    """One line of JSON in UTF-8; half a surrogate pair, which UTF-8 has not, stays escaped."""
    text = _ENCODER.encode(row).translate(_LINE_BREAKS)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _subject(verdict: Verdict) -> dict[str, str] | None:
    if verdict.verdict != "valid" or verdict.subject is None or verdict.certificate is None:
        return None
    identity = ProvenIdentity.from_verdict(verdict, sub="", at=datetime.fromtimestamp(0, UTC))
    return {name: getattr(identity, name) for name in SUBJECT}


def _instant(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None
