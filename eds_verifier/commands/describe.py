"""What a certificate or a message says, as a person would read it. Nothing of it is proven."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from eds_verifier.asn1 import oids
from eds_verifier.asn1.armour import unwrap
from eds_verifier.cms.message import SignedMessage, SignerInfo, parse_message
from eds_verifier.commands.options import masked, rfc3339
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.subject import read_holder, read_key_use
from eds_verifier.trust_given import ders_of
from eds_verifier.verdict import Reason, Refused

MAX_FILE = 64 * 1_048_576
_CERTIFICATE_LABEL = b"-----BEGIN CERTIFICATE-----"
_MESSAGE_LABEL = re.compile(rb"-----BEGIN (CMS|PKCS7)-----")
_OBJECT_IDENTIFIER, _SEQUENCE = 0x06, 0x30

SUBJECT = {
    oids.COMMON_NAME: "common_name",
    oids.SURNAME: "surname",
    oids.GIVEN_NAME: "patronymic",
    oids.SERIAL_NUMBER: "number",
    oids.ORGANIZATION: "organization",
    oids.ORGANIZATIONAL_UNIT: "unit",
    "2.5.4.15": "category",
    "2.5.4.6": "country",
    "2.5.4.7": "locality",
    "2.5.4.8": "region",
    "1.2.840.113549.1.9.1": "email",
    "0.9.2342.19200300.100.1.1": "user_id",
    "0.9.2342.19200300.100.1.25": "domain",
}
"""Attributes of a subject by the words used here; givenName holds the patronymic."""

DIGESTS = {
    oids.SHA256: "SHA-256",
    oids.SHA384: "SHA-384",
    oids.SHA512: "SHA-512",
    oids.STREEBOG_512: "Streebog-512",
    oids.GOST_34311: "GOST 34.311-95",
}


def describe(data: bytes, *, show_numbers: bool) -> dict[str, Any]:
    """Describe a certificate or a CMS message (DER, PEM or base64).

    `kind` is `certificate`, `certificates` (a PEM file of several) or `message`. Numbers of people
    and organisations are masked unless `show_numbers`. Raises Refused for what is neither.
    """
    octets = _octets(data)
    if _is_message(octets):
        return _message(octets, show_numbers=show_numbers)
    found = [_certificate(Certificate.parse(der), show_numbers) for der in ders_of(octets)]
    if len(found) == 1:
        return {"kind": "certificate", **found[0]}
    return {"kind": "certificates", "certificates": found}


def _octets(data: bytes) -> bytes:
    """DER, or PEM of certificates, which may have text around its blocks as in trust folders."""
    if data[:1] == bytes((_SEQUENCE,)) or _CERTIFICATE_LABEL in data:
        return data
    message = _MESSAGE_LABEL.search(data)
    if message:
        return unwrap(data[message.start() :].strip(), max_bytes=MAX_FILE)
    try:
        return base64.b64decode(data.translate(None, b" \t\r\n"), validate=True)
    except (binascii.Error, ValueError):
        raise Refused(Reason.MALFORMED, "it is neither DER, PEM nor base64") from None


def _is_message(octets: bytes) -> bool:
    """A ContentInfo begins with an OID, a certificate with another SEQUENCE."""
    if len(octets) < 2 or octets[0] != _SEQUENCE:
        return False
    head = 2 + (octets[1] & 0x7F if octets[1] > 0x80 else 0)
    return octets[head : head + 1] == bytes((_OBJECT_IDENTIFIER,))


def _message(octets: bytes, *, show_numbers: bool) -> dict[str, Any]:
    message = parse_message(octets)
    certificates: list[dict[str, Any]] = []
    readable: list[Certificate] = []
    for der in message.certificates:
        try:
            certificate = Certificate.parse(der)
        except Refused as refused:
            certificates.append({"refused": str(refused.reason), "detail": refused.detail})
        else:
            readable.append(certificate)
            certificates.append(_certificate(certificate, show_numbers))
    return {
        "kind": "message",
        "size": len(octets),
        "content": _content(message),
        "signers": [_signer(signer, readable) for signer in message.signers],
        "certificates": certificates,
    }


def _content(message: SignedMessage) -> dict[str, Any]:
    if message.content is None:
        return {"attached": False, "size": None}
    return {"attached": True, "size": len(message.content)}


def _signer(signer: SignerInfo, certificates: list[Certificate]) -> dict[str, Any]:
    named = next((c for c in certificates if _is_named(c, signer)), None)
    return {
        "certificate": named.sha256 if named else None,
        "algorithm": signer.scheme.key,
        "digest": DIGESTS.get(signer.digest, signer.digest),
        "signed_attributes": signer.signed_attributes is not None,
        "claimed_at": rfc3339(signer.signing_time) if signer.signing_time else None,
        "time_stamps": len(signer.time_stamps),
    }


def _is_named(certificate: Certificate, signer: SignerInfo) -> bool:
    if signer.issuer is None:
        return certificate.subject_key_id == signer.subject_key_id
    return certificate.serial == signer.serial and _same(certificate.issuer_der, signer.issuer)


def _same(left: bytes, right: bytes) -> bool:
    try:
        return same_name(left, right)
    except Refused:
        return False


def _certificate(certificate: Certificate, show_numbers: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    return {
        "sha256": certificate.sha256,
        "serial": f"{certificate.serial:x}",
        "subject": _subject(certificate, show_numbers),
        "issuer": certificate.issuer_name if show_numbers else masked(certificate.issuer_name),
        "valid_from": rfc3339(certificate.not_before),
        "valid_to": rfc3339(certificate.not_after),
        "algorithm": certificate.scheme.key,
        "authority": certificate.is_ca,
        **_use(certificate),
        "key_storage": certificate.key_storage or "not said",
    }


def _use(certificate: Certificate) -> dict[str, str]:
    """What the key is for, and whose it is; an authority's belongs to no person."""
    if certificate.is_ca:
        return {"key": "certifies others"}
    return {
        "key": _attempt(lambda: read_key_use(certificate)),
        "holder": _attempt(lambda: _holder(certificate)),
    }


def _holder(certificate: Certificate) -> str:
    holder = read_holder(certificate)
    return f"{holder.subject_type} {holder.role}".rstrip()


def _attempt(read: Callable[[], str]) -> str:
    try:
        return read()
    except Refused as refused:
        return f"refused ({refused.reason}): {refused.detail}"


def _subject(certificate: Certificate, show_numbers: bool) -> dict[str, str]:  # noqa: FBT001 - private
    """By attribute; what stands several times is joined. Any long number in it is masked."""
    try:
        values = certificate.subject_values
    except Refused as refused:
        return {"refused": str(refused.reason)}
    found: dict[str, str] = {}
    for oid, text in values:
        name = SUBJECT.get(oid, oid)
        value = text if show_numbers else masked(text)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
