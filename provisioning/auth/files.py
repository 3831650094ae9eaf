"""Files that identities come from: read once, refused when others can read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from provisioning.errors import ConnectionSettingsError

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey
MIN_RSA_BITS = 2048
_OTHERS = 0o077
_MAX_BYTES = 1 << 20


def read(path: Path, variable: str) -> bytes:
    """The file's octets. Raises ConnectionSettingsError naming `variable`, never the contents."""
    return _read(path, variable, refused_modes=0)


def read_private(path: Path, variable: str) -> bytes:
    """As `read`; a file that its group or everybody may reach is refused."""
    return _read(path, variable, refused_modes=_OTHERS)


def private_key(path: Path, variable: str) -> PrivateKey:
    """An RSA (2048 bits or more) or elliptic-curve private key, PEM, not encrypted.

    Raises ConnectionSettingsError.
    """
    octets = read_private(path, variable)
    try:
        key = load_pem_private_key(octets, password=None)
    except TypeError:
        raise ConnectionSettingsError(
            f"the key that {variable} names is encrypted",
            hint="Keep it unencrypted in a file of mode 0400: there is nobody to ask for a "
            "passphrase.",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConnectionSettingsError(
            f"the file that {variable} names holds no PEM private key that can be read"
        ) from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= MIN_RSA_BITS:
        return key
    if isinstance(key, EllipticCurvePrivateKey):
        return key
    raise ConnectionSettingsError(
        f"the key that {variable} names is neither RSA of {MIN_RSA_BITS} bits or more nor an "
        "elliptic-curve key"
    )


def _read(path: Path, variable: str, *, refused_modes: int) -> bytes:
    """The mode is asked of the open file: what was checked is what is read."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            octets = file.read(_MAX_BYTES) if stat.S_ISREG(status.st_mode) else b""
    except OSError:
        raise ConnectionSettingsError(f"the file that {variable} names cannot be read") from None
    if stat.S_IMODE(status.st_mode) & refused_modes:
        raise ConnectionSettingsError(
            f"others can reach the file that {variable} names",
            hint=f"Run: chmod 600 {path}",
        )
    if not octets:
        raise ConnectionSettingsError(f"the file that {variable} names is empty or no file")
    return octets
