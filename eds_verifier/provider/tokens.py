"""Random values and what is stored of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
TOKEN_BYTES = 32


def new_token(random: Callable[[int], bytes]) -> str:
    """256 random bits as 43 characters of base64url."""
    return base64.urlsafe_b64encode(random(TOKEN_BYTES)).decode("ascii").rstrip("=")


def is_token(value: object) -> bool:
    """Whether it has a token's form; anything else is not even looked up."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None
