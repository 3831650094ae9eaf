"""A service account by the certificate of the TLS connection (RFC 8705 2.1, `tls_client_auth`).

The key pair is checked here before it is used: OpenSSL would ask a terminal for the passphrase of
an encrypted key, and say nothing useful of a certificate that belongs to another key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from cryptography import x509

from provisioning.auth.files import private_key, read
from provisioning.auth.way import Form
from provisioning.errors import ConnectionSettingsError

CERT_FILE = "TANBA_KEYCLOAK_TLS_CERT_FILE"
KEY_FILE = "TANBA_KEYCLOAK_TLS_KEY_FILE"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client whose certificate the connection shows; the request itself holds no secret."""

    client_id: str

    repeatable: ClassVar[bool] = True
    advice: ClassVar[str] = (
        "Check that the client authenticates by X509 certificate, that its subject is the "
        "certificate's, and that Keycloak asks for client certificates (https-client-auth)."
    )

    @property
    def who(self) -> str:
        """The client id."""
        return self.client_id

    def form(self, *, at: float) -> Form:
        """Grant `client_credentials`."""
        return {"grant_type": "client_credentials"} | self.client_fields(at=at)

    def client_fields(self, *, at: float) -> Form:  # noqa: ARG002 - as every way
        """The client id alone."""
        return {"client_id": self.client_id}


def check_pair(cert_file: Path, key_file: Path, *, at: float) -> None:
    """Refuse a certificate and key that no TLS connection can use.

    Raises ConnectionSettingsError: not readable, others can read the key, not PEM, encrypted, the
    first certificate is of another key, or it is not valid at `at` (seconds since 1970).
    """
    key = private_key(key_file, KEY_FILE)
    try:
        certificates = x509.load_pem_x509_certificates(read(cert_file, CERT_FILE))
    except ValueError:
        raise ConnectionSettingsError(
            f"the file that {CERT_FILE} names holds no PEM certificate"
        ) from None
    own = certificates[0]
    if own.public_key() != key.public_key():
        raise ConnectionSettingsError(
            f"the first certificate that {CERT_FILE} names is not of the key in {KEY_FILE}",
            hint="Put the tool's own certificate first, its issuers after it.",
        )
    now = datetime.fromtimestamp(at, UTC)
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        raise ConnectionSettingsError(
            f"the certificate that {CERT_FILE} names is valid from "
            f"{own.not_valid_before_utc.isoformat()} to {own.not_valid_after_utc.isoformat()}",
            hint="Renew it, or correct this machine's clock.",
        )
