"""Base and delta CRLs of the demo CA (RFC 5280 5), laid out as the NCA's.

Every delta CRL holds everything revoked since the CA was made, and names the CA's first base as
its own: so it completes any base that was ever handed out.
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from asn1crypto import core, crl, x509

from stand.demo_ca.issuing import instant, key_identifier_of, seal
from stand.signing import asn1
from stand.signing.keys import SigningKey

LIFE = timedelta(days=180)
"""From this update to the next, as long as the NCA's."""

Reason = Literal["key_compromise", "certificate_hold"]


@dataclass(frozen=True, slots=True)
class Revocation:
    """Since when a certificate is not to be used, and why."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class CrlIssuer:
    """Who signs: the authority's name and key, and when it was made."""

    name: x509.Name
    key: SigningKey
    made: datetime


def base_crl(issuer: CrlIssuer, revoked: Mapping[int, Revocation], *, at: datetime) -> bytes:
    """All revocations, by serial number; DER, with `at` as this update."""
    return _crl(issuer, revoked, at, [])


def delta_crl(issuer: CrlIssuer, revoked: Mapping[int, Revocation], *, at: datetime) -> bytes:
    """What was revoked since the CA was made, to be put upon any of its base CRLs."""
    since = {serial: item for serial, item in revoked.items() if item.at >= issuer.made}
    return _crl(issuer, since, at, [_number("2.5.29.27", issuer.made, critical=True)])


def _crl(
    issuer: CrlIssuer,
    revoked: Mapping[int, Revocation],
    at: datetime,
    more: list[asn1.Extension],
) -> bytes:
    identifier = key_identifier_of(issuer.key.public_key_info)
    authority = x509.AuthorityKeyIdentifier({"key_identifier": identifier}).dump()
    body = {
        "version": 1,
        "signature": issuer.key.signature_algorithm,
        "issuer": issuer.name,
        "this_update": instant(at),
        "next_update": instant(at + LIFE),
        "crl_extensions": [
            *more,
            asn1.Extension({"extn_id": "2.5.29.35", "extn_value": authority}),
            _number("2.5.29.20", at),
        ],
    }
    if revoked:  # an empty list must be absent (RFC 5280 5.1.2.6)
        body["revoked_certificates"] = [_entry(*item) for item in sorted(revoked.items())]
    return seal(asn1.TbsCertList(body).dump(), issuer.key)


def _entry(serial: int, revocation: Revocation) -> asn1.RevokedCertificate:
    reason = asn1.Extension(
        {"extn_id": "2.5.29.21", "extn_value": crl.CRLReason(revocation.reason).dump()}
    )
    return asn1.RevokedCertificate(
        {
            "user_certificate": serial,
            "revocation_date": instant(revocation.at),
            "crl_entry_extensions": [reason],
        }
    )


def _number(oid: str, at: datetime, *, critical: bool = False) -> asn1.Extension:
    """A CRL's number is its second since 1970: it only ever grows."""
    value = core.Integer(int(at.timestamp())).dump()
    return asn1.Extension({"extn_id": oid, "critical": critical, "extn_value": value})
