"""RSA keys, PKCS #1 v1.5 and PSS signatures, each part open to be made wrong (RFC 8017).

A modulus is the product of many small primes (section 3.2 allows more than two): such a key is made
in a millisecond, and who verifies sees no difference.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tests.limbo.build import oids
from tests.unit.eds_verifier import der

_PRIME_BITS = 256


@dataclass(frozen=True)
class Hash:
    """A digest with the OIDs that go with it."""

    name: str
    oid: str
    rsa: str

    def __call__(self, data: bytes) -> bytes:
        return hashlib.new(self.name, data, usedforsecurity=False).digest()

    @property
    def algorithm(self) -> bytes:
        return der.algorithm(self.oid)


MD5 = Hash("md5", oids.MD5, oids.RSA_MD5)
SHA1 = Hash("sha1", oids.SHA1, oids.RSA_SHA1)
SHA224 = Hash("sha224", oids.SHA224, oids.RSA_SHA224)
SHA256 = Hash("sha256", oids.SHA256, oids.RSA_SHA256)
SHA384 = Hash("sha384", oids.SHA384, oids.RSA_SHA384)
SHA512 = Hash("sha512", oids.SHA512, oids.RSA_SHA512)
SHA3_256 = Hash("sha3_256", oids.SHA3_256, "2.16.840.1.101.3.4.3.14")


class NoRootError(ArithmeticError):
    """The exponent 2 has no root of this number; another message may have one."""


@dataclass(frozen=True)
class RsaKey:
    """RSA with PKCS #1 v1.5, or PSS where a subclass pads so."""

    primes: tuple[int, ...]
    exponent: int = 65537
    hash: Hash = SHA256

    @cached_property
    def modulus(self) -> int:
        return math.prod(self.primes)

    @property
    def size(self) -> int:
        return (self.modulus.bit_length() + 7) // 8

    @cached_property
    def info(self) -> bytes:
        return rsa_info(self.modulus, self.exponent)

    @property
    def digest_algorithm(self) -> bytes:
        return self.hash.algorithm

    @property
    def signature_algorithm(self) -> bytes:
        return der.algorithm(self.hash.rsa)

    @property
    def cms_algorithm(self) -> bytes:
        return self.signature_algorithm

    def digest(self, data: bytes) -> bytes:
        return self.hash(data)

    def pad(self, data: bytes) -> bytes:
        """EMSA-PKCS1-v1_5 (RFC 8017 section 9.2)."""
        return pad_with(der.seq(self.hash.algorithm, der.octets(self.hash(data))), self.size)

    def sign(self, data: bytes) -> bytes:
        return self.raw(self.pad(data))

    def raw(self, padded: bytes) -> bytes:
        """RSASP1 by the Chinese remainder theorem over all the primes."""
        message = int.from_bytes(padded)
        root = modulus = 0
        for prime in self.primes:
            part = self._root(message % prime, prime)
            if not modulus:
                root, modulus = part, prime
                continue
            root += modulus * ((part - root) * pow(modulus, -1, prime) % prime)
            modulus *= prime
        return root.to_bytes(self.size)

    def _root(self, number: int, prime: int) -> int:
        if self.exponent != 2:
            return pow(number, pow(self.exponent, -1, prime - 1), prime)
        root = pow(number, (prime + 1) // 4, prime)
        if root * root % prime != number:
            raise NoRootError
        return root


def pad_with(digest_info: bytes, size: int) -> bytes:
    """Block type 1 around whatever stands for the DigestInfo."""
    return b"\0\1" + b"\xff" * (size - len(digest_info) - 3) + b"\0" + digest_info


@dataclass(frozen=True)
class PssKey(RsaKey):
    """RSASSA-PSS (RFC 8017 section 9.1), its salt made from the digest so that runs agree.

    `salt`, `mask`: what is really used. `declared_*`: what the parameters say, when that differs.
    """

    salt: int = 32
    mask: Hash = SHA256
    declared_salt: int | None = None
    declared_mask: Hash | None = None
    trailer: int = 0xBC
    declared_trailer: int | None = None

    @property
    def signature_algorithm(self) -> bytes:
        mask = self.declared_mask or self.mask
        salt = self.salt if self.declared_salt is None else self.declared_salt
        return pss_algorithm(self.hash, mask, salt, trailer=self.declared_trailer)

    def pad(self, data: bytes) -> bytes:
        digest = self.hash(data)
        bits = self.modulus.bit_length() - 1
        size = (bits + 7) // 8
        salt = hashlib.shake_256(b"salt" + digest).digest(self.salt)
        h = self.hash(bytes(8) + digest + salt)
        block = bytes(size - self.salt - len(h) - 2) + b"\1" + salt
        masked = _xor(block, _mgf1(self.mask, h, len(block)))
        first = masked[0] & (0xFF >> (8 * size - bits))
        return bytes((first,)) + masked[1:] + h + bytes((self.trailer,))


def pss_algorithm(hash_: Hash, mask: Hash, salt: int, *, trailer: int | None = None) -> bytes:
    """AlgorithmIdentifier of RSASSA-PSS (RFC 4055 section 3.1)."""
    parameters = der.seq(
        der.explicit(0, hash_.algorithm),
        der.explicit(1, der.algorithm(oids.MGF1, mask.algorithm)),
        der.explicit(2, der.integer(salt)),
        b"" if trailer is None else der.explicit(3, der.integer(trailer)),
    )
    return der.algorithm(oids.RSA_PSS, parameters)


def rsa_info(modulus: int, exponent: int) -> bytes:
    """SubjectPublicKeyInfo of any two numbers."""
    key = der.seq(der.integer(modulus), der.integer(exponent))
    return der.seq(der.algorithm(oids.RSA), der.bits(key))


def _mgf1(mask: Hash, seed: bytes, length: int) -> bytes:
    blocks = (mask(seed + counter.to_bytes(4)) for counter in range(length // 16 + 1))
    return b"".join(blocks)[:length]


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


@cache
def primes(name: str, bits: int = 2048) -> tuple[int, ...]:
    """Primes whose product has exactly `bits` bits; each is 11 modulo 12, so that the exponents
    2 and 3 have roots too."""
    count = bits // _PRIME_BITS
    sizes = [bits // count + (i < bits % count) for i in range(count)]
    return tuple(_prime(f"{name}/{bits}/{i}", size) for i, size in enumerate(sizes))


def _prime(name: str, bits: int) -> int:
    start = int.from_bytes(hashlib.shake_256(name.encode()).digest(bits // 8 + 1)) % (1 << bits)
    number = start | (0xFF << (bits - 8))
    number += (11 - number) % 12
    while not _is_prime(number):
        number += 12
    return number


def _is_prime(number: int) -> bool:
    """Miller and Rabin with the first bases: these numbers are nobody's choice."""
    if any(number % small == 0 for small in _SMALL):
        return False
    odd = (number - 1) >> 1  # number is 3 modulo 4
    return all(pow(base, odd, number) in {1, number - 1} for base in _SMALL[:12])


def _sieve(limit: int) -> Iterator[int]:
    for number in range(2, limit):
        if all(number % divisor for divisor in range(2, math.isqrt(number) + 1)):
            yield number


_SMALL = tuple(_sieve(500))


@cache
def rsa_key(name: str, bits: int = 2048) -> RsaKey:
    return RsaKey(primes(name, bits))
