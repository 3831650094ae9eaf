"""A plan in a pull request: readable, stable, and nothing of a policy or realm is markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from provisioning.diff import Difference
from provisioning.plan import Change, Plan, plan
from provisioning.render import as_text, printable
from provisioning.render_markdown import as_markdown, code
from provisioning.resources import Desired, Key, Kind, Live
from tests.unit.provisioning.conftest import PLANTED, changed

SERVER = "https://id.example"
REALM = Key(Kind.REALM, "grain-receipts")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "[click](javascript:alert(1))",
    "https://evil.example",
    "@everyone please approve #1",
    "`</code>`<b>x</b>",
    "``` \n# approved by security",
    "` `` ``` <b>x</b> ```` `",
    "a\n\n## Approved\n",
    "a\r- [x] reviewed",
    "a | b | c",
    "<!-- hidden",
    "&lt;b&gt;",
    "\\`<b>x</b>\\`",
    "ends with a backslash\\",
    "`starts",
    "ends`",
    " spaces ",
    "```",
    "",
    "\u202egnorw\u202c \u2028 \u2066",
    "\x1b[2J\x1b]0;owned\x07 \x9b31m",
]


def hostile_plan(text: str) -> Plan:
    """A plan with `text` in every place that a realm or policy can fill."""
    differences = (Difference(text, text, {text: [text]}), Difference("path", None, text))
    changes = (
        Change("update", Key(Kind.CLIENT_MAPPER, text, text), differences, {}),
        Change("delete", Key(Kind.CLIENT_MAPPER, text, text), (Difference("", text, None),), None),
    )
    return Plan("grain-receipts", creates_realm=False, changes=changes, kept=(text,))


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_no_text_of_a_plan_becomes_markup(text: str) -> None:
    page = as_markdown([hostile_plan(text)], server=SERVER)
    allowed = {"h2", "h3", "ul", "li", "p", "strong", "code"}
    html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(page)
    assert set(re.findall(r"</?([a-z0-9]+)", html)) <= allowed
    assert html.count("<h2>") == html.count("<h3>") == 1
    assert (
        len(page.splitlines())
        == len(as_markdown([hostile_plan("x")], server=SERVER).split("\n")) - 1
    )


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_a_code_span_is_one_line_and_holds_the_whole_text(text: str) -> None:
    (paragraph,) = [t for t in MarkdownIt().parse(f"x {code(text)} y") if t.type == "inline"]
    kinds = [child.type for child in paragraph.children or ()]
    assert kinds == ["text", "code_inline", "text"]


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_no_text_of_a_plan_reaches_a_terminal_as_more_than_text(text: str) -> None:
    shown = as_text(hostile_plan(text))
    assert all(line.isprintable() for line in shown.split("\n"))
    assert len(shown.split("\n")) == len(as_text(hostile_plan("x")).split("\n"))


@given(st.text())
def test_any_text_stands_whole_in_its_code_span(text: str) -> None:
    (paragraph,) = [t for t in MarkdownIt().parse(f"x {code(text)} y") if t.type == "inline"]
    (span,) = [child for child in paragraph.children or () if child.type == "code_inline"]
    assert span.content.strip(" ") == printable(text).strip(" ")


def test_a_plan_reads_as_a_list_of_objects_with_their_values(
    desired: Desired, as_declared: Live
) -> None:
    live = changed(as_declared, REALM, {**as_declared.objects[REALM], "ssoSessionIdleTimeout": 7})
    live = changed(live, Key(Kind.CLIENT_MAPPER, "extra", "portal"), {"name": "extra"})
    assert as_markdown([plan(desired, live)], server=SERVER) == (
        "## Plan for `https://id.example`\n"
        "\n"
        "### `grain-receipts`: 1 to update, 1 to delete\n"
        "\n"
        "- **\u2212 delete** client mapper `portal/extra`\n"
        "  - ⚠ sessions: Tokens issued from then on carry other claims or roles; sessions go on.\n"
        "- **~ update** realm `grain-receipts`\n"
        "  - `ssoSessionIdleTimeout`: `7` → `1800`\n"
        "  - ⚠ sessions: Sessions that are open are held to the new limits too; too old ones end.\n"
    )


def test_nothing_to_do_and_a_new_realm_are_said(desired: Desired, as_declared: Live) -> None:
    plans = [plan(desired, as_declared), plan(desired, Live(desired.realm, exists=False))]
    page = as_markdown(plans, server=SERVER)
    assert "### `grain-receipts`: as declared\n" in page
    assert "- **+ create** the realm `grain-receipts`\n" in page
    assert page == as_markdown(plans, server=SERVER)
    assert PLANTED not in page
