"""What may be pruned: only what Tanba made, no policy names, and holds nothing of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.ownership import (
    NOTHING,
    PRUNABLE,
    Ownership,
    Pruned,
    bindings,
    identity_of,
    left_behind,
    owner,
    prunes,
)
from provisioning.plan import plan
from provisioning.resources import Body, Desired, Key, Kind, Live, Resource

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
REALM = Key(Kind.REALM, "shop")
ROLE = Key(Kind.ROLE, "auditor")
OTHER = Key(Kind.ROLE, "their-role")
CLIENT = Key(Kind.CLIENT, "reports")
MAPPER = Key(Kind.CLIENT_MAPPER, "bin", "reports")
CLIENT_ROLE = Key(Kind.CLIENT_ROLE, "reader", "reports")
FLOW = Key(Kind.FLOW, "sign-in 1")
GROUP, INNER = Key(Kind.GROUP, "/a"), Key(Kind.GROUP, "/a/b")


def shop(objects: Mapping[Key, Body], ids: Mapping[Key, str]) -> Live:
    return Live("shop", exists=True, objects=objects, ids=ids)


def realm_of(*keys: Key, **bodies: Any) -> Live:
    """A realm that holds these objects; `realm`: the realm's own settings."""
    objects: dict[Key, Body] = {key: {} for key in keys}
    objects[REALM] = bodies.get("realm", {})
    return shop(objects, {key: f"id of {key}" for key in objects})


def made(*keys: Key, idle: Mapping[Key, datetime] | None = None) -> Ownership:
    waiting = {f"id of {key}": since for key, since in (idle or {}).items()}
    return Ownership({key: f"id of {key}" for key in keys}, idle=waiting, at=NOW)


def declaring(*keys: Key, absent: frozenset[Key] = frozenset(), whole: bool = True) -> Desired:
    return Desired("shop", tuple(Resource(key, {}) for key in keys), absent=absent, whole=whole)


def test_what_tanba_made_and_no_policy_names_is_deleted() -> None:
    found = prunes(declaring(CLIENT), realm_of(ROLE, CLIENT), made(ROLE, CLIENT), writing=False)
    assert found == Pruned(frozenset({ROLE}))


def test_a_forged_word_for_what_is_tanbas_hides_nothing_that_the_plan_does_not_say() -> None:
    """Whoever may write the state names there what they want to be left out of lists."""
    keycloaks = Key(Kind.CLIENT_ROLE, "all", "realm-management")
    live = realm_of(ROLE, OTHER, CLIENT, MAPPER, keycloaks)
    true = made(ROLE, CLIENT, keycloaks)
    forged = replace(
        true,
        created={**true.created, OTHER: "another", Key(Kind.ROLE, "gone"): "x"},
        inside={MAPPER: f"id of {MAPPER}"},
    )
    desired = declaring(CLIENT)
    assert left_behind(desired, live, forged) == {ROLE}
    assert prunes(desired, live, forged, writing=True).keys == {ROLE}
    assert left_behind(replace(desired, whole=False), live, forged) == set()
    assert left_behind(desired, live, replace(forged, unknown="damaged")) == set()


def test_what_tanba_did_not_make_is_never_deleted() -> None:
    assert prunes(declaring(), realm_of(ROLE, CLIENT), made(), writing=True) == Pruned()
    assert prunes(declaring(), realm_of(ROLE, CLIENT), NOTHING, writing=True) == Pruned()


def test_an_object_made_anew_under_the_name_is_somebody_elses() -> None:
    ownership = Ownership({ROLE: "the id it had"}, at=NOW)
    assert prunes(declaring(), realm_of(ROLE), ownership, writing=False) == Pruned()


@pytest.mark.parametrize("kind", sorted(PRUNABLE), ids=str)
def test_an_object_that_is_gone_is_not_deleted_again(kind: Kind) -> None:
    assert prunes(declaring(), realm_of(), made(Key(kind, "x", "y")), writing=False) == Pruned()


def test_a_part_of_a_declaration_prunes_nothing() -> None:
    assert prunes(declaring(whole=False), realm_of(ROLE), made(ROLE), writing=True) == Pruned()


def test_a_state_that_cannot_be_read_prunes_nothing_and_says_so() -> None:
    unknown = Ownership({ROLE: f"id of {ROLE}"}, at=NOW, unknown="the state is damaged")
    found = prunes(declaring(), realm_of(ROLE), unknown, writing=True)
    assert found == Pruned(kept=("nothing is pruned: the state is damaged",))


