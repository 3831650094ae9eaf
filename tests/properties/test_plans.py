"""Plans of realms at random, without a server: what one declares, one finds, and nothing else.

The same properties hold on a real Keycloak (tests/keycloak/test_property_policies.py); here they
are tried on many more realms, and a failure is shrunk.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.loader import load_policies
from provisioning.desired import build
from provisioning.diff import MASK
from provisioning.plan import ORDER, Change, Plan, plan
from provisioning.planfile import as_file, document_of
from provisioning.render import as_json, as_text
from provisioning.render_markdown import as_markdown
from provisioning.representation import objects_of
from provisioning.resources import Desired, Key, Kind, Live, merged, wire
from provisioning.survey import Surveyed
from tests.properties.drawing import SECRETS, Realm
from tests.properties.policies_at_random import as_policy, realms

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = "https://id.example.kz"
NAME = "at-random"
MANY = settings(max_examples=60, deadline=None)


def desired_of(realm: Realm) -> Desired:
    """Through the policy's file, as `tanba plan` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policy.yaml"
        file.write_text(as_policy(NAME, {"raw": realm}), encoding="utf-8")
        (policy,) = load_policies([file], environ=SECRETS)
        return build(policy, at=NOW)


def live_of(realm: Realm, *, seed: int) -> Live:
    """A server's answer that holds just that: its lists in any order, brokers' secrets masked."""
    held = _answered(realm, random.Random(seed))  # noqa: S311 - reproducible
    found = objects_of({"realm": NAME, **held})
    return Live(NAME, exists=True, objects=found.bodies, version="26.7.4")


_IN_ORDER = {"authenticationExecutions"}
_MASKED = {"clientSecret"}


def _answered(value: Any, order: random.Random, name: str = "") -> Any:
    if isinstance(value, Mapping):
        members = [(key, _answered(item, order, key)) for key, item in value.items()]
        return dict(_shuffled(members, order))
    if isinstance(value, list):
        items = [_answered(item, order) for item in value]
        return items if name in _IN_ORDER else _shuffled(items, order)
    if isinstance(value, str) and value.startswith("${env:"):
        return MASK if name in _MASKED else SECRETS[value[6:-1]]
    return value


def _shuffled(items: list[Any], order: random.Random) -> list[Any]:
    return order.sample(items, len(items))


def written(planned: Plan, live: Live) -> Live:
    """What a server that does exactly what it is told holds after the plan."""
    objects = dict(live.objects)
    for change in planned.changes:
        if change.body is None:
            del objects[change.key]
        else:
            objects[change.key] = merged(objects.get(change.key, {}), change.body)
    return replace(live, exists=True, objects=objects)


@MANY
@given(realms(), st.integers(0, 1000))
def test_a_realm_that_holds_what_is_declared_needs_nothing_in_whatever_order_it_answers(
    realm: Realm, seed: int
) -> None:
    assert plan(desired_of(realm), live_of(realm, seed=seed)).changes == ()


def _only_binds(change: Change) -> bool:
    """Whether the object only follows a flow that is built anew."""
    names = {re.split(r"\W", difference.path)[0] for difference in change.differences}
    ends = ("Flow", "FlowAlias", "FlowBindingOverrides")
    return change.action == "update" and all(name.endswith(ends) for name in names)


@MANY
@given(realms(), realms(), st.integers(0, 1000))
def test_what_a_plan_writes_is_all_that_was_missing(first: Realm, second: Realm, seed: int) -> None:
    live = live_of(first, seed=seed)
    wanted = desired_of(second)
    planned = plan(wanted, live)
    after = written(planned, live)
    assert plan(wanted, after).changes == ()
    touched = {change.key for change in planned.changes}
    declared = {resource.key for resource in wanted.resources}
    follows = [change for change in planned.changes if change.key not in declared]
    assert all(_only_binds(change) for change in follows)
    kept = {key: body for key, body in live.objects.items() if key not in touched}
    assert {key: after.objects[key] for key in kept} == kept


@MANY
@given(realms(), realms(), st.integers(0, 1000))
def test_a_plan_is_in_the_order_of_writing_and_names_an_object_once(
    first: Realm, second: Realm, seed: int
) -> None:
    planned = plan(desired_of(second), live_of(first, seed=seed))
    keys = [change.key for change in planned.changes]
    assert len(keys) == len(set(keys))
    created = [change.key for change in planned.changes if change.action == "create"]
    places = [ORDER[key.kind] for key in created if key.kind is not Kind.ROLE_COMPOSITES]
    assert places == sorted(places)
    again = plan(desired_of(second), live_of(first, seed=seed + 1))
    assert [change.key for change in again.changes] == keys


@MANY
@given(realms(), realms(), st.integers(0, 1000))
def test_no_plan_in_any_form_holds_a_secret(first: Realm, second: Realm, seed: int) -> None:
    desired, live = desired_of(second), live_of(first, seed=seed)
    planned = plan(desired, live)
    file = as_file(document_of([Surveyed(desired, live, planned)], server=SERVER, policies=["p"]))
    said = [
        repr(desired),
        repr(planned),
        as_text(planned),
        as_markdown([planned], server=SERVER),
        json.dumps(as_json([planned], server=SERVER), ensure_ascii=False),
        file,
    ]
    assert not [secret for secret in SECRETS.values() for text in said if secret in text]


def _leaves(desired: Desired) -> list[tuple[Key, tuple[str, ...]]]:
    """Values that stand in a map and are a truth value, a number or a text."""
    found: list[tuple[Key, tuple[str, ...]]] = []

    def walk(key: Key, value: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, Mapping):
            for name, item in value.items():
                walk(key, item, (*path, name))
        elif isinstance(value, bool | int | str) and path:
            found.append((key, path))

    for resource in desired.resources:
        walk(resource.key, resource.body, ())
    return found


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else f"{value} changed"


@MANY
@given(realms(), st.data())
def test_one_value_changed_in_keycloak_is_one_difference_that_names_it(
    realm: Realm, data: st.DataObject
) -> None:
    desired = desired_of(realm)
    leaves = _leaves(desired)
    if not leaves:
        return
    key, path = data.draw(st.sampled_from(leaves))
    objects = {r.key: wire(r.body) for r in desired.resources}
    holder = objects[key]
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = _other(holder[path[-1]])
    live = Live(NAME, exists=True, objects=objects)
    (change,) = plan(desired, live).changes
    (difference,) = change.differences
    assert (change.key, change.action) == (key, "update")
    assert re.sub(r"\W", "", difference.path) == re.sub(r"\W", "", ".".join(path))
    assert difference.before == holder[path[-1]]
