"""Certificates with the NCA's profile, each part open to be made wrong."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from tests.limbo.build import oids
from tests.limbo.build.keys import Key
from tests.limbo.build.names import DIRECTOR, PERSON, Name, encode_name
from tests.unit.eds_verifier import der

NOW = datetime(2026, 9, 15, 6, 0, 0, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)


@dataclass(frozen=True)
class Extension:
    """One extension; `critical` as bool, or the octets to write in its place."""

    oid: str
    value: bytes
    critical: bool = False

    def encode(self) -> bytes:
        flag = der.boolean() if self.critical else b""
        return der.seq(der.oid(self.oid), flag, der.octets(self.value))


Usage = Literal[
    "digital_signature",
    "non_repudiation",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
]
_BITS: tuple[Usage, ...] = (
    "digital_signature",
    "non_repudiation",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
)


def key_usage(*usages: Usage) -> Extension:
    """Critical keyUsage with these bits, none among them too."""
    numbers = [_BITS.index(usage) for usage in usages]
    if not numbers:
        return Extension(oids.KEY_USAGE, der.tlv(3, b"\0"), critical=True)
    value = sum(0x80 >> number for number in numbers)
    return Extension(oids.KEY_USAGE, der.tlv(3, bytes((7 - max(numbers), value))), critical=True)


def extended(*usages: str) -> Extension:
    return Extension(oids.EXTENDED_KEY_USAGE, der.seq(*map(der.oid, usages)))


def policies(*oids_: str) -> Extension:
    return Extension(oids.CERTIFICATE_POLICIES, der.seq(*(der.seq(der.oid(o)) for o in oids_)))


def basic_constraints(*, path_length: int | None = None, ca: bool = True) -> Extension:
    length = b"" if path_length is None else der.integer(path_length)
    value = der.seq(der.boolean() if ca else b"", length)
    return Extension(oids.BASIC_CONSTRAINTS, value, critical=True)


def uri(address: str) -> bytes:
    """GeneralName of a URI."""
    return der.tlv(0x86, address.encode())


def distribution_points(address: str, *, oid: str = oids.CRL_DISTRIBUTION_POINTS) -> Extension:
    point = der.seq(der.explicit(0, der.explicit(0, uri(address))))
    return Extension(oid, der.seq(point))


def authority_info(*, ocsp: str, issuers: str) -> Extension:
    access = ((oids.ACCESS_OCSP, ocsp), (oids.ACCESS_CA_ISSUERS, issuers))
    return Extension(
        oids.AUTHORITY_INFO_ACCESS,
        der.seq(*(der.seq(der.oid(method), uri(address)) for method, address in access)),
    )


SIGN = key_usage("digital_signature", "non_repudiation")
SIGN_2015 = key_usage("digital_signature", "non_repudiation", "key_agreement")
AUTH = key_usage("digital_signature", "key_encipherment")
CA = key_usage("key_cert_sign", "crl_sign")
INDIVIDUAL = extended(oids.EMAIL_PROTECTION, oids.INDIVIDUAL)
INDIVIDUAL_AUTH = extended(oids.CLIENT_AUTH, oids.INDIVIDUAL)
CEO = extended(oids.EMAIL_PROTECTION, oids.LEGAL_ENTITY, oids.CEO)
NCA_POLICY = policies(oids.NCA_POLICY)
UNKNOWN = Extension("1.2.398.99.1", der.NULL)
_PUBLISHED = (
    distribution_points("http://crl.limbo.test/issuer.crl"),
    distribution_points("http://crl.limbo.test/issuer_d.crl", oid=oids.FRESHEST_CRL),
    authority_info(ocsp="http://ocsp.limbo.test", issuers="http://limbo.test/issuer.cer"),
)


@dataclass(frozen=True)
class Draft:
    """A certificate to be.

    `version`: the number that is written, None for none (v1). `serial`: a number, or the octets of
    the INTEGER. `key_id`, `authority_id`: None leaves the extension out, empty octets mean the
    right ones. `inner`, `outer`: AlgorithmIdentifier in the signed part and beside the signature.
    `raw_extensions`: what stands for all of them.
    """

    key: Key
    subject: Name
    extensions: tuple[Extension, ...] | None
    serial: int | bytes = 0x6C42D1
    not_before: datetime | bytes = NOW - 30 * DAY
    not_after: datetime | bytes = NOW + 335 * DAY
    version: int | None = 2
    key_id: bytes | None = b""
    authority_id: bytes | None = b""
    issuer: Name | None = None
    inner: bytes | None = None
    outer: bytes | None = None
    unique_id: bytes = b""
    signature: bytes | None = None
    raw_extensions: bytes | None = None

    def but(self, **changes: Any) -> Self:
        """The same with some fields replaced."""
        return replace(self, **changes)

    def with_(self, *extensions: Extension) -> Self:
        """With these extensions in place of those of their kinds."""
        new = {extension.oid for extension in extensions}
        kept = tuple(e for e in self.extensions or () if e.oid not in new)
        return replace(self, extensions=(*kept, *extensions))

    def without(self, *oids_: str) -> Self:
        kept = tuple(e for e in self.extensions or () if e.oid not in oids_)
        return replace(self, extensions=kept)


@dataclass(frozen=True)
class Signer:
    """A certificate with its private key."""

    der: bytes
    key: Key
    subject: Name
    issuer: Name
    serial: int
    key_id: bytes


def key_identifier(info: bytes) -> bytes:
    """The subject key identifier the corpus uses; any octets would do."""
    return hashlib.sha1(info, usedforsecurity=False).digest()


def issue(draft: Draft, issuer: Signer | None = None) -> Signer:
    """Certify; by itself when no issuer is given."""
    signing = issuer.key if issuer else draft.key
    key_id = draft.key_id or key_identifier(draft.key.info)
    authority_id = draft.authority_id or (issuer.key_id if issuer else key_id)
    issuer_name = draft.issuer or (issuer.subject if issuer else draft.subject)
    serial = draft.serial if isinstance(draft.serial, int) else int.from_bytes(draft.serial)
    tbs = der.seq(
        b"" if draft.version is None else der.explicit(0, der.integer(draft.version)),
        der.integer(serial) if isinstance(draft.serial, int) else der.tlv(2, draft.serial),
        draft.inner or signing.signature_algorithm,
        encode_name(issuer_name),
        der.seq(_time(draft.not_before), _time(draft.not_after)),
        encode_name(draft.subject),
        draft.key.info,
        draft.unique_id,
        _extensions(draft, key_id, authority_id),
    )
    signature = signing.sign(tbs) if draft.signature is None else draft.signature
    certificate = der.seq(tbs, draft.outer or signing.signature_algorithm, der.bits(signature))
    return Signer(certificate, draft.key, draft.subject, issuer_name, serial, key_id)


def _time(instant: datetime | bytes) -> bytes:
    """UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5)."""
    if isinstance(instant, bytes):
        return instant
    return der.utc(instant) if instant.year < 2050 else der.generalized(instant)


def _extensions(draft: Draft, key_id: bytes, authority_id: bytes) -> bytes:
    if draft.raw_extensions is not None:
        return draft.raw_extensions
    if draft.extensions is None:
        return b""
    extensions = list(draft.extensions)
    if draft.authority_id is not None:
        value = der.seq(der.tlv(0x80, authority_id))
        extensions.append(Extension(oids.AUTHORITY_KEY_IDENTIFIER, value))
    if draft.key_id is not None:
        extensions.append(Extension(oids.SUBJECT_KEY_IDENTIFIER, der.octets(key_id)))
    return der.explicit(3, der.seq(*(extension.encode() for extension in extensions)))


def authority(key: Key, subject: Name, **changes: Any) -> Draft:
    """A certification authority's certificate, valid a year before and four years after NOW."""
    return Draft(
        key,
        subject,
        (basic_constraints(), CA, policies(oids.ANY_POLICY)),
        serial=0x51A7,
        not_before=NOW - 365 * DAY,
        not_after=NOW + 4 * 365 * DAY,
    ).but(**changes)


def person(key: Key, usage: Extension = SIGN) -> Draft:
    """An individual's SIGN certificate."""
    storage = Extension(oids.KEY_STORAGE, der.seq(der.oid(oids.KEY_IN_FILE)))
    return Draft(key, PERSON, (usage, INDIVIDUAL, NCA_POLICY, *_PUBLISHED, storage))


def director(key: Key, usage: Extension = SIGN) -> Draft:
    """The SIGN certificate of an organisation's first head."""
    return person(key, usage).with_(CEO).but(subject=DIRECTOR, serial=0x303E11)
