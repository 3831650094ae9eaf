"""Revocation as the demo CA answers it over HTTP; judged by the verifier and by OpenSSL."""

# mypy: allow-untyped-calls
# (asn1crypto has no types)

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from asn1crypto import core, crl, ocsp
from starlette.types import ASGIApp

from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.fetch import HttpEvidenceFetcher
from eds_verifier.service import SignatureService
from eds_verifier.trust import TrustStore, load_trust
from eds_verifier.verdict import Verdict
from stand.demo_ca import DemoCa
from stand.demo_ca.model import subject
from stand.demo_ca.nca_test import CRL_PATH, crl_file
from stand.demo_ca.ocsp import answer
from stand.demo_ca.server import CaState, ca_app
from stand.signing.asn1 import SubjectPublicKeyInfo
from stand.signing.cms import sign_cms

Serve = Callable[[ASGIApp], str]
SIGN_IN = VerificationPolicy(purpose="sign_in", key="any")


class Answering:
    """A served demo CA, and a verifier that asks it."""

    def __init__(self, ca: DemoCa, serve: Serve, clock: Callable[[], datetime]) -> None:
        self.ca = ca
        self.state = CaState(ca, clock)
        self.url = f"http://{serve(ca_app(self.state))}"
        trust = load_trust(ca.trust_dir / "demo.yaml", ca.trust_dir)
        moved = tuple(
            replace(
                one,
                **{
                    part: address and address.replace(ca.base_url, self.url)
                    for part in ("ocsp", "crl", "delta_crl")
                    for address in [getattr(one, part)]
                },
            )
            for one in trust.authorities
        )
        self.trust = TrustStore(trust.name, moved)

    def judge(self, key: str, policy: VerificationPolicy = SIGN_IN) -> Verdict:
        """By a verifier that remembers no CRL yet."""
        service = SignatureService(self.trust, HttpEvidenceFetcher())
        now = datetime.now(UTC)
        cms = sign_cms(b"document", signer=self.ca.credential(key).signer, at=now)
        return service.judge(cms, content=b"document", policy=policy, at=now).verdict

    def control(self, **wanted: object) -> requests.Response:
        return requests.post(f"{self.url}/control", json=wanted, timeout=10)


@pytest.fixture
def ca(demo_ca: DemoCa, serve: Serve) -> Answering:
    return Answering(demo_ca, serve, lambda: datetime.now(UTC))


@pytest.mark.parametrize("revocation", ["ocsp", "crl"])
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("aizhan-gost-sign", "ok"),
        ("aizhan-rsa-auth", "ok"),
        ("madina-qurylys-gost-sign", "ok"),
        ("saule-gost-sign", "revoked"),
        ("saule-rsa-auth", "revoked"),
        ("ruslan-gost-sign", "suspended"),
        ("timur-gost-sign", "expired"),
        ("timur-rsa-auth", "expired"),
    ],
)
def test_the_verifier_judges_the_people_as_the_table_says(
    ca: Answering, key: str, reason: str, revocation: str
) -> None:
    policy = SIGN_IN.model_copy(update={"revocation": revocation})
    verdict = ca.judge(key, policy)
    assert str(verdict.reason) == reason
    if verdict.revocation is not None and reason == "ok":
        assert verdict.revocation.source == revocation


def test_the_information_system_does_not_sign_in(ca: Answering) -> None:
    assert ca.judge("system-astyq-gost-sign").verdict == "invalid"


def test_a_switched_off_responder_leaves_the_crl(ca: Answering) -> None:
    assert ca.control(ocsp="off").ok
    verdict = ca.judge("aizhan-rsa-auth")
    assert verdict.verdict == "valid"
    assert verdict.revocation is not None
    assert verdict.revocation.source == "crl"


@pytest.mark.parametrize("mode", ["off", "try_later"])
def test_without_any_answer_nobody_is_let_in(ca: Answering, mode: str) -> None:
    assert ca.control(ocsp=mode).ok
    only = SIGN_IN.model_copy(update={"revocation": "ocsp"})
    assert ca.judge("aizhan-rsa-auth", only).verdict == "indeterminate"
    assert ca.control(ocsp="on").ok
    assert ca.judge("aizhan-rsa-auth", only).verdict == "valid"


