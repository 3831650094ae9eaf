"""OCSP responses, each part open to be made wrong (RFC 6960)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from tests.limbo.build import oids
from tests.limbo.build.ber import children, header
from tests.limbo.build.certificates import (
    NOW,
    Draft,
    Extension,
    Signer,
    extended,
    key_usage,
)
from tests.limbo.build.keys import Key
from tests.limbo.build.names import RESPONDER, encode_name
from tests.limbo.build.rsa import SHA1, SHA256, Hash
from tests.unit.eds_verifier import der

GOOD = b"\x80\x00"
UNKNOWN = b"\x82\x00"
NOCHECK = Extension(oids.OCSP_NOCHECK, der.NULL)


def revoked(at: datetime, reason: int | None = None) -> bytes:
    """CertStatus revoked."""
    cause = b"" if reason is None else der.explicit(0, der.enumerated(reason))
    return der.tlv(0xA1, der.generalized(at) + cause)


def responder(key: Key) -> Draft:
    """A delegated responder's certificate: OCSPSigning and ocsp-nocheck."""
    extensions = (key_usage("digital_signature"), extended(oids.OCSP_SIGNING), NOCHECK)
    return Draft(key, RESPONDER, extensions, serial=0x0C5B)


def key_bits(info: bytes) -> bytes:
    """What OCSP hashes of a SubjectPublicKeyInfo: the BIT STRING without its unused bits."""
    head, length = header(info)
    bit_string = children(info[head : head + length])[1]
    head, length = header(bit_string)
    return bit_string[head + 1 : head + length]


@dataclass(frozen=True)
class Single:
    """SingleResponse: what is said about one certificate."""

    issuer: Signer
    serial: int
    status: bytes = GOOD
    this_update: datetime = NOW
    next_update: datetime | None = None
    hash: Hash = SHA256
    name_hash: bytes | None = None
    key_hash: bytes | None = None
    extensions: tuple[Extension, ...] = ()

    def encode(self) -> bytes:
        name_hash = self.name_hash or self.hash(encode_name(self.issuer.subject))
        key_hash = self.key_hash or self.hash(key_bits(self.issuer.key.info))
        identifier = der.seq(
            self.hash.algorithm,
            der.octets(name_hash),
            der.octets(key_hash),
            der.integer(self.serial),
        )
        return der.seq(
            identifier,
            self.status,
            der.generalized(self.this_update),
            b"" if self.next_update is None else der.explicit(0, der.generalized(self.next_update)),
            _extensions(1, self.extensions),
        )


@dataclass(frozen=True)
class Answer:
    """A response to be. `by` signs; `nonce` is what the response repeats.

    `response_status` other than 0 leaves the rest out. `certificates` None: the responder's own.
    """

    by: Signer
    singles: tuple[Single, ...]
    nonce: bytes | None = None
    produced_at: datetime = NOW
    by_key: bool = False
    responder_id: bytes | None = None
    certificates: tuple[bytes, ...] | None = None
    extensions: tuple[Extension, ...] = ()
    response_status: int = 0
    response_type: str = oids.OCSP_BASIC
    algorithm: bytes | None = None
    signature: bytes | None = None

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def saying(self, **changes: Any) -> Self:
        """The same with fields of its first SingleResponse replaced."""
        return replace(self, singles=(replace(self.singles[0], **changes), *self.singles[1:]))

    def dated(self, instant: datetime) -> Self:
        """As the NCA's responder would have answered then."""
        return self.saying(this_update=instant).but(produced_at=instant)

    def encode(self) -> bytes:
        if self.response_status:
            return der.seq(der.enumerated(self.response_status))
        data = self.signed_part()
        key = self.by.key
        held = (self.by.der,) if self.certificates is None else self.certificates
        basic = der.seq(
            data,
            self.algorithm or key.signature_algorithm,
            der.bits(key.sign(data) if self.signature is None else self.signature),
            der.explicit(0, der.seq(*held)) if held else b"",
        )
        body = der.seq(der.oid(self.response_type), der.octets(basic))
        return der.seq(der.enumerated(0), der.explicit(0, body))

    def signed_part(self) -> bytes:
        """DER ResponseData."""
        named = self.responder_id
        if named is None and self.by_key:
            named = der.explicit(2, der.octets(SHA1(key_bits(self.by.key.info))))
        extensions = self.extensions
        if self.nonce is not None:
            extensions = (Extension(oids.OCSP_NONCE, der.octets(self.nonce)), *extensions)
        return der.seq(
            named or der.explicit(1, encode_name(self.by.subject)),
            der.generalized(self.produced_at),
            der.seq(*(single.encode() for single in self.singles)),
            _extensions(1, extensions),
        )


def _extensions(tag: int, extensions: tuple[Extension, ...]) -> bytes:
    if not extensions:
        return b""
    return der.explicit(tag, der.seq(*(extension.encode() for extension in extensions)))
