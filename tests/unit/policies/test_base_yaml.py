"""Mistakes of YAML itself: in words, all at once, bounded, and never with a value in them."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from policies.errors import PolicyError, PolicyFileError
from policies.loader import load_portal
from policies.yaml_tree import MAX_DEPTH, read_document
from tests.unit.policies.test_model import ENVIRON, GRAIN

TEXT = (GRAIN / "policy.yaml").read_text(encoding="utf-8")
PLANTED = "planted-Secret-8c1f"


def refusal(tmp_path: Path, text: str, environ: dict[str, str] = ENVIRON) -> PolicyError:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_portal(path, environ=environ)
    return caught.value


def everything_said(error: BaseException) -> str:
    """What a log, a terminal or a debugger could show of an error and of those behind it."""
    said = "".join(traceback.format_exception(error))
    behind: BaseException | None = error
    while behind is not None:
        said += f"{behind}\n{behind!r}\n{behind.args}\n{vars(behind)}\n"
        behind = behind.__cause__ or behind.__context__
    return said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n\tb: 1\n", ":2:1: a tab: YAML is indented by spaces"),
        ("a:\n  b: 1\n c: 2\n", ":3:2: wrong indentation: this line does not begin in the column"),
        ("a:\n  b: 1\n   c: 2\n", ":3:5: a colon that makes no key here"),
        ("a: b: c\n", "belongs in quotes"),
        ("a: - b\n", ":1:4: a list begins on a line of its own"),
        ("a: 'b\nc: 1\n", "a quote that is not closed; it was opened in line 1"),
        ("a: {b: 1\nc: 2\n", "the { of line 1 is not closed"),
        ("a: [${env:X}]\n", "as a reference has, lacks its quotes"),
        ('a: "\\q"\n', "use single quotes"),
        ("a: @b\n", ":1:4: text that begins with this character belongs in quotes"),
        ("a: 'b' c\n", "text after the value's end"),
        ("a: *nothing\n", ":1:4: an alias (*…) of nothing"),
        ("a: &x [*x]\n", ":1:8: an alias (*…) inside the very value it repeats"),
        ("a: !!python/object/apply:os.system [id]\n", ":1:4: tags (!…) are not read"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", ":3:3: merge keys (<<) are not read: use extends"),
        ("{{x}}: 1\n", "a key is text"),
        ("a: 1\n---\nb: 2\n", ":2:1: a second document begins here"),
        ("a: 1\x07\n", ":1:5: an invisible character, U+0007"),
        ("", "expected keys and values"),
        ("- 1\n", "expected keys and values"),
    ],
)
def test_a_mistake_of_yaml_is_explained_where_it_stands(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        document = read_document(path)
        message = "\n".join(f"{m.place}: {m.text}" for m in document.mistakes)
    except PolicyFileError as error:
        message = error.message
    assert said in message


def test_a_mistake_of_yaml_hides_no_other(tmp_path: Path) -> None:
    """Two broken parts, a wrong number, a wrong choice, an unknown key, a missing variable."""
    text = (
        TEXT.replace("  length: 12", "  length: 900")
        .replace("  sign_in: any", "  sign_in: sing")
        .replace("  consent: signature", "\tconsent: signature")
        .replace("  kk: Астық", " kk: Астық")
        .replace("trust: nca-rk", "trusts: nca-rk")
    )
    environ = {name: value for name, value in ENVIRON.items() if name != "GRAIN_RECEIPTS_SECRET"}
    error = refusal(tmp_path, text, environ)
    said = [line.split("policy.yaml:")[1] for line in error.message.splitlines()]
    assert [line.split(": ", 1)[1] for line in said] == [
        (
            "names: a colon that makes no key here: the line is indented too deep, the line above "
            "lacks its colon, or this is text that belongs in quotes"
        ),
        "the environment variable GRAIN_RECEIPTS_SECRET is not set",
        "password.length: expected a number from 8 to 64",
        "eds.trusts: unknown key; did you mean trust?",
        "eds.sign_in: expected one of auth, sign, any; did you mean sign?",
        "agreement: a tab: YAML is indented by spaces, never by tabs",
    ]


def test_a_key_that_stands_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    text = TEXT.replace("  digits: 1\n", "  digits: 1\n  length: 14\n") + "realm: other\n"
    said = refusal(tmp_path, text).message
    for path, part in (("password.length", "length: 12"), ("realm", "realm: grain")):
        line = TEXT[: TEXT.index(part)].count("\n") + 1
        assert f"{path}: this key stands twice, here and in line {line}; keep one" in said
    assert len(said.splitlines()) == 2


def test_aliases_are_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    text = TEXT.replace("redirect_paths: [/callback]", "redirect_paths: &paths [/callback]")
    path.write_text(text.replace("logout_paths: [/]", "logout_paths: *paths"), encoding="utf-8")
    assert load_portal(path, environ=ENVIRON).portal.post_logout_paths == ("/callback",)


LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
DEEP_ALIASES = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 60))


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        DEEP_ALIASES,
        "a: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "".join(" " * i + "a:\n" for i in range(1000)),
        "a:\n" * 50_000,
        "a: " + "9" * 100_000,
        "'" * 100_001,
        "? " * 50_000,
        "- " * 50_000,
        "&a " * 10_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_file_is_refused_soon_and_in_a_sentence(tmp_path: Path, text: str) -> None:
    started = time.monotonic()
    error = refusal(tmp_path, text)
    assert time.monotonic() - started < 20
    assert "policy.yaml:" in error.message
    assert "Traceback" not in error.message


def test_of_very_many_mistakes_the_first_are_named_soon(tmp_path: Path) -> None:
    started = time.monotonic()
    said = refusal(tmp_path, "".join(f"languag{i}: 1\n" for i in range(20_000))).message
    assert time.monotonic() - started < 20
    assert said.endswith("no more than 200 mistakes are named at once")
    assert len(said.splitlines()) == 201


def test_nesting_is_bounded_by_its_depth(tmp_path: Path) -> None:
    said = refusal(tmp_path, "a: " + "[" * 64 + "]" * 64).message
    assert f"nested more than {MAX_DEPTH} deep" in said


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, key))


def planted_everywhere() -> Iterator[str]:
    """The policy with the secret as each value, each key, each item, and in broken YAML."""
    tree = YAML(typ="safe").load(TEXT)
    for path in leaves(tree):
        for wrong in (PLANTED, [PLANTED], {PLANTED: PLANTED}, f"${{env:{PLANTED}}}", "${env:X}"):
            copy = YAML(typ="safe").load(TEXT)
            node = copy
            for part in path[:-1]:
                node = node[part]
            node[path[-1]] = wrong
            copy["unknown"] = 1
            yield json.dumps(copy, ensure_ascii=False)  # JSON is YAML
    lines = TEXT.splitlines(keepends=True)
    for number, line in enumerate(lines):
        indent = line[: len(line) - len(line.lstrip())]
        for broken in (
            f"{indent}{PLANTED}: 1\n{indent}{PLANTED}: 2\n",
            f"{indent}{PLANTED}\n",
            f"{indent}\t{PLANTED}: {PLANTED}\n",
            f"{indent}key: *{PLANTED}\n",
            f"{indent}key: &{PLANTED} !{PLANTED} 1\n",
            f"{indent}key: [{PLANTED}\n",
            f"{indent}'{PLANTED}': \"\\{PLANTED}\n",
            f"{indent}%{PLANTED}: @{PLANTED}\n",
        ):
            yield "".join([*lines[:number], broken, *lines[number:]])


def test_no_error_shows_a_secret_wherever_it_stands(tmp_path: Path) -> None:
    """By value and by reference, in the policy and in its base: places are named, not values."""
    environ = {**ENVIRON, "X": PLANTED}
    base, own = tmp_path / "base.yaml", tmp_path / "portal" / "policy.yaml"
    own.parent.mkdir()
    refused = 0
    for number, text in enumerate(planted_everywhere()):
        is_in_base = number % 3 == 0
        own.write_text("extends: ../base.yaml\n" if is_in_base else text, encoding="utf-8")
        if is_in_base:
            base.write_text(text, encoding="utf-8")
        error: PolicyError | None = None
        try:
            load_portal(own, environ=environ)
        except PolicyError as caught:
            error = caught
        if error is None:
            continue
        refused += 1
        assert PLANTED not in everything_said(error), text
        assert ("base.yaml:" if is_in_base else "policy.yaml:") in error.message, text
    assert refused > 400
