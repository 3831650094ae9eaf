"""OCSP: asking about one certificate and relying on the answer (RFC 6960, 8954).

CertID by SHA-256; the nonce must come back; the signer is the issuing authority itself or a
responder it certified for OCSPSigning with ocsp-nocheck; freshness by our own limit, since the
NCA's responder gives no nextUpdate.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from asn1crypto import core, ocsp

from eds_verifier.asn1 import oids
from eds_verifier.asn1.ber import to_der
from eds_verifier.asn1.reading import load, octets, reading, write
from eds_verifier.path.certificate import Certificate
from eds_verifier.path.strict import CRITICAL_KNOWN
from eds_verifier.path.validate import certificate_signature_holds
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import OcspEvidence, Unusable
from eds_verifier.signatures import algorithm_oid, holds, key_octets, scheme_of
from eds_verifier.verdict import Refused

NONCE_OCTETS = 16
MAX_RESPONSE = 65_536
_NEVER_ISSUED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """An authentic, fresh answer about the certificate asked for.

    `not_issued`: the responder says with revoked(certificateHold, 1970-01-01) that its authority
    never issued the serial number (RFC 6960 section 4.4.8).
    """

    status: Literal["good", "revoked", "suspended", "not_issued"]
    this_update: datetime
    next_update: datetime | None


def certificate_id(leaf: Certificate, issuer: Certificate) -> tuple[bytes, bytes, int]:
    """CertID of RFC 6960 section 4.1.1 with SHA-256: name hash, key hash, serial number."""
    return (
        hashlib.sha256(octets(issuer.subject)).digest(),
        hashlib.sha256(key_octets(issuer.key_info)).digest(),
        leaf.serial,
    )


def build_request(leaf: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """The DER OCSPRequest about `leaf` with a nonce of NONCE_OCTETS octets."""
    if len(nonce) != NONCE_OCTETS:
        raise ValueError(f"an OCSP nonce here has {NONCE_OCTETS} octets")
    name_hash, key_hash, serial = certificate_id(leaf, issuer)
    certificate = {
        "hash_algorithm": {"algorithm": "sha256"},
        "issuer_name_hash": name_hash,
        "issuer_key_hash": key_hash,
        "serial_number": serial,
    }
    extension = {"extn_id": "nonce", "extn_value": nonce}
    return write(
        ocsp.OCSPRequest,
        {
            "tbs_request": {
                "request_list": [{"req_cert": certificate}],
                "request_extensions": [extension],
            }
        },
    )


def read_answer(
    evidence: OcspEvidence,
    leaf: Certificate,
    issuer: Certificate,
    *,
    policy: VerificationPolicy,
    at: datetime,
) -> OcspAnswer:
    """The answer, when it may be relied on; raises Unusable saying why not."""
    if len(evidence.response) > MAX_RESPONSE:
        raise Unusable("the OCSP response is too large")
    try:
        to_der(evidence.response, what="the OCSP response")
        with reading("the OCSP response"):
            return _read(evidence, leaf, issuer, policy, at)
    except Refused as refused:  # a parser's or an algorithm's refusal is about the answer only
        raise Unusable(refused.detail) from None


def _read(
    evidence: OcspEvidence,
    leaf: Certificate,
    issuer: Certificate,
    policy: VerificationPolicy,
    at: datetime,
) -> OcspAnswer:
    outer = load(ocsp.OCSPResponse, evidence.response)
    status = outer["response_status"].native
    if status != "successful":
        raise Unusable(f"the OCSP responder answered {status}")
    if outer["response_bytes"]["response_type"].dotted != oids.OCSP_BASIC:
        raise Unusable("the OCSP response is of an unknown type")
    basic = load(ocsp.BasicOCSPResponse, outer["response_bytes"]["response"].contents)
    data = basic["tbs_response_data"]
    _check_nonce(evidence.nonce, _extensions(data["response_extensions"], _RESPONSE_EXTENSIONS))
    _check_signature(basic, issuer, at)
    single = _single(data["responses"], certificate_id(leaf, issuer))
    this_update = single["this_update"].native
    next_update = single["next_update"].native
    _check_fresh(data["produced_at"].native, this_update, next_update, policy, at)
    return OcspAnswer(_status(single["cert_status"]), this_update, next_update)


_RESPONSE_EXTENSIONS = frozenset({oids.OCSP_NONCE, oids.OCSP_EXTENDED_REVOKE})


def _extensions(encoded: Any, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if isinstance(encoded, core.Void):
        return found
    for item in encoded:
        oid = str(item["extn_id"].dotted)
        if oid in found:
            raise Unusable("the OCSP response repeats an extension")
        if item["critical"].native and oid not in known:
            raise Unusable("the OCSP response has a critical extension not understood")
        found[oid] = bytes(item["extn_value"].contents)
    return found


def _check_nonce(sent: bytes | None, extensions: dict[str, bytes]) -> None:
    if sent is None:
        return
    if oids.OCSP_NONCE not in extensions:
        raise Unusable("the OCSP response does not repeat the nonce")
    if load(core.OctetString, extensions[oids.OCSP_NONCE]).native != sent:
        raise Unusable("the OCSP response answers another request: its nonce is wrong")


def _check_signature(basic: Any, issuer: Certificate, at: datetime) -> None:
    data = basic["tbs_response_data"]
    scheme = scheme_of(
        algorithm_oid(basic["signature_algorithm"], what="the OCSP response"),
        what="the OCSP response",
    )
    responder = _responder(basic, issuer, at)
    if not holds(scheme, responder.key_info, octets(data), bytes(basic["signature"].native)):
        raise Unusable("the OCSP response's signature does not hold")


def _responder(basic: Any, issuer: Certificate, at: datetime) -> Certificate:
    """The certificate that may sign: the issuer's own, or one it certified to answer for it."""
    identifier = basic["tbs_response_data"]["responder_id"]
    if _is_responder(identifier, issuer):
        return issuer
    encoded = basic["certs"]
    for item in () if isinstance(encoded, core.Void) else encoded:
        try:
            certificate = Certificate.parse(octets(item))
        except Refused:
            continue
        if _is_responder(identifier, certificate):
            _check_delegation(certificate, issuer, at)
            return certificate
    raise Unusable("the OCSP response does not hold its responder's certificate")


