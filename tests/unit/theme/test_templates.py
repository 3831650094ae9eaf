"""What the templates must never do, read from their text; Keycloak itself is driven elsewhere."""

from __future__ import annotations

import re

import pytest

from policies.agreement import AgreementText
from tests.unit.theme.bundles import LANGUAGES, THEMES, templates

INTERPOLATION = re.compile(r"\$\{((?:[^{}]|\{[^{}]*\})*)\}")
LOGIN = templates("login")
EVERY = {
    f"{kind}/{name}": text for kind in ("login", "email") for name, text in templates(kind).items()
}
STYLES = {str(p.relative_to(THEMES)): p.read_text(encoding="utf-8") for p in THEMES.rglob("*.css")}


@pytest.mark.parametrize("name", sorted(EVERY))
def test_texts_of_the_realm_are_escaped_by_the_page(name: str) -> None:
    """An agreement's text is text: only Keycloak's own sanitised sentences may hold markup."""
    for expression in INTERPOLATION.findall(EVERY[name]):
        if "?no_esc" in expression:
            assert expression.startswith("kcSanitize(")
            assert "tanba" not in expression


@pytest.mark.parametrize("name", sorted(EVERY | STYLES))
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    text = (EVERY | STYLES)[name]
    foreign = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text)
    assert foreign == []
    assert "@import" not in text
    assert "@font-face" not in text


@pytest.mark.parametrize("name", sorted(LOGIN))
def test_no_handler_stands_in_the_markup(name: str) -> None:
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", LOGIN[name])
    assert "javascript:" not in LOGIN[name]


def test_every_page_of_ours_has_the_layout_and_with_it_the_footer() -> None:
    parts = {"template.ftl", "footer.ftl", "tanba.ftl"}
    for name in set(LOGIN) - parts:
        assert "<@layout.registrationLayout" in LOGIN[name], name
    assert "<@loginFooter.content/>" in LOGIN["template.ftl"]
    for link in ("tanbaInstructionsUrl", "tanbaSupportUrl", "tanba.agreementText()"):
        assert link in LOGIN["footer.ftl"]


def test_the_gate_offers_accept_only_with_a_text_and_a_value() -> None:
    gate = LOGIN["login-update-profile.ftl"]
    accept = gate.index('id="tanba-accept"')
    assert gate.rindex("<#if canAccept>", 0, accept) > gate.rindex("</#if>", 0, accept)
    assert "offered?has_content && tanba.agreementText()?has_content" in gate


def test_enter_in_a_field_accepts_nothing() -> None:
    """A form's first button is pressed by Enter: in the gate it is a disabled one."""
    gate = LOGIN["login-update-profile.ftl"]
    form = gate[gate.index("<form") :]
    first = re.search(r"<button[^>]*>", form)
    assert first
    assert "disabled" in first[0]
    assert "agreement" not in first[0]


def test_the_value_of_an_agreement_splits_as_the_gate_splits_it() -> None:
    """`newestOption` takes "<version>:<language>:<hash>" apart at its colons."""
    text = AgreementText.from_source(12, "kk", "Келісім")
    assert text.value.split(":")[:2] == ["12", "kk"]
    assert len(text.value.split(":")) == 3
    assert "parts?size == 3 && parts[1] == language" in LOGIN["tanba.ftl"]


def test_text_and_html_of_a_letter_say_the_same() -> None:
    names = {name.split("/")[1] for name in templates("email") if name.startswith("text/")}
    assert names == {"email-verification.ftl", "password-reset.ftl"}
    for name in names:
        used = [
            set(re.findall(r'msg\("(\w+)"', templates("email")[f"{form}/{name}"]))
            for form in ("text", "html")
        ]
        assert used[1] <= used[0]
        for form in ("text", "html"):
            assert "link" in templates("email")[f"{form}/{name}"]


def test_the_languages_of_the_theme_are_those_of_the_portals() -> None:
    for kind in ("login", "email"):
        lines = (THEMES / "tanba" / kind / "theme.properties").read_text(encoding="utf-8")
        assert f"locales={','.join(LANGUAGES)}" in lines.splitlines()
