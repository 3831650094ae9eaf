"""NCALayer's messages: what is understood, what is refused, how answers look."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from stand.ncalayer import protocol
from stand.ncalayer.keyring import KeyFilter
from stand.ncalayer.protocol import Reply, SignRequest

DATA = base64.b64encode(b"document").decode()


def basics(**args: Any) -> str:
    body = {"format": "cms", "data": DATA} | args
    return json.dumps({"module": protocol.BASICS, "method": "sign", "args": body})


def utils(*args: Any, method: str = "createCAdESFromBase64") -> str:
    return json.dumps({"module": protocol.COMMON_UTILS, "method": method, "args": args})


def understood(message: str) -> SignRequest:
    found = protocol.read(message)
    assert isinstance(found, SignRequest), found
    return found


def replied(message: str) -> dict[str, Any]:
    found = protocol.read(message)
    assert isinstance(found, Reply), found
    body: dict[str, Any] = json.loads(found.text)
    return body


def test_a_heartbeat_is_answered_like_the_opening() -> None:
    assert replied(protocol.HEARTBEAT) == {"result": {"version": "1.4"}}


def test_an_unknown_module_is_named_so() -> None:
    answer = replied(json.dumps({"module": "kz.gov.pki.knca.applet.Applet", "method": "x"}))
    assert answer == {"success": False, "errorCode": "MODULE_NOT_FOUND"}


def test_a_plain_request_is_attached_and_decoded() -> None:
    request = understood(basics())
    assert request.documents == (b"document",)
    assert request.encapsulate
    assert not request.digested
    assert request.allowed == KeyFilter()


def test_several_documents_are_signed_in_order() -> None:
    two = [base64.b64encode(one).decode() for one in (b"a", b"b")]
    assert understood(basics(data=two)).documents == (b"a", b"b")


@pytest.mark.parametrize(
    ("signing", "documents", "encapsulate", "digested"),
    [
        ({"decode": False}, (DATA.encode(),), True, False),
        ({"encapsulate": False}, (b"document",), False, False),
        ({"digested": True}, (b"document",), False, True),
        ({"digested": True, "decode": False}, (b"document",), False, True),
        ({"tsaProfile": None}, (b"document",), True, False),
    ],
)
def test_signing_params_are_obeyed(
    signing: dict[str, Any],
    documents: tuple[bytes, ...],
    encapsulate: bool,  # noqa: FBT001 - a parametrized value
    digested: bool,  # noqa: FBT001 - a parametrized value
) -> None:
    request = understood(basics(signingParams=signing))
    assert (request.documents, request.encapsulate) == (documents, encapsulate)
    assert request.digested is digested


def test_the_filter_is_taken_over() -> None:
    signer = {"extKeyUsageOids": ["1.2"], "iin": "1", "bin": "2", "serialNumber": "0A", "chain": []}
    allowed = understood(basics(signerParams=signer, allowedStorages=["PKCS12"])).allowed
    assert allowed == KeyFilter(frozenset({"1.2"}), "1", "2", "0A", None, files=True)


def test_storages_without_files_leave_no_key() -> None:
    assert not understood(basics(allowedStorages=["AKKZIDCardStore"])).allowed.files


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("{", "INVOCATION_ERROR"),
        ("[" * 100_000, "INVOCATION_ERROR"),
        ("[]", "INVOCATION_ERROR"),
        (json.dumps({"module": protocol.BASICS, "method": "getInfo"}), "INVOCATION_ERROR"),
        (json.dumps({"module": protocol.BASICS, "method": "sign"}), "INVALID_SIGNING_PARAMS"),
        (basics(format="xml"), "INVALID_SIGNING_PARAMS"),
        (basics(data=[]), "INVALID_SIGNING_PARAMS"),
        (basics(data=[1]), "INVALID_SIGNING_PARAMS"),
        (basics(data="%%%"), "INVALID_SIGNING_PARAMS"),
        (basics(data="Қ"), "INVALID_SIGNING_PARAMS"),
        (basics(signingParams={"outputCert": True}), "INVALID_SIGNING_PARAMS"),
        (basics(signingParams={"tsaProfile": {}}), "SIGNING_FAILURE"),
    ],
)
def test_what_cannot_be_done_is_an_error_with_a_reason(message: str, code: str) -> None:
    answer = replied(message)
    assert answer["status"] is False
    assert answer["code"] == code
    assert answer["message"]


@pytest.mark.parametrize(
    ("kind", "use"), [("SIGNATURE", "sign"), ("AUTHENTICATION", "auth"), ("ALL", None)]
)
def test_the_older_module_names_the_use_of_the_key(kind: str, use: str | None) -> None:
    request = understood(utils("PKCS12", kind, DATA, True))  # noqa: FBT003 - the protocol's
    assert request.allowed.use == use
    assert request.documents == (b"document",)


def test_the_older_module_lists_no_tokens() -> None:
    assert replied(utils(method="getActiveTokens")) == {"code": "200", "responseObject": []}


@pytest.mark.parametrize(
    "message",
    [utils(), utils("PKCS12", "ALL", "%%", True), utils(method="signXml")],  # noqa: FBT003
)
def test_the_older_module_refuses_in_its_own_words(message: str) -> None:
    assert replied(message)["code"] == "500"


def test_answers_look_as_each_module_gives_them() -> None:
    modern, older = understood(basics()), understood(utils("PKCS12", "ALL", DATA, True))  # noqa: FBT003
    encoded = base64.b64encode(b"cms").decode()
    assert json.loads(protocol.signed(modern, [b"cms"]).text) == {
        "status": True,
        "body": {"result": [encoded]},
    }
    assert json.loads(protocol.cancelled(modern).text) == {"status": True, "body": {}}
    assert json.loads(protocol.signed(older, [b"cms"]).text) == {
        "code": "200",
        "responseObject": encoded,
    }
    assert json.loads(protocol.cancelled(older).text)["message"] == "action.canceled"
