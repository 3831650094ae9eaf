"""A fact is only as good as its check: with one safeguard taken away, its check says so."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from provisioning.connection import quoted
from tests.matrix.fact import Check
from tests.matrix.facts import administration, broker, gate
from tests.matrix.scene import BROKER, Scene

pytestmark = pytest.mark.keycloak

Sabotage = Callable[[Scene], AbstractContextManager[None]]


def put(path: str, changes: dict[str, Any]) -> Sabotage:
    """Other values at one address, for a while; `config` and `attributes` are merged."""

    @contextmanager
    def sabotage(scene: Scene) -> Iterator[None]:
        before = scene.admin.get(scene.base + path)
        merged = {
            name: {**before[name], **value} if isinstance(value, dict) else value
            for name, value in changes.items()
        }
        scene.admin.request("PUT", scene.base + path, {**before, **merged})
        try:
            yield
        finally:
            scene.admin.request("PUT", scene.base + path, before)

    return sabotage


def profile(attribute: str, changes: dict[str, Any]) -> Sabotage:
    """Another rule for one attribute, for a while."""

    @contextmanager
    def sabotage(scene: Scene) -> Iterator[None]:
        path = f"{scene.base}/users/profile"
        before = scene.admin.get(path)
        after = json.loads(json.dumps(before))
        (found,) = [item for item in after["attributes"] if item["name"] == attribute]
        found.update(changes)
        scene.admin.request("PUT", path, after)
        try:
            yield
        finally:
            scene.admin.request("PUT", path, before)

    return sabotage


def client(changes: dict[str, Any]) -> Sabotage:
    """The portal's client otherwise, for a while."""

    @contextmanager
    def sabotage(scene: Scene) -> Iterator[None]:
        (found,) = scene.admin.get(f"{scene.base}/clients?clientId=portal")
        with put(f"/clients/{found['id']}", changes)(scene):
            yield

    return sabotage


@contextmanager
def everybody_manages_their_account(scene: Scene) -> Iterator[None]:
    (account,) = scene.admin.get(f"{scene.base}/clients?clientId=account")
    role = scene.admin.get(f"{scene.base}/clients/{account['id']}/roles/manage-account")
    path = f"{scene.base}/roles/default-roles-{scene.policy.realm}/composites"
    scene.admin.request("POST", path, [role])
    try:
        with client({"fullScopeAllowed": True})(scene):
            yield
    finally:
        scene.admin.request("DELETE", path, [role])


@contextmanager
def auto_link(scene: Scene) -> Iterator[None]:
    alias = f"auto-{secrets.token_hex(4)}"
    flow = {"alias": alias, "providerId": "basic-flow", "topLevel": True, "builtIn": False}
    scene.admin.request("POST", f"{scene.base}/authentication/flows", flow)
    executions = f"{scene.base}/authentication/flows/{quoted(alias)}/executions"
    for provider in ("idp-create-user-if-unique", "idp-auto-link"):
        scene.admin.request("POST", f"{executions}/execution", {"provider": provider})
    for row in scene.admin.get(executions):
        scene.admin.request("PUT", executions, row | {"requirement": "ALTERNATIVE"})
    with put(f"/identity-provider/instances/{BROKER}", {"firstBrokerLoginFlowAlias": alias})(scene):
        yield


IDP = f"/identity-provider/instances/{BROKER}"
ACTION = "/authentication/required-actions/VERIFY_PROFILE"
OPEN: dict[str, Any] = {"permissions": {"view": ["admin", "user"], "edit": ["admin", "user"]}}

CASES: tuple[tuple[str, Sabotage, Check], ...] = (
    ("the action is off", put(ACTION, {"enabled": False}), gate.asked_in_the_same_sign_in),
    ("not asked later", put(ACTION, {"enabled": False}), gate.a_new_version_asks_everybody),
    ("any value", profile("agreement", {"validations": {}}), gate.other_values_are_refused),
    ("not required", profile("agreement", {"required": None}), gate.asked_in_the_same_sign_in),
    ("people write", profile("agreement_signed", OPEN), gate.the_form_writes_nothing_else),
    ("admins write", profile("iin", OPEN), gate.admins_cannot_accept),
    ("account rights", everybody_manages_their_account, gate.tokens_do_not_open_the_account),
    ("direct grants", client({"directAccessGrantsEnabled": True}), gate.no_other_grant),
    (
        "token exchange",
        client({"attributes": {"standard.token.exchange.enabled": "true"}}),
        gate.no_other_grant,
    ),
    ("no events", put("", {"eventsEnabled": False}), gate.accepting_leaves_evidence),
    ("auto-link", auto_link, broker.a_squatted_name_is_not_joined),
    (
        "no filter",
        put(IDP, {"config": {"filteredByClaim": "false"}}),
        broker.a_wrong_answer_signs_nobody_in,
    ),
    ("no PKCE", put(IDP, {"config": {"pkceEnabled": "false"}}), broker.keycloak_proves_itself),
    (
        "no signature",
        put(IDP, {"config": {"validateSignature": "false"}}),
        broker.keys_rotate_by_name,
    ),
    ("link only", put(IDP, {"linkOnly": True}), broker.the_first_sign_in_registers),
    ("stock flow", put("", {"browserFlow": "browser"}), broker.a_password_is_never_the_level_eds),
    (
        "stock flow after",
        put(IDP, {"postBrokerLoginFlowAlias": ""}),
        broker.the_button_reaches_the_level,
    ),
)


@pytest.mark.parametrize(
    ("sabotage", "check"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_a_safeguard_taken_away_is_seen(
    facts_realm: Scene, sabotage: Sabotage, check: Check
) -> None:
    with sabotage(facts_realm), pytest.raises((AssertionError, KeyError)):
        check(facts_realm)


def test_a_provisioner_that_sees_people_is_seen(facts_realm: Scene) -> None:
    admin = facts_realm.admin
    (account,) = admin.get("/realms/master/clients?clientId=tanba-provisioner")
    (management,) = admin.get("/realms/master/clients?clientId=facts-realm")
    user = admin.get(f"/realms/master/clients/{account['id']}/service-account-user")["id"]
    path = f"/realms/master/users/{user}/role-mappings/clients/{management['id']}"
    role = admin.get(f"/realms/master/clients/{management['id']}/roles/view-users")
    admin.request("POST", path, [role])
    try:
        with pytest.raises(AssertionError, match="GET users was permitted"):
            administration.the_provisioner_sees_nobody(facts_realm)
    finally:
        admin.request("DELETE", path, [role])
