"""OCSP and CRLs through the whole verifier: what may be relied on, and what it becomes."""

# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asn1crypto import ocsp as asn1_ocsp
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_verifier.asn1 import oids
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.revocation.ocsp import build_request
from eds_verifier.revocation.surroundings import RevocationSurroundings
from eds_verifier.service import Judgement, SignatureService, acceptance_nonce
from eds_verifier.verdict import Verdict
from eds_verifier.verify import verify
from tests.unit.eds_verifier import der
from tests.unit.eds_verifier.factory import (
    CONTENT,
    DAY,
    NOW,
    Extension,
    Message,
    Signer,
    authority,
    crl,
    gost_key,
    issue,
    ocsp_response,
    pki,
    responder,
    revoked_status,
    rsa_key,
)

PKI = pki()
PERSON = issue(PKI.person(), PKI.issuer)
CMS = Message(PERSON).encode()
RESPONDER = responder(PKI.issuer, gost_key("responder"))
NONCE = bytes(range(16))
HOUR = timedelta(hours=1)
POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
WITH_DELTA = POLICY.model_copy(update={"delta_crl": "required"})


def judge(evidence: Evidence, policy: VerificationPolicy = POLICY) -> Verdict:
    return verify(CMS, trust=PKI.store, evidence=evidence, policy=policy, at=NOW)


def answer(by: Signer = RESPONDER, nonce: bytes | None = NONCE, **changes: Any) -> Evidence:
    response = ocsp_response(PERSON, PKI.issuer, by, nonce=nonce, **changes)
    return Evidence(ocsp=(OcspEvidence(response, NONCE),))


def lists(*crls: bytes) -> Evidence:
    return Evidence(crls=crls)


@pytest.mark.parametrize(
    "by", [pytest.param(RESPONDER, id="delegated"), pytest.param(PKI.issuer, id="the issuer")]
)
def test_a_good_ocsp_answer_makes_it_valid(by: Signer) -> None:
    verdict = judge(answer(by))
    assert verdict.verdict == "valid"
    assert verdict.revocation is not None
    assert (verdict.revocation.source, verdict.revocation.this_update) == ("ocsp", NOW)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (revoked_status(NOW - DAY, None), "revoked"),
        (revoked_status(NOW - DAY, 1), "revoked"),
        (revoked_status(NOW - DAY, 6), "suspended"),
        (revoked_status(datetime(1970, 1, 1, tzinfo=UTC), 6), "not_issued"),
        (revoked_status(datetime(1970, 1, 1, tzinfo=UTC), 1), "revoked"),
    ],
)
def test_an_ocsp_answer_tells_why_not(status: bytes, reason: str) -> None:
    verdict = judge(answer(status=status))
    assert (verdict.verdict, str(verdict.reason)) == ("invalid", reason)
    assert verdict.certificate is not None


FOREIGN_CA = authority(gost_key("foreign"), "ҰЛТТЫҚ (TESTS)", PKI.root)
UNUSABLE: tuple[tuple[str, Callable[[], Evidence], str], ...] = (
    ("another nonce", lambda: answer(nonce=bytes(16)), "nonce is wrong"),
    ("no nonce", lambda: answer(nonce=None), "does not repeat the nonce"),
    ("another certificate", lambda: answer(serial=4), "not about this certificate"),
    ("too old", lambda: answer(this_update=NOW - HOUR), "too old"),
    ("from the future", lambda: answer(this_update=NOW + HOUR), "from the future"),
    ("unknown", lambda: answer(status=b"\x82\x00"), "does not know"),
    ("a forged signature", lambda: answer(signature=bytes(128)), "signature does not hold"),
    ("no responder's certificate", lambda: answer(held=False), "does not hold its responder"),
    (
        "a responder of another authority",
        lambda: answer(responder(FOREIGN_CA, gost_key("responder"))),
        "not certified by",
    ),
    (
        "a responder that certified itself",
        lambda: answer(authority(gost_key("responder"), "OCSP RESPONDER")),
        "not certified by",
    ),
    (
        "a responder without OCSPSigning",
        lambda: answer(responder(PKI.issuer, gost_key("r"), usage=oids.CLIENT_AUTH)),
        "not certified for OCSPSigning",
    ),
    (
        "a responder without nocheck",
        lambda: answer(responder(PKI.issuer, gost_key("r"), nocheck=False)),
        "ocsp-nocheck",
    ),
    ("a person answering", lambda: answer(PERSON), "not certified for OCSPSigning"),
    ("try later", lambda: _raw(b"\x30\x03\x0a\x01\x03"), "try_later"),
    ("nothing", lambda: _raw(b""), "cannot be read"),
    ("text", lambda: _raw(b"<html>"), "cannot be read"),
    ("too large", lambda: _raw(b"\x30" + bytes(70_000)), "too large"),
)