@pytest.mark.parametrize("revocation", ["ocsp", "crl"])
def test_a_key_revoked_while_the_ca_runs_is_refused(ca: Answering, revocation: str) -> None:
    policy = SIGN_IN.model_copy(update={"revocation": revocation})
    assert ca.judge("yerlan-gost-sign", policy).verdict == "valid"
    assert ca.control(revoked={"yerlan-gost-sign": "key_compromise"}).ok
    assert str(ca.judge("yerlan-gost-sign", policy).reason) == "revoked"
    assert ca.control(revoked={}).ok


def test_what_is_revoked_later_stands_in_the_delta(ca: Answering) -> None:
    assert ca.control(revoked={"yerlan-gost-sign": "certificate_hold"}).ok
    serial = ca.ca.credential("yerlan-gost-sign").serial_number
    delta = crl.CertificateList.load(
        requests.get(f"{ca.url}/crl/demo_gost_d.crl", timeout=10).content
    )
    listed = delta["tbs_cert_list"]["revoked_certificates"].native
    assert [one["user_certificate"] for one in listed] == [serial]
    extensions = {one["extn_id"].native: one for one in delta["tbs_cert_list"]["crl_extensions"]}
    assert extensions["delta_crl_indicator"]["critical"].native is True


def ocsp_request(
    ca: DemoCa, serial: int, *, algorithm: str = "sha256", nonce: bytes = b""
) -> bytes:
    """A question about a serial number of the GOST issuer."""
    issuer = ca.authority("demo_gost")
    digest = getattr(hashlib, algorithm)
    bits = SubjectPublicKeyInfo.load(issuer.key.public_key_info)["public_key"].native
    asked = {
        "hash_algorithm": {"algorithm": algorithm},
        "issuer_name_hash": digest(subject(issuer.certificate).dump()).digest(),
        "issuer_key_hash": digest(bits).digest(),
        "serial_number": serial,
    }
    body: dict[str, object] = {"request_list": [{"req_cert": asked}]}
    if nonce:
        extension = {"extn_id": "nonce", "extn_value": core.OctetString(nonce)}
        body["request_extensions"] = [extension]
    return bytes(ocsp.OCSPRequest({"tbs_request": body}).dump())


def basic(response: bytes) -> ocsp.ResponseData:
    loaded = ocsp.OCSPResponse.load(response)
    assert loaded["response_status"].native == "successful"
    data: ocsp.ResponseData = loaded.basic_ocsp_response["tbs_response_data"]
    return data


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_an_answer_has_the_ncas_habits(ca: Answering, demo_ca: DemoCa, algorithm: str) -> None:
    serial = demo_ca.credential("aizhan-gost-sign").serial_number
    request = ocsp_request(demo_ca, serial, algorithm=algorithm, nonce=b"8 octets")
    answered = requests.post(f"{ca.url}/ocsp/", data=request, timeout=10)
    assert answered.headers["content-type"] == "application/ocsp-response"
    data = basic(answered.content)
    (single,) = data["responses"]
    assert single["cert_status"].name == "good"
    assert single["next_update"].native is None
    assert single["this_update"].native == data["produced_at"].native
    assert data["responder_id"].name == "by_name"
    extensions = {one["extn_id"].native: one for one in data["response_extensions"]}
    assert extensions["nonce"]["extn_value"].parsed.native == b"8 octets"
    assert "extended_revoke" in extensions


def test_a_serial_never_issued_is_revoked_since_1970(ca: Answering, demo_ca: DemoCa) -> None:
    answered = requests.post(f"{ca.url}/ocsp", data=ocsp_request(demo_ca, 4711), timeout=10)
    (single,) = basic(answered.content)["responses"]
    revoked = single["cert_status"].chosen
    assert revoked["revocation_time"].native == datetime(1970, 1, 1, tzinfo=UTC)
    assert revoked["revocation_reason"].native == "certificate_hold"


def test_a_question_by_get_is_answered(ca: Answering, demo_ca: DemoCa) -> None:
    serial = demo_ca.credential("saule-gost-sign").serial_number
    encoded = quote(base64.b64encode(ocsp_request(demo_ca, serial)).decode(), safe="")
    (single,) = basic(requests.get(f"{ca.url}/ocsp/{encoded}", timeout=10).content)["responses"]
    assert single["cert_status"].name == "revoked"


