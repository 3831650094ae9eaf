"""Where Keycloak is and who we are there, read from the environment."""

from __future__ import annotations

import ssl
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from provisioning.auth import ways
from provisioning.auth.files import read_private
from provisioning.errors import ConnectionSettingsError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Where Keycloak is and who we are there.

    `url` is the server's base address without `/admin`. Exactly one way of authenticating must be
    complete (`provisioning.auth.ways.WAYS`); `tls_cert_file` with `tls_key_file` may also stand
    beside another, for the connection alone. `ca_file` is a PEM bundle for a private CA. `issuer`
    is the realm's issuer where it is not `<url>/realms/<auth_realm>`.
    """

    url: str
    auth_realm: str = "master"
    client_id: str = "admin-cli"
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    client_key_file: Path | None = None
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    totp_secret: SecretStr | None = field(default=None)
    issuer: str | None = None

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        *,
        url: str | None = None,
        auth_realm: str | None = None,
        client_id: str | None = None,
    ) -> ConnectionSettings:
        """Read `TANBA_KEYCLOAK_…`; what is given by argument wins. Secrets come only from here.

        Raises ConnectionSettingsError naming the variables that are missing, wrong or
        contradict each other.
        """
        address = url or environ.get("TANBA_KEYCLOAK_URL", "")
        client = client_id or environ.get("TANBA_KEYCLOAK_CLIENT_ID", "")
        if not address:
            raise ConnectionSettingsError(
                "no Keycloak is named",
                hint="Set TANBA_KEYCLOAK_URL, or give --keycloak-url.",
            )
        settings = cls(
            url=_checked_url(address),
            auth_realm=auth_realm or environ.get("TANBA_KEYCLOAK_AUTH_REALM") or "master",
            client_id=client or "admin-cli",
            client_secret=_secret(environ, "TANBA_KEYCLOAK_CLIENT_SECRET"),
            username=environ.get("TANBA_KEYCLOAK_USERNAME") or None,
            password=_secret(environ, "TANBA_KEYCLOAK_PASSWORD"),
            ca_file=_path(environ, "TANBA_KEYCLOAK_CA_FILE"),
            client_key_file=_path(environ, "TANBA_KEYCLOAK_CLIENT_KEY_FILE"),
            tls_cert_file=_path(environ, "TANBA_KEYCLOAK_TLS_CERT_FILE"),
            tls_key_file=_path(environ, "TANBA_KEYCLOAK_TLS_KEY_FILE"),
            totp_secret=_totp_secret(environ),
            issuer=environ.get("TANBA_KEYCLOAK_ISSUER") or None,
        )
        row = ways.chosen(ways.given(settings))
        if row & ways.NEEDS_CLIENT_ID and not client:
            raise ConnectionSettingsError(
                f"{' and '.join(sorted(row))} is given but not whose it is",
                hint="Set TANBA_KEYCLOAK_CLIENT_ID.",
            )
        return settings

    @property
    def audience(self) -> str:
        """Whom a signed token request is for: the realm's issuer."""
        realm = urllib.parse.quote(self.auth_realm, safe="")
        return self.issuer or f"{self.url}/realms/{realm}"

    @property
    def plain(self) -> bool:
        """Whether the connection is not encrypted; only this machine is reached so."""
        return urllib.parse.urlsplit(self.url).scheme == "http"

    def check(self) -> None:
        """Refuse what no connection can be made of. Raises ConnectionSettingsError."""
        if self.tls_cert_file is not None and self.plain:
            raise ConnectionSettingsError(
                "TANBA_KEYCLOAK_TLS_CERT_FILE is given but the connection is plain http",
                hint="Give the https:// address of Keycloak.",
            )
        if self.ca_file is not None:
            try:
                ssl.create_default_context(cafile=str(self.ca_file))
            except (OSError, ssl.SSLError):
                raise ConnectionSettingsError(
                    "the file that TANBA_KEYCLOAK_CA_FILE names holds no PEM certificate that can "
                    "be read"
                ) from None


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    return Path(value) if value else None


def _secret(environ: Mapping[str, str], name: str) -> SecretStr | None:
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value and file:
        raise ConnectionSettingsError(f"{name} and {name}_FILE are both set", hint="Keep one.")
    if file:
        try:
            value = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise ConnectionSettingsError(
                f"the file that {name}_FILE names cannot be read"
            ) from None
        if not value:
            raise ConnectionSettingsError(f"the file that {name}_FILE names is empty")
    return SecretStr(value) if value else None


def _totp_secret(environ: Mapping[str, str]) -> SecretStr | None:
    """The key behind every future code: its file is held to the rule for private keys."""
    file = _path(environ, "TANBA_KEYCLOAK_TOTP_SECRET_FILE")
    if file is not None:
        read_private(file, "TANBA_KEYCLOAK_TOTP_SECRET_FILE")
    return _secret(environ, "TANBA_KEYCLOAK_TOTP_SECRET")


def _checked_url(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username:
        raise ConnectionSettingsError(
            "the Keycloak address is not https://host[:port][/path]",
            hint="Correct TANBA_KEYCLOAK_URL or --keycloak-url; it holds no user name.",
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ConnectionSettingsError(
            f"{parts.hostname} would be reached without encryption, secrets included",
            hint="Use an https:// address; http is for this machine alone.",
        )
    return address.rstrip("/")
