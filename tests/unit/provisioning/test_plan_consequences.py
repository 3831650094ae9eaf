"""Whom a change touches and what a delete takes for good, by the table."""

from __future__ import annotations

from typing import Any

import pytest

from provisioning.apply import LossRefusedError, require_no_loss
from provisioning.diff import Difference
from provisioning.plan import Action, Change, Plan
from provisioning.plan_consequences import (
    LOST,
    RETURNS,
    RULES,
    Touched,
    consequences,
    losses,
    lost,
)
from provisioning.resources import Key, Kind


def change(kind: Kind, path: str = "", action: Action = "update") -> Change:
    body: dict[str, Any] | None = None if action == "delete" else {}
    return Change(action, Key(kind, "x"), (Difference(path, "a", "b"),), body)


def of(only: Change, *, creates_realm: bool = False) -> Plan:
    return Plan("r", creates_realm, (only,))


TOUCHING: list[tuple[Kind, str, Touched, str]] = [
    (Kind.REALM, "browserFlow", Touched.SIGN_INS, "newly bound flow"),
    (Kind.REALM, "enabled", Touched.SIGN_INS, "sign in at all"),
    (Kind.REALM, "ssoSessionMaxLifespan", Touched.SESSIONS, "held to the new limits"),
    (Kind.REALM, "ssoSessionIdleTimeout", Touched.SESSIONS, "held to the new limits"),
    (Kind.REALM, "accessTokenLifespan", Touched.SESSIONS, "Access tokens"),
    (Kind.REALM, "failureFactor", Touched.SIGN_INS, "Failed sign-ins"),
    (Kind.REALM, "passwordPolicy", Touched.SIGN_INS, "next password"),
    (Kind.FLOW, "executions[0].requirement", Touched.SIGN_INS, "next step"),
    (Kind.IDENTITY_PROVIDER, "firstBrokerLoginFlowAlias", Touched.SIGN_INS, "newly bound"),
    (Kind.IDENTITY_PROVIDER, "config.authorizationUrl", Touched.SIGN_INS, "begin again"),
    (Kind.IDENTITY_PROVIDER_MAPPER, "config.claim", Touched.SIGN_INS, "next EDS sign-in"),
    (Kind.REQUIRED_ACTION, "enabled", Touched.SIGN_INS, "asked at their next sign-in"),
    (Kind.USER_PROFILE, "attributes.agreement", Touched.SIGN_INS, "new profile"),
    (Kind.CLIENT, "redirectUris", Touched.SIGN_INS, "no longer listed"),
    (Kind.CLIENT, "secret", Touched.SIGN_INS, "new secret"),
    (Kind.CLIENT, "directAccessGrantsEnabled", Touched.SIGN_INS, "ways to a token"),
    (Kind.CLIENT, "fullScopeAllowed", Touched.SESSIONS, "other claims"),
    (Kind.CLIENT_SCOPE_MAPPER, "config.claim.name", Touched.SESSIONS, "other claims"),
    (Kind.ROLE_COMPOSITES, "realm", Touched.SESSIONS, "Every account"),
]


@pytest.mark.parametrize(
    ("kind", "path", "touched", "words"), TOUCHING, ids=[f"{r[0]} {r[1]}" for r in TOUCHING]
)
def test_a_change_that_people_feel_says_so(
    kind: Kind, path: str, touched: Touched, words: str
) -> None:
    only = change(kind, path)
    found = consequences(of(only), only)
    assert [(item.touched, words in item.sentence) for item in found] == [(touched, True)]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Kind.REALM, "displayName"),
        (Kind.REALM, "smtpServer.host"),
        (Kind.REALM, "adminEventsEnabled"),
        (Kind.CLIENT, "name"),
        (Kind.ROLE, "description"),
        (Kind.LOCALIZATION, "anyText"),
    ],
)
def test_a_change_that_nobody_feels_says_nothing(kind: Kind, path: str) -> None:
    only = change(kind, path)
    assert consequences(of(only), only) == ()


def test_in_a_realm_that_is_being_made_nobody_is_touched() -> None:
    only = change(Kind.REALM, "enabled", "create")
    assert consequences(of(only), only) != ()
    assert consequences(of(only, creates_realm=True), only) == ()


def test_every_rule_is_reached_by_some_change() -> None:
    for rule in RULES:
        for path in rule.paths or ("",):
            only = change(rule.kind, path, rule.actions[-1])
            found = [item.sentence for item in consequences(of(only), only)]
            assert rule.sentence in found


@pytest.mark.parametrize("kind", list(Kind), ids=str)
def test_a_delete_loses_something_unless_the_table_knows_better(kind: Kind) -> None:
    gone = lost(change(kind, action="delete"))
    assert (gone is None) == (kind in RETURNS)
    assert lost(change(kind, action="update")) is None
    assert not RETURNS & LOST.keys()


@pytest.mark.parametrize("kind", sorted(set(Kind) - RETURNS), ids=str)
def test_a_plan_that_loses_something_is_refused_naming_it(kind: Kind) -> None:
    planned = of(change(kind, action="delete"))
    assert len(losses(planned)) == 1
    with pytest.raises(LossRefusedError, match=f"{kind} x") as caught:
        require_no_loss(planned)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("kind", sorted(RETURNS), ids=str)
def test_a_plan_that_only_takes_mappers_away_is_not(kind: Kind) -> None:
    require_no_loss(of(change(kind, action="delete")))
