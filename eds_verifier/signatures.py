"""One signature over some octets: which algorithms are accepted, and checking it.

RSA of 2048 bits or more, PKCS #1 v1.5 or PSS (RFC 8017), with SHA-256, -384 or -512; GOST R
34.10-2015 with 512 or 256 bits and Streebog of that size; GOST 34.310-2004 with GOST 34.311-95.
What is not in the tables is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from eds_verifier import gost
from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import (
    NULL,
    SubjectPublicKeyInfo,
    algorithm_parts,
    decode,
    octets_of,
    oids_of,
    raw,
)
from eds_verifier.gost.backend import default_backend
from eds_verifier.verdict import Reason, Refused

KeyKind = Literal["rsa", "gost2015-512", "gost2015-256", "gost2004"]

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
MIN_EXPONENT, MAX_EXPONENT = 1 << 16, 1 << 256
"""NIST SP 800-89 section 5.3.3. A larger exponent makes a check as dear as signing."""
MIN_SALT, MAX_SALT = 16, 64
MAX_IDENTIFIER = 256
"""Octets of an AlgorithmIdentifier; RSASSA-PSS with all its parameters has some seventy."""
MAX_SIGNATURE = 4_096
"""Octets of a signature value."""

_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    oids.SHA256: lambda data: hashlib.sha256(data).digest(),
    oids.SHA384: lambda data: hashlib.sha384(data).digest(),
    oids.SHA512: lambda data: hashlib.sha512(data).digest(),
    oids.STREEBOG_512: lambda data: default_backend().streebog(data),
    oids.STREEBOG_256: lambda data: default_backend().streebog(data, bits=256),
    oids.GOST_34311: lambda data: default_backend().gostr3411_94(data),
}

_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    oids.SHA256: hashes.SHA256(),
    oids.SHA384: hashes.SHA384(),
    oids.SHA512: hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signature algorithm: the kind of key, the OID of the digest.

    `salt`: octets of salt of RSASSA-PSS (RFC 8017 section 8.1); None is any other scheme.
    """

    key: KeyKind
    digest: str
    salt: int | None = None


SCHEMES: dict[str, Scheme] = {
    oids.RSA_SHA256: Scheme("rsa", oids.SHA256),
    oids.RSA_SHA384: Scheme("rsa", oids.SHA384),
    oids.RSA_SHA512: Scheme("rsa", oids.SHA512),
    oids.GOST_2015_512_SIGNATURE: Scheme("gost2015-512", oids.STREEBOG_512),
    oids.GOST_2015_256_SIGNATURE: Scheme("gost2015-256", oids.STREEBOG_256),
    oids.GOST_2004_SIGNATURE: Scheme("gost2004", oids.GOST_34311),
}
"""Signature algorithms that name their digest."""

KEY_SCHEMES: dict[tuple[str, str], Scheme] = {
    (key, scheme.digest): scheme
    for key, kind in (
        (oids.RSA, "rsa"),
        (oids.GOST_2015_512, "gost2015-512"),
        (oids.GOST_2015_256, "gost2015-256"),
        (oids.GOST_2004, "gost2004"),
    )
    for scheme in SCHEMES.values()
    if scheme.key == kind
}
"""In a CMS SignerInfo the key's own OID may stand, the digest being named beside it."""

_GOST_KEYS: dict[str, tuple[KeyKind, tuple[str, str], gost.Curve]] = {
    oids.GOST_2015_512: (
        "gost2015-512",
        (oids.GOST_2015_512_PARAMETERS, oids.STREEBOG_512),
        gost.TC26_512_A,
    ),
    oids.GOST_2015_256: (
        "gost2015-256",
        (oids.GOST_2015_256_PARAMETERS, oids.STREEBOG_256),
        gost.TC26_256_A,
    ),
    oids.GOST_2004: (
        "gost2004",
        (oids.GOST_2004_PARAMETERS, oids.GOST_34311_PARAMETERS),
        gost.CRYPTOPRO_A,
    ),
}
"""Of each GOST key: the curve and digest parameters the NCA writes beside it, and the curve."""

_GOST_KINDS: dict[gost.Curve, KeyKind] = {curve: kind for kind, _, curve in _GOST_KEYS.values()}


@asn1.sequence
class _PssParameters:
    hash: Annotated[asn1.TLV, asn1.Explicit(0)]
    mask: Annotated[asn1.TLV, asn1.Explicit(1)]
    salt: Annotated[int, asn1.Explicit(2)]
    trailer: Annotated[int | None, asn1.Explicit(3)]


def read_scheme(identifier: bytes, *, what: str, digest_oid: str | None = None) -> Scheme:
    """The accepted scheme a DER AlgorithmIdentifier means, with the digest named beside it.

    Parameters absent and NULL are one (RFC 5754): the NCA writes both, even side by side in one
    CRL. Refuses unsupported_algorithm for anything else.
    """
    # What is kept is bounded: identifiers come from strangers.
    scheme = _read_scheme(identifier, digest_oid) if len(identifier) <= MAX_IDENTIFIER else None
    if scheme is None:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, f"{what} uses an algorithm not accepted here")
    return scheme


@lru_cache(maxsize=256)
def _read_scheme(identifier: bytes, digest_oid: str | None) -> Scheme | None:
    oid, parameters = algorithm_parts(identifier, what="an algorithm")
    scheme: Scheme | None
    if oid == oids.RSA_PSS:
        scheme = _read_pss(parameters)
    elif parameters not in (b"", NULL):
        scheme = None
    else:
        scheme = SCHEMES.get(oid)
        if scheme is None and digest_oid is not None:
            scheme = KEY_SCHEMES.get((oid, digest_oid))
    if scheme is not None and digest_oid not in (None, scheme.digest):
        return None
    return scheme


