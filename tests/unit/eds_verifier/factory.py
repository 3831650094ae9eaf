"""Certificates, signatures, CRLs and OCSP answers with the NCA's profile, made to be broken.

Everything is deterministic but the RSA keys, which are made once per run. Numbers of people and
organisations are invented; their check digits are right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from eds_verifier.asn1 import oids
from eds_verifier.gost import (
    CRYPTOPRO_A,
    TC26_256_A,
    TC26_512_A,
    PublicKey,
    digest_number,
    gostr3411_94,
    multiply,
    streebog,
)
from eds_verifier.path.certificate import Certificate
from eds_verifier.signatures import key_octets
from eds_verifier.trust import TrustedAuthority, TrustStore
from tests.unit.eds_verifier import der

NOW = datetime(2026, 8, 12, tzinfo=UTC)
DAY = timedelta(days=1)
IIN = "850101300005"
BIN = "050540000006"
CONTENT = "Кіру / Вход / Sign in".encode()


class Key(Protocol):
    signature_oid: str
    signature_parameters: bytes
    key_oid: str
    digest_oid: str
    info: bytes

    def digest(self, data: bytes) -> bytes: ...
    def sign(self, data: bytes) -> bytes: ...


class GostKey:
    signature_oid = oids.GOST_2015_512_SIGNATURE
    signature_parameters = der.NULL
    key_oid = oids.GOST_2015_512
    digest_oid = oids.STREEBOG_512

    curve = TC26_512_A
    parameters = (oids.GOST_2015_512_PARAMETERS, oids.STREEBOG_512)

    def __init__(self, name: str) -> None:
        self.scalar = int.from_bytes(hashlib.sha512(name.encode()).digest()) % self.curve.q
        point = multiply(self.curve, self.scalar)
        assert point is not None
        self.public = PublicKey(self.curve, point)
        self.info = gost_key_info(
            self.public.octets(), key_oid=self.key_oid, parameters=self.parameters
        )

    def digest(self, data: bytes) -> bytes:
        return streebog(data)

    def sign(self, data: bytes) -> bytes:
        digest, q, size = self.digest(data), self.curve.q, self.curve.octets
        k = int.from_bytes(hashlib.sha512(str(self.scalar).encode() + digest).digest()) % q
        point = multiply(self.curve, k)
        assert point is not None
        r = point[0] % q
        s = (r * self.scalar + k * digest_number(digest, self.curve)) % q
        return r.to_bytes(size, "little") + s.to_bytes(size, "little")


class RsaKey:
    signature_oid = oids.RSA_SHA256
    signature_parameters = der.NULL
    key_oid = oids.RSA
    digest_oid = oids.SHA256

    def __init__(self, size: int = 2048) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=size)
        self.public_numbers = self._key.public_key().public_numbers()
        self.info = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def digest(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Gost2004Key(GostKey):
    """GOST 34.310-2004: another curve, another hash, the same layout."""

    signature_oid = oids.GOST_2004_SIGNATURE
    key_oid = oids.GOST_2004
    digest_oid = oids.GOST_34311
    curve = CRYPTOPRO_A
    parameters = (oids.GOST_2004_PARAMETERS, oids.GOST_34311_PARAMETERS)

    def digest(self, data: bytes) -> bytes:
        return gostr3411_94(data)


class Gost256Key(GostKey):
    """GOST R 34.10-2015 with 256 bits."""

    signature_oid = oids.GOST_2015_256_SIGNATURE
    key_oid = oids.GOST_2015_256
    digest_oid = oids.STREEBOG_256
    curve = TC26_256_A
    parameters = (oids.GOST_2015_256_PARAMETERS, oids.STREEBOG_256)

    def digest(self, data: bytes) -> bytes:
        return streebog(data, bits=256)


def pss_parameters(*, hash_oid: str = oids.SHA256, mask: str = oids.SHA256, salt: int) -> bytes:
    return der.seq(
        der.explicit(0, der.algorithm(hash_oid)),
        der.explicit(1, der.algorithm(oids.MGF1, der.algorithm(mask))),
        der.explicit(2, der.integer(salt)),
    )


class PssKey(RsaKey):
    """RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 octets."""

    signature_oid = oids.RSA_PSS
    signature_parameters = pss_parameters(salt=32)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


@cache
def gost_2004_key(name: str) -> Gost2004Key:
    return Gost2004Key(name)


@cache
def gost_256_key(name: str) -> Gost256Key:
    return Gost256Key(name)


@cache
def pss_key(name: str) -> PssKey:
    return PssKey()


@cache
def gost_key(name: str) -> GostKey:
    return GostKey(name)


@cache
def rsa_key(name: str, size: int = 2048) -> RsaKey:
    return RsaKey(size)


def gost_key_info(
    point: bytes,
    *,
    key_oid: str = oids.GOST_2015_512,
    parameters: tuple[str, ...] = (oids.GOST_2015_512_PARAMETERS, oids.STREEBOG_512),
) -> bytes:
    encoded = der.seq(*map(der.oid, parameters))
    return der.seq(der.algorithm(key_oid, encoded), der.bits(der.octets(point)))


Name = tuple[tuple[str, str], ...]

PERSON: Name = (
    (oids.COMMON_NAME, "ӘЛИЕВ ДӘУРЕН"),
    (oids.SURNAME, "ӘЛИЕВ"),
    (oids.SERIAL_NUMBER, f"IIN{IIN}"),
    ("2.5.4.6", "KZ"),
    (oids.GIVEN_NAME, "БОЛАТҰЛЫ"),
)
DIRECTOR: Name = (
    *PERSON,
    (oids.ORGANIZATION, 'ЖШС "Дән, Астық"'),
    (oids.ORGANIZATIONAL_UNIT, f"BIN{BIN}"),
)


def name(pairs: Name) -> bytes:
    strings = {"2.5.4.6": der.printable}
    return der.seq(
        *(der.set_of(der.seq(der.oid(o), strings.get(o, der.utf8)(text))) for o, text in pairs)
    )


@dataclass(frozen=True)
class Extension:
    oid: str
    value: bytes
    critical: bool = False

    def encode(self) -> bytes:
        flag = der.boolean() if self.critical else b""
        return der.seq(der.oid(self.oid), flag, der.octets(self.value))


def key_usage(*numbers: int) -> Extension:
    value = sum(0x8000 >> number for number in numbers)
    unused = 15 - max(numbers)
    content = value.to_bytes(2, "big")[: 2 if unused < 8 else 1]
    encoded = der.tlv(3, bytes((unused % 8,)) + content)
    return Extension(oids.KEY_USAGE, encoded, critical=True)


SIGN = key_usage(0, 1)
AUTH = key_usage(0, 2)
CA = key_usage(5, 6)


def extended(*usages: str) -> Extension:
    return Extension(oids.EXTENDED_KEY_USAGE, der.seq(*map(der.oid, usages)))


INDIVIDUAL = extended(oids.EMAIL_PROTECTION, oids.NCA_INDIVIDUAL)
CEO = extended(oids.EMAIL_PROTECTION, oids.NCA_LEGAL_ENTITY, oids.NCA_CEO)


@dataclass(frozen=True)
class Draft:
    """A certificate to be; each field can be replaced to break one thing."""

    key: Key
    subject: Name
    extensions: tuple[Extension, ...]
    serial: int = 0x6C42
    not_before: datetime = NOW - 30 * DAY
    not_after: datetime = NOW + 335 * DAY
    version: int = 2
    outer_algorithm: str = ""

    def with_(self, extension: Extension) -> Draft:
        """With that extension in place of the one of its kind."""
        others = tuple(e for e in self.extensions if e.oid != extension.oid)
        return replace(self, extensions=(*others, extension))


@dataclass(frozen=True)
class Signer:
    """A certificate with its private key."""

    der: bytes
    key: Key
    subject: Name
    issuer: Name
    serial: int
    key_id: bytes = field(repr=False)

    @property
    def certificate(self) -> Certificate:
        return Certificate.parse(self.der)


def issue(draft: Draft, issuer: Signer | None = None) -> Signer:
    """Certify; by itself when no issuer is given."""
    signing = issuer.key if issuer else draft.key
    key_id = hashlib.sha1(draft.key.info, usedforsecurity=False).digest()
    authority_id = issuer.key_id if issuer else key_id
    own = {extension.oid for extension in draft.extensions}
    identifiers = (
        Extension(oids.SUBJECT_KEY_IDENTIFIER, der.octets(key_id)),
        Extension(oids.AUTHORITY_KEY_IDENTIFIER, der.seq(der.tlv(0x80, authority_id))),
    )
    extensions = (*draft.extensions, *(e for e in identifiers if e.oid not in own))
    tbs = der.seq(
        der.explicit(0, der.integer(draft.version)),
        der.integer(draft.serial),
        der.algorithm(signing.signature_oid, signing.signature_parameters),
        name(issuer.subject if issuer else draft.subject),
        der.seq(der.utc(draft.not_before), der.utc(draft.not_after)),
        name(draft.subject),
        draft.key.info,
        der.explicit(3, der.seq(*(extension.encode() for extension in extensions))),
    )
    outer = der.algorithm(
        draft.outer_algorithm or signing.signature_oid, signing.signature_parameters
    )
    certificate = der.seq(tbs, outer, der.bits(signing.sign(tbs)))
    issuer_name = issuer.subject if issuer else draft.subject
    return Signer(certificate, draft.key, draft.subject, issuer_name, draft.serial, key_id)


def authority(key: Key, common_name: str, issuer: Signer | None = None) -> Signer:
    basic = Extension(oids.BASIC_CONSTRAINTS, der.seq(der.boolean()), critical=True)
    subject = ((oids.COMMON_NAME, common_name), ("2.5.4.6", "KZ"))
    draft = Draft(key, subject, (basic, CA), serial=7, not_before=NOW - 900 * DAY)
    return issue(replace(draft, not_after=NOW + 900 * DAY), issuer)


@dataclass(frozen=True)
class Pki:
    """A root, an issuer it certified, and the store that trusts them."""

    root: Signer
    issuer: Signer
    kind: str

    @property
    def store(self) -> TrustStore:
        return TrustStore(
            "tests",
            (
                trusted("root", "root", None, self.root),
                trusted("issuer", "issuer", "root", self.issuer),
            ),
        )

    def key(self, owner: str) -> Key:
        return gost_key(owner) if self.kind == "gost" else rsa_key(owner)

    def person(self) -> Draft:
        return Draft(self.key("person"), PERSON, (SIGN, INDIVIDUAL))

    def director(self) -> Draft:
        return Draft(self.key("director"), DIRECTOR, (SIGN, CEO), serial=0x303E)


def trusted(authority_name: str, role: str, issuer: str | None, signer: Signer) -> TrustedAuthority:
    base = "http://ca.test/" if role == "issuer" else None
    return TrustedAuthority(
        name=authority_name,
        role=role,
        issuer=issuer,
        certificate=signer.certificate,
        ocsp=base and base + "ocsp",
        crl=base and base + "base.crl",
        delta_crl=base and base + "delta.crl",
    )


@cache
def pki(kind: str = "gost") -> Pki:
    make = gost_key if kind == "gost" else rsa_key
    root = authority(make("root"), "НЕГІЗГІ (TESTS)")
    return Pki(root, authority(make("issuer"), "ҰЛТТЫҚ (TESTS)", root), kind)


def attribute(oid: str, *values: bytes) -> bytes:
    return der.seq(der.oid(oid), der.set_of(*values))


@dataclass(frozen=True)
class Message:
    """A CMS message to be; each field can be replaced to break one thing."""

    signer: Signer
    content: bytes = CONTENT
    attached: bool = True
    certificates: tuple[bytes, ...] | None = None
    attributes: tuple[bytes, ...] | None = None
    signature: bytes | None = None
    signature_oid: str = ""
    digest_oid: str = ""
    signers: int = 1
    others: tuple[Message, ...] = ()
    content_type: str = oids.ID_DATA
    unsigned: tuple[bytes, ...] = ()
    trailer: bytes = b""

    def default_attributes(self) -> tuple[bytes, ...]:
        return (
            attribute(oids.CONTENT_TYPE, der.oid(self.content_type)),
            attribute(oids.SIGNING_TIME, der.utc(NOW)),
            attribute(oids.MESSAGE_DIGEST, der.octets(self.signer.key.digest(self.content))),
        )

    def signer_info(self) -> bytes:
        key = self.signer.key
        attributes = self.default_attributes() if self.attributes is None else self.attributes
        body = b"".join(attributes)
        signed = der.tlv(0x31, body) if attributes else self.content
        return der.seq(
            der.integer(1),
            der.seq(name(self.signer.issuer), der.integer(self.signer.serial)),
            der.algorithm(self.digest_oid or key.digest_oid),
            der.tlv(0xA0, body) if attributes else b"",
            der.algorithm(self.signature_oid or key.signature_oid, key.signature_parameters),
            der.octets(key.sign(signed) if self.signature is None else self.signature),
            der.tlv(0xA1, b"".join(self.unsigned)) if self.unsigned else b"",
        )

    def encode(self) -> bytes:
        """The message; `others` sign beside this one, the content being this one's."""
        content = der.explicit(0, der.octets(self.content)) if self.attached else b""
        own = (self.signer.der, *(other.signer.der for other in self.others))
        held = own if self.certificates is None else self.certificates
        signed = der.seq(
            der.integer(1),
            der.set_of(der.algorithm(self.signer.key.digest_oid)),
            der.seq(der.oid(self.content_type), content),
            der.tlv(0xA0, b"".join(held)),
            der.set_of(
                *[self.signer_info()] * self.signers,
                *(other.signer_info() for other in self.others),
            ),
        )
        return der.seq(der.oid(oids.ID_SIGNED_DATA), der.explicit(0, signed)) + self.trailer


