"""Time-based one-time codes (RFC 6238), as Keycloak's own OTP policy has them by default."""

from __future__ import annotations

import base64
import hashlib
import hmac

PERIOD_SECONDS = 30
DIGITS = 6


def read_secret(text: str) -> bytes:
    """The secret behind base32 as authenticator apps show it: any case, spaces, padding or none.

    Raises ValueError, which never repeats the text.
    """
    letters = "".join(text.split()).replace("-", "").rstrip("=").upper()
    try:
        octets = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raise ValueError("not base32") from None
    if not octets:
        raise ValueError("empty")
    return octets


def code(secret: bytes, *, at: float, digits: int = DIGITS) -> str:
    """The code at `at` (seconds since 1970): HMAC-SHA-1, steps of 30 s (RFC 6238 4, RFC 4226 5)."""
    counter = int(at // PERIOD_SECONDS).to_bytes(8, "big")
    digest = hmac.new(secret, counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)
