"""OCSP: asking about one certificate and relying on the answer (RFC 6960, 8954).

CertID by SHA-256; the nonce must come back; the signer is the issuing authority itself or a
responder it certified for OCSPSigning with ocsp-nocheck; freshness by our own limit, since the
NCA's responder gives no nextUpdate.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from eds_verifier.asn1.ber import encode
from eds_verifier.asn1.der import octets_of
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Cause, OcspEvidence, Unusable
from eds_verifier.revocation.ocsp_response import Authentic, Single, read_authentic
from eds_verifier.signatures import key_octets
from eds_verifier.verdict import Refused

NONCE_OCTETS = 16
MAX_RESPONSE = 65_536
NEVER_ISSUED = datetime(1970, 1, 1, tzinfo=UTC)
_CERTIFICATE_HOLD = 6

OcspStatus = Literal["good", "revoked", "suspended", "not_issued"]


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """An authentic, fresh answer about the certificate asked for; `since`, `reason` if not good.

    `not_issued`: the responder says with revoked(certificateHold, 1970-01-01) that its authority
    never issued the serial number (RFC 6960 section 4.4.8).
    """

    status: OcspStatus
    this_update: datetime
    next_update: datetime | None
    since: datetime | None
    reason: int | None = None


def certificate_id(leaf: Certificate, issuer: Certificate) -> tuple[bytes, bytes, int]:
    """CertID of RFC 6960 section 4.1.1 with SHA-256: name hash, key hash, serial number."""
    return (
        hashlib.sha256(issuer.subject_der).digest(),
        hashlib.sha256(key_octets(issuer.key_info)).digest(),
        leaf.serial,
    )


_SHA256_IDENTIFIER = bytes.fromhex("300d06096086480165030402010500")
_NONCE_OID = bytes.fromhex("06092b0601050507300102")
_SEQUENCE, _INTEGER, _OCTETS, _REQUEST_EXTENSIONS = 0x30, 0x02, 0x04, 0xA2


def build_request(leaf: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """The DER OCSPRequest about `leaf` with a nonce of NONCE_OCTETS octets."""
    if len(nonce) != NONCE_OCTETS:
        raise ValueError(f"an OCSP nonce here has {NONCE_OCTETS} octets")
    name_hash, key_hash, serial = certificate_id(leaf, issuer)
    certificate = _sequence(
        _SHA256_IDENTIFIER,
        encode(_OCTETS, name_hash),
        encode(_OCTETS, key_hash),
        encode(_INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, signed=True)),
    )
    extension = _sequence(_NONCE_OID, encode(_OCTETS, encode(_OCTETS, nonce)))
    request_list = _sequence(_sequence(certificate))
    extensions = encode(_REQUEST_EXTENSIONS, _sequence(extension))
    return _sequence(_sequence(request_list, extensions))


def _sequence(*parts: bytes) -> bytes:
    return encode(_SEQUENCE, b"".join(parts))


def read_answer(
    evidence: OcspEvidence,
    leaf: Certificate,
    issuer: Certificate,
    *,
    policy: VerificationPolicy,
    at: datetime,
) -> OcspAnswer:
    """The answer, when it may be relied on; raises Unusable saying why not."""
    authentic = read_response(evidence, issuer)
    if not authentic.responder_not_before <= at <= authentic.responder_not_after:
        raise Unusable("the OCSP responder has a certificate not valid now", Cause.NOT_AUTHORISED)
    single = _single(authentic, certificate_id(leaf, issuer))
    _check_fresh(authentic.produced_at, single, policy, at)
    status, since = _status(single)
    if status == "good":
        _check_covers(leaf, single)
    return OcspAnswer(status, single.this_update, single.next_update, since, single.reason)


def read_response(evidence: OcspEvidence, issuer: Certificate) -> Authentic:
    """The authentic response to the request with our nonce; raises Unusable for anything else.

    Whether it is fresh, and about the certificate in question, is for `read_answer`.
    """
    if len(evidence.response) > MAX_RESPONSE:
        raise Unusable("the OCSP response is too large", Cause.TOO_LARGE)
    try:
        authentic = read_authentic(evidence.response, issuer.der)
        _check_nonce(evidence.nonce, authentic)
    except Refused as refused:  # a parser's or an algorithm's refusal is about the answer only
        raise Unusable(refused.detail) from None
    return authentic


def _check_nonce(sent: bytes | None, authentic: Authentic) -> None:
    if sent is None:
        return
    if authentic.nonce is None:
        raise Unusable("the OCSP response does not repeat the nonce", Cause.NONCE)
    if octets_of(authentic.nonce, what="the OCSP response") != sent:
        raise Unusable("the OCSP response answers another request: its nonce is wrong", Cause.NONCE)


def _single(authentic: Authentic, wanted: tuple[bytes, bytes, int]) -> Single:
    found = [single for single in authentic.singles if single.certificate_id == wanted]
    if len(found) != 1:
        raise Unusable("the OCSP response is not about this certificate", Cause.OTHER_CERTIFICATE)
    return found[0]


def _check_fresh(
    produced_at: datetime, single: Single, policy: VerificationPolicy, at: datetime
) -> None:
    this_update, next_update = single.this_update, single.next_update
    if max(produced_at, this_update) > at + policy.clock_skew:
        raise Unusable(
            "the OCSP response is from the future: it was made after the instant judged",
            Cause.STALE,
        )
    if at - this_update > policy.ocsp_max_age + policy.clock_skew:
        raise Unusable("the OCSP response is too old", Cause.STALE)
    if next_update is not None and next_update + policy.clock_skew < at:
        raise Unusable("the OCSP response is past its nextUpdate", Cause.STALE)


def _check_covers(leaf: Certificate, single: Single) -> None:
    """RFC 6960 section 2.2: good says nothing of an expired certificate, but for archiveCutoff."""
    cutoff = single.archive_cutoff
    if single.this_update > leaf.not_after and not (
        cutoff is not None and cutoff <= leaf.not_after
    ):
        raise Unusable(
            "the certificate has expired, and OCSP says nothing of expired ones", Cause.EXPIRED
        )


def _status(single: Single) -> tuple[OcspStatus, datetime | None]:
    if single.status == "good":
        return "good", None
    if single.status == "unknown":
        raise Unusable("the OCSP responder does not know the certificate", Cause.UNKNOWN)
    if single.reason != _CERTIFICATE_HOLD:
        return "revoked", single.since
    return "not_issued" if single.since == NEVER_ISSUED else "suspended", single.since
