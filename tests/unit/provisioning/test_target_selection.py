"""What `--target` means, leaves out and refuses."""

from __future__ import annotations

import pytest

from provisioning.plan import Action, Change, Plan
from provisioning.resources import Desired, Key, Kind, Resource
from provisioning.target_selection import TargetError, Targets, listed


def change(kind: Kind, name: str, parent: str = "", action: Action = "update") -> Change:
    return Change(action, Key(kind, name, parent), (), None if action == "delete" else {})


PLAN = Plan(
    "realm",
    creates_realm=False,
    changes=(
        change(Kind.ROLE, "clerk"),
        change(Kind.CLIENT, "portal"),
        change(Kind.CLIENT, "back[end]"),
        change(Kind.CLIENT_MAPPER, "iin", "portal"),
        change(Kind.CLIENT_MAPPER, "bin", "portal"),
        change(Kind.GROUP, "/staff/clerks"),
        change(Kind.ROLE, "gone", action="delete"),
        change(Kind.REALM, "realm"),
    ),
    kept=("a sentence",),
)


@pytest.mark.parametrize(
    ("patterns", "meant"),
    [
        ((), [0, 1, 2, 3, 4, 5, 6, 7]),
        (("client/portal",), [1]),
        (("client/*",), [1, 2]),
        (("client/back[end]",), [2]),
        (("client_mapper/portal/*",), [3, 4]),
        (("client*/portal*",), [1, 3, 4]),
        (("role/gone", "realm/realm"), [6, 7]),
        (("group//staff/*",), [5]),
        (("ROLE/clerk",), []),
    ],
)
def test_a_target_is_a_pattern_of_kind_and_name(
    patterns: tuple[str, ...], meant: list[int]
) -> None:
    targets = Targets(patterns)
    selected = targets.select(PLAN)
    assert [PLAN.changes.index(c) for c in selected.changes] == meant
    assert selected.kept == PLAN.kept
    assert list(targets.left_out(PLAN)) == [c for c in PLAN.changes if c not in selected.changes]


def test_a_target_that_fits_nothing_is_refused_and_one_that_is_as_declared_is_not() -> None:
    done = Desired("realm", (Resource(Key(Kind.CLIENT, "done"), {}),))
    Targets(("client/done", "role/gone")).require_known([(done, PLAN)])
    with pytest.raises(TargetError, match="client/donne") as caught:
        Targets(("client/donne", "role/gone")).require_known([(done, PLAN)])
    assert "role/gone" not in caught.value.message
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("owner", "member"),
    [
        (Key(Kind.CLIENT, "new"), Key(Kind.CLIENT_MAPPER, "m", "new")),
        (Key(Kind.CLIENT, "new"), Key(Kind.CLIENT_ROLE, "m", "new")),
        (Key(Kind.CLIENT, "new"), Key(Kind.CLIENT_CLIENT_SCOPES, "new")),
        (Key(Kind.CLIENT, "new"), Key(Kind.CLIENT_ROLE_SCOPE, "new")),
        (Key(Kind.CLIENT_SCOPE, "new"), Key(Kind.CLIENT_SCOPE_MAPPER, "m", "new")),
        (Key(Kind.CLIENT_SCOPE, "new"), Key(Kind.CLIENT_SCOPE_ROLE_SCOPE, "new")),
        (Key(Kind.IDENTITY_PROVIDER, "new"), Key(Kind.IDENTITY_PROVIDER_MAPPER, "m", "new")),
        (Key(Kind.ROLE, "new"), Key(Kind.ROLE_COMPOSITES, "new")),
        (Key(Kind.CLIENT_ROLE, "new", "c"), Key(Kind.ROLE_COMPOSITES, "new", "c")),
        (Key(Kind.GROUP, "/a~/b"), Key(Kind.GROUP, "/a~/b/c")),
    ],
)
def test_what_belongs_to_something_new_is_not_written_without_it(owner: Key, member: Key) -> None:
    planned = Plan(
        "realm",
        creates_realm=False,
        changes=(Change("create", owner, (), {}), Change("create", member, (), {})),
    )
    alone, both = f"{member.kind}/{member}", f"{owner.kind}/{owner}"
    with pytest.raises(TargetError, match="not there yet") as caught:
        Targets((alone,)).select(planned)
    assert both in caught.value.message
    assert Targets((alone, both)).select(planned) == planned
    assert Targets((both,)).select(planned).changes == planned.changes[:1]


def test_a_realm_is_not_made_for_nothing() -> None:
    planned = Plan("realm", creates_realm=True, changes=(change(Kind.ROLE, "a", action="create"),))
    assert Targets(("role/a",)).select(planned).creates_realm
    assert Targets(("role/b",)).select(planned).empty


def test_what_is_left_out_is_named_shortly() -> None:
    assert listed(PLAN.changes[:1]) == "role/clerk"
    assert listed(PLAN.changes).endswith("client_mapper/portal/bin and 3 more")
