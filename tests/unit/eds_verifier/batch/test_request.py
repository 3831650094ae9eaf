"""Reading one line: strictly, at a bounded cost, and without quoting what it holds."""

from __future__ import annotations

import json
import time
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from eds_verifier.batch.request import (
    MAX_LINE,
    BadLine,
    RequestPolicy,
    octets,
    read_id,
    read_instant,
    read_request,
)
from tests.unit.eds_verifier.batch.lines import line, request

SECRET = "hunter2-850101300005"


def _bad(data: bytes | None) -> BadLine:
    with pytest.raises(BadLine) as bad:
        read_request(data)
    return bad.value


def test_a_whole_line_is_read() -> None:
    policy = {"key_use": "sign", "required_role": "ceo", "subject": "legal_entity"}
    read = read_request(line(content="YQ==", certs=["YQ=="], ocsp=[], policy=policy))
    assert (read.id, read.content, read.certs, read.ocsp) == ("one", "YQ==", ["YQ=="], [])
    assert read.policy == RequestPolicy(key_use="sign", required_role="ceo", subject="legal_entity")


def test_what_is_null_is_as_if_it_were_not_there() -> None:
    read = read_request(line(content=None, trust=None, certs=None, at=None, policy=None))
    assert (read.content, read.trust, read.certs, read.at, read.policy) == (None,) * 5


@pytest.mark.parametrize(
    "identifier",
    [None, True, 0, -1.5, 10**30, "", "x", "\ud800", "\0", [], [1, {"a": [None]}], {"k": "v"}],
)
def test_the_id_may_be_any_json_value(identifier: Any) -> None:
    assert read_request(line(id=identifier)).id == identifier


BAD = {
    "": "not JSON",
    "   ": "not JSON",
    "{": "not JSON",
    "null": "not a JSON object",
    "[]": "not a JSON object",
    '"text"': "not a JSON object",
    "12": "not a JSON object",
    "{'id': 1}": "not JSON",
    '{"id": NaN}': "not JSON",
    '{"id": -Infinity}': "not JSON",
    '{"id": 1e999}': "not JSON",
    '{"id": 1' + "1" * 5000 + "}": "not JSON",
    '{"id": "a\x00b"}': "not JSON",
    '{"id": 1} {"id": 2}': "not JSON",
    '{"id": 1}\x00': "not JSON",
    "\ufeff\ufeff{}": "not JSON",
}


@pytest.mark.parametrize(("text", "said"), BAD.items())
def test_what_is_no_json_object_is_refused(text: str, said: str) -> None:
    bad = _bad(text.encode())
    assert (str(bad.reason), bad.detail, bad.id) == ("malformed", said, None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp1251"])
def test_another_encoding_is_refused(encoding: str) -> None:
    data = json.dumps(request(id="ӘЛИЕВ", cms="YQ=="), ensure_ascii=False)
    assert str(_bad(data.encode(encoding, "replace")).reason) in {"malformed", "too_large"}


FIELDS: dict[str, tuple[dict[str, Any], str]] = {
    "no cms": ({"cms": ...}, "cms: missing"),
    "cms of another type": ({"cms": 5}, "cms: expected a string"),
    "cms is null": ({"cms": None}, "cms: expected a string"),
    "trust is a string": ({"trust": "YQ=="}, "trust: expected a list"),
    "trust holds a number": ({"trust": ["YQ==", 1]}, "trust.1: expected a string"),
    "crl is an object": ({"crl": {}}, "crl: expected a list"),
    "too many certificates": ({"certs": ["YQ=="] * 65}, "certs: too many"),
    "too many answers": ({"ocsp": ["YQ=="] * 17}, "ocsp: too many"),
    "content is a boolean": ({"content": False}, "content: expected a string"),
    "at is a number": ({"at": 1}, "at: expected a string"),
    "policy is a string": ({"policy": "strict"}, "policy: expected an object"),
    "unknown key": ({"cert": []}, "cert: unknown key; did you mean certs?"),
    "a key that may be a secret": ({SECRET: 1}, "a key: unknown key"),
    "unknown key of the policy": (
        {"policy": {"roles": []}},
        "policy.roles: unknown key",
    ),
    "unknown purpose": ({"policy": {"purpose": "document"}}, "policy.purpose: unknown key"),
    "unsafe_off by name": ({"policy": {"revocation": "unsafe_off"}}, "policy.revocation: "),
    "unknown key use": ({"policy": {"key_use": "SIGN"}}, "policy.key_use: "),
    "no role": ({"policy": {"required_role": ""}}, "policy.required_role: "),
}


@pytest.mark.parametrize(("changes", "said"), FIELDS.values(), ids=FIELDS)
def test_a_field_that_is_not_as_it_must_be_is_named(changes: dict[str, Any], said: str) -> None:
    bad = _bad(line(**changes))
    assert bad.detail.startswith(said)
    assert (str(bad.reason), bad.id) == ("malformed", "one")


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "a", "id": "b", "cms": ""}',
        '{"id": "a", "cms": "", "cms": ""}',
        '{"id": "a", "cms": "", "policy": {"numbers": "warn", "numbers": "strict"}}',
        '{"id": {"k": 1, "k": 2}, "cms": ""}',
    ],
)
def test_a_repeated_key_is_refused(text: str) -> None:
    bad = _bad(text.encode())
    assert (str(bad.reason), bad.detail) == ("malformed", "a key stands twice in one object")
    assert bad.id in {None, "a"}


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ('{"id":"mine","cms":"AAAA","policy":{"id":"victim","cms":1,"cms":2}}', "mine"),
        ('{"id":{"id":"victim","cms":1,"cms":2},"cms":"AAAA"}', None),
        ('{"id":"mine","cms":"AAAA","policy":[{"id":"victim","cms":1,"cms":2}]}', "mine"),
        ('{"id":"' + "x" * 100_000 + '","cms":1,"cms":2}', None),
    ],
)
def test_an_object_within_a_line_is_never_taken_for_the_line(
    text: str, identifier: str | None
) -> None:
    with pytest.raises(BadLine, match="a key stands twice") as caught:
        read_request(text.encode())
    assert caught.value.id == identifier
    assert read_id(text.encode()) == identifier


