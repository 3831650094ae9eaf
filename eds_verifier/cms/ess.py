"""ESS: the signer's own word on which certificate it used (RFC 5035, RFC 2634)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat import asn1

from eds_verifier.asn1 import oids
from eds_verifier.asn1.der import (
    SEQUENCE,
    Elements,
    boxed,
    decode,
    elements_of,
    octets_of,
    raw,
)
from eds_verifier.signatures import read_digest
from eds_verifier.verdict import Reason, Refused

_WHAT = "the signed attribute signingCertificate"
_BAD = Reason.SIGNED_ATTRIBUTES
_DIRECTORY_NAME = b"\xa4"


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """The digest, by the named algorithm, of the signer's certificate.

    `issuer` (a DER Name) and `serial` are there where the signer gave them.
    """

    digest: str
    value: bytes
    issuer: bytes | None
    serial: int | None


@asn1.sequence
class _IssuerSerial:
    issuer: list[asn1.TLV]
    serial: int


def read_signing_certificates(
    attributes: Mapping[str, tuple[bytes, ...]],
) -> tuple[SigningCertificate, ...]:
    """The first, that is the signer's own, entry of each of the two attributes present.

    Refuses signed_attributes for what cannot be read, unsupported_algorithm for a digest not
    accepted here (version 1 has no choice but SHA-1: it is compared and proves nothing by itself).
    """
    found = []
    if oids.SIGNING_CERTIFICATE_V2 in attributes:
        parts = _first(attributes[oids.SIGNING_CERTIFICATE_V2][0])
        algorithm = oids.SHA256
        if parts and parts[0].tag_bytes == SEQUENCE:
            algorithm = read_digest(raw(parts.pop(0)), what=_WHAT)
        found.append(_entry(algorithm, parts))
    if oids.SIGNING_CERTIFICATE in attributes:
        found.append(_entry(oids.SHA1, _first(attributes[oids.SIGNING_CERTIFICATE][0])))
    return tuple(found)


def _first(value: bytes) -> list[asn1.TLV]:
    """The fields of the first ESSCertID of a SigningCertificate."""
    fields = boxed(Elements, value, what=_WHAT, reason=_BAD).items
    identifiers = elements_of(fields[0], what=_WHAT, reason=_BAD) if fields else []
    if not identifiers:
        raise Refused(_BAD, f"{_WHAT} names no certificate")
    return elements_of(identifiers[0], what=_WHAT, reason=_BAD)


def _entry(algorithm: str, parts: list[asn1.TLV]) -> SigningCertificate:
    if not 1 <= len(parts) <= 2:
        raise Refused(_BAD, f"{_WHAT} cannot be read")
    value = octets_of(raw(parts[0]), what=_WHAT, reason=_BAD)
    if len(parts) == 1:
        return SigningCertificate(algorithm, value, None, None)
    named = decode(_IssuerSerial, raw(parts[1]), what=_WHAT, reason=_BAD)
    return SigningCertificate(algorithm, value, _directory_name(named.issuer), named.serial)


def _directory_name(names: list[asn1.TLV]) -> bytes:
    """RFC 5035 section 5: the GeneralNames of an issuerSerial hold its one directoryName."""
    if len(names) != 1 or names[0].tag_bytes != _DIRECTORY_NAME:
        raise Refused(_BAD, f"{_WHAT} names its issuer by something else than a name")
    return bytes(names[0].data)
