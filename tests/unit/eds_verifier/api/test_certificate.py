"""POST /v1/certificate/info and GET /v1/trust."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from eds_verifier.api.build import make_service
from eds_verifier.errors import TrustStoreError
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier import factory
from tests.unit.eds_verifier.api.conformance import require_request
from tests.unit.eds_verifier.api.world import ApiWorld, make_settings

INFO = "/v1/certificate/info"


def test_a_current_certificate_is_told_with_its_holder(world: ApiWorld) -> None:
    body = {"certificate": world.certificate("yerlan-astyq-gost-sign")}
    require_request(INFO, body)
    answered = world.post(INFO, body).json()
    assert (answered["status"], answered["reason"]) == ("valid", "ok")
    assert answered["certificate"]["key_use"] == "sign"
    assert answered["certificate"]["role"] == "ceo"
    assert answered["subject"]["bin"] == "150940991012"
    assert "verdict" not in answered


@pytest.mark.parametrize(
    ("credential", "status", "reason"),
    [
        ("saule-rsa-auth", "invalid", "revoked"),
        ("ruslan-gost-sign", "invalid", "suspended"),
        ("timur-gost-sign", "invalid", "expired"),
        ("system-astyq-gost-sign", "invalid", "not_a_person"),
    ],
)
def test_the_holder_of_a_certificate_that_may_not_be_used_is_not_named(
    world: ApiWorld, credential: str, status: str, reason: str
) -> None:
    answered = world.post(INFO, {"certificate": world.certificate(credential)}).json()
    assert (answered["status"], answered["reason"]) == (status, reason)
    assert answered["subject"] is None


def test_an_unanswered_question_is_indeterminate(world: ApiWorld) -> None:
    world.fetcher.down = True
    answered = world.post(INFO, {"certificate": world.certificate("aizhan-rsa-auth")}).json()
    assert answered["status"] == "indeterminate"
    assert answered["subject"] is None


def test_nobody_is_asked_about_a_certificate_of_an_unknown_issuer(world: ApiWorld) -> None:
    draft = replace(
        factory.pki("rsa").person(),
        not_before=world.clock() - factory.DAY,
        not_after=world.clock() + factory.DAY,
    )
    forged = factory.issue(draft, factory.pki("rsa").issuer)
    body = {"certificate": base64.b64encode(forged.der).decode()}
    answered = world.post(INFO, body).json()
    assert (answered["status"], answered["reason"]) == ("invalid", "untrusted_issuer")
    assert answered["subject"] is None
    assert factory.IIN not in str(answered)
    assert world.fetcher.asked == []


@pytest.mark.parametrize("der", [b"", b"0", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01\x00"])
def test_what_is_no_certificate_is_refused_where_it_stands(world: ApiWorld, der: bytes) -> None:
    body = {"certificate": base64.b64encode(der).decode() or " "}
    reply = world.post(INFO, body)
    assert reply.status_code == 422
    assert reply.json()["code"] == "certificate_unreadable"
    assert [fault["pointer"] for fault in reply.json()["errors"]] == ["#/certificate"]


def test_the_trust_list_is_told_by_fingerprint(world: ApiWorld) -> None:
    answered = world.get("/v1/trust").json()
    assert answered["name"] == "demo"
    assert {one["role"] for one in answered["authorities"]} == {"root", "issuer"}
    assert answered["unsafe_allow_test_trust"] is False
    ours = {one.certificate for one in world.ca.authorities}
    assert len(answered["authorities"]) == len(ours)


def test_a_list_of_test_authorities_needs_its_own_word(
    api_ca: DemoCa, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("test-trust")
    for path in api_ca.trust_dir.iterdir():
        text = path.read_bytes()
        if path.name == "demo.yaml":
            lines = [
                line for line in text.decode().splitlines() if not line.startswith("unsafe_test")
            ]
            text = "\n".join([*lines, "unsafe_test: true", ""]).encode()
        (folder / path.name).write_bytes(text)
    settings = make_settings(api_ca).model_copy(update={"trust": folder})
    assert settings.api is not None
    with pytest.raises(TrustStoreError, match="for tests"):
        make_service(settings, settings.api)
    allowed = settings.api.model_copy(update={"unsafe_allow_test_trust": True})
    service = make_service(settings, allowed)
    told = service.trusted().body
    assert told["unsafe_test"]
    assert told["unsafe_allow_test_trust"]
    assert all(one["unsafe_test"] for one in told["authorities"])
