"""What the REST interface answers about certificates and trust, as JSON. Format version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from eds_verifier.api.certificates import JudgedCertificate
from eds_verifier.path.certificate import Certificate
from eds_verifier.subject import read_holder, read_key_use
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused


def certificate_view(judged: JudgedCertificate) -> dict[str, Any]:
    """The reply of `/v1/certificate/info`. The holder is named only when the status is valid."""
    certificate = judged.certificate
    holder = _holder(certificate)
    return {
        "version": 1,
        "status": judged.status,
        "reason": judged.reason,
        "detail": judged.detail,
        "certificate": {
            "serial_hex": f"{certificate.serial:x}",
            "not_before": _instant(certificate.not_before),
            "not_after": _instant(certificate.not_after),
            "key_use": _key_use(certificate),
            "key_storage": certificate.key_storage,
            "algorithm": certificate.scheme.key,
            "issuer": certificate.issuer_name,
            "sha256": certificate.sha256,
            "extended_key_usage": sorted(certificate.extended_key_usage),
            "subject_type": holder[0],
            "role": holder[1],
        },
        "subject": None if judged.subject is None else judged.subject.model_dump(mode="json"),
        "chain": list(judged.chain),
        "revocation": None
        if judged.revocation is None
        else judged.revocation.model_dump(mode="json"),
        "warnings": list(judged.warnings),
    }


def trust_view(store: TrustStore, *, at: datetime) -> dict[str, Any]:
    """The reply of `/v1/trust`: whose certificates count, by fingerprint."""
    return {
        "version": 1,
        "name": store.name,
        "unsafe_test": store.unsafe_test,
        "authorities": [
            {
                "name": one.name,
                "role": one.role,
                "issuer": one.issuer,
                "common_name": one.certificate.subject_name,
                "sha256": one.certificate.sha256,
                "not_before": _instant(one.certificate.not_before),
                "not_after": _instant(one.certificate.not_after),
                "expired": one.certificate.not_after < at,
                "generation": one.generation,
                "unsafe_test": one.unsafe_test,
            }
            for one in store.authorities
        ],
    }


def _key_use(certificate: Certificate) -> str | None:
    try:
        return read_key_use(certificate)
    except Refused:
        return None


def _holder(certificate: Certificate) -> tuple[str | None, str | None]:
    try:
        holder = read_holder(certificate)
    except Refused:
        return None, None
    return holder.subject_type, holder.role


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
