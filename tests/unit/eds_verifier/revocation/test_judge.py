"""From evidence to an assessment: time stamps, issuers nobody pinned, and what is left out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.judge import Assessment, assess_revocation, judge_revocation
from eds_verifier.revocation.ocsp import NEVER_ISSUED
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Signer,
    authority,
    crl,
    gost_key,
    issue,
    ocsp_response,
    responder,
    revoked_status,
    trusted,
)
from tests.unit.eds_verifier.revocation.world import (
    HOUR,
    NONCE,
    PERSON,
    PKI,
    POLICY,
    RESPONDER,
    WITH_DELTA,
)

DOCUMENT = VerificationPolicy(purpose="document", delta_crl="optional")
PINNED = validate_path(PERSON.certificate, PKI.store, at=NOW)


def ocsp(status: bytes = b"\x80\x00", *, this_update: datetime = NOW) -> Evidence:
    response = ocsp_response(
        PERSON, PKI.issuer, RESPONDER, nonce=NONCE, status=status, this_update=this_update
    )
    return Evidence(ocsp=(OcspEvidence(response, NONCE),))


def lists(*crls: bytes) -> Evidence:
    return Evidence(crls=crls)


def assess(
    evidence: Evidence,
    policy: VerificationPolicy = DOCUMENT,
    signed_at: datetime | None = None,
    path: ValidatedPath = PINNED,
) -> Assessment:
    return assess_revocation(path, evidence, policy=policy, at=NOW, signed_at=signed_at)


def refusal(
    evidence: Evidence,
    policy: VerificationPolicy = DOCUMENT,
    signed_at: datetime | None = None,
    path: ValidatedPath = PINNED,
) -> str:
    with pytest.raises(Refused) as refused:
        assess(evidence, policy, signed_at, path)
    return str(refused.value.reason)


REVOKED_AT = NOW - DAY
REVOKED: tuple[tuple[str, Evidence, str], ...] = (
    ("by OCSP", ocsp(revoked_status(REVOKED_AT, 1)), "revoked"),
    ("held by OCSP", ocsp(revoked_status(REVOKED_AT, 6)), "suspended"),
    # The factory dates entries a day before the CRL.
    ("by CRL", lists(crl(PKI.issuer, [(PERSON.serial, 1)], this_update=NOW)), "revoked"),
    ("held by CRL", lists(crl(PKI.issuer, [(PERSON.serial, 6)], this_update=NOW)), "suspended"),
)


@pytest.mark.parametrize(("evidence", "reason"), [pytest.param(e, r, id=i) for i, e, r in REVOKED])
def test_a_document_outlives_what_came_after_its_time_stamp(
    evidence: Evidence, reason: str
) -> None:
    before = REVOKED_AT - timedelta(seconds=1)
    assessed = assess(evidence, signed_at=before)
    assert assessed.warnings == ("revoked_after_signing",)
    assert assessed.summary is not None
    assert refusal(evidence) == reason
    assert refusal(evidence, signed_at=REVOKED_AT) == reason
    assert refusal(evidence, signed_at=NOW) == reason


@pytest.mark.parametrize("purpose", ["sign_in", "step_up", "acceptance"])
def test_nothing_but_a_document_outlives_its_revocation(purpose: str) -> None:
    policy = VerificationPolicy.model_validate({"purpose": purpose, "key": "sign"})
    evidence = ocsp(revoked_status(REVOKED_AT, 1))
    assert refusal(evidence, policy, signed_at=REVOKED_AT - DAY) == "revoked"


def test_a_time_stamp_helps_no_certificate_that_was_never_issued() -> None:
    evidence = ocsp(revoked_status(NEVER_ISSUED, 6))
    assert refusal(evidence, signed_at=NEVER_ISSUED - DAY) == "not_issued"


def test_a_time_stamp_makes_no_old_answer_fresh() -> None:
    old = ocsp(this_update=NOW - HOUR)
    assert refusal(old, signed_at=NOW - HOUR) == "revocation_unavailable"
    stale = lists(crl(PKI.issuer, this_update=NOW - 3 * DAY))
    assert refusal(stale, signed_at=NOW - 3 * DAY) == "revocation_unavailable"


def test_what_it_rests_on_is_told() -> None:
    evidence = ocsp()
    assert assess(evidence).ocsp == evidence.ocsp[0]
    assessed = assess(lists(crl(PKI.issuer)))
    assert (assessed.ocsp, len(assessed.crls)) == (None, 1)


def test_left_out_by_policy_it_says_so_whatever_is_known() -> None:
    policy = DOCUMENT.model_copy(update={"revocation": "unsafe_off"})
    for evidence in (Evidence(), ocsp(revoked_status(REVOKED_AT, 1))):
        assert assess(evidence, policy) == Assessment(None, ("revocation_not_checked",))
        assert judge_revocation(PINNED, evidence, policy=policy, at=NOW) is None


BETWEEN = authority(gost_key("between"), "АРАЛЫҚ (TESTS)", PKI.root)
CLIENT = issue(PKI.person(), BETWEEN)
STORE = TrustStore(
    "given", (trusted("root", "root", None, PKI.root),), extra=(BETWEEN.certificate,)
)
UNPINNED = validate_path(CLIENT.certificate, STORE, at=NOW)
LEAF_GOOD = crl(BETWEEN)


def root_ocsp(status: bytes) -> Evidence:
    by = responder(PKI.root, gost_key("root responder"))
    response = ocsp_response(BETWEEN, PKI.root, by, nonce=NONCE, status=status)
    return Evidence(ocsp=(OcspEvidence(response, NONCE),), crls=(LEAF_GOOD,))


def root_crl(reason: int | None, *, by: Signer = PKI.root, age: timedelta = HOUR) -> Evidence:
    entries = [] if reason is None else [(BETWEEN.serial, reason)]
    return lists(LEAF_GOOD, crl(by, entries, this_update=NOW - age))


UNPINNED_GOOD: tuple[tuple[str, Evidence, tuple[str, ...]], ...] = (
    ("nothing is known", lists(LEAF_GOOD), ("issuer_revocation_not_checked",)),
    ("the root's CRL does not list it", root_crl(None), ()),
    ("the root's CRL is old, and in its time", root_crl(None, age=30 * DAY), ()),
    ("OCSP says good", root_ocsp(b"\x80\x00"), ()),
    ("OCSP does not know it", root_ocsp(b"\x82\x00"), ("issuer_revocation_not_checked",)),
    ("another's CRL lists it", root_crl(1, by=PKI.issuer), ("issuer_revocation_not_checked",)),
)


@pytest.mark.parametrize(
    ("evidence", "warnings"), [pytest.param(e, w, id=i) for i, e, w in UNPINNED_GOOD]
)
def test_an_issuer_nobody_pinned_is_judged_by_what_is_known(
    evidence: Evidence, warnings: tuple[str, ...]
) -> None:
    assert assess(evidence, POLICY, path=UNPINNED).warnings == warnings


UNPINNED_REVOKED: tuple[tuple[str, Evidence], ...] = (
    ("the root's CRL lists it", root_crl(1)),
    ("the root's CRL holds it", root_crl(6)),
    ("an old CRL of the root lists it", root_crl(1, age=30 * DAY)),
    ("OCSP says revoked", root_ocsp(revoked_status(NOW - DAY, 2))),
    ("OCSP says held", root_ocsp(revoked_status(NOW - DAY, 6))),
    ("OCSP says never issued", root_ocsp(revoked_status(NEVER_ISSUED, 6))),
)


@pytest.mark.parametrize("evidence", [pytest.param(e, id=i) for i, e in UNPINNED_REVOKED])
@pytest.mark.parametrize("signed_at", [None, NOW - 3 * DAY])
def test_a_revoked_issuer_refuses_whatever_its_leaf_is(
    evidence: Evidence, signed_at: datetime | None
) -> None:
    assert refusal(evidence, signed_at=signed_at, path=UNPINNED) == "revoked"


def test_a_refusal_keeps_the_warning_about_the_issuer() -> None:
    revoked = lists(crl(BETWEEN, [(CLIENT.serial, 1)]))
    with pytest.raises(Refused) as refused:
        assess(revoked, path=UNPINNED)
    assert refused.value.warnings == ("issuer_revocation_not_checked",)


def test_a_pinned_issuer_is_not_judged_by_its_roots_crl() -> None:
    """It is pinned by whoever runs this: to stop trusting it, take it out of the list."""
    evidence = lists(crl(PKI.issuer), crl(PKI.root, [(PKI.issuer.serial, 1)]))
    assert assess(evidence).warnings == ()


def test_a_delta_required_of_the_leaf_is_not_required_of_its_issuer() -> None:
    complete = lists(LEAF_GOOD, crl(BETWEEN, base_number=14), crl(PKI.root))
    assert assess(complete, WITH_DELTA, path=UNPINNED).warnings == ()
    assert refusal(lists(LEAF_GOOD, crl(PKI.root)), WITH_DELTA, path=UNPINNED) == (
        "revocation_unavailable"
    )
