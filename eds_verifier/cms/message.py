"""One CMS SignedData, read strictly into what it says (RFC 5652 section 5).

DER is decoded as it is. What is not DER is written anew with definite lengths first: NCALayer's
signer may write BER. Values are not touched by that, so what was signed as DER stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1 import oids
from eds_verifier.asn1.ber import encode, to_der
from eds_verifier.asn1.der import (
    decode,
    members_of,
    octets_of,
    oid_of,
    raw,
    raw_all,
    time_of,
)
from eds_verifier.cms.ess import SigningCertificate, read_signing_certificates
from eds_verifier.signatures import MAX_SIGNATURE, Scheme, read_digest, read_scheme
from eds_verifier.verdict import Reason, Refused

MAX_CERTIFICATES = 16
MAX_SIGNERS = 16
MAX_ATTRIBUTES = 64
MAX_VALUES = 16

_NAMES = {
    oids.CONTENT_TYPE: "contentType",
    oids.MESSAGE_DIGEST: "messageDigest",
    oids.SIGNING_TIME: "signingTime",
    oids.SIGNING_CERTIFICATE: "signingCertificate",
    oids.SIGNING_CERTIFICATE_V2: "signingCertificateV2",
    oids.ALGORITHM_PROTECTION: "CMSAlgorithmProtection",
}

_WHAT = "the CMS message"
_SIGNERS = f"a list of more than {MAX_SIGNERS} signers"
_BAD = Reason.SIGNED_ATTRIBUTES
_SEQUENCE, _SUBJECT_KEY_ID = b"\x30", b"\x80"
_ONE_VALUE = frozenset(
    {
        oids.CONTENT_TYPE,
        oids.MESSAGE_DIGEST,
        oids.SIGNING_TIME,
        oids.SIGNING_CERTIFICATE,
        oids.SIGNING_CERTIFICATE_V2,
        oids.ALGORITHM_PROTECTION,
    }
)


@asn1.sequence
class _ContentInfo:
    content_type: ObjectIdentifier
    content: Annotated[asn1.TLV, asn1.Explicit(0)]


@asn1.sequence
class _EncapsulatedContentInfo:
    content_type: ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.TLV
    encapsulated: _EncapsulatedContentInfo
    certificates: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    crls: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]
    signer_infos: asn1.TLV


@asn1.sequence
class _SignerInfo:
    version: int
    signer: asn1.TLV
    digest_algorithm: asn1.TLV
    signed_attributes: Annotated[list[asn1.TLV] | None, asn1.Implicit(0)]
    signature_algorithm: asn1.TLV
    signature: bytes
    unsigned_attributes: Annotated[list[asn1.TLV] | None, asn1.Implicit(1)]


@asn1.sequence
class _IssuerAndSerialNumber:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _Attribute:
    type: ObjectIdentifier
    values: asn1.TLV


@asn1.sequence
class _AlgorithmProtection:
    digest: asn1.TLV
    signature: Annotated[list[asn1.TLV], asn1.Implicit(1)]


Attributes = dict[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True, repr=False)
class SignerInfo:
    """What one signer says; nothing of it is proven.

    Either `issuer` (a DER Name) with `serial`, or `subject_key_id`, names the certificate.
    `signed_attributes` is the DER that was signed (RFC 5652 section 5.4: tagged as a SET); None
    when the content itself was signed, and then `message_digest` is None too. `time_stamps`: DER
    ContentInfos of id-aa-signatureTimeStampToken, which anybody may have added.
    """

    issuer: bytes | None
    serial: int | None
    subject_key_id: bytes | None
    digest: str
    scheme: Scheme
    signed_attributes: bytes | None
    message_digest: bytes | None
    signing_time: datetime | None
    signing_certificates: tuple[SigningCertificate, ...]
    signature: bytes
    time_stamps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, repr=False)
class SignedMessage:
    """A message with its signers; `content` is None when the signature is detached."""

    content: bytes | None
    certificates: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]


def parse_message(data: bytes, *, content_type: str = oids.ID_DATA) -> SignedMessage:
    """Read a ContentInfo with SignedData over content of the named type.

    Refuses malformed; signer_count when there is no signer or more than MAX_SIGNERS;
    signed_attributes unless a signer that has them has contentType (the content's) and
    messageDigest, each attribute once with one value; unsupported_algorithm for what `signatures`
    does not accept.
    """
    try:
        return _read(data, content_type)
    except Refused as refused:
        if refused.reason not in (Reason.MALFORMED, _BAD):
            raise
        der = to_der(data)
        if der == data:
            raise
    return _read(der, content_type)


def _read(der: bytes, content_type: str) -> SignedMessage:
    info = decode(_ContentInfo, der, what=_WHAT)
    if info.content_type.dotted_string != oids.ID_SIGNED_DATA:
        raise Refused(Reason.MALFORMED, "the message is not CMS SignedData")
    signed = decode(_SignedData, raw(info.content), what=_WHAT)
    if signed.encapsulated.content_type.dotted_string != content_type:
        raise Refused(Reason.MALFORMED, "the signed content is not of the type expected here")
    signers = members_of(signed.signer_infos, what=_WHAT)
    if not 1 <= len(signers) <= MAX_SIGNERS:
        raise Refused(
            Reason.SIGNER_COUNT,
            f"the message has {len(signers)} signers, 1 to {MAX_SIGNERS} may be",
        )
    return SignedMessage(
        content=signed.encapsulated.content,
        certificates=_certificates(signed.certificates or []),
        signers=tuple(_signer(raw(signer), content_type) for signer in signers),
    )


def _certificates(choices: Sequence[asn1.TLV]) -> tuple[bytes, ...]:
    """The X.509 certificates; other kinds of CertificateChoices are of no use here."""
    if len(choices) > MAX_CERTIFICATES:
        raise Refused(Reason.MALFORMED, f"more than {MAX_CERTIFICATES} certificates in the message")
    return tuple(raw(choice) for choice in choices if choice.tag_bytes == _SEQUENCE)


def _signer(der: bytes, content_type: str) -> SignerInfo:
    info = decode(_SignerInfo, der, what=_WHAT)
    if len(info.signature) > MAX_SIGNATURE:
        raise Refused(Reason.MALFORMED, f"a signature has more than {MAX_SIGNATURE} octets")
    digest = read_digest(raw(info.digest_algorithm), what="the signature")
    scheme = read_scheme(raw(info.signature_algorithm), what="the signature", digest_oid=digest)
    issuer, serial, subject_key_id = _identifier(info)
    attributes: Attributes = {}
    signed = message_digest = None
    if info.signed_attributes is not None:
        signed = encode(0x31, raw_all(info.signed_attributes))
        attributes = _attributes(info.signed_attributes)
        if oid_of(_one(attributes, oids.CONTENT_TYPE), what=_WHAT, reason=_BAD) != content_type:
            raise Refused(_BAD, "the signed contentType is not the content's")
        _check_protection(attributes, info)
        message_digest = octets_of(_one(attributes, oids.MESSAGE_DIGEST), what=_WHAT, reason=_BAD)
    return SignerInfo(
        issuer=issuer,
        serial=serial,
        subject_key_id=subject_key_id,
        digest=digest,
        scheme=scheme,
        signed_attributes=signed,
        message_digest=message_digest,
        signing_time=_signing_time(attributes),
        signing_certificates=read_signing_certificates(attributes),
        signature=info.signature,
        time_stamps=_time_stamps(info.unsigned_attributes),
    )


def _identifier(info: _SignerInfo) -> tuple[bytes | None, int | None, bytes | None]:
    """RFC 5652 section 5.3: the version says which of the two identifiers stands there."""
    if info.signer.tag_bytes == _SEQUENCE and info.version == 1:
        named = decode(_IssuerAndSerialNumber, raw(info.signer), what="the signer identifier")
        return raw(named.issuer), named.serial, None
    if info.signer.tag_bytes == _SUBJECT_KEY_ID and info.version == 3:
        return None, None, bytes(info.signer.data)
    raise Refused(Reason.MALFORMED, "the signer identifier cannot be read")


def _attributes(encoded: Sequence[asn1.TLV]) -> Attributes:
    if len(encoded) > MAX_ATTRIBUTES:
        raise Refused(_BAD, f"more than {MAX_ATTRIBUTES} signed attributes")
    attributes: Attributes = {}
    for element in encoded:
        attribute = decode(_Attribute, raw(element), what="a signed attribute", reason=_BAD)
        oid = attribute.type.dotted_string
        if oid in attributes:
            raise Refused(_BAD, f"the signed attribute {_NAMES.get(oid, oid)} stands twice")
        values = members_of(
            attribute.values, what="a signed attribute", reason=_BAD, at_most=MAX_VALUES
        )
        if oid in _ONE_VALUE and len(values) != 1:
            raise Refused(_BAD, f"the signed attribute {_NAMES[oid]} has no one value")
        attributes[oid] = tuple(map(raw, values))
    return attributes


def _check_protection(attributes: Attributes, info: _SignerInfo) -> None:
    """RFC 6211 section 3: where the signer wrote down its algorithms, no others may stand there."""
    if oids.ALGORITHM_PROTECTION not in attributes:
        return
    value = attributes[oids.ALGORITHM_PROTECTION][0]
    what = "the signed attribute CMSAlgorithmProtection"
    named = decode(_AlgorithmProtection, value, what=what, reason=_BAD)
    digest, signature = raw(info.digest_algorithm), raw(info.signature_algorithm)
    if raw(named.digest) != digest or encode(0x30, raw_all(named.signature)) != signature:
        raise Refused(_BAD, "the signer names other algorithms in what it signed")


def _one(attributes: Attributes, oid: str) -> bytes:
    if oid not in attributes:
        raise Refused(_BAD, f"the signed attribute {_NAMES[oid]} is missing")
    return attributes[oid][0]


def _signing_time(attributes: Attributes) -> datetime | None:
    if oids.SIGNING_TIME not in attributes:
        return None
    return time_of(attributes[oids.SIGNING_TIME][0], what="the signing time", reason=_BAD)


def _time_stamps(encoded: Sequence[asn1.TLV] | None) -> tuple[bytes, ...]:
    """RFC 3161 appendix A. Other unsigned attributes say nothing that is used."""
    found: list[bytes] = []
    for element in (encoded or ())[:MAX_ATTRIBUTES]:
        attribute = decode(_Attribute, raw(element), what=_WHAT)
        if attribute.type.dotted_string == oids.SIGNATURE_TIME_STAMP:
            values = members_of(attribute.values, what=_WHAT, at_most=MAX_VALUES)
            found.extend(map(raw, values))
    return tuple(found)
