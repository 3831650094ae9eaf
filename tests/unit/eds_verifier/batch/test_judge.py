"""One line's answer: by the rules of a sign-in, always whole, whatever the line holds."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from eds_verifier.batch import judge as judging
from eds_verifier.batch.judge import Configured, Kept, LineJudge
from eds_verifier.batch.request import BadLine, RequestPolicy
from eds_verifier.identity import CodeClaims, ProvenIdentity
from eds_verifier.revocation.evidence import Evidence
from eds_verifier.trust_given import anchors
from eds_verifier.verdict import Reason
from eds_verifier.verify import verify
from tests.unit.eds_verifier.batch.lines import (
    CRL,
    DIRECTOR,
    PERSON,
    PKI,
    STORE,
    TRUST,
    b64,
    line,
)
from tests.unit.eds_verifier.factory import (
    BIN,
    CONTENT,
    DAY,
    IIN,
    NOW,
    Message,
    authority,
    crl,
    issue,
    ocsp_response,
    responder,
    rsa_key,
)
from tests.unit.eds_verifier.factory import (
    PERSON as PERSON_NAME,
)

FIELDS = [
    "id", "verdict", "reason", "subject", "detail", "key_use", "algorithm", "eds_serial",
    "eds_not_after", "eds_key_storage", "issuer", "chain", "revocation_source", "this_update",
    "claimed_at", "signed_at", "warnings", "seconds",
]  # fmt: skip
NOBODY = Configured(None, "the configured trust list cannot be read: it is not there")
SECRET = "hunter2"


def judge(configured: Configured = NOBODY, now: datetime = NOW) -> LineJudge:
    return LineJudge(configured, now=lambda: now)


def answer(data: bytes | None, configured: Configured = NOBODY, now: datetime = NOW) -> Any:
    verdict, output = judge(configured, now).answer(7, data)
    assert output.endswith(b"\n")
    assert output.count(b"\n") == 1
    row = json.loads(output)
    assert list(row) == FIELDS
    assert row["verdict"] == verdict
    return row


def reason(data: bytes | None, configured: Configured = NOBODY) -> tuple[str, str]:
    row = answer(data, configured)
    assert (row["subject"] is None) == (row["verdict"] != "valid")
    return row["verdict"], row["reason"]


def test_a_good_line_is_answered_flat_with_every_field() -> None:
    row = answer(line(DIRECTOR, id={"case": 3}))
    seconds = row.pop("seconds")
    assert 0 < seconds < 5
    assert row == {
        "id": {"case": 3},
        "verdict": "valid",
        "reason": "ok",
        "subject": {
            "iin": IIN,
            "name": "ӘЛИЕВ ДӘУРЕН БОЛАТҰЛЫ",
            "given_name": "ДӘУРЕН",
            "family_name": "ӘЛИЕВ",
            "middle_name": "БОЛАТҰЛЫ",
            "subject_type": "legal_entity",
            "bin": BIN,
            "organization": 'ЖШС "Дән, Астық"',
            "eds_role": "ceo",
        },
        "detail": "",
        "key_use": "sign",
        "algorithm": "rsa",
        "eds_serial": "303e",
        "eds_not_after": "2027-07-13T00:00:00Z",
        "eds_key_storage": "",
        "issuer": "ҰЛТТЫҚ (TESTS)",
        "chain": row["chain"],
        "revocation_source": "crl",
        "this_update": "2026-08-11T23:00:00Z",
        "claimed_at": "2026-08-12T00:00:00Z",
        "signed_at": None,
        "warnings": row["warnings"],
    }
    assert row["chain"][0] == DIRECTOR.certificate.sha256


def test_the_subject_is_what_the_id_token_says() -> None:
    verdict = verify(
        Message(DIRECTOR).encode(),
        trust=STORE,
        evidence=Evidence(crls=(crl(PKI.issuer),)),
        policy=RequestPolicy().rules("sign_in"),
        at=NOW,
    )
    row = answer(line(DIRECTOR), Configured(STORE))
    identity = ProvenIdentity.from_verdict(verdict, sub="p-x", at=NOW)
    token = CodeClaims(
        identity=identity, nonce="n", agreement="", agreement_signed=""
    ).id_token_claims(issuer="i", audience="a", issued_at=0, lifetime=60)
    said = row["subject"] | {name: row[name] for name in row if name.startswith("eds_")}
    assert said == {name: token[name] for name in said}
    assert set(token) - set(said) == {
        "iss", "aud", "sub", "iat", "exp", "auth_time", "nonce", "acr", "amr", "eds_auth_time",
        "agreement", "agreement_signed",
    }  # fmt: skip


RULES: dict[str, tuple[dict[str, Any], str]] = {
    "two signers": ({"cms": b64(Message(PERSON, signers=2).encode())}, "signer_count"),
    "no signed attributes": (
        {"cms": b64(Message(PERSON, attributes=()).encode())},
        "signed_attributes",
    ),
    "not a message": ({"cms": b64(PERSON.der)}, "malformed"),
    "no message": ({"cms": ""}, "malformed"),
    "a detached message without content": (
        {"cms": b64(Message(PERSON, attached=False).encode())},
        "content_missing",
    ),
    "other content than attached": ({"content": b64(b"other")}, "content_mismatch"),
    "content without its last octet": ({"content": b64(CONTENT[:-1])}, "content_mismatch"),
    "no content beside attached content": ({"content": ""}, "content_mismatch"),
    "the key of the other use": ({"policy": {"key_use": "auth"}}, "wrong_key_usage"),
    "the other kind of holder": ({"policy": {"subject": "legal_entity"}}, "wrong_subject_type"),
    "a role an individual has not": ({"policy": {"required_role": "ceo"}}, "wrong_role"),
    "expired": ({"at": (NOW + 400 * DAY).isoformat()}, "expired"),
    "not yet valid": ({"at": (NOW - 400 * DAY).isoformat()}, "not_yet_valid"),
    "revoked": ({"crl": [b64(crl(PKI.issuer, [(PERSON.serial, 1)]))]}, "revoked"),
    "on hold": ({"crl": [b64(crl(PKI.issuer, [(PERSON.serial, 6)]))]}, "suspended"),
    "nobody trusted": ({"trust": []}, "untrusted_issuer"),
    "only the person trusted": ({"trust": [b64(PERSON.der)]}, "untrusted_issuer"),
    "another authority trusted": (
        {"trust": [b64(authority(rsa_key("x"), "ҰЛТТЫҚ (TESTS)").der)]},
        "untrusted_issuer",
    ),
    "the anchor given as an untrusted certificate only": (
        {"trust": [], "certs": TRUST},
        "untrusted_issuer",
    ),
}


@pytest.mark.parametrize(("changes", "why"), RULES.values(), ids=RULES)
def test_a_line_is_judged_by_the_rules_of_a_sign_in(changes: dict[str, Any], why: str) -> None:
    assert reason(line(**changes)) == ("invalid", why)


VALID: dict[str, dict[str, Any]] = {
    "by a root, the issuer an extra certificate": {"trust": TRUST[:1], "certs": TRUST[1:]},
    "by the issuer alone": {"trust": TRUST[1:]},
    "with the content beside the attached one": {"content": b64(CONTENT)},
    "detached": {
        "cms": b64(Message(PERSON, attached=False).encode()),
        "content": b64(CONTENT),
    },
    "in PEM": {
        "cms": "-----BEGIN CMS-----\n" + b64(Message(PERSON).encode()) + "\n-----END CMS-----\n"
    },
    "with line breaks": {"cms": re.sub("(.{64})", r"\1\n", b64(Message(PERSON).encode()))},
    "the right key and holder": {"policy": {"key_use": "sign", "subject": "individual"}},
    "with strangers in certs": {"certs": [b64(DIRECTOR.der), *TRUST]},
}


@pytest.mark.parametrize("changes", VALID.values(), ids=VALID)
def test_a_line_may_say_it_in_another_way(changes: dict[str, Any]) -> None:
    assert reason(line(**changes)) == ("valid", "ok")


def test_a_role_is_required_of_a_legal_entity() -> None:
    assert reason(line(DIRECTOR, policy={"required_role": "ceo"})) == ("valid", "ok")
    assert reason(line(DIRECTOR, policy={"required_role": "hr"})) == ("invalid", "wrong_role")


def test_an_ocsp_answer_will_do() -> None:
    by = responder(PKI.issuer, rsa_key("responder"))
    response = b64(ocsp_response(PERSON, PKI.issuer, by))
    row = answer(line(crl=..., ocsp=[response]))
    assert (row["verdict"], row["revocation_source"]) == ("valid", "ocsp")


def test_without_evidence_nothing_is_asked_and_nothing_is_known() -> None:
    """Test runs have no network but loopback: a request would fail the test."""
    for configured in (NOBODY, Configured(STORE)):
        trust = TRUST if configured is NOBODY else ...
        assert reason(line(crl=..., trust=trust), configured) == (
            "indeterminate",
            "revocation_unavailable",
        )


def test_revocation_that_is_switched_off_is_told() -> None:
    row = answer(line(crl=..., policy={"revocation": "off"}))
    assert (row["verdict"], row["revocation_source"]) == ("valid", None)
    assert "revocation_not_checked" in row["warnings"]


def test_numbers_are_strict_unless_the_line_says_otherwise() -> None:
    name = tuple((o, "IIN123456789011" if v == f"IIN{IIN}" else v) for o, v in PERSON_NAME)
    wrong = issue(replace(PKI.person(), subject=name), PKI.issuer)
    verdict, why = reason(line(wrong))
    assert (verdict, why in {"check_digit", "subject_invalid"}) == ("invalid", True)
    row = answer(line(wrong, policy={"numbers": "warn"}))
    assert row["verdict"] == "valid"
    assert "iin_check_digit" in row["warnings"]


def test_lines_that_bring_no_trust_are_judged_by_the_configured_list() -> None:
    assert reason(line(trust=...), Configured(STORE)) == ("valid", "ok")
    assert reason(line(trust=None), Configured(STORE)) == ("valid", "ok")


def test_an_empty_trust_is_not_the_configured_list() -> None:
    assert reason(line(trust=[]), Configured(STORE)) == ("invalid", "untrusted_issuer")


def test_without_a_configured_list_only_lines_with_trust_are_judged() -> None:
    row = answer(line(trust=...))
    assert (row["verdict"], row["reason"]) == ("indeterminate", "trust_unavailable")
    assert "cannot be read: it is not there" in row["detail"]
    assert reason(line()) == ("valid", "ok")


def test_a_line_without_an_instant_is_judged_now() -> None:
    assert answer(line(at=...), now=NOW)["verdict"] == "valid"
    assert answer(line(at=...), now=NOW + 400 * DAY)["reason"] == "expired"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "bad base64": ({"cms": "%%%"}, "cms: not base64"),
    "bad armour": ({"cms": "-----ә"}, "cms: not base64"),
    "bad content": ({"content": "%"}, "content: not base64"),
    "bad trust": ({"trust": [TRUST[0], "%"]}, "trust.1: not base64"),
    "bad certs": ({"certs": ["%"]}, "certs.0: not base64"),
    "bad ocsp": ({"ocsp": ["YWJj", "ә"]}, "ocsp.1: not base64"),
    "bad crl": ({"crl": ["%"]}, "crl.0: not base64"),
    "bad at": ({"at": "yesterday"}, "at: expected an instant"),
}


@pytest.mark.parametrize(("changes", "said"), BAD.values(), ids=BAD)
def test_a_bad_line_is_answered_with_its_number_and_id(changes: dict[str, Any], said: str) -> None:
    row = answer(line(**changes))
    assert (row["id"], row["verdict"], row["reason"]) == ("one", "invalid", "malformed")
    assert row["detail"].startswith(f"line 7: {said}")


@pytest.mark.parametrize("noise", [b"", b"x", b"\x30\x80\x00\x00", PERSON.der[:-1]])
def test_a_trust_that_cannot_be_read_is_refused_and_named(noise: bytes) -> None:
    row = answer(line(trust=[*TRUST, b64(noise)]))
    assert (row["verdict"], row["reason"]) == ("invalid", "certificate_invalid")
    assert row["detail"].startswith("line 7: trust.2: ")


def test_an_extra_certificate_that_cannot_be_read_helps_nothing_and_is_told() -> None:
    row = answer(line(certs=[b64(b"noise")]))
    assert (row["verdict"], row["warnings"][-1]) == ("valid", "extra_certificate_unreadable")


def test_evidence_that_cannot_be_read_is_no_evidence() -> None:
    assert reason(line(crl=[b64(b"noise")], ocsp=[b64(b"noise")])) == (
        "indeterminate",
        "revocation_unavailable",
    )
    assert reason(line(crl=[b64(b"noise"), CRL], ocsp=[b64(b"noise")])) == ("valid", "ok")


def test_the_id_comes_back_as_it_was() -> None:
    identifiers: list[Any] = [None, False, 10**40, 1.25, "\ud800 ә \u2028", [], {"a": [{}]}]
    for identifier in identifiers:
        assert answer(line(id=identifier))["id"] == identifier
        assert answer(line(id=identifier, cms=...))["id"] == identifier


def test_a_failure_of_our_own_is_indeterminate_and_names_its_kind_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise MemoryError(SECRET)

    monkeypatch.setattr(judging, "verify", fail)
    with caplog.at_level(logging.DEBUG):
        row = answer(line())
    assert (row["id"], row["verdict"], row["reason"]) == ("one", "indeterminate", "internal_error")
    assert "MemoryError" in caplog.text
    assert SECRET not in caplog.text + json.dumps(row)


def test_nothing_of_a_bad_line_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for data in (
            SECRET.encode(),
            line(cms=SECRET + "%"),
            line(at=SECRET),
            line(policy={SECRET + IIN: IIN}),
            line(trust=[b64(SECRET.encode())], certs=[b64(IIN.encode())]),
            line(cms=b64(SECRET.encode() + IIN.encode())),
        ):
            row = answer(data)
            assert row["verdict"] == "invalid"
            told = json.dumps(row | {"id": None}) + caplog.text
            assert SECRET not in told
            assert IIN not in told


def test_trust_that_repeats_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(name: str, certificates: Any) -> Any:
        made.append(name)
        return anchors(name, certificates)

    monkeypatch.setattr(judging, "anchors", counted)
    one = judge()
    for number in range(5):
        assert one.answer(number, line(id=number))[0] == "valid"
    assert one.answer(5, line(trust=TRUST[:1], certs=TRUST[1:]))[0] == "valid"
    assert len(made) == 2


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "CACHE_OCTETS", 100)
    made: list[str] = []

    def make(text: str) -> str:
        made.append(text)
        return text

    kept: Kept[str, str] = Kept(len, make)
    for text in ("a" * 40, "b" * 40, "a" * 40, "c" * 40, "a" * 40, "b" * 40):
        assert kept.get(text) == text
    assert [text[0] for text in made] == ["a", "b", "c", "b"]
    assert kept.get("d" * 1000) == "d" * 1000
    assert kept._octets == 1000
    assert kept.get("e") == "e"
    assert kept._octets == 1


def test_what_cannot_be_made_is_not_kept() -> None:
    tried = []

    def fail(text: str) -> bytes:
        tried.append(text)
        raise BadLine(Reason.MALFORMED, "no")

    kept: Kept[str, bytes] = Kept(len, fail)
    for _ in range(2):
        with pytest.raises(BadLine):
            kept.get("a")
    assert tried == ["a", "a"]


def test_the_answer_says_when_the_line_was_judged() -> None:
    clock = iter([10.0, 10.25])
    one = LineJudge(NOBODY, now=lambda: datetime.now(UTC), stopwatch=lambda: next(clock))
    assert json.loads(one.answer(1, line())[1])["seconds"] == 0.25
