"""Values in one line: whatever differs is shown, wherever it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.render_values import AROUND, LONGEST, SHORT, value_text, value_texts

LONG = "length(12) and maxLength(128) and digits(1) and upperCase(1) and lowerCase(1) and "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{LONG}specialChars(1) and notEmail(undefined)", f"{LONG}notEmail(undefined)"),
        (["https://a.example/cb"] * 9, [*["https://a.example/cb"] * 9, "https://evil.example"]),
        ({"a": "x" * 90, "frame-ancestors": "'self'"}, {"a": "x" * 90, "frame-ancestors": "*"}),
    ],
)
def test_a_difference_deep_in_a_long_value_is_shown(before: object, after: object) -> None:
    first, second = value_texts(before, after)
    assert first != second
    assert any(word in first + second for word in ("specialChars", "evil.example", "*"))


@given(st.text(), st.text(), st.text(max_size=400), st.text(max_size=400))
def test_nothing_that_differs_is_left_out(left: str, right: str, first: str, second: str) -> None:
    before, after = left + first + right, left + second + right
    shown = value_texts(before, after)
    assert (shown[0] == shown[1]) is (before == after)


def test_what_both_share_is_left_out_but_for_a_little() -> None:
    before, after = value_texts("a" * 500 + "x" + "b" * 500, "a" * 500 + "y" + "b" * 500)
    assert before == f"…{'a' * AROUND}x{'b' * AROUND}…"
    assert after.replace("y", "x") == before


def test_short_values_are_whole() -> None:
    assert value_texts(None, "x" * 300)[0] == "(not set)"
    assert value_texts(7, [1]) == ("7", "[1]")
    assert value_text("x" * (SHORT - 2)) == f'"{"x" * (SHORT - 2)}"'


def test_a_value_without_end_is_cut_and_its_length_told() -> None:
    _, after = value_texts("", "x" * 100_000)
    assert len(after) < LONGEST + 50
    assert "100002 characters" in after
    assert value_text("x" * 5_000).endswith("… (5002 characters)")


def test_an_address_behind_a_long_one_is_shown_of_a_new_object() -> None:
    shown = value_text([f"https://{'a' * 300}.example/cb", "https://evil.example/*"])
    assert "evil.example" in shown


def test_no_value_repaints_the_page() -> None:
    assert "\x1b" not in "".join(value_texts("\x1b[2J", "\u202e")) + value_text("\x1b")
