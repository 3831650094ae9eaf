from __future__ import annotations

import pytest
from pydantic import SecretStr

from provisioning.diff import MASK, differences
from provisioning.plan import Change
from provisioning.resources import Key, Kind
from provisioning.writers.bodies import blanked, body_of, moved, patched

KEY = Key(Kind.CLIENT, "portal")


def test_what_must_not_be_set_is_sent_as_the_empty_value_of_its_type() -> None:
    live = {"name": "n", "redirectUris": ["a"], "smtpServer": {"host": "h"}, "lifespan": 5}
    document = patched(live, dict.fromkeys([*live, "absent"]), keeping=())
    assert document == {"name": "", "redirectUris": [], "smtpServer": {}, "lifespan": None}


def test_of_maps_that_keep_their_keys_a_key_is_sent_empty() -> None:
    live = {"attributes": {"a": "1", "b": "2"}, "smtpServer": {"user": "u", "password": MASK}}
    declared = {"attributes": {"a": None}, "smtpServer": {"user": None}}
    assert patched(live, declared, keeping=("attributes",)) == {
        "attributes": {"a": "", "b": "2"},
        "smtpServer": {"password": MASK},
    }


def test_a_secret_is_sent_in_clear_and_a_mask_is_sent_back() -> None:
    live = {"config": {"clientSecret": MASK, "clientId": "us"}}
    unchanged = patched(live, {"config": {"clientId": "them"}}, keeping=())
    assert unchanged == {"config": {"clientSecret": MASK, "clientId": "them"}}
    declared = {"config": {"clientSecret": SecretStr("planted")}}
    assert patched(live, declared, keeping=())["config"]["clientSecret"] == "planted"


def test_a_body_without_what_keycloak_holds_blanks_what_must_not_be_set() -> None:
    declared = {"description": None, "attributes": {"a": None, "b": "1"}, "scopes": frozenset("ba")}
    assert blanked(declared) == {
        "description": "",
        "attributes": {"a": "", "b": "1"},
        "scopes": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("declared", "live", "more", "less"),
    [
        ({"a", "b"}, ["b", "c"], ["a"], ["c"]),
        ({"a"}, ["a"], [], []),
        (set(), ["a"], [], ["a"]),
        ({"a"}, None, ["a"], []),
    ],
)
def test_sets_move_by_what_differs(
    declared: set[str], live: list[str] | None, more: list[str], less: list[str]
) -> None:
    body = {"realm": frozenset(declared), "client": frozenset({"kept"})}
    found = differences(body, {"realm": live, "client": ["kept"]})
    change = Change("update", KEY, found, body)
    assert moved(change, "realm") == (more, less)
    assert moved(change, "client") == ([], [])


def test_what_no_plan_deletes_is_not_deleted() -> None:
    change = Change("delete", KEY, (), None)
    with pytest.raises(ValueError, match="portal is never deleted"):
        body_of(change)
    with pytest.raises(ValueError, match="portal is never deleted"):
        moved(change, "realm")
