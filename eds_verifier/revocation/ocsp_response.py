"""An OCSP response from octets to what its authority said: read, and its signature proven.

What does not depend on the moment is proven once for the same octets and issuer and kept: the
answer is read when it comes and again when the verdict is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from eds_verifier.asn1 import oids
from eds_verifier.asn1.ber import encode
from eds_verifier.asn1.der import (
    Elements,
    Extension,
    algorithm_parts,
    boxed,
    decode,
    instant,
    octets_of,
    raw,
    time_of,
)
from eds_verifier.path.certificate import Certificate, same_name
from eds_verifier.path.strict import CRITICAL_KNOWN
from eds_verifier.revocation.crl_entries import INVALIDITY_DATE, enumerated
from eds_verifier.revocation.evidence import Cause, Unusable
from eds_verifier.signatures import holds, key_octets, prepare_key, read_scheme
from eds_verifier.verdict import Refused

_WHAT = "the OCSP response"
_UNREADABLE = "the OCSP response cannot be read"

SingleStatus = Literal["good", "revoked", "unknown"]


@asn1.sequence
class _ResponseBytes:
    response_type: ObjectIdentifier
    response: bytes


@asn1.sequence
class _OcspResponse:
    status: asn1.TLV
    response_bytes: Annotated[_ResponseBytes | None, asn1.Explicit(0)]


@asn1.sequence
class _BasicResponse:
    data: asn1.TLV
    algorithm: asn1.TLV
    signature: asn1.BitString
    certificates: Annotated[list[asn1.TLV] | None, asn1.Explicit(0)]


@asn1.sequence
class _CertId:
    hash_algorithm: asn1.TLV
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int


@asn1.sequence
class _SingleResponse:
    certificate_id: _CertId
    status: asn1.TLV
    this_update: asn1.GeneralizedTime
    next_update: Annotated[asn1.GeneralizedTime | None, asn1.Explicit(0)]
    extensions: Annotated[list[Extension] | None, asn1.Explicit(1)]


@asn1.sequence
class _ResponseData:
    version: Annotated[int | None, asn1.Explicit(0)]
    responder_id: asn1.TLV
    produced_at: asn1.GeneralizedTime
    responses: list[_SingleResponse]
    extensions: Annotated[list[Extension] | None, asn1.Explicit(1)]


_STATUSES: Mapping[int, tuple[str, Cause]] = {
    1: ("malformed_request", Cause.QUESTION_REFUSED),
    2: ("internal_error", Cause.RESPONDER_ERROR),
    3: ("try_later", Cause.TRY_LATER),
    5: ("sign_required", Cause.QUESTION_REFUSED),
    6: ("unauthorized", Cause.QUESTION_REFUSED),
}
"""OCSPResponseStatus (RFC 6960 section 4.2.1) but `successful`: nobody signed these."""

_GOOD, _REVOKED, _UNKNOWN = b"\x80", b"\xa1", b"\x82"
_BY_NAME, _BY_KEY = b"\xa1", b"\xa2"
_REASON = b"\xa0"
ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6"
_SINGLE_EXTENSIONS = frozenset({ARCHIVE_CUTOFF, INVALIDITY_DATE})
_RESPONSE_EXTENSIONS = frozenset({oids.OCSP_NONCE, oids.OCSP_EXTENDED_REVOKE})


@dataclass(frozen=True, slots=True, repr=False)
class Single:
    """What is said about one certificate. `certificate_id` is None unless made with SHA-256.

    `archive_cutoff`: certificates that expired since then are still known (RFC 6960 section 4.4.4).
    """

    certificate_id: tuple[bytes, bytes, int] | None
    status: SingleStatus
    this_update: datetime
    next_update: datetime | None
    since: datetime | None
    reason: int | None
    archive_cutoff: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Authentic:
    """A response signed by the authority asked or by a responder it certified.

    `nonce` is the DER of the nonce extension's value. Whether the responder's certificate and the
    answers are of today is for the reader to judge.
    """

    produced_at: datetime
    responder_not_before: datetime
    responder_not_after: datetime
    nonce: bytes | None
    singles: tuple[Single, ...]


@lru_cache(maxsize=256)
def read_authentic(response: bytes, issuer_der: bytes) -> Authentic:
    """Read a response and prove its signature; raises Unusable or Refused saying why not."""
    basic = _basic(response)
    issuer = Certificate.parse(issuer_der)
    data = decode(_ResponseData, raw(basic.data), what=_WHAT)
    extensions = _extensions(data.extensions, _RESPONSE_EXTENSIONS)
    scheme = read_scheme(raw(basic.algorithm), what=_WHAT)
    responder = _responder(basic, raw(data.responder_id), issuer)
    signature = basic.signature
    if signature.padding_bits() or not holds(
        scheme, responder.key_info, raw(basic.data), signature.as_bytes()
    ):
        raise Unusable("the OCSP response's signature does not hold", Cause.SIGNATURE)
    return Authentic(
        produced_at=instant(data.produced_at, what=_WHAT),
        responder_not_before=responder.not_before,
        responder_not_after=responder.not_after,
        nonce=extensions.get(oids.OCSP_NONCE),
        singles=tuple(map(_single, data.responses)),
    )


def _basic(response: bytes) -> _BasicResponse:
    outer = decode(_OcspResponse, response, what=_WHAT)
    status = enumerated(raw(outer.status), what=_UNREADABLE)
    if status != 0:
        name, cause = _STATUSES.get(status, ("an unknown status", Cause.UNREADABLE))
        raise Unusable(f"the OCSP responder answered {name}", cause)
    body = outer.response_bytes
    if body is None:
        raise Unusable(_UNREADABLE)
    if body.response_type.dotted_string != oids.OCSP_BASIC:
        raise Unusable("the OCSP response is of an unknown type", Cause.NOT_UNDERSTOOD)
    return decode(_BasicResponse, body.response, what=_WHAT)


def _extensions(encoded: list[Extension] | None, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in encoded or ():
        oid = item.extn_id.dotted_string
        if oid in found:
            raise Unusable("the OCSP response repeats an extension", Cause.NOT_UNDERSTOOD)
        if item.critical and oid not in known:
            raise Unusable(
                "the OCSP response has a critical extension not understood", Cause.NOT_UNDERSTOOD
            )
        found[oid] = item.extn_value
    return found


def _responder(basic: _BasicResponse, identifier: bytes, issuer: Certificate) -> Certificate:
    """The certificate that may sign: the issuer's own, or one it certified to answer for it."""
    if _is_responder(identifier, issuer):
        return issuer
    for item in basic.certificates or ():
        try:
            certificate = Certificate.parse(raw(item))
        except Refused:
            continue
        if _is_responder(identifier, certificate):
            _check_delegation(certificate.der, issuer.der)
            return certificate
    raise Unusable(
        "the OCSP response does not hold its responder's certificate", Cause.NOT_AUTHORISED
    )


