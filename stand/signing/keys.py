"""Private keys that sign: RSA with SHA-256 and GOST R 34.10-2015 of 512 bits, as the NCA uses them.

Bytes of a GOST key, signature and PKCS#8 stand in the NCA's order, not the RFCs': every number is
little-endian, a signature is r || s, a public key is OCTET STRING { x || y } inside the BIT STRING.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import hashlib
import secrets
from typing import ClassVar, Protocol

from asn1crypto import core
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from eds_verifier.gost import TC26_512_A, Point, PublicKey, digest_number, multiply, streebog
from stand.errors import StandError
from stand.signing import asn1

_GOST_OCTETS = 64


class KeyFormatError(StandError):
    """A private key that cannot be read."""

    code = "key_format"


class SigningKey(Protocol):
    """A private key with everything a structure it signs must name."""

    @property
    def name(self) -> str:
        """`RSA` or `GOST`."""

    @property
    def digest_algorithm(self) -> asn1.AlgorithmIdentifier: ...

    @property
    def signature_algorithm(self) -> asn1.AlgorithmIdentifier: ...

    @property
    def public_key_info(self) -> bytes:
        """DER SubjectPublicKeyInfo."""

    def digest(self, data: bytes) -> bytes:
        """The hash that goes with this key's signatures."""

    def sign(self, data: bytes) -> bytes:
        """Signature over `data`, in the byte order that stands in certificates and CMS."""

    def pkcs8(self) -> bytes:
        """DER PrivateKeyInfo, not encrypted."""


class RsaKey:
    """RSA, PKCS#1 v1.5, SHA-256."""

    name: ClassVar[str] = "RSA"

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key = key

    @classmethod
    def generate(cls, bits: int) -> RsaKey:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=bits))

    @property
    def digest_algorithm(self) -> asn1.AlgorithmIdentifier:
        return _algorithm(asn1.SHA256, core.Null())

    @property
    def signature_algorithm(self) -> asn1.AlgorithmIdentifier:
        return _algorithm(asn1.SHA256_WITH_RSA, core.Null())

    @property
    def public_key_info(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def pkcs8(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


class GostKey:
    """GOST R 34.10-2015, 512 bits, Streebog-512.

    `scalar`: the private number d, 0 < d < q. Raises KeyFormatError for any other.
    """

    name: ClassVar[str] = "GOST"

    def __init__(self, scalar: int) -> None:
        if not 0 < scalar < TC26_512_A.q:
            raise KeyFormatError("a GOST private key lies outside 1..q-1")
        self._scalar = scalar

    @classmethod
    def generate(cls) -> GostKey:
        return cls(_random_scalar())

    @property
    def digest_algorithm(self) -> asn1.AlgorithmIdentifier:
        return _algorithm(asn1.STREEBOG_512, core.Null())

    @property
    def signature_algorithm(self) -> asn1.AlgorithmIdentifier:
        return _algorithm(asn1.GOST_2015_512_SIGNATURE, core.Null())

    @property
    def public_key_info(self) -> bytes:
        public = PublicKey(TC26_512_A, _multiple_of_base(self._scalar))
        point = core.OctetString(public.octets()).dump()
        info = asn1.SubjectPublicKeyInfo({"algorithm": _gost_key_algorithm(), "public_key": point})
        return bytes(info.dump())

    def digest(self, data: bytes) -> bytes:
        return streebog(data)

    def sign(self, data: bytes) -> bytes:
        q = TC26_512_A.q
        e = digest_number(self.digest(data), TC26_512_A)
        while True:
            k = _random_scalar()
            r = _multiple_of_base(k)[0] % q
            s = (r * self._scalar + k * e) % q
            if r and s:
                return _little(r) + _little(s)

    def pkcs8(self) -> bytes:
        inner = core.OctetString(_little(self._scalar)).dump()
        info = asn1.PrivateKeyInfo(
            {"version": 0, "algorithm": _gost_key_algorithm(), "private_key": inner}
        )
        return bytes(info.dump())


def load_pkcs8(der: bytes) -> SigningKey:
    """Read a PrivateKeyInfo of either kind.

    Raises KeyFormatError: not one, or of an algorithm that the NCA does not use now.
    """
    try:
        info = asn1.PrivateKeyInfo.load(der, strict=True)
        algorithm = info["algorithm"]["algorithm"].dotted
        private = bytes(info["private_key"])
    except (ValueError, TypeError, KeyError) as error:
        raise KeyFormatError("a private key is not PKCS#8") from error
    if algorithm == asn1.RSA_ENCRYPTION:
        key = serialization.load_der_private_key(der, password=None)
        if isinstance(key, rsa.RSAPrivateKey):
            return RsaKey(key)
    if algorithm == asn1.GOST_2015_512_KEY:
        try:
            octets = bytes(core.OctetString.load(private, strict=True))
        except ValueError as error:
            raise KeyFormatError("a GOST private key is not an OCTET STRING") from error
        if len(octets) != _GOST_OCTETS:
            raise KeyFormatError(f"a GOST private key has 64 octets, not {len(octets)}")
        return GostKey(int.from_bytes(octets, "little"))
    raise KeyFormatError(f"a private key is of the algorithm {algorithm}, which the stand lacks")


def _algorithm(oid: str, parameters: core.Asn1Value) -> asn1.AlgorithmIdentifier:
    return asn1.AlgorithmIdentifier({"algorithm": oid, "parameters": parameters})


def _gost_key_algorithm() -> asn1.AlgorithmIdentifier:
    parameters = asn1.GostKeyParameters(
        {"curve": asn1.GOST_2015_512_PARAMETERS, "digest": asn1.STREEBOG_512}
    )
    return _algorithm(asn1.GOST_2015_512_KEY, parameters)


def _random_scalar() -> int:
    return 1 + secrets.randbelow(TC26_512_A.q - 1)


def _little(number: int) -> bytes:
    return number.to_bytes(_GOST_OCTETS, "little")


def _multiple_of_base(scalar: int) -> Point:
    point = multiply(TC26_512_A, scalar)
    if point is None:  # only for a multiple of q, which no caller gives
        raise KeyFormatError("a GOST scalar is a multiple of the group order")
    return point
