"""OCSP answers of the demo CA (RFC 6960), with the NCA's habits.

One address answers for every authority; a delegated responder of the asked authority signs, by
that authority's algorithm. There is no nextUpdate, thisUpdate is producedAt, a nonce comes back,
and a serial number that was never issued is revoked (certificateHold, 1970), marked by the
extended-revoke extension (RFC 6960 4.4.8).
"""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import core, ocsp, x509

from eds_verifier.asn1.ber import encode
from eds_verifier.asn1.reading import octets
from stand.demo_ca.crl import Revocation
from stand.signing import asn1
from stand.signing.cms import Signer

_NEVER_ISSUED = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_REQUESTS = 16
_NONCE_OCTETS = range(1, 129)


@dataclass(frozen=True, slots=True)
class Responder:
    """Who answers for one authority."""

    authority: bytes
    """The authority's DER certificate."""
    signer: Signer
    """The delegated responder."""
    issued: frozenset[int]
    """Every serial number the authority issued."""
    revoked: Mapping[int, Revocation] = field(default_factory=dict)

    def knows(self, asked: ocsp.CertId) -> bool:
        """Whether the question is about this authority's certificates, by name and key hash."""
        digest = _DIGESTS.get(asked["hash_algorithm"]["algorithm"].native)
        if digest is None:
            return False
        tbs = x509.Certificate.load(self.authority)["tbs_certificate"]
        info = asn1.SubjectPublicKeyInfo.load(octets(tbs["subject_public_key_info"]))
        return bool(
            asked["issuer_name_hash"].native == digest(octets(tbs["subject"]))
            and asked["issuer_key_hash"].native == digest(info["public_key"].native)
        )


def answer(request: bytes, responders: Sequence[Responder], *, at: datetime) -> bytes:
    """Answer a DER OCSPRequest at the instant `at`; return a DER OCSPResponse.

    What cannot be read is answered malformedRequest, a question about a foreign authority
    unauthorized.
    """
    try:
        tbs = ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]
        asked = [item["req_cert"] for item in tbs["request_list"]]
        nonce = _nonce(tbs)
        serials = [int(item["serial_number"].native) for item in asked]
        responder = next((one for one in responders if asked and all(map(one.knows, asked))), None)
    except (ValueError, TypeError, KeyError):
        return failure("malformed_request")
    if not 0 < len(asked) <= _MOST_REQUESTS:
        return failure("malformed_request")
    if responder is None:
        return failure("unauthorized")
    moment = at.replace(microsecond=0)
    single = [
        {"cert_id": item, "cert_status": _status(responder, serial), "this_update": moment}
        for item, serial in zip(asked, serials, strict=True)
    ]
    return _sign(responder.signer, single, nonce, moment)


def failure(status: str) -> bytes:
    """An OCSPResponse without an answer: `try_later`, `malformed_request`, `unauthorized`."""
    return bytes(ocsp.OCSPResponse({"response_status": status}).dump())


def _status(responder: Responder, serial: int) -> ocsp.CertStatus:
    revocation = responder.revoked.get(serial)
    if serial not in responder.issued:
        revocation = Revocation(_NEVER_ISSUED, "certificate_hold")
    if revocation is None:
        return ocsp.CertStatus("good", core.Null())
    info = {
        "revocation_time": revocation.at.replace(microsecond=0),
        "revocation_reason": revocation.reason,
    }
    return ocsp.CertStatus("revoked", ocsp.RevokedInfo(info))


def _nonce(tbs: ocsp.TBSRequest) -> bytes | None:
    for extension in tbs["request_extensions"]:
        if extension["extn_id"].native == "nonce":
            nonce = bytes(extension["extn_value"].parsed.native)
            if len(nonce) not in _NONCE_OCTETS:
                raise ValueError("a nonce of this length")
            return nonce
    return None


def _sign(
    signer: Signer, single: list[dict[str, object]], nonce: bytes | None, at: datetime
) -> bytes:
    certificate = x509.Certificate.load(signer.certificate)
    extensions = [{"extn_id": "extended_revoke", "extn_value": core.Null()}]
    if nonce is not None:
        extensions.insert(0, {"extn_id": "nonce", "extn_value": core.OctetString(nonce)})
    data = ocsp.ResponseData(
        {
            "responder_id": ocsp.ResponderId("by_name", certificate["tbs_certificate"]["subject"]),
            "produced_at": at,
            "responses": single,
            "response_extensions": extensions,
        }
    )
    signed = data.dump()
    parts = (
        signed,
        signer.key.signature_algorithm.dump(),
        core.OctetBitString(signer.key.sign(signed)).dump(),
        encode(asn1.CONTEXT_0, encode(asn1.SEQUENCE, signer.certificate)),
    )
    basic = encode(asn1.SEQUENCE, b"".join(parts))
    response = ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": core.ParsableOctetString(basic),
            },
        }
    )
    return bytes(response.dump())


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


_DIGESTS = {"sha1": _sha1, "sha256": _sha256}
"""Hashes a CertID may be made with."""
