from __future__ import annotations

from typing import Any

import pytest

from provisioning.writers.flow_mend import paired
from provisioning.writers.flow_rows import tree, walk

ROWS: list[dict[str, Any]] = [
    {"id": "1", "level": 0, "providerId": "auth-cookie", "requirement": "ALTERNATIVE"},
    {"id": "2", "level": 0, "authenticationFlow": True, "flowId": "f", "requirement": "REQUIRED"},
    {"id": "3", "level": 1, "authenticationFlow": True, "flowId": "g", "requirement": "REQUIRED"},
    {"id": "4", "level": 2, "authenticationConfig": "c", "requirement": "DISABLED"},
    {"id": "5", "level": 1, "requirement": "REQUIRED"},
    {"id": "6", "level": 0, "requirement": "DISABLED"},
]
STEP = {"provider": "x", "requirement": "REQUIRED"}


def test_rows_become_the_tree_that_their_levels_say() -> None:
    first, second, third = tree(ROWS)
    assert [row.id for row in (first, second, third)] == ["1", "2", "6"]
    assert [row.id for row in second.inner] == ["3", "5"]
    assert [row.id for row in second.inner[0].inner] == ["4"]
    assert second.flow_id == "f"
    assert first.flow_id is None
    assert second.inner[0].inner[0].config_id == "c"
    assert [row.id for row in walk(tree(ROWS))] == ["1", "2", "3", "4", "5", "6"]


def test_declared_steps_meet_their_rows_and_get_names_by_their_places() -> None:
    inner = {"flow": "g", "requirement": "REQUIRED", "executions": (STEP,)}
    forms = {"flow": "f", "requirement": "REQUIRED", "executions": (inner, STEP)}
    steps = list(paired((STEP, forms, STEP), tree(ROWS), "flow"))
    assert [(step.row.id, step.name) for step in steps] == [
        ("1", "flow 1"),
        ("2", "flow 2"),
        ("3", "flow 2 1"),
        ("4", "flow 2 1 1"),
        ("5", "flow 2 2"),
        ("6", "flow 3"),
    ]


def test_other_steps_are_never_taken_for_the_same() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(paired((STEP,), tree(ROWS), "flow"))
