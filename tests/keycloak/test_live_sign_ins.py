"""People sign in without end while the realm's flows change under them; nobody is turned away.

A change is made between a person's page and their password, between the password and the
agreement, and between two visits of one session. Continuing, Keycloak takes the flow that is bound
by then, not the one it began with: so what must let them in is the new flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from provisioning.apply import apply_plan, plan_realm
from provisioning.bootstrap import create_missing_realms, ensure_provisioner
from provisioning.connection import Connection
from provisioning.desired import build
from provisioning.keepers import PROFILE, allowed_values
from provisioning.plan import Plan
from provisioning.resources import Body, Desired, Key, Kind, Resource
from tests.keycloak.own_keycloak import OwnKeycloak, own_keycloak, portals
from tests.keycloak.signing_in import Crowd, Portal, SignIn, new_person

pytestmark = pytest.mark.keycloak

GRAIN, _ = portals()
CROWD = 2
"""How many sign in without end beside those who sign in around each change."""

DECLARED = build(GRAIN, at=datetime.now(UTC))
AGREEMENTS = allowed_values(DECLARED.get(PROFILE.kind, PROFILE.name))

Execution = dict[str, Any]


@contextmanager
def with_the_realm(folder: Path) -> Iterator[OwnKeycloak]:
    """A server with the portal's realm as its policy declares it."""
    with own_keycloak(folder) as server:
        connection = server.bootstrap()
        create_missing_realms(connection, [GRAIN.realm])
        secret = server.provisioner_secret
        ensure_provisioner(connection, realms=[GRAIN.realm], secret=secret)
        apply(server.provisioner(), DECLARED)
        yield server


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """That server."""
    with with_the_realm(tmp_path_factory.mktemp("sign-ins")) as server:
        yield server


def apply(connection: Connection, desired: Desired) -> Plan:
    """Bring the realm there; what that took."""
    planned = plan_realm(connection, desired)
    apply_plan(connection, desired, planned)
    return planned


def _browser_flow(desired: Desired) -> Resource:
    bound = desired.get(Kind.REALM, GRAIN.realm)["browserFlow"]
    return Resource(Key(Kind.FLOW, bound), desired.get(Kind.FLOW, bound))


def _with(desired: Desired, key: Key, body: Body) -> Desired:
    """With another body under that key; added where there was none."""
    rest = tuple(r for r in desired.resources if r.key != key)
    return replace(desired, resources=(*rest, Resource(key, body)))


def _steps(change: Callable[[tuple[Execution, ...]], tuple[Execution, ...]]) -> Desired:
    flow = _browser_flow(DECLARED)
    return _with(DECLARED, flow.key, {**flow.body, "executions": change(flow.body["executions"])})


def _everywhere(execution: Execution, change: Callable[[Execution], Execution]) -> Execution:
    inner = tuple(_everywhere(one, change) for one in execution.get("executions", ()))
    return change({**execution, **({"executions": inner} if inner else {})})


def _levels_last(seconds: int) -> Desired:
    """Values: how long a level is good for."""

    def changed(execution: Execution) -> Execution:
        config = execution.get("config", {})
        if config.get("loa-condition-level") != "1":
            return execution
        return {**execution, "config": {**config, "loa-max-age": str(seconds)}}

    return _steps(lambda steps: tuple(_everywhere(step, changed) for step in steps))


def _cookie(requirement: str) -> Desired:
    """Values: whether a session is enough."""
    return _steps(
        lambda steps: tuple(
            {**step, "requirement": requirement} if step.get("provider") == "auth-cookie" else step
            for step in steps
        )
    )


