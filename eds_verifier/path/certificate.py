"""A certificate, read once into what the rules ask for (RFC 5280 section 4.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Annotated, TypeVar

from cryptography.hazmat import asn1

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import (
    AuthorityKeyIdentifier,
    boxed,
    decode,
    instant,
    octets_of,
    oids_of,
    raw,
)
from eds_verifier.asn1.der import Extension as DerExtension
from eds_verifier.asn1.names import MAX_NAME, attributes_of, same_name
from eds_verifier.signatures import Scheme, read_scheme
from eds_verifier.verdict import Reason, Refused

__all__ = [
    "MAX_CERTIFICATE",
    "Certificate",
    "Extension",
    "common_name",
    "same_name",
    "whole_octets",
]

T = TypeVar("T")

MAX_CERTIFICATE = 65_536
MAX_USAGES = 32
_WHAT = "a certificate"
_BAD = Reason.CERTIFICATE_INVALID
_VERSIONS = {None: "v1", 1: "v2", 2: "v3"}
_KEY_USAGES = (
    "digital_signature",
    "non_repudiation",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@asn1.sequence
class _Certificate:
    tbs: asn1.TLV
    algorithm: asn1.TLV
    signature: asn1.BitString


@asn1.sequence
class _Validity:
    not_before: asn1.UTCTime | asn1.GeneralizedTime
    not_after: asn1.UTCTime | asn1.GeneralizedTime


@asn1.sequence
class _TbsCertificate:
    version: Annotated[int | None, asn1.Explicit(0)]
    serial: int
    signature: asn1.TLV
    issuer: asn1.TLV
    validity: _Validity
    subject: asn1.TLV
    key_info: asn1.TLV
    issuer_id: Annotated[asn1.BitString | None, asn1.Implicit(1)]
    subject_id: Annotated[asn1.BitString | None, asn1.Implicit(2)]
    extensions: Annotated[list[DerExtension] | None, asn1.Explicit(3)]


@asn1.sequence
class _BasicConstraints:
    ca: bool | None
    path_length: int | None


@asn1.sequence
class _KeyUsage:
    bits: asn1.BitString


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: whether it is critical, and the DER of its value."""

    critical: bool
    value: bytes


@dataclass(frozen=True, repr=False, eq=False)
class Certificate:
    """Well-formed, but not trusted: who it names is proven only by a path.

    `subject_der`, `issuer_der` are DER Names, `key_info` the DER SubjectPublicKeyInfo; `key_usage`
    holds RFC 5280's bit names in snake case, `extended_key_usage` OIDs. Equal when the octets are.
    """

    der: bytes
    sha256: str
    tbs: bytes
    version: str
    serial: int
    subject_der: bytes
    issuer_der: bytes
    not_before: datetime
    not_after: datetime
    key_info: bytes
    scheme: Scheme
    signature: bytes
    extensions: Mapping[str, Extension]
    key_usage: frozenset[str]
    extended_key_usage: frozenset[str]
    is_ca: bool
    path_length: int | None
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    key_storage: str = ""

    def __repr__(self) -> str:
        return f"Certificate(sha256={self.sha256})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    @classmethod
    def parse(cls, data: bytes) -> Certificate:
        """Read one DER certificate.

        Refuses certificate_invalid: unreadable, trailing octets, a repeated extension, inner and
        outer algorithms that differ; unsupported_algorithm for a signature not accepted here.
        """
        if len(data) > MAX_CERTIFICATE:
            raise Refused(_BAD, "a certificate is larger than 64 KiB")
        outer = decode(_Certificate, data, what=_WHAT, reason=_BAD)
        tbs = outer.tbs
        tbs_octets = raw(tbs)
        body = decode(_TbsCertificate, tbs_octets, what=_WHAT, reason=_BAD)
        extensions = _extensions(body.extensions)
        is_ca, path_length = _basic_constraints(extensions)
        return cls(
            der=data,
            sha256=hashlib.sha256(data).hexdigest(),
            tbs=tbs_octets,
            version=_version(body.version),
            serial=body.serial,
            subject_der=_name(body.subject),
            issuer_der=_name(body.issuer),
            not_before=instant(body.validity.not_before, what=_WHAT, reason=_BAD),
            not_after=instant(body.validity.not_after, what=_WHAT, reason=_BAD),
            key_info=raw(body.key_info),
            scheme=_scheme(raw(body.signature), raw(outer.algorithm)),
            signature=whole_octets(outer.signature, what=_WHAT, reason=_BAD),
            extensions=MappingProxyType(extensions),
            key_usage=_value(extensions, oids.KEY_USAGE, _key_usage, frozenset()),
            extended_key_usage=_value(extensions, oids.EXTENDED_KEY_USAGE, _oids, frozenset()),
            is_ca=is_ca,
            path_length=path_length,
            subject_key_id=_value(extensions, oids.SUBJECT_KEY_IDENTIFIER, _octets, None),
            authority_key_id=_value(extensions, oids.AUTHORITY_KEY_IDENTIFIER, _key_id, None),
            key_storage=_value(extensions, oids.NCA_KEY_STORAGE, _storage, ""),
        )

    @cached_property
    def subject_values(self) -> tuple[tuple[str, str], ...]:
        """OID and text of the subject's attributes, in order."""
        return attributes_of(self.subject_der, what="the subject's name", reason=_BAD)

    @property
    def issuer_name(self) -> str:
        """The issuer's common name; empty when there is none that can be read."""
        return common_name(self.issuer_der)

    @property
    def subject_name(self) -> str:
        """The subject's common name; empty when there is none that can be read."""
        return common_name(self.subject_der)


