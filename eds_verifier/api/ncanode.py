"""NCANode v3's shapes, so that a portal which calls NCANode changes one address.

The shapes are those of the public project ncanode-kz/NCANode (openapi.yml, dto classes). What they
say is our verdict: nothing is `valid` there that is not valid here.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from eds_verifier.api.certificates import JudgedCertificate
from eds_verifier.asn1 import oids
from eds_verifier.asn1.names import attributes_of
from eds_verifier.path.certificate import Certificate
from eds_verifier.revocation.judge import REVOKED_AFTER_SIGNING
from eds_verifier.signatures import Scheme
from eds_verifier.verdict import Reason, Refused, RevocationSummary, TimeStamp, Verdict

MAX_CERTIFICATES = 8
_SERVER_SIGNS = "this server holds no private keys and takes none: sign with NCALayer"
_NO_XML = "XML signatures are not verified here yet: sign as CMS"
_NO_P12 = "this server takes no private keys and no passwords"
_NO_PDF = "signatures inside PDF files are not verified here: sign the file as CMS"
_NO_JWT = "this server neither makes nor reads tokens of this kind"

REFUSED: Mapping[str, str] = {
    "/cms/sign": _SERVER_SIGNS,
    "/cms/sign/add": _SERVER_SIGNS,
    "/cms/extend": "time stamps and evidence are not added here",
    "/xml/sign": _SERVER_SIGNS,
    "/xml/verify": _NO_XML,
    "/wsse/sign": _SERVER_SIGNS,
    "/wsse/verify": _NO_XML,
    "/pkcs12/info": _NO_P12,
    "/pkcs12/aliases": _NO_P12,
    "/pdf/sign": _SERVER_SIGNS,
    "/pdf/verify": _NO_PDF,
    "/jwt/encode": _SERVER_SIGNS,
    "/jwt/decode": _NO_JWT,
    "/jws/sign": _SERVER_SIGNS,
    "/jws/verify": _NO_JWT,
    "/x509/sign": _SERVER_SIGNS,
    "/x509/verify": "a bare signature says nothing about when and what for: sign as CMS",
}
"""NCANode's addresses that are not served, and why."""

KEY_USERS: Mapping[str, str] = {
    oids.NCA_INDIVIDUAL: "INDIVIDUAL",
    oids.NCA_LEGAL_ENTITY: "ORGANIZATION",
    oids.NCA_CEO: "CEO",
    oids.NCA_SIGNING_RIGHT: "CAN_SIGN",
    oids.NCA_FINANCE: "CAN_SIGN_FINANCIAL",
    oids.NCA_HR: "HR",
    oids.NCA_EMPLOYEE: "EMPLOYEE",
    oids.NCA_PRIVILEGES: "NCA_PRIVILEGES",
    oids.NCA_PRIVILEGES + ".1": "NCA_ADMIN",
    oids.NCA_PRIVILEGES + ".2": "NCA_MANAGER",
    oids.NCA_PRIVILEGES + ".3": "NCA_OPERATOR",
    "1.2.398.3.3.4.3": "IDENTIFICATION",
    "1.2.398.3.3.4.3.1": "IDENTIFICATION_CON",
    "1.2.398.3.3.4.3.2": "IDENTIFICATION_REMOTE",
    "1.2.398.3.3.4.3.2.1": "IDENTIFICATION_REMOTE_DIGITAL_ID",
}
"""NCANode's CertificateKeyUser by extendedKeyUsage; what it does not know it leaves out."""

ALGORITHMS: Mapping[tuple[str, str], str] = {
    ("gost2015-512", oids.STREEBOG_512): "ECGOST3410-2015-512",
    ("gost2004", oids.GOST_34311): "ECGOST34310",
    ("rsa", oids.SHA256): "SHA256WithRSAEncryption",
    ("rsa", oids.SHA384): "SHA384WithRSAEncryption",
    ("rsa", oids.SHA512): "SHA512WithRSAEncryption",
}
"""The names Kalkan gives the signature algorithms, by key and digest; ours for any other."""

_SUBJECT: Mapping[str, tuple[str, str]] = {
    oids.COMMON_NAME: ("commonName", "CN"),
    oids.SURNAME: ("surName", "SURNAME"),
    oids.GIVEN_NAME: ("lastName", "GIVENNAME"),
    "1.2.840.113549.1.9.1": ("email", "EMAILADDRESS"),
    oids.ORGANIZATION: ("organization", "O"),
    "2.5.4.6": ("country", "C"),
    "2.5.4.7": ("locality", "L"),
    "2.5.4.8": ("state", "ST"),
    oids.SERIAL_NUMBER: ("", "SERIALNUMBER"),
    oids.ORGANIZATIONAL_UNIT: ("", "OU"),
}
"""Attribute → NCANode's member, and Java's keyword for it in `dn`."""

_NUMBERS: Mapping[str, str] = {oids.SERIAL_NUMBER: "IIN", oids.ORGANIZATIONAL_UNIT: "BIN"}
_QUOTED = set(',+=\n<>#;\\"')


By = Literal["OCSP", "CRL"] | None


class CmsAsked(BaseModel):
    """`/cms/verify` and `/cms/extract`. As in NCANode, unknown members are ignored."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    cms: str = Field(min_length=1)
    data: str | None = None
    revocationCheck: tuple[Literal["OCSP", "CRL"], ...] = ()  # noqa: N815 - NCANode's name


class X509Asked(BaseModel):
    """`/x509/info`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    certs: tuple[str, ...] = Field(max_length=MAX_CERTIFICATES)
    revocationCheck: tuple[Literal["OCSP", "CRL"], ...] = ()  # noqa: N815 - NCANode's name


def error_view(status: int, message: str) -> dict[str, Any]:
    """NCANode's error shape."""
    return {"status": status, "message": message}


