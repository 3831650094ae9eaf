"""Reference codes: what a person reads to support, and support looks up in the log."""

from __future__ import annotations

import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O 1 I L U: it is read aloud over the telephone."""


def new_reference() -> str:
    """Eight random characters, `ABCD-EFGH`; they mean nothing and open nothing."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
