"""NIST's cases by the NCA's profile: our rules and our reading of CRLs for every certificate."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from eds_verifier.path.certificate import Certificate
from eds_verifier.path.kept import KeptPaths
from eds_verifier.path.profile import NCA, Profile
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.crl import read_status
from eds_verifier.revocation.evidence import Unusable
from eds_verifier.trust import TrustedAuthority, TrustStore
from eds_verifier.verdict import Reason, Refused
from tests.pkits.cases import ANCHOR, ANCHOR_CRL, Case, files

AT = datetime(2026, 8, 12, tzinfo=UTC)
POLICY = VerificationPolicy(purpose="document", crl_max_age=timedelta(days=36_500))
FRESHEST_CRL = "2.5.29.46"
TAKEN = "valid"


class Turned(BaseModel):
    """Cases that RFC 5280 takes and we do not, the reason code they get, and why that is right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refused: Reason
    because: str = Field(min_length=20)
    cases: tuple[str, ...] = Field(min_length=1)


GROUPS: tuple[Turned, ...] = tuple(
    Turned.model_validate(item)
    for item in json.loads((Path(__file__).resolve().parent / "nca.json").read_text("ascii"))
)


def validate(case: Case, *, profile: Profile = NCA, kept: KeptPaths) -> ValidatedPath:
    """Find and prove the case's path; raises Refused."""
    anchor = TrustedAuthority("anchor", "root", None, Certificate.parse(files()[ANCHOR]))
    extra = tuple(Certificate.parse(files()[name]) for name in (*case.authorities, *case.others))
    return validate_path(
        Certificate.parse(files()[case.end]),
        TrustStore("pkits", (anchor,), extra=extra),
        at=AT,
        profile=profile if not case.demands else replace(profile, inputs=case.inputs),
        kept=kept,
    )


def judge(case: Case) -> str:
    """TAKEN, or the reason code of what was said against it."""
    crls = [files()[name] for name in (ANCHOR_CRL, *case.crls)]
    try:
        path = validate(case, kept=KeptPaths())
        for certificate, issuer in pairwise(path.certificates):
            published = FRESHEST_CRL in certificate.extensions
            answer = read_status(
                crls, certificate, issuer, policy=POLICY, at=AT, delta_published=published
            )
            if answer.status != "good":
                return answer.status
    except Refused as refused:
        return str(refused.reason)
    except Unusable:
        return str(Reason.REVOCATION_UNAVAILABLE)
    return TAKEN