def _is_responder(identifier: Any, certificate: Certificate) -> bool:
    if identifier.name == "by_name":
        return bool(identifier.chosen == certificate.subject)
    digest = hashlib.sha1(key_octets(certificate.key_info), usedforsecurity=False).digest()
    return bool(identifier.chosen.native == digest)


def _check_delegation(responder: Certificate, issuer: Certificate, at: datetime) -> None:
    """RFC 6960 section 4.2.2.2: certified directly by the authority whose certificate is judged."""
    certified = (
        responder.issuer == issuer.subject
        and responder.authority_key_id == issuer.subject_key_id
        and certificate_signature_holds(
            responder.scheme, issuer.key_info, responder.tbs, responder.signature
        )
    )
    if not certified:
        raise Unusable("the OCSP responder is not certified by the certificate's issuer")
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
        (responder.not_before <= at <= responder.not_after, "has a certificate not valid now"),
    ):
        if not holds_:
            raise Unusable(f"the OCSP responder {otherwise}")


def _single(responses: Any, wanted: tuple[bytes, bytes, int]) -> Any:
    found = [single for single in responses if _identifies(single["cert_id"], wanted)]
    if len(found) != 1:
        raise Unusable("the OCSP response is not about this certificate")
    _extensions(found[0]["single_extensions"], frozenset())
    return found[0]


def _identifies(identifier: Any, wanted: tuple[bytes, bytes, int]) -> bool:
    return bool(
        identifier["hash_algorithm"]["algorithm"].dotted == oids.SHA256
        and wanted
        == (
            identifier["issuer_name_hash"].native,
            identifier["issuer_key_hash"].native,
            identifier["serial_number"].native,
        )
    )


def _check_fresh(
    produced_at: datetime,
    this_update: datetime,
    next_update: datetime | None,
    policy: VerificationPolicy,
    at: datetime,
) -> None:
    if max(produced_at, this_update) > at + policy.clock_skew:
        raise Unusable("the OCSP response is from the future: check both clocks")
    if at - this_update > policy.ocsp_max_age + policy.clock_skew:
        raise Unusable("the OCSP response is too old")
    if next_update is not None and next_update + policy.clock_skew < at:
        raise Unusable("the OCSP response is past its nextUpdate")


def _status(encoded: Any) -> Literal["good", "revoked", "suspended", "not_issued"]:
    if encoded.name == "good":
        return "good"
    if encoded.name != "revoked":
        raise Unusable("the OCSP responder does not know the certificate")
    info = encoded.chosen
    if info["revocation_reason"].native != "certificate_hold":
        return "revoked"
    return "not_issued" if info["revocation_time"].native == _NEVER_ISSUED else "suspended"
