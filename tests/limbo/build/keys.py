"""Keys made from their names: one name is one key in every run and on every machine.

They are public by construction and protect nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from tests.limbo.build import oids
from tests.limbo.build.gost import FAMILIES, gost_key
from tests.limbo.build.rsa import rsa_key
from tests.unit.eds_verifier import der

Kind = Literal["rsa", "gost2015", "gost2015-256", "gost2004"]


class Key(Protocol):
    """A key pair with the one signature scheme it is used with."""

    @property
    def info(self) -> bytes:
        """DER SubjectPublicKeyInfo."""

    @property
    def digest_algorithm(self) -> bytes:
        """DER AlgorithmIdentifier of the digest."""

    @property
    def signature_algorithm(self) -> bytes:
        """DER AlgorithmIdentifier as it stands in certificates."""

    @property
    def cms_algorithm(self) -> bytes:
        """DER AlgorithmIdentifier as it stands in a SignerInfo."""

    def digest(self, data: bytes) -> bytes: ...

    def sign(self, data: bytes) -> bytes: ...


def key_of(kind: Kind, name: str) -> Key:
    """The key of that kind and name."""
    if kind == "rsa":
        return rsa_key(name)
    return gost_key(name, FAMILIES[kind])


@dataclass(frozen=True)
class Foreign:
    """A key whose public half, or whose signatures, are of another making than they should be."""

    base: Key
    other_info: bytes | None = None
    other_algorithm: bytes | None = None
    other_signature: Callable[[bytes], bytes] | None = None

    @property
    def info(self) -> bytes:
        return self.base.info if self.other_info is None else self.other_info

    @property
    def digest_algorithm(self) -> bytes:
        return self.base.digest_algorithm

    @property
    def signature_algorithm(self) -> bytes:
        return (
            self.base.signature_algorithm if self.other_algorithm is None else self.other_algorithm
        )

    @property
    def cms_algorithm(self) -> bytes:
        return self.base.cms_algorithm if self.other_algorithm is None else self.other_algorithm

    def digest(self, data: bytes) -> bytes:
        return self.base.digest(data)

    def sign(self, data: bytes) -> bytes:
        return self.base.sign(data) if self.other_signature is None else self.other_signature(data)


def _ecdsa_info() -> bytes:
    """SubjectPublicKeyInfo of P-256 with its base point for a key."""
    point = bytes.fromhex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
    return der.seq(der.algorithm(oids.EC_PUBLIC_KEY, der.oid(oids.P256)), der.bits(point))


ECDSA_INFO = _ecdsa_info()
