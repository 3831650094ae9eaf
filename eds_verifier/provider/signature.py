"""Judging what came back from NCALayer: the exact challenge, signed, by an acceptable person."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import re
from dataclasses import dataclass
from datetime import datetime

from eds_verifier.pages.states import state_of
from eds_verifier.pages.times import local_time
from eds_verifier.policy import Purpose
from eds_verifier.provider.errors import Problem
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.service import Judgement
from eds_verifier.store.challenges import Challenge
from eds_verifier.store.interactions import Interaction
from eds_verifier.verdict import CertificateSummary, Subject

LARGEST_CMS = 1_048_576
_ARMOUR = re.compile(r"-----(BEGIN|END) (CMS|PKCS7|SIGNED MESSAGE)-----")


@dataclass(frozen=True, slots=True)
class ProvenSignature:
    """The challenge was signed by this person; made by `judge_signature` alone."""

    document: bytes
    judgement: Judgement
    subject: Subject
    certificate: CertificateSummary
    sub: str
    judged_at: datetime


def decode_cms(value: object) -> bytes:
    """PEM, or base64 with or without line breaks; Problem for anything else."""
    if not isinstance(value, str) or len(value) > LARGEST_CMS * 4 // 3 + 4096:
        raise Problem("signature_invalid", "the signature is not a text, or too long")
    try:
        plain = _ARMOUR.sub("", value).encode("ascii").translate(None, b" \t\n\r\v\f")
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        raise Problem("signature_invalid", "the signature is not base64") from None


def judge_signature(
    cms: bytes,
    challenge: Challenge,
    *,
    interaction: Interaction,
    realm: Realm,
    around: Surroundings,
) -> ProvenSignature:
    """Judge one signature over a challenge that was taken; Problem unless it is valid.

    The content must be the challenge, byte for byte. `indeterminate` is never let in.
    """
    purpose: Purpose = challenge.kind
    now = around.clock()
    at = realm.judging_time(now)
    judgement = realm.judge.judge(
        cms,
        content=challenge.document,
        policy=realm.verification_policy(purpose),
        at=at,
    )
    verdict = judgement.verdict
    unsafe = realm.unsafe_judging_time is not None
    log(
        "judged_at_an_unsafe_time" if unsafe else "judged",
        level=logging.WARNING if unsafe else logging.INFO,
        realm=realm.name,
        reference=interaction.reference,
        kind=purpose,
        verdict=verdict.verdict,
        reason=str(verdict.reason),
        detail=verdict.detail,
        source=verdict.revocation.source if verdict.revocation else "",
        judged_at=at.isoformat(),
    )
    if verdict.verdict != "valid":
        state = state_of(verdict.reason, key=realm.key_for(purpose))
        status = 503 if verdict.verdict == "indeterminate" else 422
        since = local_time(realm.outage_since(), now=now) if status == 503 else ""
        raise Problem(state, f"the verdict is {verdict.reason}", status=status, since=since)
    subject, certificate, content = verdict.subject, verdict.certificate, judgement.content
    if subject is None or certificate is None or content is None:
        raise Problem("generic", "a valid verdict without its subject", status=500)
    if not hmac.compare_digest(content, challenge.document):
        raise Problem("content_mismatch", "what was signed is not the challenge", status=422)
    return ProvenSignature(
        document=challenge.document,
        judgement=judgement,
        subject=subject,
        certificate=certificate,
        sub=realm.keys.subject(subject.iin),
        judged_at=at,
    )


def require_person(signature: ProvenSignature, expected_sub: str) -> None:
    """Refuse anybody but the person named by `expected_sub`."""
    if not hmac.compare_digest(signature.sub.encode(), expected_sub.encode()):
        raise Problem("another_person", "another person's certificate signed", status=403)
