"""Data written as YAML for people is read back as it was, whatever a realm's texts hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.base import plain
from policies.yaml_tree import read_document
from provisioning.adopt_secrets import Reference
from provisioning.adopt_yaml import commented, scalar, yaml_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["${env:A}", "$${x}", "a: b", "- a", "# a", "no", "1", "null", "2026-11-23", "\n", " a ", "'\""]
)
KEYS = TEXTS.filter(lambda text: text != "<<")
LEAVES = TEXTS | st.booleans() | st.none() | st.integers(-(10**9), 10**9)
DATA = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=4,
)


def read_back(text: str, file: Path) -> Any:
    """As a policy is read, `$${` undone; no mistake in it."""
    file.write_text(text, encoding="utf-8")
    document = read_document(file)
    assert not document.mistakes
    return plain(document.root, lambda value, _node, _path: value.replace("$${", "${"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=DATA)
def test_what_is_written_is_read_back(data: dict[str, Any], tmp_path: Path) -> None:
    text = yaml_of(data, lambda _path, value: str(value) if isinstance(value, str) else "")
    assert read_back(text, tmp_path / "policy.yaml") == data
    # Nothing that a terminal or an editor would act on; no `${` but our own references.
    assert all(line.isprintable() for line in text.splitlines())


@given(text=TEXTS)
def test_no_text_of_a_realm_becomes_a_reference(text: str) -> None:
    assert "${" not in scalar(text).replace("$${", "")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": "b c", "d": [], "e": {}, "f": ""}, 'a: b c\nd: []\ne: {}\nf: ""\n'),
        ({"a": ["x", "y z", "1"]}, 'a: [x, y z, "1"]\n'),
        ({"a": ["x" * 50, "y" * 50]}, f"a:\n  - {'x' * 50}\n  - {'y' * 50}\n"),
        ({"a": [{"b": 1, "c": [{"d": None}]}]}, "a:\n  - b: 1\n    c:\n      - d: null\n"),
        ({"a": Reference("${env:X}")}, "a: ${env:X}\n"),
        ({"a": [Reference("${env:X}")]}, 'a: ["${env:X}"]\n'),
        ({"yes": True, "a:b": "Қазақ"}, '"yes": true\n"a:b": "Қазақ"\n'),
    ],
)
def test_it_looks_as_a_person_would_write_it(data: dict[str, Any], text: str) -> None:
    assert yaml_of(data) == text


def test_a_comment_is_one_line_whatever_it_says() -> None:
    assert (
        commented("a\nrealm: master\u2028x\x1b[2J") == "# a\\u000arealm: master\\u2028x\\u001b[2J"
    )