TSA = extended(oids.TIME_STAMPING)


def time_stamper(issuer: Signer, key: Key, usage: Extension | None = None) -> Signer:
    """A time-stamping authority certified by `issuer`."""
    subject = ((oids.COMMON_NAME, "TIME-STAMPING AUTHORITY"), ("2.5.4.6", "KZ"))
    purpose = usage or replace(TSA, critical=True)
    return issue(Draft(key, subject, (key_usage(0), purpose), serial=0x75A), issuer)


def time_stamp(signature: bytes, by: Signer, time: datetime) -> bytes:
    """The unsigned attribute that says `signature` existed at `time` (RFC 3161)."""
    info = der.seq(
        der.integer(1),
        der.oid("1.2.398.3.3.2.6.4"),
        der.seq(der.algorithm(by.key.digest_oid), der.octets(by.key.digest(signature))),
        der.integer(0x5EED),
        der.generalized(time),
        der.seq(der.integer(1)),
        der.integer(77),
    )
    token = Message(by, content=info, content_type=oids.ID_TST_INFO).encode()
    return attribute(oids.SIGNATURE_TIME_STAMP, token)


def crl(
    issuer: Signer,
    entries: Iterable[tuple[int, int | None]] = (),
    *,
    this_update: datetime = NOW - timedelta(hours=1),
    next_update: datetime = NOW + 180 * DAY,
    number: int = 14,
    base_number: int | None = None,
    extra: tuple[Extension, ...] = (),
    inner_null: bool = True,
    key: Key | None = None,
) -> bytes:
    """A CRL; `entries` are serial numbers with reason codes; a delta when `base_number` is set."""
    signing = key or issuer.key
    extensions = [Extension(oids.CRL_NUMBER, der.integer(number)), *extra]
    if base_number is not None:
        value = der.integer(base_number)
        extensions.append(Extension(oids.DELTA_CRL_INDICATOR, value, critical=True))
    revoked = [
        der.seq(
            der.integer(serial),
            der.utc(this_update - DAY),
            b""
            if reason is None
            else der.seq(Extension(oids.REASON_CODE, der.enumerated(reason)).encode()),
        )
        for serial, reason in entries
    ]
    tbs = der.seq(
        der.integer(1),
        der.algorithm(signing.signature_oid, der.NULL if inner_null else b""),
        name(issuer.subject),
        der.utc(this_update),
        der.utc(next_update),
        der.seq(*revoked) if revoked else b"",
        der.explicit(0, der.seq(*(extension.encode() for extension in extensions))),
    )
    return der.seq(tbs, der.algorithm(signing.signature_oid), der.bits(signing.sign(tbs)))