def test_an_id_that_stands_twice_is_not_chosen_from() -> None:
    assert _bad(b'{"id": "a", "id": "b", "cms": ""}').id is None


def test_nothing_of_the_line_is_quoted() -> None:
    """Neither in the sentence nor in what Python shows of the error."""
    for changes in (
        {"cms": {SECRET: SECRET}},
        {"policy": {"numbers": SECRET}},
        {"policy": {SECRET: SECRET}},
        {"trust": [{SECRET: SECRET}]},
        {"at": [SECRET]},
        {SECRET: SECRET},
    ):
        bad = _bad(line(**changes))
        assert SECRET not in f"{bad.detail}{bad!r}{bad.__cause__!r}"
    assert SECRET not in f"{_bad(SECRET.encode())!r}"
    assert SECRET not in repr(read_request(line(cms=SECRET, content=SECRET, trust=[SECRET])))


LARGE = {
    "an array in arrays": b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects in objects": b'{"id": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "arrays never closed": b"[" * 8_000_000,
    "many values": b'{"id": [' + b"1," * 4_000_000 + b"1]}",
    "many keys": b"{" + b",".join(b'"%d":1' % n for n in range(500_000)) + b"}",
    "a long id": b'{"id": "' + b"x" * 8_000_000 + b'", "cms": ""}',
    "an escaped id": b'{"id": "' + b"\\u0041" * 1_000_000 + b'", "cms": ""}',
    "a line beyond the limit": b'{"cms": "' + b"A" * MAX_LINE + b'"}',
    "a long line that is not ASCII": '{"id": "ә'.encode() + b"x" * 2_000_000 + b'", "cms": ""}',
}


@pytest.mark.parametrize("data", LARGE.values(), ids=LARGE)
def test_a_line_that_costs_too_much_is_refused_before_it_does(data: bytes) -> None:
    tracemalloc.start()
    started = time.perf_counter()
    bad = _bad(data)
    seconds = time.perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(bad.reason) == "too_large"
    assert seconds < 1
    assert peak < 60 * 1_048_576


def test_a_line_that_was_not_kept_is_too_large() -> None:
    assert str(_bad(None).reason) == "too_large"
    assert read_id(None) is None


def test_the_id_of_a_bad_line_is_read_where_it_can_be() -> None:
    assert read_id(line(id=[7])) == [7]
    assert read_id(line(id=[7], cms=1)) == [7]
    assert read_id(b"{") is None


@pytest.mark.parametrize("text", ["YWJj", "YW\r\nJj\n", " YWJj "])
def test_base64_may_have_line_breaks(text: str) -> None:
    assert octets(text, "cms") == b"abc"


def test_a_line_break_after_every_letter_costs_no_more() -> None:
    text = "YQ\n" * 4_000_000
    tracemalloc.start()
    assert len(octets(text, "cms")) == 6_000_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(text)


@pytest.mark.parametrize("text", ["YWJ", "YW=Jj", "YWJj=", "YW-_", "ә", "\ud800", "YWJj\0", "===="])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(BadLine) as bad:
        octets(text, "cms")
    assert bad.value.detail == "cms: not base64"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-08-12T00:00:00Z", datetime(2026, 8, 12, tzinfo=UTC)),
        ("2026-08-12t05:30:00.5+05:30", datetime(2026, 8, 12, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-08-12T00:00:00.123456789Z", datetime(2026, 8, 12, 0, 0, 0, 123_456, tzinfo=UTC)),
        ("1950-01-01T00:00:00-00:00", datetime(1950, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-08-12", "2026-08-12T00:00:00", "20260812T000000Z", "2026-W33-3T00:00:00Z",
        "2026-08-12T00:00Z", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-08-12T24:00:01Z",
        "2026-08-12T00:00:60Z", "2026-08-12T00:00:00+25:00", "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00", "٢٠٢٦-08-12T00:00:00Z", "2026-08-12T00:00:00Z\n",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|no such"):
        read_instant(text)


def test_a_request_becomes_the_rules_of_a_sign_in() -> None:
    rules = RequestPolicy().rules("sign_in")
    assert (rules.purpose, rules.key, rules.roles, rules.numbers) == (
        "sign_in",
        "any",
        None,
        "strict",
    )
    assert rules.revocation == "ocsp_or_crl"
    rules = RequestPolicy(
        key_use="auth", required_role="hr", subject="individual", numbers="warn", revocation="off"
    ).rules("sign_in")
    assert (rules.key, rules.roles, rules.subjects) == ("auth", ("hr",), ("individual",))
    assert (rules.numbers, rules.revocation) == ("warn", "unsafe_off")