def cms_view(verdict: Verdict, known: Iterable[Certificate], *, by: By) -> dict[str, Any]:
    """The reply of `/cms/verify`; `known`: certificates of the message and the signer's chain.

    `by`: who was asked about revocation, when that is one for all signers.

    A certificate stands there only when its path held: the others are anybody's claims. One revoked
    after it had signed is told as revoked, in `message` too: the signature is valid, it no longer.
    """
    certificates = {one.sha256: one for one in known}
    signers = verdict.signers or (verdict,)
    return {
        "status": 200,
        "message": _message(verdict.reason, verdict.detail, verdict.warnings),
        "valid": verdict.verdict == "valid",
        "signers": [_signer(one, certificates, by) for one in signers],
    }


def _signer(verdict: Verdict, certificates: Mapping[str, Certificate], by: By) -> dict[str, Any]:
    leaf = certificates.get(verdict.chain[0]) if verdict.chain else None
    valid = verdict.verdict == "valid"
    found = []
    if leaf is not None:
        revocations = _revocations(verdict.reason, verdict.revocation, by)
        if REVOKED_AFTER_SIGNING in verdict.warnings:
            # Since then, or held since then: the verdict does not say which.
            valid = False
            told = {"revoked": True, "reason": REVOKED_AFTER_SIGNING}
            revocations = [one | told for one in revocations]
        found.append(certificate_info(leaf, valid=valid, revocations=revocations))
    return {
        "certificates": found,
        "tsp": None if verdict.timestamp is None else _tsp(verdict.timestamp),
    }


def x509_view(judged: Sequence[JudgedCertificate | Refused]) -> dict[str, Any]:
    """The reply of `/x509/info`: one member for each certificate, null for an unreadable one."""
    first = next((one for one in judged if not _is_valid(one)), None)
    return {
        "status": 200,
        "message": "OK" if first is None else _message(first.reason, first.detail),
        "valid": bool(judged) and first is None,
        "signers": [None if isinstance(one, Refused) else _judged(one) for one in judged],
    }


def _is_valid(one: JudgedCertificate | Refused) -> bool:
    return isinstance(one, JudgedCertificate) and one.status == "valid"


def _judged(one: JudgedCertificate) -> dict[str, Any]:
    revocations = _revocations(one.reason, one.revocation, one.asked)
    return certificate_info(one.certificate, valid=_is_valid(one), revocations=revocations)


def certificate_info(
    certificate: Certificate, *, valid: bool, revocations: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """NCANode's CertificateInfo. `valid` is the verdict's; the rest is what stands in it."""
    return {
        "valid": valid,
        "revocations": list(revocations),
        "notBefore": _date(certificate.not_before),
        "notAfter": _date(certificate.not_after),
        "keyUsage": _key_usage(certificate),
        "serialNumber": f"{certificate.serial:x}",
        "signAlg": _algorithm(certificate.scheme),
        "keyUser": [
            name for oid, name in KEY_USERS.items() if oid in certificate.extended_key_usage
        ],
        "publicKey": base64.b64encode(certificate.key_info).decode("ascii"),
        "signature": base64.b64encode(certificate.signature).decode("ascii"),
        "subject": _name(certificate.subject_der),
        "issuer": _name(certificate.issuer_der),
    }


def _algorithm(scheme: Scheme) -> str:
    if scheme.salt is not None:
        return "RSASSA-PSS"
    return ALGORITHMS.get((scheme.key, scheme.digest), scheme.key)


def _key_usage(certificate: Certificate) -> str:
    usage = certificate.key_usage
    if {"digital_signature", "non_repudiation"} <= usage:
        return "SIGN"
    return "AUTH" if {"digital_signature", "key_encipherment"} <= usage else "UNKNOWN"


def _revocations(reason: Reason, summary: RevocationSummary | None, by: By) -> list[dict[str, Any]]:
    if summary is not None and reason is Reason.OK:
        source = summary.source.upper()
        return [{"revoked": False, "by": source, "revocationTime": None, "reason": "OK"}]
    reasons = {Reason.REVOKED: "revoked", Reason.SUSPENDED: "certificateHold"}
    if reason not in reasons:
        return []
    return [{"revoked": True, "by": by, "revocationTime": None, "reason": reasons[reason]}]


def _tsp(stamp: TimeStamp) -> dict[str, Any]:
    return {
        "serialNumber": stamp.serial_hex,
        "genTime": _date(stamp.time),
        "policy": None,
        "tsa": stamp.authority,
        "tspHashAlgorithm": None,
        "hash": None,
    }


def _name(der: bytes) -> dict[str, str] | None:
    try:
        pairs = attributes_of(der, what="a name")
    except Refused:
        return None
    found: dict[str, str] = {}
    for oid, text in pairs:
        member, _ = _SUBJECT.get(oid, ("", ""))
        if member:
            found.setdefault(member, text)
        kind = _NUMBERS.get(oid, "")
        if kind and text.startswith(kind):
            found.setdefault(kind.lower(), text.removeprefix(kind))
    # Java writes the last part of a name first.
    return found | {"dn": ", ".join(_part(oid, text) for oid, text in reversed(pairs))}


def _part(oid: str, text: str) -> str:
    _, keyword = _SUBJECT.get(oid, ("", f"OID.{oid}"))
    if _QUOTED & set(text) or text != text.strip():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        text = f'"{escaped}"'
    return f"{keyword}={text}"


def _date(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")


def _message(reason: Reason, detail: str, warnings: Sequence[str] = ()) -> str:
    if reason is Reason.OK:
        return f"OK; {REVOKED_AFTER_SIGNING}" if REVOKED_AFTER_SIGNING in warnings else "OK"
    return f"{reason}: {detail}" if detail else str(reason)
