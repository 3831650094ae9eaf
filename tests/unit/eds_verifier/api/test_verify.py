"""POST /v1/cms/verify: the verdict, whose key may ask for it, and what is wrong with a request."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from eds_verifier.verdict import Verdict
from tests.unit.eds_verifier.api.conformance import require_request
from tests.unit.eds_verifier.api.world import CONTENT, ApiWorld, encoded, joined

VERIFY = "/v1/cms/verify"


def test_a_sign_in_is_answered_with_the_verdict(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-rsa-auth"), "purpose": "sign_in"}
    require_request(VERIFY, body)
    reply = world.post(VERIFY, body)
    verdict = Verdict.model_validate_json(reply.content)
    assert (reply.status_code, verdict.verdict, verdict.reason) == (200, "valid", "ok")
    assert verdict.subject is not None
    assert verdict.subject.iin == "900314499010"
    assert verdict.revocation is not None
    assert verdict.revocation.source == "ocsp"


@pytest.mark.parametrize(
    ("credential", "policy", "reason"),
    [
        ("aizhan-rsa-auth", {}, "ok"),
        ("aizhan-rsa-auth", {"key_use": "sign"}, "wrong_key_usage"),
        ("aizhan-gost-sign", {"key_use": "sign"}, "ok"),
        ("aizhan-gost-sign", {"subject": "legal_entity"}, "wrong_subject_type"),
        ("yerlan-astyq-gost-sign", {"subject": "legal_entity", "required_role": "ceo"}, "ok"),
        ("arman-astyq-gost-sign", {"required_role": "ceo"}, "wrong_role"),
        ("saule-rsa-auth", {}, "revoked"),
        ("ruslan-rsa-auth", {"revocation": "required"}, "suspended"),
        ("timur-rsa-auth", {}, "expired"),
        ("system-astyq-gost-sign", {}, "not_a_person"),
    ],
)
def test_the_policy_decides_and_the_verdict_names_the_reason(
    world: ApiWorld, credential: str, policy: dict[str, str], reason: str
) -> None:
    body = {"cms": world.sign(credential), "purpose": "sign_in", "policy": policy}
    require_request(VERIFY, body)
    reply = world.post(VERIFY, body)
    assert reply.status_code == 200
    answered = reply.json()
    assert answered["reason"] == reason
    assert (answered["verdict"] == "valid") == (reason == "ok")
    assert (answered["subject"] is not None) == (reason == "ok")


def test_a_detached_signature_takes_its_content(world: ApiWorld) -> None:
    cms = world.sign("aizhan-gost-sign", attached=False)
    body: dict[str, Any] = {"cms": cms, "purpose": "document"}
    assert world.post(VERIFY, body).json()["reason"] == "content_missing"
    reply = world.post(VERIFY, body | {"content": encoded(CONTENT)})
    assert reply.json()["verdict"] == "valid"
    assert len(reply.json()["signers"]) == 1
    other = world.post(VERIFY, body | {"content": encoded(CONTENT + b".")})
    assert other.json()["reason"] == "content_mismatch"


def test_content_beside_an_attached_signature_must_be_what_is_attached(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-gost-sign"), "purpose": "document"}
    same = world.post(VERIFY, body | {"content": encoded(CONTENT)})
    assert same.json()["verdict"] == "valid"
    other = world.post(VERIFY, body | {"content": encoded(b"")})
    assert other.json()["reason"] == "content_mismatch"


def test_an_acceptance_takes_a_sign_key_alone_and_proves_its_time_by_the_nonce(
    world: ApiWorld,
) -> None:
    signed = world.post(VERIFY, {"cms": world.sign("aizhan-gost-sign"), "purpose": "acceptance"})
    assert signed.json()["verdict"] == "valid"
    assert signed.json()["existence_proof"] == "ocsp_nonce"
    auth = world.post(VERIFY, {"cms": world.sign("aizhan-rsa-auth"), "purpose": "acceptance"})
    assert auth.json()["reason"] == "wrong_key_usage"


def test_nothing_known_about_revocation_is_indeterminate_and_still_an_answer(
    world: ApiWorld,
) -> None:
    world.fetcher.down = True
    reply = world.post(VERIFY, {"cms": world.sign("aizhan-rsa-auth"), "purpose": "sign_in"})
    assert reply.status_code == 200
    assert reply.json()["verdict"] == "indeterminate"
    assert reply.json()["reason"] == "revocation_unavailable"
    assert reply.json()["subject"] is None


@pytest.mark.parametrize("text", ["AAAA", "not base64 at all", "Қазақша", "0", "MIIG"])
def test_a_signature_that_cannot_be_read_is_a_verdict(world: ApiWorld, text: str) -> None:
    reply = world.post(VERIFY, {"cms": text, "purpose": "sign_in"})
    assert reply.status_code == 200
    assert (reply.json()["verdict"], reply.json()["reason"]) == ("invalid", "malformed")


def test_pem_and_line_breaks_are_taken(world: ApiWorld) -> None:
    cms = world.sign("aizhan-rsa-auth")
    lines = "\r\n".join(cms[at : at + 64] for at in range(0, len(cms), 64))
    for text in (lines, f"-----BEGIN CMS-----\n{lines}\n-----END CMS-----\n"):
        reply = world.post(VERIFY, {"cms": text, "purpose": "sign_in"})
        assert reply.json()["verdict"] == "valid"


@pytest.mark.parametrize(
    ("change", "pointer", "said"),
    [
        ({"purpose": None}, "#/purpose", "sign_in"),
        ({"purpose": "login"}, "#/purpose", "sign_in"),
        ({"cms": ""}, "#/cms", "at least 1"),
        ({"cms": 7}, "#/cms", "string"),
        ({"cms": ["MIIG"]}, "#/cms", "string"),
        ({"content": 1}, "#/content", "string"),
        ({"content": "%%%"}, "#/content", "base64"),
        ({"content": "é"}, "#/content", "base64"),
        ({"policy": {"revocation": "off"}}, "#/policy/revocation", "required"),
        ({"policy": {"numbers": "ignore"}}, "#/policy/numbers", "strict"),
        ({"policy": {"required_role": ""}}, "#/policy/required_role", "ceo"),
        ({"policy": {"key": "auth"}}, "#/policy", "did you mean key_use?"),
        ({"policy": {"clock_skew": 86400}}, "#/policy", "unknown member"),
        ({"policy": []}, "#/policy", "dictionary"),
        ({"at": "2020-01-01T00:00:00Z"}, "#", "unknown member"),
        ({"trust": ["MIIG"]}, "#", "unknown member"),
        ({"contents": "AA=="}, "#", "did you mean content?"),
        ({"purpose": "acceptance", "policy": {"key_use": "auth"}}, "#", "SIGN key"),
    ],
)
def test_what_is_wrong_is_told_with_where_it_stands(
    world: ApiWorld, change: dict[str, Any], pointer: str, said: str
) -> None:
    reply = world.post(VERIFY, {"cms": "MIIG", "purpose": "sign_in"} | change)
    assert reply.status_code == 422
    faults = reply.json()["errors"]
    assert [fault["pointer"] for fault in faults] == [pointer]
    assert said in faults[0]["detail"]
    assert reply.json()["advice"]


def test_every_fault_is_told_at_once(world: ApiWorld) -> None:
    reply = world.post(VERIFY, {"purpose": "x", "policy": {"numbers": "x"}, "y": 1})
    pointers = [fault["pointer"] for fault in reply.json()["errors"]]
    assert pointers == ["#/cms", "#/purpose", "#/policy/numbers", "#"]


@pytest.mark.parametrize("purpose", ["sign_in", "acceptance", "step_up"])
def test_a_key_of_one_purpose_is_not_taken_for_another(world: ApiWorld, purpose: str) -> None:
    body = {"cms": world.sign("aizhan-gost-sign"), "purpose": purpose}
    refused = world.post(VERIFY, body, key="archive")
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose_not_allowed")
    assert world.fetcher.asked == []
    taken = world.post(VERIFY, body | {"purpose": "document"}, key="archive")
    assert taken.json()["verdict"] == "valid"


def test_a_key_for_metrics_has_nothing_judged(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-gost-sign"), "purpose": "document"}
    assert world.post(VERIFY, body, key="prometheus").status_code == 403


def test_every_signer_of_a_document_has_a_verdict_of_its_own(world: ApiWorld) -> None:
    good, revoked = world.sign("aizhan-gost-sign"), world.sign("saule-gost-sign")
    cms = encoded(joined(base64.b64decode(good), base64.b64decode(revoked)))
    answered = world.post(VERIFY, {"cms": cms, "purpose": "document"}).json()
    assert (answered["verdict"], answered["reason"]) == ("invalid", "revoked")
    assert answered["subject"] is None
    assert sorted(one["reason"] for one in answered["signers"]) == ["ok", "revoked"]
    for purpose in ("sign_in", "acceptance", "step_up"):
        refused = world.post(VERIFY, {"cms": cms, "purpose": purpose}).json()
        assert (refused["verdict"], refused["reason"]) == ("invalid", "signer_count")


def test_two_valid_signers_make_a_valid_document_that_names_nobody_alone(world: ApiWorld) -> None:
    both = (world.sign("aizhan-gost-sign"), world.sign("daniyar-gost-sign"))
    cms = encoded(joined(*(base64.b64decode(one) for one in both)))
    answered = world.post(VERIFY, {"cms": cms, "purpose": "document"}).json()
    assert answered["verdict"] == "valid"
    assert answered["subject"] is None
    assert {one["subject"]["iin"] for one in answered["signers"]} == {
        "900314499010",
        "851102399012",
    }
