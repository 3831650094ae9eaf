from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policies.agreement import (
    Agreements,
    AgreementText,
    AgreementVersion,
    canonical_text,
    load_agreements,
)
from policies.errors import AgreementError, PolicyFileError

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def version(number: int, posted: datetime, notice: timedelta) -> AgreementVersion:
    texts = {
        language: AgreementText.from_source(number, language, f"text {number} {language}")
        for language in ("kk", "ru")
    }
    return AgreementVersion(
        number=number,
        texts=texts,
        summaries={"en": "summary"},
        purposes=("service",),
        retention_years=5,
        posted=posted,
        effective=posted + notice,
    )


TWO = Agreements((version(1, T0, 0 * HOUR), version(2, T0 + 100 * HOUR, 72 * HOUR)))
BEFORE, RUNNING, AFTER = T0 + 50 * HOUR, T0 + 110 * HOUR, T0 + 200 * HOUR


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("a\r\nb\rc", b"a\nb\nc\n"),
        ("a\n\n\n", b"a\n"),
        ("й", "й".encode()),
        ("\u0438\u0306", "й".encode()),
    ],
)
def test_a_text_has_one_form_however_it_was_saved(source: str, canonical: bytes) -> None:
    assert canonical_text(source).rstrip(b"\n") == canonical.rstrip(b"\n")
    assert canonical_text(source).endswith(b"\n")
    assert not canonical_text(source).endswith(b"\n\n")
    assert canonical_text(canonical_text(source).decode()) == canonical_text(source)


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\ufeff", "\x00", "\t", "\u2066"])
def test_an_invisible_character_is_refused_with_its_line(hidden: str) -> None:
    with pytest.raises(AgreementError, match=f"line 2 .*U\\+{ord(hidden):04X}"):
        canonical_text(f"first\nsec{hidden}ond")


def test_a_value_names_version_language_and_hash() -> None:
    text = AgreementText.from_source(3, "ru", "текст")
    digest = hashlib.sha256("текст\n".encode()).hexdigest()
    assert text.sha256 == digest
    assert text.value == f"3:ru:{digest[:16]}"


@pytest.mark.parametrize(
    ("at", "signed", "due"),
    [
        (BEFORE, (), 1),
        (BEFORE, (1,), 1),
        (RUNNING, (), 2),  # new people are asked for the posted one
        (RUNNING, (1,), 1),  # an earlier acceptance still counts
        (RUNNING, (1, 2), 2),  # signed early: never lowered
        (AFTER, (1,), 2),
        (AFTER, (2,), 2),
    ],
)
def test_what_is_due_follows_notice_and_what_was_signed(
    at: datetime, signed: tuple[int, ...], due: int
) -> None:
    assert TWO.due(at, signed).number == due


@pytest.mark.parametrize(("at", "numbers"), [(BEFORE, [1]), (RUNNING, [1, 2]), (AFTER, [2])])
def test_acceptable_now_are_the_posted_version_and_the_one_in_force(
    at: datetime, numbers: list[int]
) -> None:
    assert [v.number for v in TWO.acceptable(at)] == numbers
    assert [value.split(":")[:2] for value in TWO.acceptable_values(at)] == [
        [str(n), language] for n in numbers for language in ("kk", "ru")
    ]


def test_before_anything_is_posted_nobody_is_let_in() -> None:
    with pytest.raises(AgreementError, match="no version"):
        TWO.due(T0 - HOUR, ())


def test_the_first_version_is_asked_for_while_its_notice_runs() -> None:
    only = Agreements((version(1, T0, 72 * HOUR),))
    assert only.in_force(T0 + HOUR).number == 1


def test_english_readers_are_shown_the_prevailing_text() -> None:
    assert TWO.versions[0].text_for("en").language == "kk"


META = (
    "version: 1\nposted: {posted}\nsummary: {{kk: a, ru: b, en: c}}\n"
    "purposes: [service]\nretention_years: 5\n"
)


def write_version(folder: Path, number: int, posted: str, **texts: str) -> None:
    target = folder / str(number)
    target.mkdir(parents=True)
    (target / "meta.yaml").write_text(META.format(posted=posted), encoding="utf-8")
    for language, text in ({"kk": "мәтін", "ru": "текст"} | texts).items():
        (target / f"{language}.md").write_text(text, encoding="utf-8")


def test_versions_are_read_with_their_notice(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-01-01T00:00:00+05:00")
    write_version(tmp_path, 2, "2026-02-01T00:00:00+05:00")
    agreements = load_agreements(tmp_path, notice=72 * HOUR)
    assert [v.number for v in agreements.versions] == [1, 2]
    assert agreements.versions[1].effective == datetime(2026, 2, 3, 19, tzinfo=UTC)


def test_a_gap_between_versions_is_refused(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-01-01T00:00:00Z")
    write_version(tmp_path, 3, "2026-02-01T00:00:00Z")
    with pytest.raises(AgreementError, match="without a gap"):
        load_agreements(tmp_path, notice=HOUR)


def test_a_later_version_posted_earlier_is_refused(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-02-01T00:00:00Z")
    write_version(tmp_path, 2, "2026-01-01T00:00:00Z")
    with pytest.raises(AgreementError, match=r"2: it is posted"):
        load_agreements(tmp_path, notice=HOUR)


def test_an_instant_without_its_zone_is_refused(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-01-01T00:00:00")
    with pytest.raises(PolicyFileError, match="posted"):
        load_agreements(tmp_path, notice=HOUR)


def test_a_missing_text_names_its_file(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-01-01T00:00:00Z")
    (tmp_path / "1" / "ru.md").unlink()
    with pytest.raises(AgreementError, match=r"ru\.md"):
        load_agreements(tmp_path, notice=HOUR)


def test_a_text_with_a_hidden_character_names_its_file(tmp_path: Path) -> None:
    write_version(tmp_path, 1, "2026-01-01T00:00:00Z", kk="a\u202eb")
    with pytest.raises(AgreementError, match=r"kk\.md: line 1"):
        load_agreements(tmp_path, notice=HOUR)
