"""What a body may be: JSON without surprises."""

from __future__ import annotations

import time

import pytest

from eds_verifier.api.body import MAX_DEPTH, MAX_VALUES, parse_object
from eds_verifier.api.errors import ApiProblem

MEGABYTES = 4_000_000


@pytest.mark.parametrize(
    ("body", "parsed"),
    [
        (b"{}", {}),
        (b' {"a": [1, "[[[[[[[[[[[[[[", {"b": null}]} ', {"a": [1, "[" * 14, {"b": None}]}),
        (b'{"a": "\\"[[[[[[[[[[[["}', {"a": '"[[[[[[[[[[[['}),
        ('{"ә": "Қ"}'.encode(), {"ә": "Қ"}),
        (b'{"a": "\\\\"}', {"a": "\\"}),
    ],
)
def test_one_object_is_taken(body: bytes, parsed: object) -> None:
    assert parse_object(body) == parsed


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "not_json"),
        (b"null", "not_json"),
        (b"[]", "not_json"),
        (b'"text"', "not_json"),
        (b"7", "not_json"),
        (b"{", "not_json"),
        (b"{}{}", "not_json"),
        (b"{} x", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1,}', "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": -Infinity}', "not_json"),
        (b'{"a": 1' + b"0" * 100_000 + b"}", "not_json"),
        (b'\xef\xbb\xbf{"a": 1}', "not_json"),
        ('{"a": 1}'.encode("utf-16"), "not_json"),
        (b'{"a": "\xff"}', "not_json"),
        (b'{"a": "\x00"}', "not_json"),
        (b'{"a": 1, "a": 2}', "member_repeated"),
        (b'{"a": 1, "\\u0061": 2}', "member_repeated"),
        (b'{"p": {"a": 1, "a": 1}}', "member_repeated"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "json_too_deep"),
        (b"[" * MEGABYTES, "json_too_deep"),
        (b'{"a":' * (MEGABYTES // 5), "json_too_deep"),
        (b'{"a": [' + b"[]," * (MEGABYTES // 3) + b"[]]}", "json_too_deep"),
        (b'{"a": [' + b"1," * (MEGABYTES // 2) + b"1]}", "json_too_deep"),
        (b"]" * 300 + b"[" * 300, "json_too_deep"),
        (b'{"a": "' + b"\\" * (MEGABYTES - 1), "not_json"),
        (b'{"a": "' + b'\\"' * (MEGABYTES // 2), "not_json"),
        (b'"' * MEGABYTES, "not_json"),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else value,
)
def test_anything_else_is_refused_soon(body: bytes, kind: str) -> None:
    started = time.process_time()
    with pytest.raises(ApiProblem) as raised:
        parse_object(body)
    assert raised.value.kind == kind
    assert time.process_time() - started < 1


def test_the_deepest_and_widest_that_is_taken_is_parsed() -> None:
    deep = b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH
    assert parse_object(deep)
    wide = b'{"a": [' + b",".join([b"1"] * (MAX_VALUES - 1)) + b"]}"
    assert parse_object(wide)
    with pytest.raises(ApiProblem):
        parse_object(wide.replace(b"[1", b"[1,1"))