def _read_pss(parameters: bytes) -> Scheme | None:
    """RFC 4055 section 3.1: one SHA-2 for the hash and MGF1, a salt of a sensible length.

    The defaults mean SHA-1, so nothing may be left to them.
    """
    what = "RSASSA-PSS parameters"
    try:
        read = decode(_PssParameters, parameters, what=what)
        hash_oid = read_digest(raw(read.hash), what=what)
        mask_oid, mask_hash = algorithm_parts(raw(read.mask), what=what)
        coherent = (
            hash_oid in _RSA_HASHES
            and mask_oid == oids.MGF1
            and read_digest(mask_hash, what=what) == hash_oid
            and MIN_SALT <= read.salt <= MAX_SALT
            and read.trailer in (None, 1)
        )
    except Refused:
        return None
    return Scheme("rsa", hash_oid, read.salt) if coherent else None


def read_digest(identifier: bytes, *, what: str) -> str:
    """The OID of a digest's AlgorithmIdentifier; refuses one with parameters, or not accepted."""
    if len(identifier) > MAX_IDENTIFIER:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, f"{what} uses an algorithm not accepted here")
    return _read_digest(identifier, what=what)


@lru_cache(maxsize=256)
def _read_digest(identifier: bytes, *, what: str) -> str:
    oid, parameters = algorithm_parts(identifier, what=what)
    if oid not in _DIGESTS or parameters not in (b"", NULL):
        raise Refused(
            Reason.UNSUPPORTED_ALGORITHM, f"{what} uses a digest algorithm not accepted here"
        )
    return oid


def digest(oid: str, data: bytes) -> bytes:
    """The digest of `data` by an accepted algorithm; refuses any other OID."""
    if oid not in _DIGESTS:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a digest algorithm not accepted here is used")
    return _DIGESTS[oid](data)


def key_octets(key_info: bytes) -> bytes:
    """The octets of subjectPublicKey, which OCSP hashes (RFC 6960 section 4.1.1)."""
    return decode(SubjectPublicKeyInfo, key_info, what="a public key").public_key.as_bytes()


@lru_cache(maxsize=256)
def read_key(key_info: bytes) -> rsa.RSAPublicKey | gost.PublicKey:
    """Read a DER SubjectPublicKeyInfo; refuses other kinds, short keys, points off the curve."""
    bad = Reason.CERTIFICATE_INVALID
    encoded = decode(SubjectPublicKeyInfo, key_info, what="a public key", reason=bad)
    oid, parameters = algorithm_parts(raw(encoded.algorithm), what="a public key")
    if oid == oids.RSA:
        return _read_rsa(key_info)
    if oid not in _GOST_KEYS:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a public key is of a kind not accepted here")
    _, expected, curve = _GOST_KEYS[oid]
    if oids_of(parameters, what="a GOST public key", reason=bad) != expected:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a GOST key has unknown parameters")
    if encoded.public_key.padding_bits():
        raise Refused(bad, "a GOST public key cannot be read")
    point = octets_of(encoded.public_key.as_bytes(), what="a GOST public key", reason=bad)
    try:
        return gost.PublicKey.parse(point, curve=curve)
    except gost.GostKeyError:
        raise Refused(bad, "a GOST public key is not a point of its curve") from None


def _read_rsa(key_info: bytes) -> rsa.RSAPublicKey:
    try:
        key = load_der_public_key(key_info)
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(Reason.CERTIFICATE_INVALID, "an RSA public key cannot be read") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a public key is of a kind not accepted here")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise Refused(
            Reason.UNSUPPORTED_ALGORITHM,
            f"an RSA key has {key.key_size} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted",
        )
    exponent = key.public_numbers().e
    if not (MIN_EXPONENT < exponent < MAX_EXPONENT and exponent % 2):
        raise Refused(Reason.CERTIFICATE_INVALID, "an RSA key's exponent is not a usual one")
    return key


def prepare_key(key_info: bytes) -> None:
    """Make later checks with an authority's key quicker: a table is kept for a GOST key.

    Only for keys that are trusted: tables are few, and a stranger's key must not push one out.
    """
    key = read_key(key_info)
    if isinstance(key, gost.PublicKey):
        key.prepare()


def fits(scheme: Scheme, key_info: bytes) -> bool:
    """Whether a key of this kind could have made such a signature at all."""
    key = read_key(key_info)
    kind = _GOST_KINDS[key.curve] if isinstance(key, gost.PublicKey) else "rsa"
    return scheme.key == kind


def holds(scheme: Scheme, key_info: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made with this key. A key of another kind: False."""
    if not fits(scheme, key_info) or len(signature) > MAX_SIGNATURE:
        return False
    key = read_key(key_info)
    if isinstance(key, gost.PublicKey):
        return gost.verify(key, digest(scheme.digest, data), signature)
    try:
        key.verify(signature, data, _padding(scheme), _RSA_HASHES[scheme.digest])
    except InvalidSignature:
        return False
    return True


@lru_cache(maxsize=32)
def _padding(scheme: Scheme) -> padding.AsymmetricPadding:
    if scheme.salt is None:
        return padding.PKCS1v15()
    return padding.PSS(padding.MGF1(_RSA_HASHES[scheme.digest]), scheme.salt)
