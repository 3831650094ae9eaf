"""Which writes go at once, and which never do."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from provisioning.apply_order import steps
from provisioning.plan import Action, Change
from provisioning.resources import Key, Kind


def change(kind: Kind, name: str, parent: str = "", action: Action = "update") -> Change:
    return Change(action, Key(kind, name, parent), (), None if action == "delete" else {})


def names(changes: Iterable[Change]) -> list[list[list[str]]]:
    """Names by step, by lane."""
    return [[[str(write.change.key) for write in lane] for lane in step] for step in steps(changes)]


def test_objects_of_one_kind_go_side_by_side_and_kinds_one_after_another() -> None:
    changes = [
        change(Kind.ROLE, "a"),
        change(Kind.ROLE, "b"),
        change(Kind.CLIENT, "c"),
        change(Kind.CLIENT, "d"),
        change(Kind.REALM, "r"),
    ]
    assert names(changes) == [[["a"], ["b"]], [["c"], ["d"]], [["r"]]]


def test_what_belongs_to_one_owner_stays_in_its_order() -> None:
    changes = [
        change(Kind.CLIENT_MAPPER, "old", "c", "update"),
        change(Kind.CLIENT_MAPPER, "other", "d", "update"),
        change(Kind.CLIENT_MAPPER, "second", "c", "update"),
    ]
    assert names(changes) == [[["c/old", "c/second"], ["d/other"]]]


@pytest.mark.parametrize(
    "kind",
    [
        Kind.USER_PROFILE,
        Kind.CLIENT_PROFILE,
        Kind.CLIENT_POLICY,
        Kind.FLOW,
        Kind.REQUIRED_ACTION,
        Kind.REALM,
    ],
)
def test_parts_of_one_document_and_what_names_each_other_go_one_by_one(kind: Kind) -> None:
    assert names([change(kind, "a"), change(kind, "b")]) == [[["a", "b"]]]


def test_a_group_comes_after_the_one_it_is_in_and_goes_before_it() -> None:
    paths = ["/a", "/a/b", "/a/b/c", "/a~/b", "/d"]
    made = [change(Kind.GROUP, path, action="create") for path in paths]
    assert names(made) == [[["/a"], ["/a~/b"], ["/d"]], [["/a/b"]], [["/a/b/c"]]]
    gone = [change(Kind.GROUP, path, action="delete") for path in paths]
    assert names(gone) == [[["/a/b/c"]], [["/a/b"]], [["/a", "/a~/b", "/d"]]]


def test_deletes_go_one_by_one_and_never_beside_a_write() -> None:
    changes = [
        change(Kind.ROLE, "kept"),
        change(Kind.ROLE, "one", action="delete"),
        change(Kind.ROLE, "two", action="delete"),
    ]
    assert names(changes) == [[["kept"]], [["one", "two"]]]


def test_every_change_is_in_one_step_once() -> None:
    changes = [change(kind, f"{n}", "p") for kind in Kind for n in range(3)]
    found = [
        done for step in steps(changes) for lane in step for write in lane for done in write.changes
    ]
    assert sorted(c.key for c in found) == sorted(c.key for c in changes)
