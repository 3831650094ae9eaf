from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from policies.base import Frozen, Secret, read_model
from policies.errors import PolicyFileError, PolicyReferenceError


class Inner(Frozen):
    colour: str = Field(pattern="^[a-z]+$")
    password: Secret


class Outer(Frozen):
    version: int
    inner: Inner
    many: tuple[Inner, ...] = ()


GOOD = "version: 1\ninner:\n  colour: red\n  password: ${env:PASSWORD}\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_secret_comes_through_its_reference_and_is_masked(tmp_path: Path) -> None:
    read = read_model(write(tmp_path, GOOD), Outer, environ={"PASSWORD": "planted-secret"})
    assert read.inner.password.get_secret_value() == "planted-secret"
    assert "planted-secret" not in repr(read)


def test_a_file_reference_is_relative_to_the_yaml_and_loses_its_final_newline(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret.txt").write_text("planted-secret\n", encoding="utf-8")
    path = write(tmp_path, GOOD.replace("env:PASSWORD", "file:secret.txt"))
    assert read_model(path, Outer, environ={}).inner.password.get_secret_value() == "planted-secret"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("${env:PASSWORD}", "in-the-open"), ":4:3: inner.password: a secret is given"),
        (GOOD.replace("colour", "color"), ":3:3: inner.color: unknown key; did you mean colour?"),
        (GOOD.replace("red", "RED"), ":3:3: inner.colour: expected text"),
        (
            GOOD + "many:\n  - colour: 7\n",
            ":6:5: many.0.colour: expected text; put it in quotes to make it text",
        ),
        ("version: [1\n", ":2:1: expected , or ]: the [ of line 1 is not closed"),
        ("- 1\n", "expected keys and values"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError) as caught:
        read_model(write(tmp_path, text), Outer, environ={"PASSWORD": "planted-secret"})
    assert said in caught.value.message
    assert "planted-secret" not in caught.value.message
    assert "in-the-open" not in caught.value.message


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    text = "version: one\ninner:\n  colour: RED\n  password: ${env:PASSWORD}\nextra: 1\n"
    with pytest.raises(PolicyFileError) as caught:
        read_model(write(tmp_path, text), Outer, environ={"PASSWORD": "x"})
    assert len(caught.value.message.splitlines()) == 3


def test_all_references_that_lead_nowhere_are_named_at_once(tmp_path: Path) -> None:
    text = (
        "version: ${env:A}\ninner:\n  colour: ${file:none.txt}\n  password: ${vault:x}\n"
        "many:\n  - colour: ${env B}\n    password: ${env:not a name}\n"
    )
    with pytest.raises(PolicyReferenceError) as caught:
        read_model(write(tmp_path, text), Outer, environ={})
    assert [line.split("policy.yaml")[1] for line in caught.value.message.splitlines()] == [
        ":1:10: the environment variable A is not set",
        ":3:11: the file none.txt cannot be read",
        ":4:13: no reference of this kind: use ${env:NAME} or ${file:PATH}",
        ":6:13: not a reference: use ${env:NAME} or ${file:PATH}",
        ":7:15: the environment variable named here is not set",
    ]


def test_an_empty_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="empty secret"):
        read_model(write(tmp_path, GOOD), Outer, environ={"PASSWORD": " "})


def test_a_value_that_came_by_reference_is_not_resolved_again(tmp_path: Path) -> None:
    environ = {"PASSWORD": "${env:OTHER}", "OTHER": "never"}
    read = read_model(write(tmp_path, GOOD), Outer, environ=environ)
    assert read.inner.password.get_secret_value() == "${env:OTHER}"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 1_000_001])
def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(PolicyFileError, match=r"policy\.yaml"):
        read_model(path, Outer)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyFileError, match="no such file"):
        read_model(tmp_path / "policy.yaml", Outer)


class Listed(Frozen):
    many: tuple[Inner, ...] = Field(min_length=1)


@pytest.mark.parametrize(
    "text",
    [
        "many: [{colour: RED, password: '${env:PASSWORD}'}]\n",
        "many: [{colour: red, password: '${env:NONE}'}]\n",
    ],
)
def test_a_member_that_is_wrong_is_not_said_to_be_missing_too(tmp_path: Path, text: str) -> None:
    with pytest.raises((PolicyFileError, PolicyReferenceError)) as caught:
        read_model(write(tmp_path, text), Listed, environ={"PASSWORD": "planted"})
    assert len(caught.value.message.splitlines()) == 1
    with pytest.raises(PolicyFileError, match="expected a list with at least 1"):
        read_model(write(tmp_path, "many: []\n"), Listed, environ={})
