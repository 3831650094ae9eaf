"""Whatever stands in `raw` is declared or refused in a sentence: no policy ends in a traceback."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from policies.errors import PolicyError
from policies.model_raw_fields import INNER, REFUSED, ROOT, fields
from policies.model_realm import RealmPolicy
from provisioning.desired import build
from provisioning.resources import Kind

AT = datetime(2026, 11, 23, tzinfo=UTC)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=4))
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(("a", "b", "", "${x}", "org.keycloak.userprofile.UserProfileProvider")),
    "boolean": st.booleans(),
    "number": st.integers(0, 3),
    "list": st.lists(LEAVES, max_size=2),
    "mapping": st.dictionaries(
        st.sampled_from(("a", "client", "kc.user.profile.config")),
        st.one_of(LEAVES, st.lists(LEAVES, max_size=2)),
        max_size=2,
    ),
}
DEEPEST = 4


@cache
def representation(shape: str, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """A representation with any of its fields, each of the kind it takes, or null."""
    optional = {
        name: st.one_of(field(shape, name, kind, depth), st.none())
        for name, kind in fields()[shape].items()
        if (shape, name) not in REFUSED and ((shape, name) not in INNER or depth < DEEPEST)
    }
    return st.fixed_dictionaries({}, optional=optional)


def field(shape: str, name: str, kind: str, depth: int) -> st.SearchStrategy[Any]:
    if (shape, name) not in INNER:
        return KINDS[kind]
    inner = INNER[shape, name]
    one = st.deferred(lambda: representation(inner.shape, depth + 1))
    several = st.lists(one, max_size=2)
    by_name = st.dictionaries(st.sampled_from("ab"), several, max_size=2)
    return {"one": one, "list": several, "lists by name": by_name}[inner.form]


def declared_or_refused(raw: dict[str, Any]) -> None:
    try:
        policy = RealmPolicy.model_validate({"version": 1, "realm": "a", "raw": raw})
        desired = build(policy, at=AT)
    except (ValidationError, PolicyError):
        return
    assert desired.get(Kind.REALM, "a") is not None
    assert len({resource.key for resource in desired.resources}) == len(desired.resources)


@settings(deadline=None, max_examples=100)
@given(representation(ROOT))
def test_any_representation_of_the_right_kinds(raw: dict[str, Any]) -> None:
    declared_or_refused(raw)


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(sorted(fields()[ROOT])),
        st.recursive(
            LEAVES,
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(st.sampled_from(sorted(fields()["client"])), inner, max_size=3),
            ),
            max_leaves=12,
        ),
        max_size=4,
    )
)
def test_any_data_under_names_that_keycloak_knows(raw: dict[str, Any]) -> None:
    declared_or_refused(raw)
