"""The client's public keys: Keycloak's realm keys, from its JWKS, by `kid`."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import requests

from eds_verifier.provider.errors import ProviderError
from eds_verifier.provider.logs import log

_SMALLEST_RSA = 2048
_LARGEST_ANSWER = 256 * 1024
_TIMEOUT = (3, 5)
FETCH_PAUSE_SECONDS = 5.0
KEPT_SECONDS = 300.0


class ClientKeysError(ProviderError):
    """Keycloak's keys cannot be fetched now."""

    code = "provider_client_keys"


Fetch = Callable[[str], bytes]


def fetch_over_http(url: str) -> bytes:
    """GET without redirects, bounded in size and time; ClientKeysError when it fails."""
    try:
        with requests.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise ClientKeysError(f"{url} answered {answer.status_code}")
            body: bytes = answer.raw.read(_LARGEST_ANSWER + 1, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise ClientKeysError(f"{url} cannot be reached: {type(error).__name__}") from None
    if len(body) > _LARGEST_ANSWER:
        raise ClientKeysError(f"{url} answered more than {_LARGEST_ANSWER} bytes")
    return body


class ClientKeys:
    """Keys by `kid`, kept for five minutes; an unknown `kid` asks again, not more than once in
    five seconds, so that made-up kids do not turn the verifier against Keycloak."""

    def __init__(
        self,
        url: str,
        *,
        fetch: Fetch = fetch_over_http,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._keys: Mapping[str, Any] = {}
        self._asked_at: float | None = None
        self._fetched_at: float | None = None

    def find(self, kid: str) -> Any | None:
        """The RSA public key named `kid`, or none. ClientKeysError when there is no telling."""
        with self._lock:
            now = self._monotonic()
            stale = self._fetched_at is None or now - self._fetched_at > KEPT_SECONDS
            paused = self._asked_at is not None and now - self._asked_at < FETCH_PAUSE_SECONDS
            if (stale or kid not in self._keys) and not paused:
                self._asked_at = now
                self._refresh(now)
            if self._fetched_at is None:
                raise ClientKeysError(f"{self._url} has not answered yet")
            return self._keys.get(kid)

    def _refresh(self, now: float) -> None:
        try:
            self._keys = parse_jwks(self._fetch(self._url))
        except ClientKeysError as error:
            log("client_keys_unavailable", level=logging.WARNING, detail=error.message)
            if self._fetched_at is not None and now - self._fetched_at > KEPT_SECONDS:
                self._keys, self._fetched_at = {}, None
            return
        self._fetched_at = now


def parse_jwks(data: bytes) -> Mapping[str, Any]:
    """The RSA signature keys of a JWKS (RFC 7517) by `kid`; others are left out."""
    try:
        keys = json.loads(data)["keys"]
        entries = [entry for entry in keys if isinstance(entry, dict)]
    except (ValueError, KeyError, TypeError):
        raise ClientKeysError("Keycloak's keys are not a JWKS") from None
    found: dict[str, Any] = {}
    for entry in entries:
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
            continue
        if entry.get("alg", "RS256") != "RS256" or not isinstance(entry.get("kid"), str):
            continue
        try:
            key = jwt.PyJWK(entry, algorithm="RS256").key
        except jwt.PyJWTError:
            continue
        if key.key_size >= _SMALLEST_RSA:
            found[entry["kid"]] = key
    return found