@pytest.mark.parametrize(
    "key",
    [
        Key(Kind.CLIENT, "realm-management"),
        Key(Kind.CLIENT, "account"),
        Key(Kind.CLIENT_ROLE, "manage-realm", "realm-management"),
        Key(Kind.ROLE, "default-roles-shop"),
        Key(Kind.CLIENT, "tanba-state"),
        Key(Kind.CLIENT_SCOPE, "tanba-lock"),
        Key(Kind.REALM, "shop"),
        Key(Kind.USER_PROFILE, "user-profile"),
        Key(Kind.LOCALIZATION, "kk"),
    ],
    ids=str,
)
def test_a_forged_state_does_not_make_keycloaks_own_things_tanbas(key: Key) -> None:
    assert prunes(declaring(), realm_of(key), made(key), writing=True) == Pruned()


def test_a_built_in_flow_is_never_deleted() -> None:
    live = realm_of(FLOW)
    live = shop({**live.objects, FLOW: {"builtIn": True}}, live.ids)
    ownership = made(FLOW, idle={FLOW: NOW - timedelta(days=1)})
    assert prunes(declaring(), live, ownership, writing=True) == Pruned()


def test_what_goes_with_its_owner_is_not_deleted_by_itself() -> None:
    live = realm_of(CLIENT, MAPPER, CLIENT_ROLE, Key(Kind.CLIENT_CLIENT_SCOPES, "reports"))
    found = prunes(declaring(), live, made(CLIENT, MAPPER, CLIENT_ROLE), writing=False)
    assert found == Pruned(frozenset({CLIENT}))
    groups = prunes(declaring(), realm_of(GROUP, INNER), made(GROUP, INNER), writing=False)
    assert groups == Pruned(frozenset({GROUP}))


@pytest.mark.parametrize(("outer", "inner"), [(CLIENT, MAPPER), (CLIENT, CLIENT_ROLE)], ids=str)
def test_what_holds_something_of_others_stays_and_a_sentence_says_why(
    outer: Key, inner: Key
) -> None:
    found = prunes(declaring(), realm_of(outer, inner), made(outer), writing=False)
    assert found.keys == frozenset()
    (sentence,) = found.kept
    assert str(outer) in sentence
    assert f"{inner.kind} {inner} is in it, which Tanba did not make" in sentence


def test_a_group_with_somebody_elses_group_below_it_stays() -> None:
    found = prunes(declaring(), realm_of(GROUP, INNER), made(GROUP), writing=False)
    assert found.keys == frozenset()


def test_what_holds_something_that_is_declared_stays() -> None:
    found = prunes(declaring(MAPPER), realm_of(CLIENT, MAPPER), made(CLIENT, MAPPER), writing=False)
    assert found.keys == frozenset()
    assert "one names client_mapper reports/bin" in found.kept[0]


def test_what_a_policy_wants_absent_is_not_named_twice() -> None:
    found = prunes(declaring(absent=frozenset({ROLE})), realm_of(ROLE), made(ROLE), writing=True)
    assert found == Pruned()


LONG_AGO = NOW - timedelta(minutes=30)


def test_an_idle_flow_goes_along_with_other_writes_after_half_an_hour() -> None:
    ownership = made(FLOW, idle={FLOW: LONG_AGO})
    assert prunes(declaring(), realm_of(FLOW), ownership, writing=True).keys == {FLOW}


def test_an_idle_flow_alone_makes_no_plan() -> None:
    ownership = made(FLOW, idle={FLOW: LONG_AGO})
    found = prunes(declaring(), realm_of(FLOW), ownership, writing=False)
    assert found.keys == frozenset()
    assert "flow sign-in 1" in found.kept[0]


def test_an_idle_flow_goes_along_with_other_things_that_are_pruned() -> None:
    ownership = made(FLOW, ROLE, idle={FLOW: LONG_AGO})
    assert prunes(declaring(), realm_of(FLOW, ROLE), ownership, writing=False).keys == {FLOW, ROLE}


@pytest.mark.parametrize(
    "idle",
    [None, {FLOW: LONG_AGO + timedelta(seconds=1)}],
    ids=["never found idle", "idle for less"],
)
def test_a_flow_stays_while_somebody_may_be_in_the_middle_of_it(
    idle: Mapping[Key, datetime] | None,
) -> None:
    found = prunes(declaring(), realm_of(FLOW), made(FLOW, idle=idle), writing=True)
    assert found.keys == frozenset()
    assert "people may be in the middle of it" in found.kept[0]


