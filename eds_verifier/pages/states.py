"""Everything that can go wrong, as the page names it, and which verdict leads to which.

Each state has a title, what happened and what to do in every language (`messages/*.toml`).
"""

from __future__ import annotations

from collections.abc import Mapping

from eds_verifier.policy import KeyChoice
from eds_verifier.verdict import Reason

STATES = (
    "ncalayer_absent",
    "permission_refused",
    "ncalayer_old",
    "ncalayer_failed",
    "cancelled",
    "wrong_key_auth",
    "wrong_key_sign",
    "expired",
    "not_yet_valid",
    "revoked",
    "suspended",
    "untrusted",
    "information_system",
    "wrong_subject_type",
    "subject_invalid",
    "another_person",
    "challenge_expired",
    "challenge_used",
    "content_mismatch",
    "signature_invalid",
    "revocation_unavailable",
    "agreement_changed",
    "session_lost",
    "unknown_client",
    "wrong_redirect",
    "offline",
    "generic",
)

SCRIPT_STATES = frozenset(
    {
        "ncalayer_absent",
        "permission_refused",
        "ncalayer_old",
        "ncalayer_failed",
        "cancelled",
        "offline",
    }
)
"""States the page's script finds by itself; it may report these to the log, and no other."""

_STATE_OF_REASON: Mapping[Reason, str] = {
    Reason.MALFORMED: "signature_invalid",
    Reason.TOO_LARGE: "signature_invalid",
    Reason.UNSUPPORTED_ALGORITHM: "signature_invalid",
    Reason.SIGNER_COUNT: "signature_invalid",
    Reason.SIGNED_ATTRIBUTES: "signature_invalid",
    Reason.CONTENT_MISSING: "content_mismatch",
    Reason.CONTENT_MISMATCH: "content_mismatch",
    Reason.SIGNER_CERTIFICATE: "signature_invalid",
    Reason.SIGNATURE_INVALID: "signature_invalid",
    Reason.CERTIFICATE_INVALID: "untrusted",
    Reason.UNTRUSTED_ISSUER: "untrusted",
    Reason.NOT_YET_VALID: "not_yet_valid",
    Reason.EXPIRED: "expired",
    Reason.NOT_A_PERSON: "information_system",
    Reason.WRONG_SUBJECT_TYPE: "wrong_subject_type",
    Reason.WRONG_ROLE: "wrong_subject_type",
    Reason.SUBJECT_INVALID: "subject_invalid",
    Reason.CHECK_DIGIT: "subject_invalid",
    Reason.NUMBER_DATE: "subject_invalid",
    Reason.REVOKED: "revoked",
    Reason.SUSPENDED: "suspended",
    Reason.NOT_ISSUED: "untrusted",
    Reason.REVOCATION_UNAVAILABLE: "revocation_unavailable",
}

_STATE_OF_WRONG_KEY: Mapping[KeyChoice, str] = {
    "auth": "wrong_key_auth",
    "sign": "wrong_key_sign",
    "any": "signature_invalid",
}


def state_of(reason: Reason, *, key: KeyChoice) -> str:
    """The state that explains a refusal; `key` is the key that was asked for."""
    if reason is Reason.WRONG_KEY_USAGE:
        return _STATE_OF_WRONG_KEY[key]
    return _STATE_OF_REASON.get(reason, "generic")