@lru_cache(maxsize=64)
def common_name(name: bytes) -> str:
    """The first common name of a DER Name; empty when there is none that can be read."""
    try:
        values = attributes_of(name, what="a name")
    except Refused:
        return ""
    return next((text for oid, text in values if oid == oids.COMMON_NAME), "")


def whole_octets(bits: asn1.BitString, *, what: str, reason: Reason = Reason.MALFORMED) -> bytes:
    """The content of a BIT STRING that holds whole octets."""
    if bits.padding_bits():
        raise Refused(reason, f"{what} cannot be read")
    return bits.as_bytes()


def _name(element: asn1.TLV) -> bytes:
    name = raw(element)
    if len(name) > MAX_NAME:
        raise Refused(_BAD, f"a certificate holds a name longer than {MAX_NAME} octets")
    return name


def _version(number: int | None) -> str:
    version = _VERSIONS.get(number)
    if version is None:
        raise Refused(_BAD, "a certificate is of an unknown version")
    return version


def _scheme(inner: bytes, outer: bytes) -> Scheme:
    """RFC 5280 section 4.1.1.2: both are one identifier, octet for octet.

    The outer one is not signed: another spelling of it would make another fingerprint.
    """
    if inner != outer:
        raise Refused(_BAD, "a certificate names two signature algorithms")
    return read_scheme(outer, what=_WHAT)


def _extensions(items: list[DerExtension] | None) -> dict[str, Extension]:
    extensions: dict[str, Extension] = {}
    for item in items or ():
        oid = item.extn_id.dotted_string
        if oid in extensions:
            raise Refused(_BAD, f"a certificate repeats extension {oid}")
        extensions[oid] = Extension(bool(item.critical), item.extn_value)
    return extensions


def _value(
    extensions: Mapping[str, Extension], oid: str, read: Callable[[bytes], T], otherwise: T
) -> T:
    extension = extensions.get(oid)
    return otherwise if extension is None else read(extension.value)


def _basic_constraints(extensions: Mapping[str, Extension]) -> tuple[bool, int | None]:
    extension = extensions.get(oids.BASIC_CONSTRAINTS)
    if extension is None:
        return False, None
    read = decode(_BasicConstraints, extension.value, what=_WHAT, reason=_BAD)
    if read.path_length is not None and read.path_length < 0:
        raise Refused(_BAD, "a certificate's path length is negative")
    return bool(read.ca), read.path_length


def _key_usage(value: bytes) -> frozenset[str]:
    bits = boxed(_KeyUsage, value, what=_WHAT, reason=_BAD)
    octets = bits.bits.as_bytes()
    number = int.from_bytes(octets, "big")
    size = 8 * len(octets)
    if size > 16:
        raise Refused(_BAD, "a certificate's key usage cannot be read")
    return frozenset(
        name
        for index, name in enumerate(_KEY_USAGES)
        if index < size and number >> (size - 1 - index) & 1
    )


def _oids(value: bytes) -> frozenset[str]:
    found = frozenset(oids_of(value, what=_WHAT, reason=_BAD))
    if len(found) > MAX_USAGES:
        raise Refused(_BAD, f"a certificate has more than {MAX_USAGES} extended key usages")
    return found


def _octets(value: bytes) -> bytes | None:
    return octets_of(value, what=_WHAT, reason=_BAD)


def _key_id(value: bytes) -> bytes | None:
    return decode(AuthorityKeyIdentifier, value, what=_WHAT, reason=_BAD).key_identifier


def _storage(value: bytes) -> str:
    """The NCA's statement of where the key lives: SEQUENCE { OID }."""
    return ",".join(oids_of(value, what=_WHAT, reason=_BAD))
