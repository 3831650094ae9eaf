"""CMS SignedData as NCALayer makes it, each part open to be made wrong (RFC 5652)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Self

from asn1crypto import core

from tests.limbo.build import oids
from tests.limbo.build.certificates import NOW, Signer
from tests.limbo.build.keys import Key
from tests.limbo.build.names import Name, encode_name
from tests.unit.eds_verifier import der

CONTENT = "Tanba · https://portal.example.kz · 7f3c9a · Кіру / Вход / Sign in".encode()

# mypy: allow-untyped-calls
# (asn1crypto has no types)


def attribute(oid: str, *values: bytes) -> bytes:
    """One CMS Attribute."""
    return der.seq(der.oid(oid), der.set_of(*values))


def oid_of(attribute_der: bytes) -> str:
    return str(core.Sequence.load(attribute_der)[0].dotted)


CONTENT_IS_DATA = attribute(oids.CONTENT_TYPE, der.oid(oids.DATA))
SIGNING_TIME = attribute(oids.SIGNING_TIME, der.utc(NOW))


def message_digest(value: bytes) -> bytes:
    return attribute(oids.MESSAGE_DIGEST, der.octets(value))


def issuer_and_serial(issuer: Name, serial: int) -> bytes:
    return der.seq(encode_name(issuer), der.integer(serial))


def ess_entry(
    certificate: bytes,
    hash_: Callable[[bytes], bytes],
    algorithm: bytes,
    issuer_serial: bytes = b"",
) -> bytes:
    """ESSCertIDv2 (RFC 5035 section 4); no algorithm means SHA-256."""
    return der.seq(algorithm, der.octets(hash_(certificate)), issuer_serial)


def ess_v2(*entries: bytes) -> bytes:
    return attribute(oids.SIGNING_CERTIFICATE_V2, der.seq(der.seq(*entries)))


def ess_v1(certificate: bytes) -> bytes:
    digest = hashlib.sha1(certificate, usedforsecurity=False).digest()
    return attribute(oids.SIGNING_CERTIFICATE, der.seq(der.seq(der.seq(der.octets(digest)))))


def ess_issuer_serial(issuer: Name, serial: int) -> bytes:
    """IssuerSerial (RFC 5035 section 4): the issuer as GeneralNames, the serial number."""
    return der.seq(der.seq(der.explicit(4, encode_name(issuer))), der.integer(serial))


def algorithm_protection(digest: bytes, signature: bytes) -> bytes:
    """CMSAlgorithmProtection (RFC 6211) of a signature: its algorithms under the signature."""
    body = der.tlv(0xA1, _content(signature))
    return attribute(oids.ALGORITHM_PROTECTION, der.seq(digest, body))


def _content(element: bytes) -> bytes:
    head = 2 + (element[1] & 0x7F if element[1] & 0x80 else 0)
    return element[head:]


@dataclass(frozen=True)
class SignerInfo:
    """One signature of a message to be.

    `attributes`: the signed attributes in order, None for the usual ones, empty for none at all.
    `sign`: how the key signs what is to be signed. `unsigned`: unsigned attributes, made from
    the signature. `key`: the key that signs, when that is not the certificate's.
    """

    signer: Signer
    content: bytes = CONTENT
    content_type: str = oids.DATA
    attributes: tuple[bytes, ...] | None = None
    sid: bytes | None = None
    version: int = 1
    digest_algorithm: bytes | None = None
    signature_algorithm: bytes | None = None
    digest: Callable[[bytes], bytes] | None = None
    sign: Callable[[Key, bytes], bytes] | None = None
    key: Key | None = None
    signed: bytes | None = None
    unsigned: Callable[[bytes], tuple[bytes, ...]] | None = None

    @property
    def signing_key(self) -> Key:
        return self.key or self.signer.key

    def usual_attributes(self) -> tuple[bytes, ...]:
        """contentType, signingTime, messageDigest."""
        digest = (self.digest or self.signing_key.digest)(self.content)
        content_type = attribute(oids.CONTENT_TYPE, der.oid(self.content_type))
        return content_type, SIGNING_TIME, message_digest(digest)

    def encode(self) -> bytes:
        key = self.signing_key
        attributes = self.usual_attributes() if self.attributes is None else self.attributes
        body = b"".join(sorted(attributes))
        to_sign = self.signed
        if to_sign is None:
            to_sign = der.tlv(0x31, body) if attributes else self.content
        signature = self.sign(key, to_sign) if self.sign else key.sign(to_sign)
        unsigned = b"".join(self.unsigned(signature)) if self.unsigned else b""
        return der.seq(
            der.integer(self.version),
            self.sid or issuer_and_serial(self.signer.issuer, self.signer.serial),
            self.digest_algorithm or key.digest_algorithm,
            der.tlv(0xA0, body) if attributes else b"",
            self.signature_algorithm or key.cms_algorithm,
            der.octets(signature),
            der.tlv(0xA1, unsigned) if unsigned else b"",
        )


@dataclass(frozen=True)
class Message:
    """A CMS message to be.

    `certificates` None: those of the signers, each once. `more_signers`: octets after the
    SignerInfos.
    """

    signers: tuple[SignerInfo, ...]
    content: bytes = CONTENT
    attached: bool = True
    certificates: tuple[bytes, ...] | None = None
    crls: tuple[bytes, ...] = ()
    content_type: str = oids.DATA
    encapsulated: bytes | None = None
    digest_algorithms: tuple[bytes, ...] | None = None
    outer_type: str = oids.SIGNED_DATA
    more_signers: tuple[bytes, ...] = ()

    @property
    def info(self) -> SignerInfo:
        """The first signature."""
        return self.signers[0]

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)

    def signed_with(self, **changes: Any) -> Self:
        """The same with fields of its (first) SignerInfo replaced."""
        return replace(self, signers=(replace(self.info, **changes), *self.signers[1:]))

    def with_attributes(self, *attributes: bytes) -> Self:
        """With these signed attributes beside the usual ones, or in place of those of the kind."""
        new = {oid_of(attribute_) for attribute_ in attributes}
        usual = tuple(a for a in self.info.usual_attributes() if oid_of(a) not in new)
        return self.signed_with(attributes=(*usual, *attributes))

    def without_attribute(self, oid: str) -> Self:
        usual = self.info.usual_attributes()
        return self.signed_with(attributes=tuple(a for a in usual if oid_of(a) != oid))

    def encode(self) -> bytes:
        return der.seq(der.oid(self.outer_type), der.explicit(0, self.signed_data()))

    def signed_data(self) -> bytes:
        content = self.encapsulated
        if content is None:
            content = der.explicit(0, der.octets(self.content)) if self.attached else b""
        own = tuple(dict.fromkeys(signer.signer.der for signer in self.signers))
        held = own if self.certificates is None else self.certificates
        algorithms = self.digest_algorithms
        if algorithms is None:
            algorithms = tuple({s.signing_key.digest_algorithm: None for s in self.signers})
        return der.seq(
            der.integer(1),
            der.set_of(*algorithms),
            der.seq(der.oid(self.content_type), content),
            der.tlv(0xA0, b"".join(held)) if held else b"",
            der.tlv(0xA1, b"".join(self.crls)) if self.crls else b"",
            der.set_of(*(signer.encode() for signer in self.signers), *self.more_signers),
        )


def message(*signers: Signer, content: bytes = CONTENT) -> Message:
    """A sound attached message by these signers."""
    return Message(tuple(SignerInfo(signer, content) for signer in signers), content)