def _raw(octets: bytes) -> Evidence:
    return Evidence(ocsp=(OcspEvidence(octets, NONCE),))


@pytest.mark.parametrize(("evidence", "detail"), [pytest.param(e, d, id=i) for i, e, d in UNUSABLE])
def test_an_ocsp_answer_that_proves_nothing_is_not_relied_on(
    evidence: Callable[[], Evidence], detail: str
) -> None:
    verdict = judge(evidence())
    assert (verdict.verdict, str(verdict.reason)) == ("indeterminate", "revocation_unavailable")
    assert detail in verdict.detail


def test_without_any_answer_it_is_indeterminate() -> None:
    assert str(judge(Evidence()).reason) == "revocation_unavailable"


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_any_octets_as_answers_are_unusable(octets: bytes) -> None:
    evidence = Evidence(ocsp=(OcspEvidence(octets, NONCE),), crls=(octets,))
    assert str(judge(evidence).reason) == "revocation_unavailable"


def test_a_request_asks_by_sha256_with_sixteen_octets_of_nonce() -> None:
    request = asn1_ocsp.OCSPRequest.load(
        build_request(PERSON.certificate, PKI.issuer.certificate, NONCE), strict=True
    )
    asked = request["tbs_request"]["request_list"][0]["req_cert"].native
    assert asked["hash_algorithm"]["algorithm"] == "sha256"
    assert asked["serial_number"] == PERSON.serial
    assert request.nonce_value.native == NONCE


@pytest.mark.parametrize(
    "setup", [pytest.param(pki("gost"), id="gost"), pytest.param(pki("rsa"), id="rsa")]
)
def test_a_fresh_base_crl_suffices_where_the_delta_is_optional(setup: Any) -> None:
    verdict = verify(
        Message(issue(setup.person(), setup.issuer)).encode(),
        trust=setup.store,
        evidence=lists(crl(setup.issuer, [(1, None), (2, 6)])),
        policy=POLICY,
        at=NOW,
    )
    assert verdict.verdict == "valid"
    assert verdict.revocation is not None
    assert verdict.revocation.source == "crl"


@pytest.mark.parametrize(
    ("reason_code", "reason"), [(None, "revoked"), (1, "revoked"), (6, "suspended")]
)
def test_a_crl_tells_why_not(reason_code: int | None, reason: str) -> None:
    assert str(judge(lists(crl(PKI.issuer, [(PERSON.serial, reason_code)]))).reason) == reason


def test_an_absent_inner_null_is_no_difference() -> None:
    assert judge(lists(crl(PKI.issuer, inner_null=False))).verdict == "valid"


PARTITIONED = Extension(oids.ISSUING_DISTRIBUTION_POINT, der.seq(), critical=True)
UNUSABLE_CRLS: tuple[tuple[str, bytes, str], ...] = (
    ("too old", crl(PKI.issuer, this_update=NOW - 2 * DAY), "too old"),
    ("past its nextUpdate", crl(PKI.issuer, next_update=NOW - HOUR), "past its nextUpdate"),
    ("from the future", crl(PKI.issuer, this_update=NOW + HOUR), "from the future"),
    ("forged", crl(PKI.issuer, key=gost_key("attacker")), "signature does not hold"),
    ("signed by the person", crl(PERSON), "another authority's"),
    ("of another authority", crl(PKI.root), "another authority's"),
    ("partitioned", crl(PKI.issuer, extra=(PARTITIONED,)), "limits it"),
    (
        "with an unknown critical extension",
        crl(PKI.issuer, extra=(Extension("1.2.3", der.NULL, critical=True),)),
        "limits it",
    ),
    ("a delta alone", crl(PKI.issuer, base_number=14), "there is no CRL"),
    ("cut short", crl(PKI.issuer)[:-1], "cannot be read"),
    ("followed by octets", crl(PKI.issuer) + b"\0", "cannot be read"),
    ("RSA where the key is GOST", crl(PKI.issuer, key=rsa_key("x")), "signature does not hold"),
)