def foreign(demo_ca: DemoCa) -> bytes:
    request = ocsp.OCSPRequest.load(ocsp_request(demo_ca, 1))
    request["tbs_request"]["request_list"][0]["req_cert"]["issuer_key_hash"] = bytes(32)
    return bytes(request.dump(force=True))


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda _: b"", "malformed_request"),
        (lambda _: b"\x30\x82\xff\xff", "malformed_request"),
        (lambda _: b"\x30\x00", "malformed_request"),
        (lambda ca: ocsp_request(ca, 1, nonce=bytes(129)), "malformed_request"),
        (lambda _: bytes(20_000), "malformed_request"),
        (foreign, "unauthorized"),
    ],
    ids=["empty", "cut", "hollow", "huge nonce", "huge", "foreign issuer"],
)
def test_a_bad_question_gets_an_error_not_an_answer(
    ca: Answering, demo_ca: DemoCa, damage: Callable[[DemoCa], bytes], status: str
) -> None:
    answered = requests.post(f"{ca.url}/ocsp/", data=damage(demo_ca), timeout=10)
    assert ocsp.OCSPResponse.load(answered.content)["response_status"].native == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:80"},
    ],
)
def test_another_site_cannot_reach_the_switches(ca: Answering, headers: dict[str, str]) -> None:
    refused = requests.post(f"{ca.url}/control", json={"ocsp": "off"}, headers=headers, timeout=10)
    assert refused.status_code == 403
    assert ca.state.ocsp == "on"


@pytest.mark.parametrize(
    "body", [{"ocsp": "maybe"}, {"revoked": {"nobody": "key_compromise"}}, {"surprise": 1}]
)
def test_a_wrong_switch_is_refused(ca: Answering, body: dict[str, object]) -> None:
    assert ca.control(**body).status_code == 400


def test_ca_files_are_served_and_nothing_else(ca: Answering, demo_ca: DemoCa) -> None:
    got = requests.get(f"{ca.url}/cert/demo_rsa.cer", timeout=10)
    assert got.content == demo_ca.authority("demo_rsa").certificate
    for path in ("/cert/nobody.cer", "/crl/nobody.crl", "/cert/..%2fca.json", CRL_PATH):
        assert requests.get(ca.url + path, timeout=10).status_code == 404


def test_the_ncas_sample_crl_is_served_as_it_is(
    demo_ca: DemoCa, serve: Serve, shared_data: Path
) -> None:
    state = CaState(demo_ca, lambda: datetime.now(UTC))
    url = f"http://{serve(ca_app(state, nca_test_crl=crl_file(shared_data)))}"
    got = requests.get(url + CRL_PATH, timeout=10)
    assert got.content == crl_file(shared_data).read_bytes()


def test_the_answer_carries_the_given_instant(demo_ca: DemoCa, made: datetime) -> None:
    state = CaState(demo_ca, lambda: made + timedelta(days=3))
    serial = demo_ca.credential("aizhan-gost-sign").serial_number
    data = basic(state.answer(ocsp_request(demo_ca, serial)))
    assert data["produced_at"].native == made + timedelta(days=3)
    empty = answer(ocsp_request(demo_ca, serial), [], at=made)
    assert ocsp.OCSPResponse.load(empty)["response_status"].native == "unauthorized"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_takes_the_rsa_answer_and_chain(
    ca: Answering, demo_ca: DemoCa, tmp_path: Path
) -> None:
    def pem(path: Path) -> Path:
        made = tmp_path / f"{path.stem}.pem"
        subprocess.run(["openssl", "x509", "-inform", "DER", "-in", path, "-out", made], check=True)
        return made

    root = pem(demo_ca.trust_dir / "demo_root_rsa.cer")
    issuer = pem(demo_ca.trust_dir / "demo_rsa.cer")
    leaf = pem(demo_ca.directory / "people" / "aizhan-rsa-auth.cer")
    command: list[str | Path] = ["openssl", "ocsp", "-issuer", issuer, "-cert", leaf, "-nonce"]
    command += ["-url", f"{ca.url}/ocsp/", "-CAfile", root, "-verify_other", issuer]
    asked = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Response verify OK" in asked.stderr, asked.stderr
    assert ": good" in asked.stdout
