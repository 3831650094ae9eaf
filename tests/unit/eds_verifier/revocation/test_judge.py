"""From evidence to an assessment: time stamps, issuers nobody pinned, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from eds_verifier.asn1 import oids
from eds_verifier.path.validate import ValidatedPath, validate_path
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.judge import (
    Assessment,
    assess_revocation,
    judge_revocation,
    standing_of_time_stamp,
)
from eds_verifier.revocation.ocsp import NEVER_ISSUED, certificate_id
from eds_verifier.trust import TrustStore
from eds_verifier.verdict import Refused
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    DAY,
    NOW,
    Extension,
    Signer,
    authority,
    crl,
    gost_key,
    issue,
    name,
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


def told(status: bytes, age: timedelta) -> OcspEvidence:
    (item,) = ocsp(status, this_update=NOW - age).ocsp
    return item


GOOD, HELD, GONE = b"\x80\x00", revoked_status(NOW - DAY, 6), revoked_status(NOW - DAY, 1)
MINUTE = timedelta(minutes=1)
CONTRADICTING: tuple[tuple[str, Evidence, str], ...] = (
    ("good, then held", Evidence(ocsp=(told(GOOD, 2 * MINUTE), told(HELD, MINUTE))), "suspended"),
    ("held, then good", Evidence(ocsp=(told(HELD, 2 * MINUTE), told(GOOD, MINUTE))), "ok"),
    ("revoked, then good", Evidence(ocsp=(told(GONE, 2 * MINUTE), told(GOOD, MINUTE))), "revoked"),
    ("good and held at once", Evidence(ocsp=(told(GOOD, MINUTE), told(HELD, MINUTE))), "suspended"),
    ("held by an older CRL, good now", Evidence(
        ocsp=(told(GOOD, MINUTE),), crls=(crl(PKI.issuer, [(PERSON.serial, 6)]),)), "ok"),
    ("held by a newer CRL", Evidence(ocsp=(told(GOOD, MINUTE),), crls=(
        crl(PKI.issuer, [(PERSON.serial, 6)], this_update=NOW),)), "suspended"),
    ("revoked by an older CRL", Evidence(
        ocsp=(told(GOOD, MINUTE),), crls=(crl(PKI.issuer, [(PERSON.serial, 1)]),)), "revoked"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "wanted"), [pytest.param(e, w, id=i) for i, e, w in CONTRADICTING]
)
def test_the_newest_word_counts_and_a_revocation_for_good_always(
    evidence: Evidence, wanted: str
) -> None:
    turned = Evidence(ocsp=evidence.ocsp[::-1], crls=evidence.crls)
    for one in (evidence, turned):
        if wanted == "ok":
            assert assess(one).summary is not None
        else:
            assert refusal(one) == wanted


def test_a_source_the_policy_does_not_take_contradicts_nobody() -> None:
    evidence = Evidence(ocsp=(told(GOOD, MINUTE),), crls=(crl(PKI.issuer, [(PERSON.serial, 1)]),))
    assert assess(evidence, DOCUMENT.model_copy(update={"revocation": "ocsp"})).summary is not None
    assert refusal(evidence, DOCUMENT.model_copy(update={"revocation": "crl"})) == "revoked"


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


BEFORE, AFTER = NOW - 2 * DAY, NOW - HOUR
"""A stamp before and after NOW - DAY, when the stamper was revoked."""
STAMPERS: tuple[tuple[str, Evidence, str, str], ...] = (
    ("nothing is known", Evidence(), "unknown", "unknown"),
    ("good", ocsp(), "stands", "stands"),
    ("key compromise", ocsp(revoked_status(NOW - DAY, 1)), "void", "void"),
    ("no reason", ocsp(revoked_status(NOW - DAY, None)), "void", "void"),
    ("held", ocsp(revoked_status(NOW - DAY, 6)), "void", "void"),
    ("never issued", ocsp(revoked_status(NEVER_ISSUED, 6)), "void", "void"),
    ("ceased", ocsp(revoked_status(NOW - DAY, 5)), "stands", "void"),
    ("superseded", ocsp(revoked_status(NOW - DAY, 4)), "stands", "void"),
    ("ceased, by CRL", lists(crl(PKI.issuer, [(PERSON.serial, 5)], this_update=NOW)), "stands",
     "void"),
    ("no reason, by CRL", lists(crl(PKI.issuer, [(PERSON.serial, None)], this_update=NOW)), "void",
     "void"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "before", "after"), [pytest.param(e, b, a, id=i) for i, e, b, a in STAMPERS]
)
def test_a_stamp_outlives_its_stamper_only_while_the_key_was_in_good_hands(
    evidence: Evidence, before: str, after: str
) -> None:
    standing = [
        standing_of_time_stamp(PINNED, evidence, policy=DOCUMENT, at=NOW, stamped_at=stamped_at)
        for stamped_at in (BEFORE, AFTER)
    ]
    assert standing == [before, after]
    unsafe = DOCUMENT.model_copy(update={"revocation": "unsafe_off"})
    assert (
        standing_of_time_stamp(PINNED, evidence, policy=unsafe, at=NOW, stamped_at=AFTER)
        == "stands"
    )


EXPIRED = issue(replace(PKI.person(), not_after=NOW - DAY), PKI.issuer)
STAMPED = NOW - 2 * DAY
EXPIRED_PATH = validate_path(EXPIRED.certificate, PKI.store, at=STAMPED)


def expired_from(at: datetime) -> Extension:
    """X.509 expiredCertsOnCRL."""
    return Extension("2.5.29.60", der.generalized(at))


def about_expired(status: bytes = b"\x80\x00", cutoff: datetime | None = None) -> Evidence:
    extensions = b""
    if cutoff is not None:
        entry = Extension("1.3.6.1.5.5.7.48.1.6", der.generalized(cutoff)).encode()
        extensions = der.explicit(1, der.seq(entry))
    response = with_single_extensions(status, extensions)
    return Evidence(ocsp=(OcspEvidence(response, NONCE),))


def with_single_extensions(status: bytes, extensions: bytes) -> bytes:
    name_hash, key_hash, serial = certificate_id(EXPIRED.certificate, PKI.issuer.certificate)
    identifier = der.seq(
        der.algorithm(oids.SHA256), der.octets(name_hash), der.octets(key_hash),
        der.integer(serial),
    )  # fmt: skip
    data = der.seq(
        der.explicit(1, name(PKI.issuer.subject)),
        der.generalized(NOW),
        der.seq(der.seq(identifier, status, der.generalized(NOW), extensions)),
        der.explicit(1, der.seq(Extension(oids.OCSP_NONCE, der.octets(NONCE)).encode())),
    )
    key = PKI.issuer.key
    basic = der.seq(data, der.algorithm(key.signature_oid), der.bits(key.sign(data)))
    body = der.seq(der.oid(oids.OCSP_BASIC), der.octets(basic))
    return der.seq(der.enumerated(0), der.explicit(0, body))


SILENT_ABOUT_EXPIRED: tuple[tuple[str, Evidence], ...] = (
    ("a CRL it may be taken off", lists(crl(PKI.issuer))),
    ("a CRL that lists only who expired later",
     lists(crl(PKI.issuer, extra=(expired_from(NOW - HOUR),)))),
    ("a delta that says nothing",
     lists(crl(PKI.issuer, this_update=NOW - 3 * DAY), crl(PKI.issuer, base_number=14))),
    ("OCSP that says good", about_expired()),
    ("OCSP that remembers only who expired later", about_expired(cutoff=NOW - HOUR)),
)  # fmt: skip


@pytest.mark.parametrize("evidence", [pytest.param(e, id=i) for i, e in SILENT_ABOUT_EXPIRED])
def test_silence_about_an_expired_certificate_proves_nothing(evidence: Evidence) -> None:
    """A key revoked before it was stolen and used would come clean by expiring."""
    assert refusal(evidence, signed_at=STAMPED, path=EXPIRED_PATH) == "revocation_unavailable"


TELLS_OF_EXPIRED: tuple[tuple[str, Evidence], ...] = (
    ("a CRL that lists expired ones",
     lists(crl(PKI.issuer, extra=(expired_from(NOW - 365 * DAY),)))),
    ("a CRL that lists expired ones, critical", lists(crl(PKI.issuer, extra=(
        Extension("2.5.29.60", der.generalized(NOW - 365 * DAY), critical=True),)))),
    ("OCSP that remembers them", about_expired(cutoff=NOW - 365 * DAY)),
)  # fmt: skip


@pytest.mark.parametrize("evidence", [pytest.param(e, id=i) for i, e in TELLS_OF_EXPIRED])
def test_an_expired_certificate_is_good_where_the_authority_remembers_it(
    evidence: Evidence,
) -> None:
    assert assess(evidence, signed_at=STAMPED, path=EXPIRED_PATH).warnings == ()


STILL_REVOKED: tuple[tuple[str, Evidence, str], ...] = (
    ("by CRL", lists(crl(PKI.issuer, [(EXPIRED.serial, 1)], this_update=NOW - DAY)), "revoked"),
    ("by OCSP", about_expired(revoked_status(STAMPED - DAY, 1)), "revoked"),
    ("held by OCSP", about_expired(revoked_status(STAMPED - DAY, 6)), "suspended"),
)


@pytest.mark.parametrize(
    ("evidence", "reason"), [pytest.param(e, r, id=i) for i, e, r in STILL_REVOKED]
)
def test_a_revocation_that_is_still_told_counts(evidence: Evidence, reason: str) -> None:
    assert refusal(evidence, signed_at=STAMPED, path=EXPIRED_PATH) == reason


def test_a_crl_from_before_it_expired_still_tells_of_it() -> None:
    before = lists(crl(PKI.issuer, this_update=NOW - DAY))
    assert assess(before, signed_at=STAMPED, path=EXPIRED_PATH).warnings == ()
