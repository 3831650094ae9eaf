"""Nobody's IIN, BIN or name, no message, nonce or secret is written where it was not promised.

They are planted in everything that comes in; everything that goes out is searched: logs of every
logger at DEBUG, verdicts, errors, tracebacks, metrics, `repr` of every object alive meanwhile,
command output, replies. Promised is `subject` in JSON, and the names in the text for a person.
"""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import rsa
from prometheus_client import generate_latest

import eds_verifier.service as service_module
from cli import tanba
from eds_verifier.asn1 import oids
from eds_verifier.metrics import Metrics
from eds_verifier.path.certificate import Certificate
from eds_verifier.policy import VerificationPolicy
from eds_verifier.revocation.evidence import Evidence, OcspEvidence
from eds_verifier.revocation.fetch import FetchFailed
from eds_verifier.service import SignatureService
from eds_verifier.verdict import Refused, Verdict
from eds_verifier.verify import verify
from stand.demo_ca import create
from stand.demo_ca.model import DemoCa
from tests.properties.planted_messages import CONTENT, MESSAGES, PKI, director, message, person
from tests.properties.planted_person import (
    BIN,
    IIN,
    NAMES,
    NONCE,
    NUMBERS,
    SECRET,
    Heard,
    Needles,
    listening,
    reprs,
)
from tests.unit.eds_verifier.api.world import api_world
from tests.unit.eds_verifier.factory import (
    NOW,
    crl,
    ocsp_response,
    responder,
    rsa_key,
)
from tests.unit.eds_verifier.provider import world as provider

POLICY = VerificationPolicy(purpose="sign_in", delta_crl="optional")
DOCUMENT = VerificationPolicy(purpose="document", numbers="warn", delta_crl="optional")


def _evidence() -> Iterator[Evidence]:
    by = responder(PKI.issuer, rsa_key("responder"))
    yield Evidence(crls=(crl(PKI.issuer),))
    yield Evidence(crls=(crl(PKI.issuer, [(director().serial, 1), (person().serial, 6)]),))
    yield Evidence(
        ocsp=(OcspEvidence(ocsp_response(director(), PKI.issuer, by, nonce=NONCE), NONCE),)
    )
    yield Evidence(
        ocsp=(OcspEvidence(ocsp_response(person(), PKI.issuer, by, nonce=NONCE), b"x" * 16),)
    )
    yield Evidence(ocsp=(OcspEvidence(IIN.encode() * 9, NONCE),), crls=(IIN.encode() * 9,))


def _without_subject(value: Any) -> Any:
    """JSON with every `subject` taken out: there and nowhere else the person may stand."""
    if isinstance(value, dict):
        return {k: _without_subject(v) for k, v in value.items() if k != "subject"}
    if isinstance(value, list):
        return [_without_subject(item) for item in value]
    return value


def _hear_verdict(heard: Heard, verdict: Verdict) -> None:
    heard.add(repr(verdict), str(verdict), verdict.detail)
    said = json.loads(verdict.model_dump_json())
    heard.add(json.dumps(_without_subject(said), ensure_ascii=False))


def _needles(cms: bytes) -> Needles:
    return Needles((*NUMBERS, *NAMES, SECRET), (NONCE, cms))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_verdict_tells_nothing_but_its_subject(name: str) -> None:
    cms = MESSAGES[name]()
    with listening() as heard:
        for evidence in _evidence():
            for policy in (POLICY, DOCUMENT):
                verdict = verify(
                    cms,
                    content=CONTENT,
                    trust=PKI.store,
                    evidence=evidence,
                    policy=policy,
                    at=NOW,
                )
                _hear_verdict(heard, verdict)
    assert heard.said
    assert _needles(cms).found_in(heard.text) == []


