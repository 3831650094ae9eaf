"""Pages: every text in every language, the agreement byte for byte, nothing inline."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from eds_verifier.pages import render
from eds_verifier.pages.render import LANGUAGES, STATIC_TYPES, Frame, messages, static_file
from eds_verifier.pages.states import SCRIPT_STATES, STATES, state_of
from eds_verifier.verdict import Reason
from policies.agreement import AgreementText

SAME_IN_ALL = {"status", "instructions"}


def leaves(tree: Mapping[str, Any], trail: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{trail}{key}.")
        else:
            yield f"{trail}{key}", value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    ours, english = dict(leaves(messages(language))), dict(leaves(messages("en")))
    assert ours.keys() == english.keys()
    assert [key for key, text in ours.items() if not text.strip()] == []


@pytest.mark.parametrize(("one", "other"), [("kk", "ru"), ("kk", "en"), ("ru", "en")])
def test_no_text_is_left_untranslated(one: str, other: str) -> None:
    left, right = dict(leaves(messages(one))), dict(leaves(messages(other)))
    same = [key for key in left if left[key] == right[key]]
    assert same == (["sign_in.button"] if (one, other) == ("kk", "en") else [])


def test_texts_are_in_their_own_alphabet() -> None:
    kazakh = " ".join(text for _, text in leaves(messages("kk")))
    russian = " ".join(text for _, text in leaves(messages("ru")))
    assert set("әғқңөұүі") <= set(kazakh.lower())
    assert not set("әғқңөұүһі") & set(russian.lower())
    english = dict(leaves(messages("en")))
    cyrillic = [key for key, text in english.items() if re.search("[а-яА-ЯЁё]", text)]
    assert sorted(cyrillic) == ["sign_in.asks", "sign_in.button"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_says_what_happened_and_what_to_do(language: str) -> None:
    states = messages(language)["state"]
    assert set(states) == set(STATES)
    assert all(set(text) == {"title", "what", "todo"} for text in states.values())


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.OK])
def test_every_refusal_leads_to_a_state_of_its_own_kind(reason: Reason) -> None:
    state = state_of(reason, key="any")
    assert state in STATES
    assert (state == "generic") is (reason is Reason.INTERNAL_ERROR)


def test_the_wrong_key_names_the_right_one() -> None:
    assert state_of(Reason.WRONG_KEY_USAGE, key="auth") == "wrong_key_auth"
    assert state_of(Reason.WRONG_KEY_USAGE, key="sign") == "wrong_key_sign"
    for language in LANGUAGES:
        states = messages(language)["state"]
        assert "AUTH" in states["wrong_key_auth"]["title"]
        assert "SIGN" in states["wrong_key_sign"]["title"]


def test_the_script_knows_no_state_the_page_does_not() -> None:
    script = static_file("eds.js").decode()
    named = set(re.findall(r'"([a-z]+_[a-z_]+|cancelled|offline|generic)"', script))
    assert named >= SCRIPT_STATES
    assert named & set(STATES) - SCRIPT_STATES == {"challenge_expired", "generic"}


class Texts(HTMLParser):
    """The text of the element with the id `agreement`, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.text = ""

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = ("id", "agreement") in attrs

    def handle_endtag(self, _tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data


FRAME = Frame(
    language="en",
    portal="Portal & <b>",
    languages=(("kk", "/x?lang=kk"), ("en", "/x?lang=en")),
    instructions="https://portal.test/instructions",
    support="mailto:support@portal.test",
    reference="ABCD-EFGH",
    unsafe=(),
)


def agreement_page(text: AgreementText, **changes: Any) -> str:
    values: dict[str, Any] = {
        "base": "/r/one/sign-in/x",
        "socket": "wss://127.0.0.1:13579",
        "text": text,
        "text_languages": (("kk", "/x?text=kk"), ("ru", "/x?text=ru")),
        "summary": "A summary.",
        "effective": "01.11.2026 00:00",
        "who": "ҮЛГІБАЕВА АЙЖАН",
        "organization": 'ЖШС "ҮЛГІ"',
    }
    return render.render("agreement.html", FRAME, **{**values, **changes})


@pytest.mark.parametrize(
    "source",
    [
        "Бір.\n\nЕкі: <b>қалың</b> & «тырнақша» \"'.\n",
        "\n\n  бос жолдан басталады\n\tжоқ".replace("\t", "  "),
        "</div><script>alert(1)</script>\n&amp; &lt;\n",
    ],
)
def test_the_text_shown_is_the_text_that_is_hashed(source: str) -> None:
    text = AgreementText.from_source(1, "kk", source)
    page = agreement_page(text)
    reader = Texts()
    reader.feed(page)
    assert hashlib.sha256(reader.text.encode()).hexdigest() == text.sha256
    assert f'data-sha256="{text.sha256}"' in page
    assert "<script>alert" not in page


def test_an_english_page_has_a_summary_a_kazakh_text_and_the_way_to_the_russian_one() -> None:
    page = agreement_page(AgreementText.from_source(1, "kk", "Мәтін."))
    assert "A summary." in page
    assert 'id="agreement" lang="kk"' in page
    assert 'href="/x?text=ru" lang="ru"' in page
    assert html.escape('ЖШС "ҮЛГІ"', quote=False).replace('"', "&#34;") in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_links_instructions_support_and_shows_the_reference(language: str) -> None:
    frame = replace(FRAME, language=language, unsafe=("past",))
    pages = [render.render("error.html", frame, state=state) for state in STATES]
    pages.append(render.render("declined.html", frame, base="/x"))
    for page in pages:
        assert 'href="https://portal.test/instructions"' in page
        assert 'href="mailto:support@portal.test"' in page
        assert "ABCD-EFGH" in page
        assert messages(language)["unsafe"]["past"] in page


def test_page_script_and_styles_together_stay_small() -> None:
    page = agreement_page(AgreementText.from_source(1, "kk", "Мәтін."))
    size = len(page.encode()) + sum(len(static_file(name)) for name in STATIC_TYPES)
    assert size < 60_000


def test_a_file_that_is_not_one_of_ours_is_not_served() -> None:
    with pytest.raises(KeyError):
        static_file("../render.py")
