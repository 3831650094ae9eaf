"""Personal data at rest is sealed with a secret that only the browser or Keycloak holds.

AES-256-GCM under HKDF-SHA256 of that secret. The store keeps the secret's SHA-256 alone, so a
copy of the database opens neither a running sign-in nor a code's claims.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eds_verifier.provider.errors import ProviderError

_NONCE_BYTES = 12


def digest(secret: str) -> str:
    """What is stored in place of a high-entropy secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def _key(secret: str, purpose: str) -> bytes:
    info = f"tanba/{purpose}".encode()
    return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(secret.encode("utf-8"))


def seal(data: bytes, *, secret: str, purpose: str, nonce: bytes) -> bytes:
    """Encrypt; `purpose` names what for, `nonce` is 12 fresh random bytes."""
    if len(nonce) != _NONCE_BYTES:
        raise ValueError("a nonce is 12 bytes")
    return nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, data, None)


def unseal(data: bytes, *, secret: str, purpose: str) -> bytes:
    """Decrypt; ProviderError when it was sealed with another secret or for another purpose."""
    nonce, box = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
    try:
        return AESGCM(_key(secret, purpose)).decrypt(nonce, box, None)
    except InvalidTag:
        raise ProviderError("sealed data does not open with this secret") from None