def _is_responder(identifier: bytes, certificate: Certificate) -> bool:
    """ResponderID (RFC 6960 section 4.2.2.3), an explicit tag around a name or a key's SHA-1."""
    inner = _unwrapped(identifier)
    if identifier[:1] == _BY_NAME:
        return same_name(inner, certificate.subject_der)
    if identifier[:1] != _BY_KEY:
        raise Unusable(_UNREADABLE)
    digest = hashlib.sha1(key_octets(certificate.key_info), usedforsecurity=False).digest()
    return octets_of(inner, what=_WHAT) == digest


def _unwrapped(tagged: bytes) -> bytes:
    """The content of an element with an explicit tag."""
    head = 2 + (tagged[1] & 0x7F if tagged[1] & 0x80 else 0)
    return tagged[head:]


@lru_cache(maxsize=64)
def _check_delegation(responder_der: bytes, issuer_der: bytes) -> None:
    """RFC 6960 section 4.2.2.2: certified directly by the authority whose certificate is judged."""
    responder, issuer = Certificate.parse(responder_der), Certificate.parse(issuer_der)
    certified = (
        same_name(responder.issuer_der, issuer.subject_der)
        and responder.authority_key_id == issuer.subject_key_id
        and holds(responder.scheme, issuer.key_info, responder.tbs, responder.signature)
    )
    if not certified:
        raise Unusable(
            "the OCSP responder is not certified by the certificate's issuer",
            Cause.NOT_AUTHORISED,
        )
    for holds_, otherwise in (
        (oids.OCSP_SIGNING in responder.extended_key_usage, "is not certified for OCSPSigning"),
        (oids.OCSP_NOCHECK in responder.extensions, "has no ocsp-nocheck: it may be revoked"),
        (not responder.is_ca, "is an authority"),
        (not responder.key_usage or "digital_signature" in responder.key_usage, "may not sign"),
        (
            all(
                oid in CRITICAL_KNOWN or oid == oids.OCSP_NOCHECK
                for oid, extension in responder.extensions.items()
                if extension.critical
            ),
            "has a critical extension not understood",
        ),
    ):
        if not holds_:
            raise Unusable(f"the OCSP responder {otherwise}", Cause.NOT_AUTHORISED)
    prepare_key(responder.key_info)  # it answers for its authority from now on


def _single(encoded: _SingleResponse) -> Single:
    extensions = _extensions(encoded.extensions, _SINGLE_EXTENSIONS)
    cutoff = extensions.get(ARCHIVE_CUTOFF)
    status, since, reason = _status(encoded.status)
    if since is not None and INVALIDITY_DATE in extensions:
        # RFC 6960 section 4.4.5: from when on the key may have been in other hands.
        since = min(since, time_of(extensions[INVALIDITY_DATE], what=_WHAT))
    identifier = encoded.certificate_id
    algorithm, _ = algorithm_parts(raw(identifier.hash_algorithm), what=_WHAT)
    return Single(
        certificate_id=(
            (identifier.issuer_name_hash, identifier.issuer_key_hash, identifier.serial)
            if algorithm == oids.SHA256
            else None
        ),
        status=status,
        this_update=instant(encoded.this_update, what=_WHAT),
        next_update=None
        if encoded.next_update is None
        else instant(encoded.next_update, what=_WHAT),
        since=since,
        reason=reason,
        archive_cutoff=None if cutoff is None else time_of(cutoff, what=_WHAT),
    )


def _status(encoded: asn1.TLV) -> tuple[SingleStatus, datetime | None, int | None]:
    tag, content = encoded.tag_bytes, bytes(encoded.data)
    if tag == _REVOKED:
        return "revoked", *_revoked_info(content)
    if content or tag not in (_GOOD, _UNKNOWN):
        raise Unusable(_UNREADABLE)
    return "good" if tag == _GOOD else "unknown", None, None


def _revoked_info(content: bytes) -> tuple[datetime, int | None]:
    """RevokedInfo: since when, and the CRLReason where one is given."""
    parts = boxed(Elements, encode(0x30, content), what=_WHAT).items
    if not 1 <= len(parts) <= 2 or (len(parts) == 2 and parts[1].tag_bytes != _REASON):
        raise Unusable(_UNREADABLE)
    since = time_of(raw(parts[0]), what=_WHAT)
    if len(parts) == 1:
        return since, None
    return since, enumerated(bytes(parts[1].data), what=_UNREADABLE)
