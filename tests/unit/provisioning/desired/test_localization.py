"""Texts reach people unchanged through java.text.MessageFormat."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.model import PortalPolicy
from provisioning.desired.localization import build, message_format
from tests.unit.provisioning.conftest import NOW


def formatted(pattern: str) -> str:
    """What MessageFormat makes of a pattern without arguments.

    `''` is one apostrophe anywhere; a single one opens and closes a quote; a brace outside a
    quote would be an argument (java.text.MessageFormat, "Patterns and Their Interpretation").
    """
    output, quoted, index = "", False, 0
    while index < len(pattern):
        if pattern.startswith("''", index):
            output, index = output + "'", index + 2
            continue
        character = pattern[index]
        if character == "'":
            quoted = not quoted
        elif character in "{}" and not quoted:
            raise ValueError("an argument")
        else:
            output += character
        index += 1
    return output


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain", "plain"),
        ("it's", "it''s"),
        ("{0}", "'{'0'}'"),
        ("{{}}", "'{{}}'"),
        ("'{'", "'''{'''"),
        ('<b>&"', '<b>&"'),
    ],
)
def test_what_message_format_reads_is_escaped(text: str, escaped: str) -> None:
    assert message_format(text) == escaped


@given(st.text(alphabet="a'{}\n«қ"))
def test_every_text_comes_out_as_it_went_in(text: str) -> None:
    assert formatted(message_format(text)) == text


def test_the_agreement_shown_is_the_text_that_is_hashed(grain_receipts: PortalPolicy) -> None:
    version = grain_receipts.agreements().posted(NOW)
    texts = {r.key.name: r.body for r in build(grain_receipts, version)}
    for language in ("kk", "ru"):
        shown = formatted(texts[language]["tanbaAgreementText"])
        assert shown == version.texts[language].text
    assert formatted(texts["en"]["tanbaAgreementText"]) == version.texts["kk"].text
    assert formatted(texts["en"]["tanbaAgreementSummary"]) == version.summaries["en"]


def test_each_language_names_the_portal_and_where_help_is(grain_receipts: PortalPolicy) -> None:
    version = grain_receipts.agreements().posted(NOW)
    for resource in build(grain_receipts, version):
        assert resource.body["tanbaPortalName"] == grain_receipts.names.get(resource.key.name)
        assert resource.body["tanbaSupportUrl"] == "mailto:support@grain-receipts.example"
        assert all(re.fullmatch(r"tanba[A-Z]\w*", key) for key in resource.body)
