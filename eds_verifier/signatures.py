"""One signature over some octets: which algorithms are accepted, and checking it.

RSA PKCS #1 v1.5 with 2048 bits or more and SHA-256, -384 or -512 (RFC 8017), and GOST R
34.10-2015 with 512 bits and Streebog-512. What is not in the tables is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from asn1crypto import core
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from eds_verifier import gost
from eds_verifier.asn1 import oids
from eds_verifier.asn1.reading import load, octets, reading
from eds_verifier.gost.backend import default_backend
from eds_verifier.verdict import Reason, Refused

KeyKind = Literal["rsa", "gost2015-512"]

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192

_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    oids.SHA256: lambda data: hashlib.sha256(data).digest(),
    oids.SHA384: lambda data: hashlib.sha384(data).digest(),
    oids.SHA512: lambda data: hashlib.sha512(data).digest(),
    oids.STREEBOG_512: lambda data: default_backend().streebog(data),
}

_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    oids.SHA256: hashes.SHA256(),
    oids.SHA384: hashes.SHA384(),
    oids.SHA512: hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signature algorithm: the kind of key and the OID of the digest."""

    key: KeyKind
    digest: str


SCHEMES: dict[str, Scheme] = {
    oids.RSA_SHA256: Scheme("rsa", oids.SHA256),
    oids.RSA_SHA384: Scheme("rsa", oids.SHA384),
    oids.RSA_SHA512: Scheme("rsa", oids.SHA512),
    oids.GOST_2015_512_SIGNATURE: Scheme("gost2015-512", oids.STREEBOG_512),
}
"""Signature algorithms that name their digest."""

KEY_SCHEMES: dict[tuple[str, str], Scheme] = {
    (key, scheme.digest): scheme
    for key, kind in ((oids.RSA, "rsa"), (oids.GOST_2015_512, "gost2015-512"))
    for scheme in SCHEMES.values()
    if scheme.key == kind
}
"""In a CMS SignerInfo the key's own OID may stand, the digest being named beside it."""


class _Algorithm(core.Sequence):
    _fields = [("algorithm", core.ObjectIdentifier), ("parameters", core.Any, {"optional": True})]  # noqa: RUF012 - asn1crypto's protocol


class _KeyInfo(core.Sequence):
    _fields = [("algorithm", _Algorithm), ("public_key", core.OctetBitString)]  # noqa: RUF012 - asn1crypto's protocol


class _Oids(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


_GOST_PARAMETERS = [oids.GOST_2015_512_PARAMETERS, oids.STREEBOG_512]
"""The curve and the digest, as the NCA writes them beside each GOST-2015 key."""


def algorithm_oid(identifier: Any, *, what: str) -> str:
    """The OID of an AlgorithmIdentifier whose parameters are absent or NULL; others are refused.

    The NCA writes both forms, even side by side in one CRL: they mean the same (RFC 5754).
    """
    with reading(f"the algorithm of {what}"):
        encoded = load(_Algorithm, octets(identifier))
        oid = str(encoded["algorithm"].dotted)
        parameters = octets(encoded["parameters"])
    if parameters not in (b"", b"\x05\x00"):
        raise Refused(
            Reason.UNSUPPORTED_ALGORITHM, f"the algorithm of {what} has unknown parameters"
        )
    return oid


def scheme_of(signature_oid: str, *, what: str, digest_oid: str | None = None) -> Scheme:
    """The accepted scheme an OID means, with the digest named beside it where there is one."""
    scheme = SCHEMES.get(signature_oid)
    if scheme is None and digest_oid is not None:
        scheme = KEY_SCHEMES.get((signature_oid, digest_oid))
    if scheme is None or (digest_oid is not None and scheme.digest != digest_oid):
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, f"{what} uses an algorithm not accepted here")
    return scheme


def digest(oid: str, data: bytes) -> bytes:
    """The digest of `data` by an accepted algorithm; refuses any other OID."""
    if oid not in _DIGESTS:
        raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a digest algorithm not accepted here is used")
    return _DIGESTS[oid](data)


def key_octets(key_info: bytes) -> bytes:
    """The octets of subjectPublicKey, which OCSP hashes (RFC 6960 section 4.1.1)."""
    with reading("a public key"):
        return bytes(load(_KeyInfo, key_info)["public_key"].native)


@lru_cache(maxsize=256)
def read_key(key_info: bytes) -> rsa.RSAPublicKey | gost.PublicKey:
    """Read a DER SubjectPublicKeyInfo; refuses other kinds, short keys, points off the curve."""
    with reading("a public key", reason=Reason.CERTIFICATE_INVALID):
        encoded = load(_KeyInfo, key_info)
        oid = encoded["algorithm"]["algorithm"].dotted
        parameters = octets(encoded["algorithm"]["parameters"])
        key = bytes(encoded["public_key"].native)
    if oid == oids.RSA:
        return _read_rsa(key_info)
    if oid == oids.GOST_2015_512:
        with reading("a GOST public key", reason=Reason.CERTIFICATE_INVALID):
            if [item.dotted for item in load(_Oids, parameters)] != _GOST_PARAMETERS:
                raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a GOST key has unknown parameters")
            return gost.PublicKey.parse(load(core.OctetString, key).native)
    raise Refused(Reason.UNSUPPORTED_ALGORITHM, "a public key is of a kind not accepted here")


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
    return key


def holds(scheme: Scheme, key_info: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made with this key. A key of another kind: False."""
    key = read_key(key_info)
    if isinstance(key, gost.PublicKey):
        if scheme.key != "gost2015-512":
            return False
        return gost.verify(key, digest(scheme.digest, data), signature)
    if scheme.key != "rsa":
        return False
    try:
        key.verify(signature, data, padding.PKCS1v15(), _RSA_HASHES[scheme.digest])
    except InvalidSignature:
        return False
    return True
