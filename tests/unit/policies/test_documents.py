from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.documents import (
    AcceptanceDocument,
    ChallengeDocument,
    DocumentError,
    SignInDocument,
    StepUpDocument,
    parse,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMMON: dict[str, Any] = {
    "portal": "«Электрондық сәулет»",
    "realm": "e-architecture",
    "issuer": "https://eds.example/r/e-architecture",
    "issued_at": NOW,
    "expires_at": NOW + timedelta(minutes=5),
    "language": "kk",
    "nonce": "abcdefghijklmnopqrstuv",
}
SIGN_IN = SignInDocument(**COMMON)
ACCEPTANCE = AcceptanceDocument(
    **COMMON,
    agreement_version=1,
    agreement_language="kk",
    agreement_form=1,
    agreement_sha256="ab" * 32,
)
STEP_UP = StepUpDocument(**COMMON, purpose="Жерді сату", subject="p-" + "a" * 26)
ALL = [SIGN_IN, ACCEPTANCE, STEP_UP]


@pytest.mark.parametrize("document", ALL)
def test_a_document_comes_back_as_it_was(document: ChallengeDocument) -> None:
    assert parse(document.render()) == document


def test_the_acceptance_document_of_format_1_never_changes() -> None:
    assert ACCEPTANCE.render().decode() == (
        "TANBA ACCEPTANCE 1\n"
        "Келісімді қабылдаймын және дербес деректерімді өңдеуге келісім беремін / "
        "Принимаю соглашение и даю согласие на обработку моих персональных данных / "
        "I accept the agreement and consent to the processing of my personal data\n"
        "\n"
        "Agreement: 1\n"
        "Agreement-Language: kk\n"
        "Agreement-Form: 1\n"
        f"Agreement-SHA-256: {'ab' * 32}\n"
        "Portal: «Электрондық сәулет»\n"
        "Realm: e-architecture\n"
        "Issuer: https://eds.example/r/e-architecture\n"
        "Issued: 2026-11-23T09:00:00Z\n"
        "Expires: 2026-11-23T09:05:00Z\n"
        "Language: kk\n"
        "Nonce: abcdefghijklmnopqrstuv\n"
    )


@pytest.mark.parametrize("document", ALL)
def test_one_type_never_passes_for_another(document: ChallengeDocument) -> None:
    rest = document.render().split(b"\n", 1)[1]
    for other in ALL:
        if other is not document:
            with pytest.raises(DocumentError):
                parse(other.TYPE.encode() + b"\n" + rest)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d + b"Extra: 1\n",
        lambda d: d + b"\n",
        lambda d: d[:-1],
        lambda d: d.replace(b"\n", b"\r\n"),
        lambda d: d.replace(b"Portal: ", b"Portal:  "),
        lambda d: d.replace(b"Agreement: 1", b"Agreement: 01"),
        lambda d: d.replace(b"Agreement: 1", b"Agreement: +1"),
        lambda d: d.replace(b"Realm: e-architecture\n", b""),
        lambda d: d.replace(b"Nonce: ", b"Nonce: a\nNonce: "),
        lambda d: b"\xef\xbb\xbf" + d,
        lambda d: d.replace(b"09:05:00Z", b"10:05:00Z"),
        lambda d: d.replace(b"ab" * 32, b"AB" * 32),
        lambda d: d.replace("қабылдаймын".encode(), "қабылдамаймын".encode()),
        lambda d: d + b"x" * 9000,
        lambda _: b"",
    ],
)
def test_anything_but_the_exact_form_is_refused(change: Any) -> None:
    with pytest.raises(DocumentError):
        parse(change(ACCEPTANCE.render()))


@pytest.mark.parametrize(
    "values",
    [
        {"portal": "a\nRealm: other"},
        {"portal": "a\u202eb"},
        {"portal": " padded"},
        {"portal": ""},
        {"portal": "\u0438\u0306"},
        {"nonce": "short"},
        {"nonce": "a" * 21 + "="},
        {"language": "de"},
        {"expires_at": NOW},
        {"expires_at": NOW + timedelta(minutes=6)},
        {"issued_at": NOW.replace(tzinfo=None)},
        {"issued_at": NOW + timedelta(microseconds=1)},
    ],
)
def test_a_value_that_could_mislead_makes_no_document(values: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        replace(SIGN_IN, **values)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse(data)


@given(st.text(max_size=200))
def test_random_text_after_a_known_type_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(DocumentError):
        parse(f"TANBA SIGN-IN 1\n{text}".encode("utf-8", "surrogatepass"))
