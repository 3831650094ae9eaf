"""Requests as models: hostile ones cost little, and nothing of them is quoted."""

from __future__ import annotations

import base64
import contextlib
import json
import time
import tracemalloc
from typing import Any

import pytest

from eds_verifier.api.errors import ApiProblem
from eds_verifier.api.ncanode import CmsAsked, X509Asked
from eds_verifier.api.requests import (
    CertificateAsked,
    VerifyAsked,
    decode,
    decode_certificate,
    read_asked,
)

IIN = "900314499010"
DER = b"\x30\x03\x02\x01\x00"


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (VerifyAsked, {f"{IIN}{n}": 1 for n in range(60)}),
        (VerifyAsked, {f"{n}": 1 for n in range(200_000)}),
        (VerifyAsked, {IIN * 100_000: 1}),
        (VerifyAsked, {"cms": 1, "purpose": "x", "policy": {IIN * 100_000: IIN}}),
        (VerifyAsked, {"cms": [IIN] * 300_000, "purpose": IIN}),
        (VerifyAsked, {"cms": "MIIG", "purpose": "sign_in", "policy": [1] * 500_000}),
        (CertificateAsked, {"certificate": "A" * 3_000_000}),
        (X509Asked, {"certs": [1] * 1_000_000}),
        (X509Asked, {"certs": ["A"] * 500_000}),
        (CmsAsked, {"cms": "A", "revocationCheck": [IIN] * 200_000}),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value.__name__,
)
def test_a_hostile_request_is_refused_soon_shortly_and_unquoted(
    model: Any, body: dict[str, Any]
) -> None:
    text = json.dumps(body).encode()
    started = time.process_time()
    with pytest.raises(ApiProblem) as raised:
        read_asked(model, text)
    assert time.process_time() - started < 1.5
    answered = json.dumps(raised.value.body(reference="x"))
    assert len(answered) < 4096
    assert IIN not in answered


@pytest.mark.parametrize("text", ["AAA", "A===", "AA-_", "AA=A", "\ufeffAAAA", "AAAA\x00", "Ә" * 4])
def test_what_is_not_base64_is_told_where_it_stands(text: str) -> None:
    with pytest.raises(ApiProblem) as raised:
        decode(text, pointer="#/content")
    assert [fault.pointer for fault in raised.value.faults] == ["#/content"]


def test_lone_surrogates_are_no_text() -> None:
    with pytest.raises(ApiProblem) as raised:
        read_asked(VerifyAsked, b'{"cms": "\\ud800", "purpose": "sign_in"}')
    assert raised.value.kind == "invalid_request"


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(DER).decode(),
        f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(DER).decode()}\n-----END CERTIFICATE-----",
        base64.b64encode(
            b"-----BEGIN CERTIFICATE-----\r\nMAMCAQA=\r\n-----END CERTIFICATE-----\r\n"
        ).decode(),
    ],
)
def test_a_certificate_comes_in_three_ways(text: str) -> None:
    assert decode_certificate(f"\n{text}\n", pointer="#/certificate") == DER


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMAMCAQA=",
        "-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n" * 2,
        "-----",
        "%",
    ],
)
def test_anything_else_is_no_certificate(text: str) -> None:
    with pytest.raises(ApiProblem):
        decode_certificate(text, pointer="#/certificate")


@pytest.mark.parametrize("line", ["AA\n", "A \r\n", " ", "\u2003", "AAAA\u00a0"])
def test_base64_in_short_lines_costs_no_more_memory_than_in_long_ones(line: str) -> None:
    text = line * (600_000 // len(line))
    tracemalloc.start()
    with contextlib.suppress(ApiProblem):
        decode(text, pointer="#/content")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(text)


def test_base64_may_be_broken_anywhere_by_what_ascii_calls_space() -> None:
    broken = " \t\n\r\v\f".join(base64.b64encode(DER).decode())
    assert decode(f"\n{broken}\r\n", pointer="#/content") == DER
    for other in ("\u00a0", "\u2003", "\x1c", "\x85"):
        with pytest.raises(ApiProblem, match="not base64"):
            decode(broken + other, pointer="#/content")
