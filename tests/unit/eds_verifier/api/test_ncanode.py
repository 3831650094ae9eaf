"""NCANode's addresses: its shapes, our verdict."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from eds_verifier.api import ncanode
from eds_verifier.api.ncanode import REFUSED
from eds_verifier.policy import VerificationPolicy
from eds_verifier.service import SignatureService
from stand.demo_ca.model import DemoCa
from tests.unit.eds_verifier import der, factory
from tests.unit.eds_verifier.api.conformance import require_request
from tests.unit.eds_verifier.api.world import CONTENT, KEYS, ApiWorld, api_world, encoded, joined
from tests.unit.eds_verifier.factory import DAY, NOW
from tests.unit.eds_verifier.revocation.world import nonce_of


def test_a_valid_document_is_answered_as_ncanode_answers(world: ApiWorld) -> None:
    body = {"cms": world.sign("yerlan-astyq-gost-sign"), "revocationCheck": ["OCSP"]}
    require_request("/cms/verify", body)
    answered = world.post("/cms/verify", body).json()
    assert (answered["status"], answered["message"], answered["valid"]) == (200, "OK", True)
    (signer,) = answered["signers"]
    (certificate,) = signer["certificates"]
    assert signer["tsp"] is None
    assert certificate["valid"] is True
    assert certificate["revocations"] == [
        {"revoked": False, "by": "OCSP", "revocationTime": None, "reason": "OK"}
    ]
    assert certificate["keyUsage"] == "SIGN"
    assert set(certificate["keyUser"]) == {"ORGANIZATION", "CEO"}
    assert certificate["signAlg"] == "ECGOST3410-2015-512"
    subject = certificate["subject"]
    assert subject["commonName"] == "МЫСАЛБАЕВ ЕРЛАН"
    assert subject["surName"] == "МЫСАЛБАЕВ"
    assert subject["lastName"] == "ҚАНАТҰЛЫ"
    assert (subject["iin"], subject["bin"]) == ("780621399016", "150940991012")
    assert subject["country"] == "KZ"
    assert 'O="ЖШС \\"ТАНБА ДЕМО: АСТЫҚ, ҰН, ЖЕМ\\""' in subject["dn"]
    assert "SERIALNUMBER=IIN780621399016" in subject["dn"]
    assert certificate["issuer"]["commonName"]


@pytest.mark.parametrize("asked", [[], ["CRL"], ["OCSP", "CRL"]])
@pytest.mark.parametrize("credential", ["saule-gost-sign", "ruslan-gost-sign"])
def test_revocation_is_checked_whatever_is_asked(
    world: ApiWorld, credential: str, asked: list[str]
) -> None:
    body = {"cms": world.sign(credential), "revocationCheck": asked}
    answered = world.post("/cms/verify", body).json()
    assert answered["valid"] is False
    (certificate,) = answered["signers"][0]["certificates"]
    assert certificate["valid"] is False
    assert [(one["revoked"], one["by"]) for one in certificate["revocations"]] == [(True, "OCSP")]


@pytest.mark.parametrize(
    ("credential", "reason"),
    [
        ("timur-gost-sign", "expired"),
        ("system-astyq-gost-sign", "not_a_person"),
    ],
)
def test_nothing_is_valid_there_that_is_not_valid_here(
    world: ApiWorld, credential: str, reason: str
) -> None:
    answered = world.post("/cms/verify", {"cms": world.sign(credential)}).json()
    assert answered["valid"] is False
    assert answered["message"].startswith(reason)


def test_an_unknown_authority_answering_nothing_is_not_valid(world: ApiWorld) -> None:
    world.fetcher.down = True
    answered = world.post("/cms/verify", {"cms": world.sign("aizhan-gost-sign")}).json()
    assert answered["valid"] is False
    assert answered["message"].startswith("revocation_unavailable")
    assert answered["signers"][0]["certificates"][0]["revocations"] == []


def test_a_forged_certificates_claims_are_not_repeated(world: ApiWorld) -> None:
    forged = factory.issue(factory.pki("rsa").person(), factory.pki("rsa").issuer)
    cms = encoded(factory.Message(forged).encode())
    reply = world.post("/cms/verify", {"cms": cms})
    assert reply.json()["valid"] is False
    assert reply.json()["signers"] == [{"certificates": [], "tsp": None}]
    assert factory.IIN not in reply.text
    assert world.fetcher.asked == []


def test_detached_data_must_be_what_was_signed(world: ApiWorld) -> None:
    cms = world.sign("aizhan-gost-sign", attached=False)
    assert world.post("/cms/verify", {"cms": cms, "data": encoded(CONTENT)}).json()["valid"]
    for data in (None, "", encoded(b"another")):
        answered = world.post("/cms/verify", {"cms": cms, "data": data}).json()
        assert answered["valid"] is False


def test_other_data_beside_an_attached_document_is_not_ignored(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-gost-sign"), "data": encoded(b"another")}
    assert world.post("/cms/verify", body).json()["valid"] is False


def test_several_signers_are_valid_only_together(world: ApiWorld) -> None:
    good, bad = world.sign("aizhan-gost-sign"), world.sign("saule-gost-sign")
    both = encoded(joined(base64.b64decode(good), base64.b64decode(bad)))
    answered = world.post("/cms/verify", {"cms": both}).json()
    assert answered["valid"] is False
    found = [signer["certificates"][0] for signer in answered["signers"]]
    assert sorted(one["valid"] for one in found) == [False, True]
    twice = joined(base64.b64decode(good), base64.b64decode(world.sign("daniyar-gost-sign")))
    answered = world.post("/cms/verify", {"cms": encoded(twice)}).json()
    assert answered["valid"] is True
    assert len(answered["signers"]) == 2


def test_what_cannot_be_read_is_a_client_error_as_there(world: ApiWorld) -> None:
    for cms in ("AAAA", "%", "MIIG"):
        for path in ("/cms/verify", "/cms/extract"):
            reply = world.post(path, {"cms": cms})
            assert reply.status_code == 400
            assert reply.json()["status"] == 400
            assert reply.json()["message"].startswith("malformed")


def test_unknown_members_are_ignored_as_there(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-gost-sign"), "checkOcsp": True, "checkCrl": False}
    assert world.post("/cms/verify", body).json()["valid"] is True


@pytest.mark.parametrize(
    "body", [{}, {"cms": ""}, {"cms": None}, {"cms": ["A"]}, {"cms": "A", "revocationCheck": ["X"]}]
)
def test_a_request_of_another_shape_is_a_client_error(world: ApiWorld, body: Any) -> None:
    reply = world.post("/cms/verify", body)
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("invalid_request")


def test_content_is_extracted_and_nothing_said_of_it(world: ApiWorld) -> None:
    answered = world.post("/cms/extract", {"cms": world.sign("saule-gost-sign")}).json()
    assert base64.b64decode(answered["data"]) == CONTENT
    assert "valid" not in answered
    assert world.fetcher.asked == []
    detached = world.sign("aizhan-gost-sign", attached=False)
    reply = world.post("/cms/extract", {"cms": detached})
    assert (reply.status_code, reply.json()["message"]) == (400, "CMS doesn't have signed content")


def test_certificates_are_judged_each(world: ApiWorld) -> None:
    good, bad = world.certificate("aizhan-rsa-auth"), world.certificate("saule-rsa-auth")
    answered = world.post("/x509/info", {"certs": [good]}).json()
    assert (answered["valid"], answered["message"]) == (True, "OK")
    assert answered["signers"][0]["keyUsage"] == "AUTH"
    assert answered["signers"][0]["signAlg"] == "SHA256WithRSAEncryption"
    answered = world.post("/x509/info", {"certs": [good, bad, encoded(b"0")]}).json()
    assert answered["valid"] is False
    assert [one and one["valid"] for one in answered["signers"]] == [True, False, None]
    assert world.post("/x509/info", {"certs": []}).json()["valid"] is False
    assert world.post("/x509/info", {"certs": [good] * 9}).status_code == 400
    assert world.post("/x509/info", {"certs": ["%"]}).status_code == 400


@pytest.mark.parametrize("path", REFUSED)
def test_what_would_sign_here_is_refused_with_a_sentence_why(world: ApiWorld, path: str) -> None:
    secret = {"signers": [{"key": "MIIKprivate", "password": "Qwerty12-planted"}]}
    reply = world.post(path, secret)
    assert reply.status_code == 501
    assert reply.json() == {"status": 501, "message": REFUSED[path]}
    assert len(reply.json()["message"].split()) > 4
    assert "planted" not in "\n".join(world.log.lines)


def test_the_refusal_is_for_those_who_have_a_key(world: ApiWorld) -> None:
    reply = world.client.post("/cms/sign", json={})
    assert (reply.status_code, reply.json()["status"]) == (401, 401)


def test_an_address_with_a_key_in_it_is_enough(world: ApiWorld) -> None:
    url = f"http://portal:{KEYS['portal'].key}@verifier.test/cms/verify"
    reply = world.client.post(url, json={"cms": world.sign("aizhan-gost-sign")})
    assert reply.json()["valid"] is True


def test_a_key_without_the_purpose_document_verifies_nothing_there(world: ApiWorld) -> None:
    body = {"cms": world.sign("aizhan-gost-sign")}
    assert world.post("/cms/verify", body, key="archive").json()["valid"] is True
    assert world.post("/cms/verify", body, key="prometheus").status_code == 403


def test_its_health_check_is_answered(world: ApiWorld) -> None:
    assert world.get("/actuator/health", key=None).json() == {"status": "UP"}


def test_none_of_it_is_there_unless_the_settings_say_so(api_ca: DemoCa) -> None:
    with api_world(api_ca, ncanode=False) as world:
        for path in ("/cms/verify", "/cms/sign", "/x509/info", "/actuator/health"):
            assert world.client.post(path, json={}).status_code == 404
        listed = world.client.get("/v1/openapi.json").json()["paths"]
        assert "/cms/verify" not in listed
        assert "/v1/cms/verify" in listed


def test_a_name_is_written_as_java_writes_it() -> None:
    name = ncanode._name(factory.name(factory.DIRECTOR))
    assert name is not None
    assert name["dn"] == (
        f'OU=BIN{factory.BIN}, O="ЖШС \\"Дән, Астық\\"", GIVENNAME=БОЛАТҰЛЫ, C=KZ, '
        f"SERIALNUMBER=IIN{factory.IIN}, SURNAME=ӘЛИЕВ, CN=ӘЛИЕВ ДӘУРЕН"
    )


class TwoAnswers:
    """A responder that knows the person's certificate as revoked, the time stamper's as good."""

    def __init__(self, pki: factory.Pki, person: factory.Signer, stamper: factory.Signer) -> None:
        self._pki, self._person, self._stamper = pki, person, stamper
        self._by = factory.responder(pki.issuer, factory.rsa_key("responder"))

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        is_person = der.integer(self._person.serial) in request
        return factory.ocsp_response(
            self._person if is_person else self._stamper,
            self._pki.issuer,
            self._by,
            nonce=nonce_of(request),
            status=factory.revoked_status(NOW - 10 * DAY, 1) if is_person else b"\x80\x00",
        )

    def crl(self, url: str, *, seconds: float) -> bytes:
        raise AssertionError(url, seconds)


@pytest.mark.parametrize(
    ("stamped", "message", "reason"),
    [
        pytest.param(15, "OK; revoked_after_signing", "revoked_after_signing", id="before"),
        pytest.param(5, "revoked: ", "revoked", id="after"),
    ],
)
def test_a_certificate_revoked_after_or_before_it_signed_is_told_as_revoked(
    stamped: int, message: str, reason: str
) -> None:
    pki = factory.pki("rsa")
    stamper = factory.time_stamper(pki.issuer, factory.rsa_key("tsa"))
    person = factory.issue(pki.person(), pki.issuer)
    signed = factory.Message(person)
    signature = person.key.sign(der.tlv(0x31, b"".join(signed.default_attributes())))
    stamp = factory.time_stamp(signature, stamper, NOW - stamped * DAY)
    document = replace(signed, signature=signature, unsigned=(stamp,)).encode()
    service = SignatureService(pki.store, TwoAnswers(pki, person, stamper))
    policy = VerificationPolicy(purpose="document")
    verdict = service.judge(document, policy=policy, at=NOW).verdict
    answered = ncanode.cms_view(verdict, [person.certificate], by="OCSP")
    (certificate,) = answered["signers"][0]["certificates"]
    assert answered["valid"] is (reason == "revoked_after_signing")
    assert answered["message"].startswith(message)
    assert certificate["valid"] is False
    assert certificate["revocations"] == [
        {"revoked": True, "by": "OCSP", "revocationTime": None, "reason": reason}
    ]
