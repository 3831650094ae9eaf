"""API keys: made strong, kept as hashes, compared in constant time.

A key is 256 random bits, so there is no list of likely keys to try against a stolen settings file:
plain SHA-256 is as good as a slow password hash here, and wrong keys cost the verifier next to
nothing.

`python -m eds_verifier.api.keys` makes one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from eds_verifier.api.errors import ApiProblem
from eds_verifier.settings import KEY_FORMAT, ApiKeySettings, KeyPurpose

_FORMAT = re.compile(KEY_FORMAT, re.ASCII)
_PREFIX = "tanba_"
_RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `key` is shown once, `sha256` goes into the settings."""

    key: str = field(repr=False)
    sha256: str


def new_key(random: Callable[[int], bytes] = secrets.token_bytes) -> NewKey:
    """Make a key: `tanba_` and 256 random bits in base64url."""
    text = base64.urlsafe_b64encode(random(_RANDOM_BYTES)).decode("ascii").rstrip("=")
    key = _PREFIX + text
    return NewKey(key, hashlib.sha256(key.encode("ascii")).hexdigest())


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Somebody who may ask: for which purposes, how often, how much at one time."""

    id: str
    digest: bytes = field(repr=False)
    purposes: frozenset[KeyPurpose]
    requests_per_minute: int
    concurrency: int

    @property
    def judges(self) -> bool:
        """Whether it may have anything judged."""
        return bool(self.purposes - {"metrics"})


class KeyRing:
    """The keys of the settings. Which of them a request holds is found in constant time."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = tuple(keys)

    @classmethod
    def of(cls, settings: Iterable[ApiKeySettings]) -> Self:
        """The keys of the settings file."""
        return cls(
            ApiKey(
                id=one.id,
                digest=one.digest,
                purposes=frozenset(one.purposes),
                requests_per_minute=one.requests_per_minute,
                concurrency=one.concurrency,
            )
            for one in settings
        )

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys)

    def require(self, authorization: Sequence[str]) -> ApiKey:
        """`find`, or ApiProblem unauthorized: the same for no key, a wrong one and two."""
        found = self.find(authorization)
        if found is None:
            raise ApiProblem("unauthorized", "the request proves no API key")
        return found

    def find(self, authorization: Sequence[str]) -> ApiKey | None:
        """The key that the Authorization fields of one request prove, or None.

        `Bearer <key>`, or `Basic` with the key's id and the key, as an address
        `https://id:key@host/` is sent. More than one field proves nothing.
        """
        scheme, _, value = authorization[0].partition(" ") if len(authorization) == 1 else ("",) * 3
        name, key = "", value.strip()
        if scheme.lower() == "basic":
            name, key = _basic(key)
        elif scheme.lower() != "bearer":
            key = ""
        found = self._holder(key)
        if found is None or (name and not hmac.compare_digest(name.encode(), found.id.encode())):
            return None
        return found

    def _holder(self, key: str) -> ApiKey | None:
        """Every key is compared, whichever fits: nothing is told by the time it takes.

        What is not of our making is no key, whatever hash somebody put into the settings.
        """
        well_formed = _FORMAT.fullmatch(key) is not None
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        found = None
        for one in self._keys:
            if hmac.compare_digest(digest, one.digest):
                found = one
        return found if well_formed else None


def _basic(value: str) -> tuple[str, str]:
    """User name and password (RFC 7617); a name that no key has when it is not well-formed."""
    try:
        name, _, key = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "?", ""
    return name or "?", key


def description(made: NewKey) -> str:
    """A new key as a person is shown it, once."""
    return (
        f"key:    {made.key}\n"
        f"sha256: {made.sha256}\n"
        "The key is shown this once: give it to whoever asks with it. The hash goes into the\n"
        "settings, under api.keys.\n"
    )
