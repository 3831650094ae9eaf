"""The emulator on real sockets: a page asks, a person or a test decides."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from asn1crypto import cms
from starlette.types import ASGIApp
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from stand.demo_ca import DemoCa
from stand.demo_ca.people import AIZHAN, SAULET
from stand.ncalayer import protocol
from stand.ncalayer.desk import Desk
from stand.ncalayer.keyring import KeyFilter, keyring
from stand.ncalayer.server import page_app, socket_app

Serve = Callable[[ASGIApp], str]
ORIGIN = Origin("https://portal.example")
TEXT = "Портал: «Астық» <b>"


class Emulator:
    """Both sides: the socket that pages use and the page that decides."""

    def __init__(self, desk: Desk, serve: Serve) -> None:
        self.desk = desk
        self.socket = f"ws://{serve(socket_app(desk))}/"
        self.page = f"http://{serve(page_app(desk))}"

    def get(self, path: str) -> Any:
        return requests.get(self.page + path, timeout=10).json()

    def post(self, path: str, **body: Any) -> requests.Response:
        return requests.post(self.page + path, json=body, timeout=10)

    @contextmanager
    def asking(self, **args: Any) -> Iterator[ClientConnection]:
        """A page that has asked for a signature over TEXT."""
        with connect(self.socket, origin=ORIGIN, proxy=None) as page:
            assert json.loads(page.recv(5)) == {"result": {"version": "1.4"}}
            page.send(sign(**args))
            yield page

    def pending(self) -> dict[str, Any]:
        limit = time.monotonic() + 5
        while time.monotonic() < limit:
            found: dict[str, Any] | None = self.get("/api/pending")["pending"]
            if found is not None:
                return found
            time.sleep(0.02)
        raise AssertionError("nothing waits")


def sign(**args: Any) -> str:
    body = {"format": "cms", "data": base64.b64encode(TEXT.encode()).decode()} | args
    return json.dumps({"module": protocol.BASICS, "method": "sign", "args": body})


def answer(page: ClientConnection) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(page.recv(5))
    return body


def signed_data(body: dict[str, Any]) -> Any:
    (encoded,) = body["body"]["result"]
    return cms.ContentInfo.load(base64.b64decode(encoded))["content"]  # type: ignore[no-untyped-call]


@pytest.fixture
def emulator(demo_ca: DemoCa, serve: Serve) -> Emulator:
    now = datetime.now(UTC)
    keys = keyring(demo_ca, shared_data=None, now=now)
    return Emulator(Desk(keys, lambda: datetime.now(UTC)), serve)


def test_a_person_sees_what_is_asked_and_signs(emulator: Emulator) -> None:
    with emulator.asking() as page:
        waiting = emulator.pending()
        assert waiting["origin"] == ORIGIN
        assert waiting["documents"] == [
            {"text": TEXT, "readable": True, "size": len(TEXT.encode())}
        ]
        assert "aizhan-gost-sign" in waiting["fitting"]
        assert emulator.post("/api/answer", id=waiting["id"], key="aizhan-gost-sign").ok
        signed = signed_data(answer(page))
    assert signed["encap_content_info"]["content"].native == TEXT.encode()
    assert len(signed["signer_infos"]) == 1
    assert len(signed["certificates"]) == 3
    assert emulator.get("/api/pending")["pending"] is None


def test_a_person_cancels(emulator: Emulator) -> None:
    with emulator.asking() as page:
        assert emulator.post("/api/answer", id=emulator.pending()["id"], key="cancel").ok
        assert answer(page) == {"status": True, "body": {}}


@pytest.mark.parametrize(
    ("signer", "expected"),
    [
        ({"iin": AIZHAN.iin}, {"aizhan-gost-sign", "aizhan-rsa-auth"}),
        ({"bin": SAULET.bin}, {"madina-saulet-gost-sign", "madina-saulet-rsa-auth"}),
        (
            {"extKeyUsageOids": ["1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.2.1"]},
            {"yerlan-astyq-gost-sign", "madina-saulet-gost-sign"},
        ),
        (
            {"iin": AIZHAN.iin, "extKeyUsageOids": ["1.3.6.1.5.5.7.3.2"]},
            {"aizhan-rsa-auth"},
        ),
        ({"serialNumber": "01"}, set()),
    ],
)
def test_only_keys_that_fit_are_offered(
    emulator: Emulator, signer: dict[str, Any], expected: set[str]
) -> None:
    with emulator.asking(signerParams=signer):
        assert set(emulator.pending()["fitting"]) == expected


def test_a_serial_number_in_any_spelling_finds_its_key(demo_ca: DemoCa, made: datetime) -> None:
    key = keyring(demo_ca, shared_data=None, now=made)[0]
    spelled = "00" + key.serial_number.upper()
    assert key.fits(KeyFilter(serial_number=spelled))


def test_a_key_that_does_not_fit_signs_only_when_told_to_ignore_that(emulator: Emulator) -> None:
    with emulator.asking(signerParams={"iin": AIZHAN.iin}) as page:
        waiting = emulator.pending()
        refused = emulator.post("/api/answer", id=waiting["id"], key="daniyar-gost-sign")
        assert refused.status_code == 409
        assert refused.json() == {"error": "key_does_not_fit"}
        told = {"id": waiting["id"], "key": "daniyar-gost-sign", "ignore_filter": True}
        assert emulator.post("/api/answer", **told).ok
        assert signed_data(answer(page)) is not None


def test_automatic_signing_needs_nobody(emulator: Emulator) -> None:
    assert emulator.post("/api/auto", key="daniyar-rsa-sign").ok
    with emulator.asking() as page:
        assert answer(page)["status"] is True
    assert emulator.post("/api/auto", key="cancel").ok
    with emulator.asking() as page:
        assert answer(page) == {"status": True, "body": {}}
    assert emulator.post("/api/auto", key=None).ok
    with emulator.asking():
        emulator.pending()


def test_automatic_signing_answers_what_waits_already(emulator: Emulator) -> None:
    with emulator.asking() as page:
        emulator.pending()
        assert emulator.post("/api/auto", key="aizhan-rsa-auth").ok
        assert answer(page)["status"] is True


def test_an_automatic_key_that_does_not_fit_leaves_it_to_a_person(emulator: Emulator) -> None:
    assert emulator.post("/api/auto", key="daniyar-rsa-auth").ok
    with emulator.asking(signerParams={"iin": AIZHAN.iin}):
        assert emulator.pending()["fitting"] == ["aizhan-gost-sign", "aizhan-rsa-auth"]


def test_a_page_that_leaves_closes_its_window(emulator: Emulator) -> None:
    with emulator.asking():
        first = emulator.pending()["id"]
    limit = time.monotonic() + 5
    while emulator.get("/api/pending")["pending"] and time.monotonic() < limit:
        time.sleep(0.02)
    late = emulator.post("/api/answer", id=first, key="aizhan-gost-sign")
    assert late.json() == {"error": "nothing_waits"}


def test_an_old_answer_does_not_sign_a_new_request(emulator: Emulator) -> None:
    with emulator.asking() as page:
        first = emulator.pending()["id"]
        emulator.post("/api/answer", id=first, key="cancel")
        answer(page)
        page.send(sign())
        second = emulator.pending()["id"]
        assert second != first
        assert emulator.post("/api/answer", id=first, key="aizhan-gost-sign").status_code == 409


def test_one_request_at_a_time(emulator: Emulator) -> None:
    with emulator.asking() as page:
        emulator.pending()
        page.send(sign())
        assert answer(page)["code"] == "GENERAL_ERROR"
        page.send(protocol.HEARTBEAT)
        assert answer(page) == {"result": {"version": "1.4"}}


def test_a_digest_of_the_wrong_length_fails_to_sign(emulator: Emulator) -> None:
    digest = base64.b64encode(bytes(32)).decode()
    emulator.post("/api/auto", key="aizhan-gost-sign")
    with emulator.asking(data=digest, signingParams={"digested": True}) as page:
        assert answer(page)["code"] == "SIGNING_FAILURE"


@pytest.mark.parametrize("path", ["/api/answer", "/api/auto"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_another_site_cannot_decide(emulator: Emulator, path: str, headers: dict[str, str]) -> None:
    body = {"key": "aizhan-gost-sign"}
    refused = requests.post(emulator.page + path, json=body, headers=headers, timeout=10)
    assert refused.status_code == 403
    assert emulator.desk.auto is None


def test_dns_rebinding_does_not_read_what_waits(emulator: Emulator) -> None:
    headers = {"Host": "evil.example"}
    assert requests.get(emulator.page + "/api/keys", headers=headers, timeout=10).status_code == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"key": 1}', b'{"key": "x", "more": 1}', b'{"id": "x", "key": "x"}']
)
def test_a_wrong_answer_is_refused(emulator: Emulator, body: bytes) -> None:
    refused = requests.post(f"{emulator.page}/api/answer", data=body, timeout=10)
    assert refused.status_code == 400


def test_an_unknown_key_is_refused(emulator: Emulator) -> None:
    assert emulator.post("/api/auto", key="nobody").json() == {"error": "no_such_key"}


@pytest.mark.parametrize("lang", ["kk", "ru", "en"])
def test_the_page_speaks_three_languages_and_runs_only_its_own_script(
    emulator: Emulator, lang: str
) -> None:
    page = requests.get(emulator.page, params={"lang": lang}, timeout=10)
    assert f'<html lang="{lang}">' in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_ncas_test_keys_are_there_with_the_real_data(
    demo_ca: DemoCa, shared_data: Path
) -> None:
    keys = {one.id: one for one in keyring(demo_ca, shared_data=shared_data, now=datetime.now(UTC))}
    valid = keys["nca-test-gost2015_individual_valid"]
    assert (valid.group, valid.use, valid.algorithm) == ("nca-test", "sign", "GOST")
    assert keys["nca-test-gost2015_individual_revoked"].status == "revoked"
    assert keys["nca-test-rsa_individual_sign_valid_2022"].status == "expired"
    assert keys["nca-test-gost2015_legal_head_valid"].role == "ceo"


def test_keys_do_not_show_numbers_when_printed(demo_ca: DemoCa, made: datetime) -> None:
    key = keyring(demo_ca, shared_data=None, now=made)[0]
    assert AIZHAN.iin not in repr(key)
