"""A realm's keys: the HMAC key that makes people's `sub`, and the key that signs id_tokens.

They are made on the first start and never again. The HMAC key is part of every account's name:
lose it and nobody finds their account; leak it and an IIN can be told from a `sub`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from eds_verifier.provider.errors import KeyFileError

HMAC_BYTES = 32
RSA_BITS = 3072
_SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class RealmKeys:
    """The keys of one realm; `kid` is the RFC 7638 thumbprint of the signing key."""

    hmac_key: bytes = field(repr=False)
    signing_key: rsa.RSAPrivateKey = field(repr=False)
    kid: str

    def subject(self, iin: str) -> str:
        """The person's `sub`: `p-` and 26 base32 characters that say nothing about the IIN."""
        mac = hmac.new(self.hmac_key, iin.encode("ascii"), hashlib.sha256).digest()
        return "p-" + base64.b32encode(mac).decode("ascii").lower().rstrip("=")[:26]

    def jwk(self) -> dict[str, str]:
        """The public signing key as RFC 7517 writes it."""
        return {**_jwk(self.signing_key), "kid": self.kid, "use": "sig", "alg": "RS256"}


def load_or_make_keys(folder: Path, realm: str, *, random: Callable[[int], bytes]) -> RealmKeys:
    """Read `<folder>/<realm>/{hmac.key,signing.pem}`, making what is absent (0600 in 0700).

    Raises KeyFileError when a file is malformed, or anybody but its owner can reach it. A missing
    HMAC key beside an existing signing key is a loss, not a first start, and is refused.
    """
    directory = folder / realm
    for path in (folder, directory):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_when_open(path)
    hmac_path, signing_path = directory / "hmac.key", directory / "signing.pem"
    if signing_path.exists() and not hmac_path.exists():
        raise KeyFileError(
            f"{hmac_path} is gone while {signing_path.name} is there",
            hint="Restore it from the backup: a new one would give every person a new account.",
        )
    if not hmac_path.exists():
        _write(hmac_path, random(HMAC_BYTES).hex().encode("ascii") + b"\n")
    if not signing_path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        _write(
            signing_path,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
    signing_key = _read_signing_key(signing_path)
    return RealmKeys(_read_hmac_key(hmac_path), signing_key, _thumbprint(signing_key))


def keys_present(folder: Path, realm: str) -> bool:
    """Whether both key files are still there and only their owner can read them."""
    paths = [folder / realm / name for name in ("hmac.key", "signing.pem")]
    return all(p.is_file() and not stat.S_IMODE(p.stat().st_mode) & 0o077 for p in paths)


def _refuse_when_open(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        mode = "700" if path.is_dir() else "600"
        raise KeyFileError(f"others can reach {path}", hint=f"Run: chmod {mode} {path}")


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all, on the disk when it returns; never over a file that is there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process starting at the same time made it
    finally:
        draft.unlink()


def _read_hmac_key(path: Path) -> bytes:
    _refuse_when_open(path)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != HMAC_BYTES:
        raise KeyFileError(
            f"{path}: not {HMAC_BYTES} bytes in hex", hint="Restore it from the backup."
        )
    return key


def _read_signing_key(path: Path) -> rsa.RSAPrivateKey:
    _refuse_when_open(path)
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise KeyFileError(f"{path}: not an unencrypted PEM private key") from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _SMALLEST_RSA:
        raise KeyFileError(f"{path}: expected an RSA key of at least {_SMALLEST_RSA} bits")
    return key


def _jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    return {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _thumbprint(key: rsa.RSAPrivateKey) -> str:
    canonical = json.dumps(_jwk(key), separators=(",", ":"), sort_keys=True).encode("ascii")
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode("ascii").rstrip("=")