def responder(issuer: Signer, key: Key, *, nocheck: bool = True, usage: str = "") -> Signer:
    """A delegated OCSP responder."""
    extensions = [key_usage(0), extended(usage or oids.OCSP_SIGNING)]
    if nocheck:
        extensions.append(Extension(oids.OCSP_NOCHECK, der.NULL))
    subject = ((oids.COMMON_NAME, "OCSP RESPONDER"), ("2.5.4.6", "KZ"))
    return issue(Draft(key, subject, tuple(extensions), serial=99), issuer)


def ocsp_response(
    leaf: Signer,
    issuer: Signer,
    by: Signer,
    *,
    nonce: bytes | None = None,
    serial: int | None = None,
    status: bytes = b"\x80\x00",
    this_update: datetime = NOW,
    signature: bytes | None = None,
    held: bool = True,
) -> bytes:
    """A successful OCSP response signed by `by`."""
    certificate = issuer.certificate
    identifier = der.seq(
        der.algorithm(oids.SHA256),
        der.octets(hashlib.sha256(certificate.subject_der).digest()),
        der.octets(hashlib.sha256(key_octets(certificate.key_info)).digest()),
        der.integer(leaf.serial if serial is None else serial),
    )
    extensions = b""
    if nonce is not None:
        entry = Extension(oids.OCSP_NONCE, der.octets(nonce)).encode()
        extensions = der.explicit(1, der.seq(entry))
    data = der.seq(
        der.explicit(1, name(by.subject)),
        der.generalized(this_update),
        der.seq(der.seq(identifier, status, der.generalized(this_update))),
        extensions,
    )
    basic = der.seq(
        data,
        der.algorithm(by.key.signature_oid),
        der.bits(by.key.sign(data) if signature is None else signature),
        der.explicit(0, der.seq(by.der)) if held else b"",
    )
    body = der.seq(der.oid(oids.OCSP_BASIC), der.octets(basic))
    return der.seq(der.enumerated(0), der.explicit(0, body))


def revoked_status(at: datetime, reason: int | None) -> bytes:
    cause = b"" if reason is None else der.explicit(0, der.enumerated(reason))
    return der.tlv(0xA1, der.generalized(at) + cause)