@pytest.mark.parametrize(
    ("data", "detail"), [pytest.param(c, d, id=i) for i, c, d in UNUSABLE_CRLS]
)
def test_a_crl_that_proves_nothing_is_not_relied_on(data: bytes, detail: str) -> None:
    verdict = judge(lists(data))
    assert (verdict.verdict, str(verdict.reason)) == ("indeterminate", "revocation_unavailable")
    assert detail in verdict.detail


OLD_BASE = crl(PKI.issuer, [(5, None)], this_update=NOW - 3 * DAY)
HELD_BASE = crl(PKI.issuer, [(PERSON.serial, 6)], this_update=NOW - 3 * DAY)
#: The NCA numbers deltas apart from bases: a delta 10 completes a base 14.
DELTAS: tuple[tuple[str, bytes, bytes, str], ...] = (
    ("empty", OLD_BASE, crl(PKI.issuer, number=10, base_number=14), "ok"),
    ("of an older base", OLD_BASE, crl(PKI.issuer, number=10, base_number=13), "ok"),
    ("revokes", OLD_BASE, crl(PKI.issuer, [(PERSON.serial, 1)], base_number=14), "revoked"),
    ("suspends", OLD_BASE, crl(PKI.issuer, [(PERSON.serial, 6)], base_number=14), "suspended"),
    ("releases", HELD_BASE, crl(PKI.issuer, [(PERSON.serial, 8)], base_number=14), "ok"),
    ("leaves it held", HELD_BASE, crl(PKI.issuer, base_number=14), "suspended"),
    (
        "of a later base",
        OLD_BASE,
        crl(PKI.issuer, number=10, base_number=15),
        "revocation_unavailable",
    ),
    (
        "older than its base",
        crl(PKI.issuer),
        crl(PKI.issuer, base_number=14, this_update=NOW - DAY),
        "revocation_unavailable",
    ),
    (
        "too old",
        OLD_BASE,
        crl(PKI.issuer, base_number=14, this_update=NOW - 2 * DAY),
        "revocation_unavailable",
    ),
    (
        "forged",
        OLD_BASE,
        crl(PKI.issuer, base_number=14, key=gost_key("attacker")),
        "revocation_unavailable",
    ),
)


@pytest.mark.parametrize(
    ("base", "delta", "reason"), [pytest.param(b, d, r, id=i) for i, b, d, r in DELTAS]
)
def test_a_delta_crl_completes_its_base(base: bytes, delta: bytes, reason: str) -> None:
    assert str(judge(lists(base, delta), WITH_DELTA).reason) == reason


def test_a_base_alone_does_not_suffice_where_the_delta_is_required() -> None:
    assert str(judge(lists(crl(PKI.issuer)), WITH_DELTA).reason) == "revocation_unavailable"


@pytest.mark.parametrize(
    ("source", "evidence"), [("crl", answer()), ("ocsp", lists(crl(PKI.issuer)))]
)
def test_only_the_source_the_policy_takes_is_relied_on(source: str, evidence: Evidence) -> None:
    policy = POLICY.model_copy(update={"revocation": source})
    assert str(judge(evidence, policy).reason) == "revocation_unavailable"


@dataclass
class Network:
    """Answers as an authority would; a status None means that nobody answers."""

    status: bytes | None = b"\x80\x00"
    base: bytes | None = None
    delta: bytes | None = None
    nonce: bytes | None = None
    asked: list[str] = field(default_factory=list)
    nonces: list[bytes] = field(default_factory=list)

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:
        assert 0 < seconds <= 5
        self.asked.append(url)
        nonce = asn1_ocsp.OCSPRequest.load(request, strict=True).nonce_value.native
        self.nonces.append(nonce)
        if self.status is None:
            raise FetchFailed("OCSP did not answer in time")
        return ocsp_response(
            PERSON, PKI.issuer, RESPONDER, nonce=self.nonce or nonce, status=self.status
        )

    def crl(self, url: str, *, seconds: float) -> bytes:
        assert 0 < seconds <= 60
        self.asked.append(url)
        data = self.base if url.endswith("base.crl") else self.delta
        if data is None:
            raise FetchFailed("the CRL answered with HTTP status 404")
        return data


