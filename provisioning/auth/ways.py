"""Which way of authenticating the settings ask for: a table, exactly one row of which must fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import SecretStr

from provisioning.auth import totp
from provisioning.auth.client_certificate import CERT_FILE, ClientCertificate, check_pair
from provisioning.auth.client_certificate import KEY_FILE as TLS_KEY_FILE
from provisioning.auth.client_key import KEY_FILE, ClientKey
from provisioning.auth.client_secret import ClientSecret
from provisioning.auth.password import Password
from provisioning.auth.way import Way
from provisioning.errors import ConnectionSettingsError

__all__ = [
    "CERT_FILE",
    "KEY_FILE",
    "NEEDS_CLIENT_ID",
    "PASSWORD",
    "SECRET",
    "TLS",
    "TLS_KEY_FILE",
    "TOTP_SECRET",
    "USERNAME",
    "WAYS",
    "Identity",
    "chosen",
    "given",
    "way_for",
]

SECRET = "TANBA_KEYCLOAK_CLIENT_SECRET[_FILE]"  # noqa: S105 - the name of a variable
USERNAME = "TANBA_KEYCLOAK_USERNAME"
PASSWORD = "TANBA_KEYCLOAK_PASSWORD[_FILE]"  # noqa: S105 - the name of a variable
TOTP_SECRET = "TANBA_KEYCLOAK_TOTP_SECRET[_FILE]"  # noqa: S105 - the name of a variable


T = TypeVar("T")


class Identity(Protocol):
    """What the settings say about who we are; see ConnectionSettings."""

    @property
    def client_id(self) -> str: ...
    @property
    def client_secret(self) -> SecretStr | None: ...
    @property
    def username(self) -> str | None: ...
    @property
    def password(self) -> SecretStr | None: ...
    @property
    def totp_secret(self) -> SecretStr | None: ...
    @property
    def client_key_file(self) -> Path | None: ...
    @property
    def tls_cert_file(self) -> Path | None: ...
    @property
    def tls_key_file(self) -> Path | None: ...
    @property
    def audience(self) -> str: ...


def _by_secret(identity: Identity) -> Way:
    return ClientSecret(identity.client_id, _given(identity.client_secret))


def _by_key(identity: Identity) -> Way:
    return ClientKey.load(
        _given(identity.client_key_file),
        client_id=identity.client_id,
        audience=identity.audience,
    )


def _by_certificate(identity: Identity) -> Way:
    return ClientCertificate(identity.client_id)


def _by_password(identity: Identity) -> Way:
    secret = identity.totp_secret
    return Password(
        identity.client_id,
        _given(identity.username),
        _given(identity.password),
        None if secret is None else _totp_secret(secret),
    )


TLS = frozenset({CERT_FILE, TLS_KEY_FILE})
"""Beside another way they are for the connection alone: a proxy or Keycloak may ask for them."""

WAYS: Mapping[frozenset[str], Callable[[Identity], Way]] = {
    frozenset({SECRET}): _by_secret,
    frozenset({KEY_FILE}): _by_key,
    frozenset({USERNAME, PASSWORD}): _by_password,
    frozenset({USERNAME, PASSWORD, TOTP_SECRET}): _by_password,
    TLS: _by_certificate,
}
NEEDS_CLIENT_ID = frozenset({SECRET, KEY_FILE, *TLS})


def given(identity: Identity) -> frozenset[str]:
    """The variables behind what is set."""
    values = {
        SECRET: identity.client_secret,
        KEY_FILE: identity.client_key_file,
        USERNAME: identity.username,
        PASSWORD: identity.password,
        TOTP_SECRET: identity.totp_secret,
        CERT_FILE: identity.tls_cert_file,
        TLS_KEY_FILE: identity.tls_key_file,
    }
    return frozenset(name for name, value in values.items() if value is not None)


def chosen(names: frozenset[str]) -> frozenset[str]:
    """The one row of WAYS that `names` asks for.

    Raises ConnectionSettingsError naming what is missing, or what contradicts.
    """
    half = names & TLS
    if half and half != TLS:
        raise _incomplete(half, TLS)
    row = (names - TLS) or half
    if row in WAYS:
        return row
    if not row:
        raise ConnectionSettingsError(
            "no identity for Keycloak is given",
            hint="Set TANBA_KEYCLOAK_CLIENT_ID and one of: TANBA_KEYCLOAK_CLIENT_KEY_FILE, "
            "TANBA_KEYCLOAK_CLIENT_SECRET[_FILE], TANBA_KEYCLOAK_TLS_CERT_FILE with "
            "TANBA_KEYCLOAK_TLS_KEY_FILE; docs/connection.md explains them.",
        )
    rows = [candidate for candidate in WAYS if row < candidate]
    if rows:
        raise _incomplete(row, min(rows, key=len))
    raise ConnectionSettingsError(
        f"{_listed(row)} contradict each other: they are different ways to say who we are",
        hint="Keep exactly one way; docs/connection.md lists them.",
    )


def way_for(identity: Identity, *, at: float) -> Way:
    """The way that the settings ask for, its files read and checked at `at` (seconds since 1970).

    Raises ConnectionSettingsError.
    """
    row = chosen(given(identity))
    if identity.tls_cert_file is not None and identity.tls_key_file is not None:
        check_pair(identity.tls_cert_file, identity.tls_key_file, at=at)
    return WAYS[row](identity)


def _totp_secret(secret: SecretStr) -> bytes:
    try:
        return totp.read_secret(secret.get_secret_value())
    except ValueError:
        raise ConnectionSettingsError(
            f"what {TOTP_SECRET} gives is not base32",
            hint="It is the text behind “unable to scan?” when the code was set up.",
        ) from None


def _incomplete(names: frozenset[str], row: frozenset[str]) -> ConnectionSettingsError:
    return ConnectionSettingsError(
        f"{_listed(names)} without {_listed(row - names)} says not who we are",
        hint="Set both, or neither.",
    )


def _listed(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def _given(value: T | None) -> T:
    if value is None:
        raise ValueError("the row of the table is not complete")
    return value
