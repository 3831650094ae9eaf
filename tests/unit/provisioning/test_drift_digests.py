"""Digests of what was declared: one for each value that comparing looks at, none of a secret."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.diff import differences
from provisioning.drift_digests import (
    DIGEST_CHARACTERS,
    SECRET,
    applied_of,
    declared_digests,
    found_digests,
)
from provisioning.resources import Desired, Key, Kind, Live, Resource, wire
from tests.unit.provisioning.conftest import PLANTED

SCALARS = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "a!", "b"])
NAMES = st.sampled_from(["x", "y", "z"])
STEPS = st.fixed_dictionaries({"provider": NAMES}, optional={"config": SCALARS})


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Bodies as policies declare them: mappings, sets, lists of values and of named objects."""
    return st.recursive(
        leaves | st.frozensets(NAMES) | st.lists(NAMES).map(tuple) | st.lists(STEPS).map(tuple),
        lambda below: st.dictionaries(NAMES, below, max_size=3),
        max_leaves=6,
    )


BODIES = st.dictionaries(NAMES, trees(SCALARS), max_size=3)


@given(BODIES, BODIES)
def test_every_difference_has_a_digest_on_both_sides_and_they_differ(
    declared: dict[str, Any], live: dict[str, Any]
) -> None:
    found = wire(live)
    ours, theirs = declared_digests(declared), found_digests(declared, found)
    assert ours.keys() == theirs.keys()
    differing = {path for path in ours if ours[path] != theirs[path]}
    for difference in differences(declared, found):
        assert difference.path in differing


@given(BODIES)
def test_a_realm_that_holds_what_is_declared_has_the_same_digests(body: dict[str, Any]) -> None:
    assert declared_digests(body) == found_digests(body, wire(body))


def test_the_portals_own_declaration_equals_itself_when_it_is_applied(
    desired: Desired, as_declared: Live
) -> None:
    applied = applied_of(desired)
    assert applied.objects.keys() == {resource.key for resource in desired.resources}
    assert (applied.absent, applied.complete) == (desired.absent, desired.complete)
    for resource in desired.resources:
        found = found_digests(resource.body, as_declared.objects[resource.key])
        assert found == applied.objects[resource.key]


def test_a_set_is_the_same_in_any_order() -> None:
    body = {"scopes": frozenset({"a", "a!", "b"})}
    assert declared_digests(body) == found_digests(body, {"scopes": ["b", "a!", "a"]})


def test_a_list_keeps_its_order() -> None:
    body = {"locales": ("kk", "ru")}
    assert declared_digests(body) != found_digests(body, {"locales": ["ru", "kk"]})


def test_a_list_of_objects_has_their_names_and_each_value() -> None:
    body = {"executions": ({"provider": "cookie", "requirement": "REQUIRED"},)}
    assert list(declared_digests(body)) == [
        "executions",
        "executions[0].provider",
        "executions[0].requirement",
    ]


def test_of_secrets_there_is_no_digest_only_that_one_is_declared() -> None:
    def of(secret: str) -> dict[str, str]:
        return declared_digests(
            {
                "secret": SecretStr(secret),
                "config": {"bindCredential": frozenset({SecretStr(secret)})},
                "attributes": {SMTP_FINGERPRINT: f"scrypt of {secret}"},
                "list": (SecretStr(secret),),
            }
        )

    assert set(of("one").values()) == {SECRET}
    assert of("one") == of("two")


def test_no_planted_secret_reaches_the_record_of_a_policy(desired: Desired) -> None:
    another = Desired(
        desired.realm,
        tuple(
            Resource(r.key, {**r.body, "secret": SecretStr("another")}) if "secret" in r.body else r
            for r in desired.resources
        ),
        desired.absent,
        desired.complete,
    )
    assert applied_of(desired) == applied_of(another)
    assert PLANTED not in json.dumps([dict(v) for v in applied_of(desired).objects.values()])


def test_a_digest_is_short() -> None:
    digests = declared_digests({"enabled": True, "name": "x" * 10_000})
    assert {len(digest) for digest in digests.values()} == {DIGEST_CHARACTERS}


def test_a_number_is_not_the_switch_that_python_takes_it_for() -> None:
    body = {"enabled": True}
    assert declared_digests(body) != found_digests(body, {"enabled": 1})


def test_a_key_that_must_not_be_set_may_be_empty() -> None:
    body = {"description": None}
    empties: tuple[object, ...] = (None, "", [], {})
    for empty in empties:
        assert declared_digests(body) == found_digests(body, {"description": empty})
    assert declared_digests(body) != found_digests(body, {"description": "x"})


def test_an_object_that_is_gone_has_other_digests() -> None:
    key = Key(Kind.ROLE, "operator")
    desired = Desired("r", (Resource(key, {"description": "x", "attributes": {"a": ("b",)}}),))
    assert found_digests(desired.resources[0].body, None) != applied_of(desired).objects[key]
