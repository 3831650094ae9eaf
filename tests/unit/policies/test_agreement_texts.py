"""The two portals' agreements: the seeds' own Kazakh, a whole translation, a loadable folder."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from policies.agreement import AgreementMeta, canonical_text, load_agreements
from policies.base import read_model
from policies.documents import AcceptanceDocument, SignInDocument, StepUpDocument, parse

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT.parent / "shared" / "seeds"
PORTALS = ("grain-receipts", "e-architecture")
# A clause starts a line: "1. …", "2.3. …", "3.1.2. …", "1) …", "- 1) …".
CLAUSE = re.compile(r"^(?:- )?(\d\)|\d\.(?:\d\.){0,2})(?= )", re.MULTILINE)
NUMBERED = re.compile(r"^\d\.(?:\d\.){0,2}(?= )", re.MULTILINE)
CLAUSE_COUNTS = {"grain-receipts": 40, "e-architecture": 56}


def folder_of(portal: str) -> Path:
    return ROOT / "policies" / "portals" / portal / "agreement" / "1"


def text_of(portal: str, language: str) -> str:
    return (folder_of(portal) / f"{language}.md").read_text(encoding="utf-8")


def seed_of(portal: str) -> str:
    """The agreement as the portal shows it: grain receipts' page wraps it in other things."""
    if portal == "e-architecture":
        return (SEEDS / "e-architecture-agreement.txt").read_text(encoding="utf-8")
    page = (SEEDS / "grain-receipts-registration.txt").read_text(encoding="utf-8")
    start = page.index("Астық қолхаттарының ақпараттық жүйесін пайдалану құқығы туралы")
    return page[start : page.index("В числе символов пароля", start)]


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("portal", PORTALS)
def test_the_kazakh_text_is_the_seed_but_for_white_space(portal: str) -> None:
    if not SEEDS.is_dir():
        pytest.skip("the portals' own texts (../shared/seeds) are not here")
    assert words(text_of(portal, "kk")) == words(seed_of(portal))


@pytest.mark.parametrize("portal", PORTALS)
def test_the_translation_has_every_clause_in_the_same_order(portal: str) -> None:
    kazakh = CLAUSE.findall(text_of(portal, "kk"))
    assert len(kazakh) == CLAUSE_COUNTS[portal]
    assert CLAUSE.findall(text_of(portal, "ru")) == kazakh


@pytest.mark.parametrize("portal", PORTALS)
def test_the_translation_leaves_no_clause_short(portal: str) -> None:
    """Russian runs about as long as Kazakh; a clause half as long has lost a condition.

    A clause is compared with its items: Kazakh says the verb after them, Russian before.
    """
    kazakh, russian = (NUMBERED.split(text_of(portal, lang))[1:] for lang in ("kk", "ru"))
    for number, (kk, ru) in enumerate(zip(kazakh, russian, strict=True)):
        assert 0.6 < (len(ru) + 20) / (len(kk) + 20) < 1.6, (number, kk, ru)


@pytest.mark.parametrize("portal", PORTALS)
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_text_is_kept_in_canonical_form(portal: str, language: str) -> None:
    data = (folder_of(portal) / f"{language}.md").read_bytes()
    assert data == canonical_text(data.decode("utf-8"))


@pytest.mark.parametrize("portal", PORTALS)
def test_russian_is_not_kazakh(portal: str) -> None:
    assert not set("әғқңөұүһіӘҒҚҢӨҰҮҺІ") & set(text_of(portal, "ru"))


@pytest.mark.parametrize(
    ("portal", "notice", "purpose"),
    [
        ("grain-receipts", timedelta(0), "notices_sms"),
        ("e-architecture", timedelta(hours=72), "service_quality"),
    ],
)
def test_version_1_takes_effect_after_the_portals_notice(
    portal: str, notice: timedelta, purpose: str
) -> None:
    agreements = load_agreements(folder_of(portal).parent, notice=notice)
    version = agreements.versions[0]
    assert version.posted == datetime(2026, 10, 31, 19, tzinfo=UTC)
    assert version.effective - version.posted == notice
    assert purpose in version.purposes


@pytest.mark.parametrize("portal", PORTALS)
def test_the_english_summary_points_at_clauses_that_exist(portal: str) -> None:
    meta = read_model(folder_of(portal) / "meta.yaml", AgreementMeta)
    clauses = {number.rstrip(".") for number in CLAUSE.findall(text_of(portal, "kk"))}
    for summary in (meta.summary.kk, meta.summary.ru, meta.summary.en):
        cited = re.findall(r"\b\d\.\d(?:\.\d)?\b", summary)
        assert cited
        assert set(cited) <= clauses
    assert meta.summary.en.count("\n\n") >= 4


def test_the_documented_acceptance_is_one_of_this_text() -> None:
    """docs/agreements.md shows real bytes: they parse, and name the Kazakh text by its hash."""
    page = (ROOT / "docs" / "agreements.md").read_text(encoding="utf-8")
    shown = page.split("```text\nTANBA ACCEPTANCE 1\n")[1].split("```")[0]
    document = parse(f"TANBA ACCEPTANCE 1\n{shown}".encode())
    assert isinstance(document, AcceptanceDocument)
    agreements = load_agreements(folder_of("grain-receipts").parent, notice=timedelta(0))
    text = agreements.versions[0].texts["kk"]
    assert document.agreement_sha256 == text.sha256
    assert f" {text.value}\n" in page


def test_the_documentation_names_every_key_of_every_document() -> None:
    page = (ROOT / "docs" / "agreements.md").read_text(encoding="utf-8")
    for kind in (SignInDocument, AcceptanceDocument, StepUpDocument):
        assert f"`{kind.TYPE}`" in page
        for key in kind.KEYS.values():
            assert f"`{key}`" in page