def hasty() -> RevocationSurroundings:
    """Without a pause between attempts."""
    return RevocationSurroundings(random=lambda: 0.0)


def serve(network: Network, policy: VerificationPolicy = POLICY, cms: bytes = CMS) -> Judgement:
    return SignatureService(PKI.store, network, around=hasty()).judge(cms, policy=policy, at=NOW)


def test_the_service_asks_ocsp_and_keeps_what_it_rests_on() -> None:
    network = Network()
    judgement = serve(network)
    assert judgement.verdict.verdict == "valid"
    assert judgement.content == CONTENT
    assert judgement.cms == CMS
    assert len(judgement.ocsp) == 1
    assert judgement.chain_der == (PERSON.der, PKI.issuer.der, PKI.root.der)
    assert network.asked == ["http://ca.test/ocsp"]


def test_every_question_has_its_own_nonce() -> None:
    network = Network(status=None)
    serve(network)
    assert len(set(network.nonces)) == len(network.nonces) == 3


def test_an_acceptance_is_bound_to_its_ocsp_answer() -> None:
    network = Network()
    policy = VerificationPolicy(purpose="acceptance", key="sign")
    assert serve(network, policy).verdict.verdict == "valid"
    assert network.nonces == [acceptance_nonce(CMS)]


def test_crls_are_asked_when_ocsp_does_not_answer() -> None:
    network = Network(status=None, base=crl(PKI.issuer))
    judgement = serve(network)
    assert judgement.verdict.revocation is not None
    assert judgement.verdict.revocation.source == "crl"
    assert judgement.crls == (network.base,)
    assert network.asked[:3] == ["http://ca.test/ocsp"] * 3
    assert sorted(set(network.asked[3:])) == ["http://ca.test/base.crl", "http://ca.test/delta.crl"]


def test_crls_are_asked_when_the_nonce_is_wrong() -> None:
    network = Network(nonce=bytes(16), base=crl(PKI.issuer, [(PERSON.serial, 1)]))
    assert str(serve(network).verdict.reason) == "revoked"


def test_nobody_answering_is_indeterminate_and_says_why() -> None:
    judgement = serve(Network(status=None))
    assert judgement.verdict.verdict == "indeterminate"
    assert judgement.content is None
    assert "did not answer in time" in judgement.verdict.detail
    assert "404" in judgement.verdict.detail


def test_a_revoked_certificate_is_not_asked_elsewhere() -> None:
    network = Network(status=revoked_status(NOW - DAY, 1), base=crl(PKI.issuer))
    assert str(serve(network).verdict.reason) == "revoked"
    assert network.asked == ["http://ca.test/ocsp"]


@pytest.mark.parametrize(
    "cms",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(CMS.replace(CONTENT, CONTENT[::-1]), id="other content"),
        pytest.param(Message(issue(PKI.person())).encode(), id="a stranger's certificate"),
    ],
)
def test_nothing_is_fetched_for_what_does_not_hold(cms: bytes) -> None:
    network = Network()
    judgement = serve(network, cms=cms)
    assert judgement.verdict.verdict == "invalid"
    assert network.asked == []


def test_held_crls_are_not_fetched_again_while_they_suffice() -> None:
    network = Network(status=None, base=crl(PKI.issuer), delta=crl(PKI.issuer, base_number=14))
    service = SignatureService(PKI.store, network, around=hasty())
    for _ in range(3):
        assert service.judge(CMS, policy=WITH_DELTA, at=NOW).verdict.verdict == "valid"
    assert network.asked.count("http://ca.test/base.crl") == 1


def test_a_failing_fetcher_is_an_internal_error_and_lets_nobody_in() -> None:
    class Broken(Network):
        def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:
            raise RuntimeError(url, request, seconds)

    judgement = serve(Broken())
    assert (judgement.verdict.verdict, str(judgement.verdict.reason)) == (
        "indeterminate",
        "internal_error",
    )