class _Listening:
    """A fetcher that looks around while a judgement waits for it."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def _look(self) -> None:
        self._heard.add(*reprs())
        self._heard.add("".join(traceback.format_stack()))

    def ocsp(self, url: str, request: bytes, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        self._look()
        raise FetchFailed("OCSP cannot be reached")

    def crl(self, url: str, *, seconds: float) -> bytes:  # noqa: ARG002 - a protocol
        if "delta" in url:
            raise FetchFailed("the CRL cannot be reached")
        return crl(PKI.issuer)


@pytest.mark.parametrize("purpose", ["sign_in", "acceptance", "document"])
def test_no_object_shows_what_it_holds(purpose: Any) -> None:
    policy = VerificationPolicy(
        purpose=purpose, key="sign" if purpose == "acceptance" else "any", delta_crl="optional"
    )
    cms, metrics = message(director()), Metrics()
    with listening() as heard:
        service = SignatureService(
            PKI.store, _Listening(heard), random_nonce=lambda: NONCE, metrics=metrics
        )
        judged = service.judge(cms, content=CONTENT, policy=policy, at=NOW)
        assert judged.verdict.verdict == "valid"
        heard.add(*reprs())
        heard.add(generate_latest(metrics.registry).decode())
        _hear_verdict(heard, judged.verdict)
    assert len(heard.said) > 20
    assert _needles(cms).found_in(heard.text) == []


def test_an_accident_of_ours_does_not_tell_what_was_judged() -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(f"IIN{IIN} {NAMES[0]} {SECRET}")

    cms = message(director())
    with listening() as heard:
        service = SignatureService(PKI.store, _Listening(heard))
        with patch.object(service_module, "examine", broken):
            judged = service.judge(cms, content=CONTENT, policy=POLICY, at=NOW)
        assert judged.verdict.reason == "internal_error"
        _hear_verdict(heard, judged.verdict)
    assert "ValueError" in heard.text
    assert _needles(cms).found_in(heard.text) == []


@pytest.mark.parametrize("name", MESSAGES)
def test_a_refusals_traceback_tells_nothing(name: str) -> None:
    cms = MESSAGES[name]()
    der_of_director = director().der
    with listening() as heard:
        for data in (cms, der_of_director[:-9], der_of_director + IIN.encode()):
            try:
                Certificate.parse(data)
            except Refused as refused:
                heard.add("".join(traceback.format_exception(refused)), repr(refused))
    assert heard.said
    assert _needles(cms).found_in(heard.text) == []


def _lists(folder: Path) -> list[str]:
    """A folder of anchors for the command line."""
    trust = folder / "trust"
    trust.mkdir()
    (trust / "root.cer").write_bytes(PKI.root.der)
    (trust / "issuer.cer").write_bytes(PKI.issuer.der)
    (folder / "list.crl").write_bytes(crl(PKI.issuer))
    (folder / "content").write_bytes(CONTENT)
    return ["--trust", str(trust), "--at", NOW.isoformat(), "--crl", str(folder / "list.crl")]


def _run(heard: Heard, *arguments: str, given: bytes | None = None) -> Result:
    result = CliRunner().invoke(tanba, list(arguments), input=given)
    heard.add(result.stderr)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        heard.add("".join(traceback.format_exception(result.exception)))
    return result


@pytest.mark.parametrize("name", MESSAGES)
def test_commands_show_names_to_a_person_and_numbers_to_nobody(name: str, tmp_path: Path) -> None:
    cms = MESSAGES[name]()
    file = tmp_path / "message"
    file.write_bytes(cms)
    options = [*_lists(tmp_path), "--content", str(tmp_path / "content"), "--delta-crl", "optional"]
    with listening() as heard, listening() as shown:
        text = _run(heard, "eds", "verify", str(file), *options)
        shown.add(text.stdout)
        said = _run(heard, "eds", "verify", str(file), *options, "--format", "json").stdout
        if said:
            heard.add(json.dumps(_without_subject(json.loads(said)), ensure_ascii=False))
        shown.add(_run(heard, "eds", "info", str(file)).stdout)
    assert text.stdout or text.stderr
    assert _needles(cms).found_in(heard.text) == []
    assert Needles((*NUMBERS, SECRET), (NONCE, cms)).found_in(shown.text) == []


def _line(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def test_a_batch_answers_without_telling_what_its_lines_hold(tmp_path: Path) -> None:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    base = {"trust": [text(PKI.root.der)], "certs": [text(PKI.issuer.der)], "at": NOW.isoformat()}
    lines = [
        _line(
            id=number, cms=text(build()), content=text(CONTENT), crl=[text(crl(PKI.issuer))], **base
        )
        for number, build in enumerate(MESSAGES.values())
    ]
    lines += [
        f'{{"id": 1, "cms": "{SECRET} {IIN}'.encode(),
        _line(id=2, cms=text(message(director()))[:-3] + IIN, **base),
        _line(id=3, cms="", iin=IIN, name=NAMES[0]),
        _line(id=4, cms="AA==", at=IIN, trust=[IIN], policy={"key_use": NAMES[0]}),
        _line(id=5, cms="AA==", certs=[SECRET], ocsp=[IIN], crl=[BIN]),
        IIN.encode(),
    ]
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(lines) + b"\n")
    with listening() as heard:
        result = _run(heard, "eds", "verify", "--batch", str(file), "--jobs", "1")
        assert len(result.stdout.splitlines()) == len(lines)
        for answer in result.stdout.splitlines():
            heard.add(json.dumps(_without_subject(json.loads(answer)), ensure_ascii=False))
    assert "valid" in heard.text
    assert _needles(message(director())).found_in(heard.text) == []


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> DemoCa:
    folder = tmp_path_factory.mktemp("leak-ca") / "ca"
    return create(folder, base_url="http://ca.test", now=provider.NOW)


def _of_the_demo(ca: DemoCa, *credentials: str) -> tuple[str, ...]:
    """Numbers and names of people of the demo CA, out of their certificates."""
    found: set[str] = set()
    for credential in credentials:
        subject = dict(
            Certificate.parse(ca.credential(credential).signer.certificate).subject_values
        )
        for oid in (oids.SERIAL_NUMBER, oids.ORGANIZATIONAL_UNIT):
            found.update(subject.get(oid, "").removeprefix(p) for p in ("IIN", "BIN"))
        found.update(
            subject.get(oid, "") for oid in (oids.COMMON_NAME, oids.SURNAME, oids.GIVEN_NAME)
        )
    return tuple(text for text in found if len(text) > 4)


def test_the_rest_interface_tells_nothing_but_subjects(ca: DemoCa) -> None:
    who = ("daniyar-rsa-sign", "madina-saulet-rsa-auth", "saule-rsa-auth", "timur-gost-sign")
    with api_world(ca) as world, listening() as heard:
        signed = [world.sign(credential, CONTENT) for credential in who]
        for cms in signed:
            for body in (
                {"cms": cms, "purpose": "document"},
                {"cms": cms, "purpose": "sign_in", "content": base64.b64encode(CONTENT).decode()},
                {"cms": cms[: len(cms) // 2], "purpose": "sign_in"},
                {"cms": cms, "purpose": SECRET, "iin": IIN},
            ):
                reply = world.post("/v1/cms/verify", body)
                heard.add(json.dumps(_without_subject(reply.json()), ensure_ascii=False))
                heard.add(str(reply.headers))
                heard.add(*reprs())
        refused = world.client.post(
            "/v1/cms/verify",
            content=f'{{"cms": "{signed[0]}", ',
            headers={"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"},
        )
        assert refused.status_code == 401
        heard.add(refused.text, world.get("/metrics", key="prometheus").text, *world.log.lines)
    octets = tuple(base64.b64decode(cms) for cms in signed)
    assert (
        Needles((*_of_the_demo(ca, *who), IIN, SECRET), (*octets, NONCE)).found_in(heard.text) == []
    )


@pytest.fixture
def sign_ins(ca: DemoCa, tmp_path: Path) -> Iterator[provider.World]:
    """A whole provider over the demo CA."""
    keys = {
        name: rsa.generate_private_key(65537, 2048)
        for name in (provider.GRAIN, provider.ARCHITECTURE)
    }
    settings = provider.make_settings(tmp_path, ca, tmp_path / "keys")
    realms = provider.make_all_realms(settings)
    yield from provider.make_world(settings, ca, keys, realms)


def test_signing_in_leaves_no_trace_of_theperson(sign_ins: provider.World, ca: DemoCa) -> None:
    """Good and refused sign-ins; what the browser is told holds no numbers and no signature."""
    who = ("daniyar-rsa-auth", "daniyar-rsa-sign", "saule-rsa-auth", "timur-rsa-auth")
    signatures: list[bytes] = []
    sign = provider.World.sign

    def noted(world: provider.World, document: bytes, credential: str) -> str:
        cms = sign(world, document, credential)
        signatures.append(base64.b64decode(cms))
        return cms

    with listening() as heard, patch.object(provider.World, "sign", noted):
        browser = sign_ins.browser()
        code = browser.to_code(nonce=SECRET, state=SECRET)
        token = browser.redeem(code)
        assert token.status_code == 200
        secrets = [code, token.json()["id_token"]]
        heard.add(browser.redeem(code).text)
        for credential in who[2:]:
            other = sign_ins.browser()
            other.authorize()
            heard.add(other.sign(credential).text)
            challenge = other.challenge()
            heard.add(other.send(challenge["challenge"], f"{IIN} {SECRET}").text)
        heard.add(*reprs(), *sign_ins.log.lines)
        heard.add(sign_ins.browser().client.get("/metrics").text)
    assert len(signatures) == 4
    needles = Needles((*_of_the_demo(ca, *who), IIN, SECRET, *secrets), tuple(signatures))
    assert needles.found_in(heard.text) == []


@pytest.mark.parametrize(
    "write",
    [
        lambda _cms: f"… {IIN} …",
        repr,
        lambda cms: cms.hex(),
        lambda cms: base64.b64encode(cms).decode(),
        lambda _cms: repr(NONCE),
        lambda _cms: NONCE.hex(),
        lambda _cms: json.dumps({"name": NAMES[0]}),
        lambda _cms: repr(director().der),
    ],
)
def test_the_search_finds_what_is_there(write: Callable[[bytes], str]) -> None:
    cms = message(director())
    assert _needles(cms).found_in(write(cms))
