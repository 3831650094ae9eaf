"""The emulator's own certificate for wss://127.0.0.1, made once per stand."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stand.files import private_folder, write_private

_LIFE = timedelta(days=397)
_RENEW_BEFORE = timedelta(days=30)


def self_made(folder: Path, *, now: datetime) -> tuple[Path, Path]:
    """Certificate and key files (PEM) in `folder`, for localhost; made when missing or old.

    No browser trusts it by itself: over wss the person has to allow it once, as with NCALayer's.
    """
    certificate, key = folder / "ncalayer.crt", folder / "ncalayer.key"
    if not (certificate.exists() and key.exists() and _lasts(certificate, now)):
        private_folder(folder)
        _make(certificate, key, now)
    return certificate, key


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's TLS context, 1.2 at least."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key)
    return made


def _lasts(certificate: Path, now: datetime) -> bool:
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    return found.not_valid_before_utc <= now < found.not_valid_after_utc - _RENEW_BEFORE


def _make(certificate: Path, key: Path, now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ТАНБА ДЕМО NCALayer emulator")])
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(key, pem.decode("ascii"))
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM).decode("ascii"))
