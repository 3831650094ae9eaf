"""A certificate, read once into what the rules ask for (RFC 5280 section 4.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from asn1crypto import core, x509

from eds_verifier.asn1 import oids
from eds_verifier.asn1.ber import to_der
from eds_verifier.asn1.reading import load, octets, reading
from eds_verifier.asn1.unchanged import UnchangedCertificate
from eds_verifier.signatures import Scheme, algorithm_oid, scheme_of
from eds_verifier.verdict import Reason, Refused

MAX_CERTIFICATE = 65_536


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: whether it is critical, and the DER of its value."""

    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Certificate:
    """Well-formed, but not trusted: who it names is proven only by a path.

    `subject` and `issuer` are asn1crypto Names, compared by RFC 5280 section 7.1; `key_info` is the
    DER SubjectPublicKeyInfo; `key_usage` holds asn1crypto's bit names, `extended_key_usage` OIDs.
    """

    der: bytes
    asn1: Any
    sha256: str
    tbs: bytes
    version: str
    serial: int
    subject: Any
    issuer: Any
    not_before: datetime
    not_after: datetime
    key_info: bytes
    scheme: Scheme
    signature: bytes
    extensions: Mapping[str, Extension]
    key_usage: frozenset[str]
    extended_key_usage: frozenset[str]
    is_ca: bool
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    key_storage: str = field(default="")

    def __repr__(self) -> str:
        return f"Certificate(sha256={self.sha256})"

    @classmethod
    def parse(cls, data: bytes) -> Certificate:
        """Read one DER certificate.

        Refuses certificate_invalid: unreadable, trailing octets, a repeated extension, inner and
        outer algorithms that differ; unsupported_algorithm for a signature not accepted here.
        """
        if len(data) > MAX_CERTIFICATE:
            raise Refused(Reason.CERTIFICATE_INVALID, "a certificate is larger than 64 KiB")
        to_der(data, what="a certificate")
        with reading("a certificate", reason=Reason.CERTIFICATE_INVALID):
            asn1 = load(UnchangedCertificate, data)
            tbs = asn1["tbs_certificate"]
            inner = algorithm_oid(tbs["signature"], what="a certificate")
            outer = algorithm_oid(asn1["signature_algorithm"], what="a certificate")
            extensions = _extensions(tbs["extensions"])
            if inner != outer:
                raise Refused(
                    Reason.CERTIFICATE_INVALID, "a certificate names two signature algorithms"
                )
            return cls(
                der=data,
                asn1=asn1,
                sha256=hashlib.sha256(data).hexdigest(),
                tbs=octets(tbs),
                version=tbs["version"].native,
                serial=tbs["serial_number"].native,
                subject=tbs["subject"],
                issuer=tbs["issuer"],
                not_before=tbs["validity"]["not_before"].native,
                not_after=tbs["validity"]["not_after"].native,
                key_info=octets(tbs["subject_public_key_info"]),
                scheme=scheme_of(outer, what="a certificate"),
                signature=bytes(asn1["signature_value"].native),
                extensions=MappingProxyType(extensions),
                key_usage=_key_usage(extensions),
                extended_key_usage=_extended_key_usage(extensions),
                is_ca=_is_ca(extensions),
                subject_key_id=_subject_key_id(extensions),
                authority_key_id=_authority_key_id(extensions),
                key_storage=_key_storage(extensions),
            )


def _extensions(encoded: Any) -> dict[str, Extension]:
    """Read without asn1crypto's own types: the NCA has written an empty ocsp-nocheck."""
    extensions: dict[str, Extension] = {}
    if isinstance(encoded, core.Void):
        return extensions
    for item in load(_Extensions, octets(encoded)):
        oid = str(item["extn_id"].dotted)
        if oid in extensions:
            raise Refused(Reason.CERTIFICATE_INVALID, f"a certificate repeats extension {oid}")
        extensions[oid] = Extension(item["critical"].native, bytes(item["extn_value"].native))
    return extensions


def _key_usage(extensions: Mapping[str, Extension]) -> frozenset[str]:
    extension = extensions.get(oids.KEY_USAGE)
    if extension is None:
        return frozenset()
    return frozenset(load(x509.KeyUsage, extension.value).native)


def _extended_key_usage(extensions: Mapping[str, Extension]) -> frozenset[str]:
    extension = extensions.get(oids.EXTENDED_KEY_USAGE)
    if extension is None:
        return frozenset()
    usages = load(x509.ExtKeyUsageSyntax, extension.value)
    return frozenset(str(usage.dotted) for usage in usages)


def _is_ca(extensions: Mapping[str, Extension]) -> bool:
    extension = extensions.get(oids.BASIC_CONSTRAINTS)
    if extension is None:
        return False
    return bool(load(x509.BasicConstraints, extension.value)["ca"].native)


def _subject_key_id(extensions: Mapping[str, Extension]) -> bytes | None:
    extension = extensions.get(oids.SUBJECT_KEY_IDENTIFIER)
    if extension is None:
        return None
    return bytes(load(core.OctetString, extension.value).native)


def _authority_key_id(extensions: Mapping[str, Extension]) -> bytes | None:
    extension = extensions.get(oids.AUTHORITY_KEY_IDENTIFIER)
    if extension is None:
        return None
    value = load(x509.AuthorityKeyIdentifier, extension.value)["key_identifier"].native
    return None if value is None else bytes(value)


def _key_storage(extensions: Mapping[str, Extension]) -> str:
    """The NCA's statement of where the key lives: SEQUENCE { OID }; empty when there is none."""
    extension = extensions.get(oids.NCA_KEY_STORAGE)
    if extension is None:
        return ""
    values = load(_Oids, extension.value)
    return ",".join(str(value.dotted) for value in values)


class _Oids(core.SequenceOf):
    _child_spec = core.ObjectIdentifier


class _Extension(core.Sequence):
    _fields = [  # noqa: RUF012 - asn1crypto's protocol
        ("extn_id", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("extn_value", core.OctetString),
    ]


class _Extensions(core.SequenceOf):
    _child_spec = _Extension
