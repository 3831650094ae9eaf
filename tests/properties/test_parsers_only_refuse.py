"""What reads hostile octets raises its refusal and nothing else, whatever it is given.

The same targets are fuzzed for longer by `python -m fuzz`.
"""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.mutate import mutated
from fuzz.targets import TARGETS


@cache
def _seeds(name: str) -> tuple[bytes, ...]:
    return tuple(TARGETS[name].seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_good_ones_are_read(name: str) -> None:
    for seed in _seeds(name):
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_any_octets_are_refused_at_most(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=120, deadline=None)
@given(st.integers(0, 1 << 62), st.booleans())
def test_changed_ones_are_refused_at_most(name: str, seed: int, signed: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """Half of them are signed anew, so that what was changed is read and not only its signature."""
    random = Random(seed)  # noqa: S311 - reproducible
    changed = mutated(random.choice(_seeds(name)), random)
    TARGETS[name].run(TARGETS[name].resign(changed) if signed else changed)
