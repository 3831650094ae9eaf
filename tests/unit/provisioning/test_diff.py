"""What counts as a difference, and what of it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.diff import MASK, differences

SAME: list[tuple[str, Any, Any]] = [
    ("an equal value", {"a": 1}, {"a": 1}),
    ("what is not declared is not looked at", {"a": 1}, {"a": 1, "b": 2}),
    ("a set in another order", {"a": frozenset({"x", "y"})}, {"a": ["y", "x"]}),
    ("an unset value that is not there", {"a": None}, {}),
    ("an unset value that is empty", {"a": None, "b": None}, {"a": "", "b": []}),
    ("an equal secret", {"s": SecretStr("x")}, {"s": SecretStr("x")}),
    ("a secret the server masks", {"s": SecretStr("x")}, {"s": MASK}),
    ("a list in its order", {"a": ("x", "y")}, {"a": ["x", "y"]}),
]

OTHER: list[tuple[str, Any, Any, str]] = [
    ("another value", {"a": {"b": 1}}, {"a": {"b": 2}}, "a.b"),
    ("a missing value", {"a": False}, {}, "a"),
    ("a missing map", {"a": {"b": "x"}}, {}, "a.b"),
    ("0 is not false", {"a": False}, {"a": 0}, "a"),
    ("text is not a truth value", {"a": True}, {"a": "true"}, "a"),
    ("a member too many", {"a": frozenset({"x"})}, {"a": ["x", "y"]}, "a"),
    ("a member too few", {"a": frozenset({"x"})}, {"a": []}, "a"),
    ("a value that must not be set", {"a": None}, {"a": "x"}, "a"),
    ("a list in another order", {"a": ("x", "y")}, {"a": ["y", "x"]}, "a"),
    ("another secret", {"s": SecretStr("x")}, {"s": SecretStr("y")}, "s"),
    ("a missing secret", {"s": SecretStr("x")}, {}, "s"),
    ("a member's value", {"e": ({"name": "n", "v": 1},)}, {"e": [{"name": "n", "v": 2}]}, "e[0].v"),
    ("other members", {"e": ({"name": "n"},)}, {"e": [{"name": "m"}]}, "e"),
]


@pytest.mark.parametrize(("_why", "declared", "live"), SAME, ids=[row[0] for row in SAME])
def test_what_is_as_declared_is_no_difference(_why: str, declared: Any, live: Any) -> None:
    assert differences(declared, live) == ()


@pytest.mark.parametrize(("_why", "declared", "live", "path"), OTHER, ids=[row[0] for row in OTHER])
def test_what_is_not_as_declared_is_named_by_its_path(
    _why: str, declared: Any, live: Any, path: str
) -> None:
    assert [difference.path for difference in differences(declared, live)] == [path]


def test_a_secret_is_never_shown() -> None:
    declared = {"a": {"secret": SecretStr("planted")}, "n": ({"name": SecretStr("planted")},)}
    found = differences(declared, {"a": {"secret": SecretStr("planted-old")}})
    assert found
    assert "planted" not in repr(found)


def test_other_steps_of_a_flow_are_told_from_other_values() -> None:
    steps = ({"provider": "a", "requirement": "REQUIRED"},)
    (value,) = differences({"e": steps}, {"e": [{"provider": "a", "requirement": "DISABLED"}]})
    (shape,) = differences({"e": steps}, {"e": [{"provider": "b", "requirement": "REQUIRED"}]})
    assert (value.structural, shape.structural) == (False, True)


@pytest.mark.parametrize(
    ("declared", "live", "differs"),
    [
        (frozenset({SecretStr("a")}), ["**********"], False),
        (frozenset({SecretStr("a")}), ["a"], False),
        (frozenset({SecretStr("a")}), ["b"], True),
        (frozenset({SecretStr("a")}), None, True),
        ((SecretStr("a"), SecretStr("b")), ["**********"], True),
    ],
)
def test_a_list_of_secrets_is_compared_as_far_as_it_is_shown(
    *, declared: object, live: object, differs: bool
) -> None:
    found = differences({"k": declared}, {"k": live})
    assert bool(found) is differs
    assert not [d for d in found if "'a'" in repr(d) or "'b'" in repr(d)]
