"""The REST interface's work: from a body that was read to what is answered. It blocks on I/O."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from eds_verifier.api import ncanode
from eds_verifier.api.certificates import CertificateJudge
from eds_verifier.api.errors import ApiProblem, Fault
from eds_verifier.api.keys import ApiKey
from eds_verifier.api.logs import log
from eds_verifier.api.requests import (
    CertificateAsked,
    VerifyAsked,
    decode,
    decode_certificate,
    read_asked,
)
from eds_verifier.api.views import certificate_view, trust_view
from eds_verifier.asn1.armour import unwrap
from eds_verifier.cms.check import read_certificates
from eds_verifier.cms.message import parse_message
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import Purpose, VerificationPolicy
from eds_verifier.service import Judgement
from eds_verifier.settings import ApiSettings
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Answer, Reason, Refused

_NOT_READ = frozenset({Reason.MALFORMED, Reason.TOO_LARGE})


class SignatureJudge(Protocol):
    """What judges a signature: `eds_verifier.service.SignatureService`."""

    def judge(
        self, cms: bytes, *, content: bytes | None, policy: VerificationPolicy, at: datetime
    ) -> Judgement: ...


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answered:
    """A status and the JSON to send with it."""

    body: dict[str, Any] = field(repr=False)
    status: int = 200


@dataclass(frozen=True, slots=True)
class ApiService:
    """What the routes do, for a key that was let in. Each call may take as long as revocation."""

    settings: ApiSettings
    trust: TrustStore
    judge: SignatureJudge
    certificates: CertificateJudge
    clock: Callable[[], datetime] = utc_now

    def verify(self, body: bytes, key: ApiKey) -> Answered:
        """`POST /v1/cms/verify`: the verdict. A signature that cannot be read is a verdict too."""
        asked = read_asked(VerifyAsked, body)
        require_purpose(key, asked.purpose)
        content = None if asked.content is None else decode(asked.content, pointer="#/content")
        policy = asked.verification_policy(max_bytes=self.settings.limits.cms_bytes)
        judgement = self._judge(asked.cms, content, policy, key)
        return Answered(judgement.verdict.model_dump(mode="json"))

    def certificate(self, body: bytes, key: ApiKey) -> Answered:
        """`POST /v1/certificate/info`."""
        asked = read_asked(CertificateAsked, body)
        require_purpose(key, asked.purpose)
        der = decode_certificate(asked.certificate, pointer="#/certificate")
        started = time.monotonic()
        judged = self.certificates.judge(
            der, policy=_certificate_policy(asked.purpose), at=self.clock()
        )
        if isinstance(judged, Refused):
            fault = Fault("#/certificate", judged.detail)
            raise ApiProblem("certificate_unreadable", "not a certificate", faults=[fault])
        _judged(key, asked.purpose, judged.status, judged.reason, started)
        return Answered(certificate_view(judged))

    def trusted(self) -> Answered:
        """`GET /v1/trust`."""
        allowed = self.settings.unsafe_allow_test_trust
        view = trust_view(self.trust, at=self.clock())
        return Answered(view | {"unsafe_allow_test_trust": allowed})

    def ncanode_verify(self, body: bytes, key: ApiKey) -> Answered:
        """NCANode's `POST /cms/verify`: judged as a document, revocation included."""
        require_purpose(key, "document")
        asked = read_asked(ncanode.CmsAsked, body)
        # An empty string is how some callers leave it out.
        content = decode(asked.data, pointer="#/data") if asked.data else None
        policy = VerificationPolicy(purpose="document", max_bytes=self.settings.limits.cms_bytes)
        judgement = self._judge(asked.cms, content, policy, key)
        verdict = judgement.verdict
        if verdict.reason in _NOT_READ:
            return _ncanode_error(400, verdict.reason, verdict.detail)
        if verdict.reason is Reason.INTERNAL_ERROR:
            return _ncanode_error(500, verdict.reason, verdict.detail)
        by: ncanode.By = None
        if bool(judgement.ocsp) != bool(judgement.crl_octets):
            by = "OCSP" if judgement.ocsp else "CRL"
        return Answered(ncanode.cms_view(verdict, _known(judgement), by=by))

    def ncanode_extract(self, body: bytes, key: ApiKey) -> Answered:
        """NCANode's `POST /cms/extract`: what is attached. Nothing about it is proven."""
        require_judging(key)
        asked = read_asked(ncanode.CmsAsked, body)
        try:
            octets = unwrap(_octets(asked.cms), max_bytes=self.settings.limits.cms_bytes)
            content = parse_message(octets).content
        except Refused as refused:
            return _ncanode_error(400, refused.reason, refused.detail)
        if content is None:
            return Answered(ncanode.error_view(400, "CMS doesn't have signed content"), 400)
        data = base64.b64encode(content).decode("ascii")
        return Answered({"status": 200, "message": "OK", "data": data})

    def ncanode_certificates(self, body: bytes, key: ApiKey) -> Answered:
        """NCANode's `POST /x509/info`: each certificate judged, revocation included."""
        require_purpose(key, "document")
        asked = read_asked(ncanode.X509Asked, body)
        ders = [
            decode_certificate(one, pointer=f"#/certs/{index}")
            for index, one in enumerate(asked.certs)
        ]
        policy = _certificate_policy("document")
        started = time.monotonic()
        judged = self.certificates.judge_all(ders, policy=policy, at=self.clock())
        view = ncanode.x509_view(judged)
        for one in judged:
            if not isinstance(one, Refused):
                _judged(key, "document", one.status, one.reason, started)
        return Answered(view)

    def _judge(
        self, cms: str, content: bytes | None, policy: VerificationPolicy, key: ApiKey
    ) -> Judgement:
        started = time.monotonic()
        judgement = self.judge.judge(_octets(cms), content=content, policy=policy, at=self.clock())
        verdict = judgement.verdict
        source = verdict.revocation.source if verdict.revocation else ""
        _judged(key, policy.purpose, verdict.verdict, verdict.reason, started, source)
        return judgement


def require_purpose(key: ApiKey, purpose: Purpose) -> None:
    """ApiProblem purpose_not_allowed unless the key is for it."""
    if purpose not in key.purposes:
        raise ApiProblem("purpose_not_allowed", f"this key is not for the purpose {purpose}")


def require_judging(key: ApiKey) -> None:
    """ApiProblem purpose_not_allowed for a key that only reads metrics."""
    if not key.judges:
        raise ApiProblem("purpose_not_allowed", "this key is not for judging")


def _judged(  # noqa: PLR0913, PLR0917 - private; what one line of the log says
    key: ApiKey,
    purpose: Purpose,
    verdict: Answer,
    reason: Reason,
    started: float,
    source: str = "",
) -> None:
    log(
        "judged",
        key=key.id,
        purpose=purpose,
        verdict=verdict,
        reason=str(reason),
        source=source,
        milliseconds=round((time.monotonic() - started) * 1000),
    )


def _certificate_policy(purpose: Purpose) -> VerificationPolicy:
    return VerificationPolicy(purpose=purpose, key="sign" if purpose == "acceptance" else "any")


def _octets(text: str) -> bytes:
    """A signature as it arrived; what is not ASCII is not base64 and is refused as such."""
    return text.encode("utf-8")


def _known(judgement: Judgement) -> list[Certificate]:
    found = [Certificate.parse(der) for der in judgement.chain_der[:1]]
    try:
        found.extend(read_certificates(parse_message(judgement.cms)))
    except Refused:
        return found
    return found


def _ncanode_error(status: int, reason: Reason, detail: str) -> Answered:
    return Answered(ncanode.error_view(status, f"{reason}: {detail}"), status)