def test_a_realm_that_gives_people_longer_keeps_its_flows_longer() -> None:
    live = realm_of(FLOW, realm={"accessCodeLifespanLogin": 3600})
    half = made(FLOW, idle={FLOW: LONG_AGO})
    assert prunes(declaring(), live, half, writing=True).keys == frozenset()
    hour = made(FLOW, idle={FLOW: NOW - timedelta(hours=1)})
    assert prunes(declaring(), live, hour, writing=True).keys == {FLOW}


@pytest.mark.parametrize(
    ("key", "body"),
    [
        (REALM, {"browserFlow": FLOW.name}),
        (Key(Kind.IDENTITY_PROVIDER, "eds"), {"postBrokerLoginFlowAlias": FLOW.name}),
        (CLIENT, {"authenticationFlowBindingOverrides": {"browser": FLOW.name}}),
    ],
    ids=["realm", "broker", "client"],
)
def test_a_flow_that_anything_is_bound_to_stays(key: Key, body: Body) -> None:
    ownership = made(FLOW, idle={FLOW: LONG_AGO})
    live = realm_of(FLOW, key)
    bound = shop({**live.objects, key: body}, live.ids)
    assert bindings(bound.objects.items()) == {FLOW.name}
    assert prunes(declaring(), bound, ownership, writing=True).keys == frozenset()
    about_to = Desired("shop", (Resource(key, body),))
    assert prunes(about_to, live, ownership, writing=True).keys == frozenset()


def test_a_plan_file_says_which_idle_flows_may_go() -> None:
    other = Key(Kind.FLOW, "sign-in 2")
    both = made(FLOW, other, idle={FLOW: LONG_AGO, other: LONG_AGO})
    ownership = Ownership(both.created, idle=both.idle, at=NOW, clearing=frozenset({other.name}))
    found = prunes(declaring(), realm_of(FLOW, other), ownership, writing=True)
    assert found.keys == {other}
    # What is said of the one that stays does not depend on when it is said.
    earlier = Ownership(both.created, idle=both.idle, at=LONG_AGO)
    assert found.kept[0] in prunes(declaring(), realm_of(FLOW, other), earlier, writing=True).kept


def test_an_object_without_an_id_is_known_by_its_content() -> None:
    key = Key(Kind.CLIENT_POLICY, "strict")
    live = shop({key: {"enabled": True}, REALM: {}}, {})
    identity = identity_of(key, live)
    assert identity is not None
    ownership = Ownership({key: identity}, at=NOW)
    assert prunes(declaring(), live, ownership, writing=False).keys == {key}
    changed = shop({key: {"enabled": False}, REALM: {}}, {})
    assert prunes(declaring(), changed, ownership, writing=False).keys == frozenset()


def test_every_kind_belongs_to_something_or_stands_by_itself() -> None:
    component = Key(Kind.COMPONENT, "ldap/email", "org.keycloak.storage.ldap.mappers.LDAPMapper")
    ldap = Key(Kind.COMPONENT, "ldap", "org.keycloak.storage.UserStorageProvider")
    live = shop({component: {"parent": "ldap"}, ldap: {}}, {})
    assert owner(component, live) == ldap
    assert owner(ldap, live) is None
    assert owner(Key(Kind.GROUP, "/a~/b/c"), live) == Key(Kind.GROUP, "/a~/b")
    assert owner(Key(Kind.GROUP, "/a~/b"), live) is None
    assert owner(Key(Kind.ROLE_COMPOSITES, "reader", "reports"), live) == CLIENT_ROLE
    assert owner(Key(Kind.ROLE_COMPOSITES, "auditor"), live) == ROLE
    assert {kind for kind in PRUNABLE if owner(Key(kind, "x", "y"), live) is not None} == {
        Kind.CLIENT_MAPPER,
        Kind.CLIENT_ROLE,
        Kind.CLIENT_SCOPE_MAPPER,
        Kind.IDENTITY_PROVIDER_MAPPER,
    }


def test_a_plan_deletes_what_is_pruned_and_says_what_stays() -> None:
    live = realm_of(ROLE, CLIENT, MAPPER, OTHER)
    found = plan(declaring(OTHER), live, made(ROLE, CLIENT))
    assert [(change.action, change.key, change.live_id) for change in found.changes] == [
        ("delete", ROLE, f"id of {ROLE}")
    ]
    assert [sentence.split(":")[0] for sentence in found.kept] == ["client reports"]
    assert plan(declaring(OTHER), live).empty
