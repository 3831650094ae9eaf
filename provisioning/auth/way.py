"""What every way of authenticating gives: the fields of one token request."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

Form = dict[str, str]
"""The fields of a token request (RFC 6749 4.3.2, 4.4.2); secrets are among the values."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, as an argument: seconds since 1970, seconds that never go back, and waiting."""

    now: Callable[[], float] = field(default=time.time)
    elapsed: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


class Way(Protocol):
    """One way of being somebody in a realm."""

    @property
    def who(self) -> str:
        """The client id or user name, for people to read; never a secret."""

    @property
    def repeatable(self) -> bool:
        """Whether a request that got no answer may be sent again at once."""

    @property
    def advice(self) -> str:
        """What to look at when the realm does not accept it."""

    def form(self, *, at: float) -> Form:
        """The fields for a request made now (`at`: seconds since 1970)."""

    def client_fields(self, *, at: float) -> Form:
        """The client's part of `form` alone, for a request by a refresh token."""
