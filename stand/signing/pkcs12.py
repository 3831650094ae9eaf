"""PKCS#12 as the NCA hands keys out: GOST or RSA, the key under Triple DES, certificates under
RC2 of 40 bits, both by the password (RFC 7292).

`cryptography` and OpenSSL refuse a GOST key in it, so the container is opened here.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from asn1crypto import algos, cms, core
from asn1crypto import pkcs12 as container
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.padding import PKCS7

from eds_verifier.asn1.reading import octets
from stand.errors import StandError
from stand.signing import rc2
from stand.signing.keys import SigningKey, load_pkcs8

_KEY, _IV, _MAC = 1, 2, 3  # RFC 7292 B.3
_BLOCK = 64  # of SHA-1, octets
_MOST_ITERATIONS = 1_000_000


class Pkcs12Error(StandError):
    """A PKCS#12 file that cannot be opened."""

    code = "pkcs12"


@dataclass(frozen=True, slots=True)
class Opened:
    """What was inside: the key and the certificates, DER, in the file's order."""

    key: SigningKey
    certificates: tuple[bytes, ...]


def open_pkcs12(data: bytes, password: str) -> Opened:
    """Check the container's MAC and open it.

    Raises Pkcs12Error: not such a container, a wrong password, another way of encryption, or
    not exactly one key in it.
    """
    try:
        pfx = container.Pfx.load(data)
        _check_mac(pfx, password)
        return _collect(pfx, password)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Pkcs12Error("the file is no PKCS#12 container that can be read") from error


def _check_mac(pfx: container.Pfx, password: str) -> None:
    mac = pfx["mac_data"]
    if mac.native is None or mac["mac"]["digest_algorithm"]["algorithm"].native != "sha1":
        raise Pkcs12Error("the PKCS#12 container has no HMAC-SHA-1 of its content")
    salt, iterations = mac["mac_salt"].native, mac["iterations"].native
    key = _derive(password, salt, iterations, purpose=_MAC, length=20)
    expected = hmac.new(key, pfx["auth_safe"]["content"].native, hashlib.sha1).digest()
    if not hmac.compare_digest(expected, mac["mac"]["digest"].native):
        raise Pkcs12Error("the password does not fit the PKCS#12 container")


def _collect(pfx: container.Pfx, password: str) -> Opened:
    keys: list[SigningKey] = []
    certificates: list[bytes] = []
    for content in pfx.authenticated_safe:
        for bag in _safe_contents(content, password):
            kind, value = bag["bag_id"].native, bag["bag_value"]
            if kind == "pkcs8_shrouded_key_bag":
                box = value["encryption_algorithm"]
                keys.append(load_pkcs8(_decrypt(box, value["encrypted_data"].native, password)))
            elif kind == "cert_bag":
                certificates.append(_certificate(value))
    if len(keys) != 1 or not certificates:
        raise Pkcs12Error(
            f"the PKCS#12 container holds {len(keys)} keys and {len(certificates)} certificates"
        )
    return Opened(keys[0], tuple(certificates))


def _safe_contents(content: cms.ContentInfo, password: str) -> container.SafeContents:
    if content["content_type"].native == "data":
        return _load_safe_contents(content["content"].native)
    if content["content_type"].native != "encrypted_data":
        raise Pkcs12Error("the PKCS#12 container is protected by a certificate, not a password")
    info = content["content"]["encrypted_content_info"]
    algorithm = info["content_encryption_algorithm"]
    return _load_safe_contents(_decrypt(algorithm, info["encrypted_content"].native, password))


def _load_safe_contents(data: bytes) -> container.SafeContents:
    contents: container.SafeContents = container.SafeContents.load(data)
    return contents


def _certificate(bag: container.CertBag) -> bytes:
    # asn1crypto would decode the certificate as its own class; the octets are what is wanted.
    return bytes(core.OctetString.load(octets(bag["cert_value"])).native)


def _decrypt(algorithm: algos.EncryptionAlgorithm, data: bytes, password: str) -> bytes:
    name = algorithm["algorithm"].native
    if name not in _CIPHERS:
        raise Pkcs12Error(
            "the PKCS#12 container is not encrypted as the NCA's are",
            hint="re-encrypt it with `openssl pkcs12 -export -legacy`",
        )
    length, decrypt = _CIPHERS[name]
    parameters = algorithm["parameters"]
    salt, iterations = parameters["salt"].native, parameters["iterations"].native
    key = _derive(password, salt, iterations, purpose=_KEY, length=length)
    vector = _derive(password, salt, iterations, purpose=_IV, length=8)
    unpadder = PKCS7(64).unpadder()
    return unpadder.update(decrypt(data, key, vector)) + unpadder.finalize()


def _triple_des(data: bytes, key: bytes, vector: bytes) -> bytes:
    decryptor = Cipher(TripleDES(key), modes.CBC(vector)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _rc2(data: bytes, key: bytes, vector: bytes) -> bytes:
    return rc2.decrypt_cbc(data, key=key, vector=vector)


_CIPHERS = {"pkcs12_sha1_tripledes_3key": (24, _triple_des), "pkcs12_sha1_rc2_40": (5, _rc2)}
"""Way of encryption → octets of key, decryption."""


def _derive(password: str, salt: bytes, iterations: int, *, purpose: int, length: int) -> bytes:
    """The key derivation of RFC 7292 appendix B.2 with SHA-1."""
    if not 0 < iterations <= _MOST_ITERATIONS or not salt:
        raise Pkcs12Error("the PKCS#12 container's key derivation is out of bounds")
    secret = (password + "\0").encode("utf-16-be")
    state = bytearray(_stretch(salt) + _stretch(secret))
    output = b""
    while len(output) < length:
        block = bytes([purpose]) * _BLOCK + state
        for _ in range(iterations):
            block = hashlib.sha1(block, usedforsecurity=False).digest()
        output += block
        addend = int.from_bytes(_stretch(block), "big") + 1
        for start in range(0, len(state), _BLOCK):
            chunk = int.from_bytes(state[start : start + _BLOCK], "big") + addend
            state[start : start + _BLOCK] = (chunk % (1 << 8 * _BLOCK)).to_bytes(_BLOCK, "big")
    return output[:length]


def _stretch(data: bytes) -> bytes:
    """`data` repeated up to the next multiple of the block; nothing for nothing."""
    size = -(-len(data) // _BLOCK) * _BLOCK
    return (data * (size // len(data) + 1))[:size] if data else b""