def _named(alias: str, desired: Desired) -> Desired:
    """Bindings: the same steps in another flow, bound instead."""
    flow = _browser_flow(desired)

    def renamed(execution: Execution) -> Execution:
        if "flow" not in execution:
            return execution
        return {**execution, "flow": execution["flow"].replace(flow.key.name, alias)}

    executions = tuple(_everywhere(step, renamed) for step in flow.body["executions"])
    realm = Key(Kind.REALM, GRAIN.realm)
    bound = {**desired.get(Kind.REALM, GRAIN.realm), "browserFlow": alias}
    without = tuple(r for r in desired.resources if r.key != flow.key)
    added = Resource(Key(Kind.FLOW, alias), {**flow.body, "executions": executions})
    return _with(replace(desired, resources=(*without, added)), realm, bound)


def _own(alias: str | None) -> Desired:
    """Bindings: the portal's client by a flow of its own, or by the realm's again."""
    client = Key(Kind.CLIENT, "portal")
    overrides = {"browser": alias, "direct_grant": None}
    body = DECLARED.get(client.kind, client.name)
    return _with(DECLARED, client, {**body, "authenticationFlowBindingOverrides": overrides})


_MORE = {"provider": "auth-spnego", "requirement": "DISABLED"}
_REFUSING = {
    "flow": "sign-ins for nobody",
    "requirement": "DISABLED",
    "executions": ({"provider": "deny-access-authenticator", "requirement": "REQUIRED"},),
}

CHANGES: list[tuple[str, Desired]] = [
    ("a value", _levels_last(35_999)),
    ("a step more", _steps(lambda steps: (*steps, _MORE))),
    ("a step fewer", DECLARED),
    ("another flow bound", _named("by another flow", DECLARED)),
    ("the first flow bound again", DECLARED),
    ("a subflow more", _steps(lambda steps: (*steps, _REFUSING))),
    ("other steps and values", _levels_last(35_000)),
    ("sessions not enough", _cookie("DISABLED")),
    ("sessions enough", DECLARED),
    ("other order", _steps(lambda steps: (steps[1], steps[0], *steps[2:]))),
    ("order as before", DECLARED),
    (
        "other order, bound under another name",
        _named("in another order", _steps(lambda steps: (steps[1], steps[0], *steps[2:]))),
    ),
    ("the name alone", _named("by another flow", DECLARED)),
    ("back", DECLARED),
    ("a flow of the client's own", _own("by another flow")),
    ("the realm's for the client too", _own(None)),
    ("a step before all others", _steps(lambda steps: (_MORE, *steps))),
    ("values again", _levels_last(36_000)),
    ("two steps more", _steps(lambda steps: (_MORE, *steps, _REFUSING))),
    ("as declared", DECLARED),
]


def test_nobody_who_signs_in_is_turned_away_by_twenty_changes_of_flows(
    keycloak: OwnKeycloak,
) -> None:
    admin, connection = keycloak.bootstrap(), keycloak.provisioner()
    portal = Portal(keycloak.url, GRAIN.realm, min(AGREEMENTS))
    emails = [new_person(admin, GRAIN.realm) for _ in range(CROWD + 1)]
    for email in emails:
        SignIn(portal, email).finish()
    ours = emails.pop()
    with Crowd(portal, tuple(emails)) as crowd:
        for number, (named, desired) in enumerate(CHANGES):
            at_page = SignIn(portal, ours)
            at_gate = SignIn(portal, new_person(admin, GRAIN.realm)) if number % 4 == 0 else None
            if at_gate is not None:
                at_gate.to_the_gate()
            inside = SignIn(portal, ours)
            token = inside.finish()
            planned = apply(connection, desired)
            kinds = {change.key.kind for change in planned.changes}
            assert kinds & {Kind.FLOW, Kind.REALM, Kind.CLIENT}, named
            at_page.finish()
            assert at_page.asked == 1, named
            if at_gate is not None:
                at_gate.finish()
                assert at_gate.asked == 1, named
            inside.refreshed(token)
            SignIn(portal, ours, inside.browser).finish()
    assert crowd.failures == []
    assert crowd.done["password typed 1"] == len(crowd.spans) > len(CHANGES), crowd.done


def test_there_are_twenty_of_every_sort() -> None:
    assert len(CHANGES) == 20
    assert len({named for named, _ in CHANGES}) == 20
