"""One CMS SignedData with one signer, read strictly (RFC 5652 section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp

from eds_verifier.asn1 import oids
from eds_verifier.asn1.reading import load, octets, reading
from eds_verifier.signatures import Scheme, algorithm_oid, scheme_of
from eds_verifier.verdict import Reason, Refused

MAX_CERTIFICATES = 16
_ONE_VALUE = frozenset(
    {
        oids.CONTENT_TYPE,
        oids.MESSAGE_DIGEST,
        oids.SIGNING_TIME,
        oids.SIGNING_CERTIFICATE,
        oids.SIGNING_CERTIFICATE_V2,
    }
)


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """ESS: the digest the signer gave of its own certificate (RFC 5035)."""

    digest: str
    value: bytes


@dataclass(frozen=True, slots=True, repr=False)
class SignedMessage:
    """What the message says; nothing of it is proven.

    Exactly one of `issuer` with `serial`, or `subject_key_id`, names the signer's certificate.
    `signed_attributes` is the DER that was signed (RFC 5652 section 5.4: tagged as a SET).
    """

    content: bytes | None
    certificates: tuple[bytes, ...]
    issuer: Any
    serial: int | None
    subject_key_id: bytes | None
    scheme: Scheme
    signed_attributes: bytes
    message_digest: bytes
    signing_time: datetime | None
    signing_certificates: tuple[SigningCertificate, ...]
    signature: bytes


class _Attribute(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("values", core.SetOf, {"spec": core.Any})]  # noqa: RUF012 - asn1crypto's protocol


class _Attributes(core.SetOf):
    _child_spec = _Attribute


def parse_message(der: bytes) -> SignedMessage:
    """Read a DER ContentInfo.

    Refuses malformed; signer_count unless there is exactly one signer; signed_attributes unless
    contentType (id-data, as the content's) and messageDigest are there, each attribute once with
    one value; unsupported_algorithm for what `signatures` does not accept.
    """
    with reading("the CMS message"):
        info = load(cms.ContentInfo, der)
        if info["content_type"].dotted != oids.ID_SIGNED_DATA:
            raise Refused(Reason.MALFORMED, "the message is not CMS SignedData")
        signed = info["content"]
        signers = list(signed["signer_infos"])
        if len(signers) != 1:
            raise Refused(
                Reason.SIGNER_COUNT,
                f"exactly one signer is accepted, the message has {len(signers)}",
            )
        content = _content(signed["encap_content_info"])
        return _with_signer(signers[0], content, _certificates(signed["certificates"]))


def _content(encapsulated: Any) -> bytes | None:
    if encapsulated["content_type"].dotted != oids.ID_DATA:
        raise Refused(Reason.MALFORMED, "the signed content is not plain data (id-data)")
    value = encapsulated["content"].native
    if value is not None and not isinstance(value, bytes):
        raise Refused(Reason.MALFORMED, "the signed content is not an octet string")
    return value


def _certificates(encoded: Any) -> tuple[bytes, ...]:
    if isinstance(encoded, core.Void):
        return ()
    if len(encoded) > MAX_CERTIFICATES:
        raise Refused(Reason.MALFORMED, f"more than {MAX_CERTIFICATES} certificates in the message")
    return tuple(octets(choice) for choice in encoded if choice.name == "certificate")


def _with_signer(
    signer: Any, content: bytes | None, certificates: tuple[bytes, ...]
) -> SignedMessage:
    digest_oid = algorithm_oid(signer["digest_algorithm"], what="the signature")
    signature_oid = algorithm_oid(signer["signature_algorithm"], what="the signature")
    scheme = scheme_of(signature_oid, what="the signature", digest_oid=digest_oid)
    attributes_der = _signed_attributes(signer)
    attributes = _attributes(attributes_der)
    if _one(attributes, oids.CONTENT_TYPE, core.ObjectIdentifier).dotted != oids.ID_DATA:
        raise Refused(Reason.SIGNED_ATTRIBUTES, "the signed contentType is not the content's")
    identifier = signer["sid"]
    by_serial = identifier.name == "issuer_and_serial_number"
    return SignedMessage(
        content=content,
        certificates=certificates,
        issuer=identifier.chosen["issuer"] if by_serial else None,
        serial=identifier.chosen["serial_number"].native if by_serial else None,
        subject_key_id=None if by_serial else bytes(identifier.chosen.native),
        scheme=scheme,
        signed_attributes=attributes_der,
        message_digest=_one(attributes, oids.MESSAGE_DIGEST, core.OctetString).native,
        signing_time=_signing_time(attributes),
        signing_certificates=tuple(_signing_certificates(attributes)),
        signature=bytes(signer["signature"].native),
    )


def _signed_attributes(signer: Any) -> bytes:
    encoded = signer["signed_attrs"]
    if isinstance(encoded, core.Void):
        raise Refused(Reason.SIGNED_ATTRIBUTES, "the signature has no signed attributes")
    return b"\x31" + octets(encoded)[1:]


def _attributes(der: bytes) -> dict[str, list[bytes]]:
    attributes: dict[str, list[bytes]] = {}
    for attribute in load(_Attributes, der):
        oid = str(attribute["type"].dotted)
        if oid in attributes:
            raise Refused(Reason.SIGNED_ATTRIBUTES, f"the signed attribute {oid} stands twice")
        values = [octets(value) for value in attribute["values"]]
        if oid in _ONE_VALUE and len(values) != 1:
            raise Refused(Reason.SIGNED_ATTRIBUTES, f"the signed attribute {oid} has no one value")
        attributes[oid] = values
    return attributes


def _one(attributes: dict[str, list[bytes]], oid: str, spec: Any) -> Any:
    if oid not in attributes:
        raise Refused(Reason.SIGNED_ATTRIBUTES, f"the signed attribute {oid} is missing")
    return load(spec, attributes[oid][0])


def _signing_time(attributes: dict[str, list[bytes]]) -> datetime | None:
    if oids.SIGNING_TIME not in attributes:
        return None
    value = _one(attributes, oids.SIGNING_TIME, cms.Time).native
    return value if isinstance(value, datetime) else None


def _signing_certificates(attributes: dict[str, list[bytes]]) -> list[SigningCertificate]:
    """The first, that is the signer's own, entry of each ESS attribute present."""
    found = []
    if oids.SIGNING_CERTIFICATE_V2 in attributes:
        entry = _one(attributes, oids.SIGNING_CERTIFICATE_V2, tsp.SigningCertificateV2)["certs"][0]
        algorithm = entry["hash_algorithm"]["algorithm"].dotted
        found.append(SigningCertificate(algorithm, entry["cert_hash"].native))
    if oids.SIGNING_CERTIFICATE in attributes:
        entry = _one(attributes, oids.SIGNING_CERTIFICATE, tsp.SigningCertificate)["certs"][0]
        found.append(SigningCertificate(oids.SHA1, entry["cert_hash"].native))
    return found
