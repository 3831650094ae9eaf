"""Policies onto a real Keycloak: what is written, what is not, what is mended, what is refused."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from provisioning.apply import Progress, apply_plan, plan_realm
from provisioning.bootstrap import (
    PROVISIONER_CLIENT_ID,
    PROVISIONER_ROLES,
    create_missing_realms,
    delete_bootstrap_client,
    ensure_provisioner,
)
from provisioning.connection import Connection, quoted
from provisioning.desired import build
from provisioning.errors import (
    NotAuthenticatedError,
    NotPermittedError,
    ProvisioningError,
    RealmMissingError,
)
from provisioning.export import export_realms
from provisioning.keepers import allowed_values
from provisioning.ownership_flows import unfinished_name
from provisioning.resources import Desired, Kind
from tests.conftest import ROOT
from tests.keycloak.own_keycloak import (
    PLANTED,
    OwnKeycloak,
    Person,
    counting_proxy,
    form_action,
    own_keycloak,
    portals,
)

pytestmark = pytest.mark.keycloak

GRAIN, ARCHITECTURE = portals()
REALM = f"/realms/{GRAIN.realm}"
CALLBACK = "http://localhost:18101/callback"
CHALLENGE = {
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnKeycloak]:
    """A server with shells of both realms and the permanent service account."""
    with own_keycloak(tmp_path_factory.mktemp("apply")) as server:
        connection = server.bootstrap()
        realms = (GRAIN.realm, ARCHITECTURE.realm)
        assert create_missing_realms(connection, realms) == realms
        assert create_missing_realms(connection, realms) == ()
        ensure_provisioner(connection, realms=realms, secret=server.provisioner_secret)
        yield server


@pytest.fixture(scope="module")
def desired() -> Desired:
    """The first portal's declaration, now."""
    return build(GRAIN, at=datetime.now(UTC))


@pytest.fixture(scope="module")
def applied(keycloak: OwnKeycloak, desired: Desired) -> OwnKeycloak:
    """The server with the first realm applied by the account of few roles."""
    connection = keycloak.provisioner()
    apply_plan(connection, desired, plan_realm(connection, desired))
    return keycloak


def tanba(server: OwnKeycloak, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as an admin runs it."""
    return subprocess.run(
        [sys.executable, "-c", "from cli import main; main()", *arguments],
        cwd=ROOT,
        env=server.environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_service_account_may_not_touch_people_events_or_other_realms(
    keycloak: OwnKeycloak,
) -> None:
    connection = keycloak.provisioner()
    for path in (f"{REALM}/users", f"{REALM}/events", "/realms/master/clients"):
        with pytest.raises(NotPermittedError):
            connection.get(path)
    with pytest.raises(NotPermittedError):
        connection.request("DELETE", f"{REALM}/events")
    missing = build(GRAIN.model_copy(update={"realm": "not-there"}), at=datetime.now(UTC))
    planned = plan_realm(connection, missing)
    with pytest.raises(RealmMissingError, match="may not create one"):
        apply_plan(connection, missing, planned)


def test_nobody_can_sign_in_before_everything_is_in_place(
    keycloak: OwnKeycloak, desired: Desired
) -> None:
    connection, admin = keycloak.provisioner(), keycloak.bootstrap()
    enabled = []

    def look(progress: Progress) -> None:
        enabled.append((progress.change.key.kind, admin.get(REALM)["enabled"]))

    apply_plan(connection, desired, plan_realm(connection, desired), progress=look)
    assert enabled.pop() == (Kind.REALM, True)
    assert {state for _, state in enabled} == {False}


def test_a_second_apply_writes_nothing(applied: OwnKeycloak, desired: Desired) -> None:
    admin = applied.bootstrap()
    events = len(admin.get(f"{REALM}/admin-events?max=10000"))
    with counting_proxy(applied.url) as counted:
        connection = applied.provisioner(url=counted.url)
        planned = plan_realm(connection, desired)
        apply_plan(connection, desired, planned)
        assert planned.empty
        assert counted.writes == []
        assert len(counted.reads) < 40
        assert len(admin.get(f"{REALM}/admin-events?max=10000")) == events
        # Both counters do see a write when there is one, and one change is one write.
        connection.request("PUT", REALM, connection.get(REALM) | {"verifyEmail": False})
        repair = plan_realm(connection, desired)
        counted.writes.clear()
        apply_plan(connection, desired, repair)
        assert counted.writes == [f"PUT /admin{REALM}"]
        # Beside the lock's coming and going.
        assert [line.partition(" ")[0] for line in counted.own] == ["POST", "DELETE"]
    assert len(admin.get(f"{REALM}/admin-events?max=10000")) == events + 2 + len(counted.own)


Drift = Callable[[Connection], None]


def _put(path: str, changes: dict[str, Any]) -> Drift:
    def drift(admin: Connection) -> None:
        admin.request("PUT", REALM + path, admin.get(REALM + path) | changes)

    return drift


def _client(client_id: str, changes: dict[str, Any]) -> Drift:
    def drift(admin: Connection) -> None:
        client = _client_of(admin, client_id)
        admin.request("PUT", f"{REALM}/clients/{client['id']}", client | changes)

    return drift


def _client_of(admin: Connection, client_id: str) -> dict[str, Any]:
    return dict(admin.get(f"{REALM}/clients?clientId={client_id}")[0])


def _scope_of(admin: Connection, name: str) -> dict[str, Any]:
    return next(s for s in admin.get(f"{REALM}/client-scopes") if s["name"] == name)


def _extra_mapper(scope: str, name: str) -> Drift:
    def drift(admin: Connection) -> None:
        mapper = {
            "name": name,
            "protocol": "openid-connect",
            "protocolMapper": "oidc-usermodel-attribute-mapper",
            "config": {"user.attribute": "iin", "claim.name": "x", "access.token.claim": "true"},
        }
        path = f"{REALM}/client-scopes/{_scope_of(admin, scope)['id']}/protocol-mappers/models"
        admin.request("POST", path, mapper)

    return drift


def _broker_mapper(admin: Connection) -> None:
    mapper = {
        "name": "everybody-is-owner",
        "identityProviderAlias": "eds",
        "identityProviderMapper": "oidc-hardcoded-role-idp-mapper",
        "config": {"role": "offline_access", "syncMode": "FORCE"},
    }
    admin.request("POST", f"{REALM}/identity-provider/instances/eds/mappers", mapper)


def _default_role(admin: Connection) -> None:
    account = _client_of(admin, "account")
    role = admin.get(f"{REALM}/clients/{account['id']}/roles/manage-account")
    admin.request("POST", f"{REALM}/roles/default-roles-{GRAIN.realm}/composites", [role])


def _optional_scope(admin: Connection) -> None:
    portal, scope = _client_of(admin, "portal"), _scope_of(admin, "offline_access")
    path = f"{REALM}/clients/{portal['id']}/optional-client-scopes/{scope['id']}"
    admin.request("PUT", path)


def _profile(attribute: str, changes: dict[str, Any]) -> Drift:
    def drift(admin: Connection) -> None:
        profile = admin.get(f"{REALM}/users/profile")
        (found,) = [item for item in profile["attributes"] if item["name"] == attribute]
        found.update(changes)
        admin.request("PUT", f"{REALM}/users/profile", profile)

    return drift


def _accepted_by_default(admin: Connection) -> None:
    profile = admin.get(f"{REALM}/users/profile")
    (found,) = [item for item in profile["attributes"] if item["name"] == "agreement"]
    found["defaultValue"] = found["validations"]["options"]["options"][0]
    admin.request("PUT", f"{REALM}/users/profile", profile)


def _unmanaged_attributes(admin: Connection) -> None:
    profile = admin.get(f"{REALM}/users/profile")
    admin.request(
        "PUT", f"{REALM}/users/profile", profile | {"unmanagedAttributePolicy": "ENABLED"}
    )


def _requirement(admin: Connection) -> None:
    alias = quoted(admin.get(REALM)["browserFlow"])
    path = f"{REALM}/authentication/flows/{alias}/executions"
    condition = next(e for e in admin.get(path) if e["displayName"].endswith("forms eds"))
    admin.request("PUT", path, condition | {"requirement": "DISABLED"})


def _level(admin: Connection) -> None:
    alias = quoted(admin.get(REALM)["browserFlow"])
    rows = admin.get(f"{REALM}/authentication/flows/{alias}/executions")
    configured = [r["authenticationConfig"] for r in rows if r.get("authenticationConfig")]
    config = admin.get(f"{REALM}/authentication/config/{configured[0]}")
    config["config"]["loa-condition-level"] = "2"
    admin.request("PUT", f"{REALM}/authentication/config/{config['id']}", config)


def _weakened_behind_a_decoy(admin: Connection) -> None:
    """Right settings under the alias of weakened ones, in a flow of the attacker's own."""
    alias = quoted(admin.get(REALM)["browserFlow"])
    rows = admin.get(f"{REALM}/authentication/flows/{alias}/executions")
    config_id = next(r["authenticationConfig"] for r in rows if r.get("authenticationConfig"))
    real = admin.get(f"{REALM}/authentication/config/{config_id}")
    flows = f"{REALM}/authentication/flows"
    own = {"alias": "decoy", "providerId": "basic-flow", "topLevel": True, "builtIn": False}
    admin.request("POST", flows, own)
    provider = {"provider": "conditional-level-of-authentication"}
    admin.request("POST", f"{flows}/decoy/executions/execution", provider)
    (row,) = admin.get(f"{flows}/decoy/executions")
    decoy = {"alias": "decoy", "config": real["config"]}
    admin.request("POST", f"{REALM}/authentication/executions/{row['id']}/config", decoy)
    (row,) = admin.get(f"{flows}/decoy/executions")
    path = f"{REALM}/authentication/config/{row['authenticationConfig']}"
    admin.request("PUT", path, admin.get(path) | {"alias": real["alias"]})
    real["config"] = {**real["config"], "loa-max-age": "999999"}
    admin.request("PUT", f"{REALM}/authentication/config/{config_id}", real)


def _reset_without_a_letter(admin: Connection) -> None:
    alias = quoted(admin.get(REALM)["resetCredentialsFlow"])
    path = f"{REALM}/authentication/flows/{alias}/executions"
    letter = next(e for e in admin.get(path) if e["providerId"] == "reset-credential-email")
    admin.request("PUT", path, letter | {"requirement": "DISABLED"})


def _own_flow(admin: Connection) -> None:
    flows = admin.get(f"{REALM}/authentication/flows")
    builtin = next(flow["id"] for flow in flows if flow["alias"] == "browser")
    _client("portal", {"authenticationFlowBindingOverrides": {"browser": builtin}})(admin)


DRIFTS: list[tuple[str, Drift]] = [
    ("realm grain-receipts", _put("", {"verifyEmail": False})),
    ("realm grain-receipts", _put("", {"registrationAllowed": True})),
    ("realm grain-receipts", _put("", {"passwordPolicy": "length(4)"})),
    ("realm grain-receipts", _put("", {"browserFlow": "browser"})),
    ("realm grain-receipts", _put("", {"adminEventsDetailsEnabled": True})),
    (
        "required_action VERIFY_PROFILE",
        _put("/authentication/required-actions/VERIFY_PROFILE", {"enabled": False}),
    ),
    (
        "required_action UPDATE_PROFILE",
        _put("/authentication/required-actions/UPDATE_PROFILE", {"enabled": True}),
    ),
    (
        "identity_provider eds",
        _put("/identity-provider/instances/eds", {"trustEmail": True}),
    ),
    (
        "identity_provider eds",
        _put(
            "/identity-provider/instances/eds",
            {"firstBrokerLoginFlowAlias": "first broker login"},
        ),
    ),
    ("identity_provider_mapper eds/everybody-is-owner", _broker_mapper),
    ("client portal", _client("portal", {"directAccessGrantsEnabled": True})),
    ("client portal", _client("portal", {"secret": "another"})),
    ("client portal", _client("portal", {"redirectUris": ["*"]})),
    ("client portal", _own_flow),
    ("client admin-cli", _client("admin-cli", {"directAccessGrantsEnabled": True})),
    ("client_client_scopes portal", _optional_scope),
    ("client_scope_mapper eds-identity/more", _extra_mapper("eds-identity", "more")),
    ("client_scope_mapper basic/acr", _extra_mapper("basic", "acr")),
    ("client_scope_mapper profile/username", _extra_mapper("profile", "username")),
    ("role_composites default-roles-grain-receipts", _default_role),
    ("user_profile user-profile", _profile("iin", {"permissions": {"edit": ["user"]}})),
    ("user_profile user-profile", _profile("agreement", {"required": None})),
    ("user_profile user-profile", _accepted_by_default),
    ("user_profile user-profile", _unmanaged_attributes),
    ("flow tanba browser", _requirement),
    ("flow tanba browser", _level),
    ("flow tanba recovery", _reset_without_a_letter),
    ("realm grain-receipts", _put("", {"resetCredentialsFlow": "reset credentials"})),
    ("flow tanba browser", _weakened_behind_a_decoy),
]


@pytest.mark.parametrize(
    ("named", "drift"), DRIFTS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(DRIFTS)]
)
def test_what_was_changed_by_hand_is_seen_and_put_back(
    applied: OwnKeycloak, desired: Desired, named: str, drift: Drift
) -> None:
    drift(applied.bootstrap())
    connection = applied.provisioner()
    planned = plan_realm(connection, desired)
    assert [f"{c.key.kind} {c.key}"[: len(named)] for c in planned.changes] == [named]
    apply_plan(connection, desired, planned)
    assert plan_realm(connection, desired).empty


def test_a_flow_taken_apart_is_replaced_while_people_sign_in_by_it(
    applied: OwnKeycloak, desired: Desired
) -> None:
    admin, connection, person = applied.bootstrap(), applied.provisioner(), Person()
    begun = person.get(*_sign_in(applied))
    alias = admin.get(REALM)["browserFlow"]
    path = f"{REALM}/authentication/flows/{quoted(alias)}/executions"
    admin.request("POST", f"{path}/execution", {"provider": "deny-access-authenticator"})
    planned = plan_realm(connection, desired)
    assert {str(change.key.kind) for change in planned.changes} == {"flow", "realm"}
    apply_plan(connection, desired, planned)
    flows = {flow["alias"] for flow in admin.get(f"{REALM}/authentication/flows")}
    assert {alias, f"{alias} set aside 1"} <= flows
    assert admin.get(REALM)["browserFlow"] == alias
    assert plan_realm(connection, desired).empty
    answer = person.post(form_action(begun.text), {"username": "nobody@x.kz", "password": "x"})
    assert answer.status_code == 200
    assert 'id="kc-form-login"' in answer.text


def test_a_setting_nobody_declared_survives_a_write(applied: OwnKeycloak, desired: Desired) -> None:
    admin, connection = applied.bootstrap(), applied.provisioner()
    realm = admin.get(REALM)
    attributes = realm["attributes"] | {"theirs": "kept"}
    theirs = {"attributes": attributes, "otpPolicyDigits": 8, "verifyEmail": False}
    admin.request("PUT", REALM, realm | theirs)
    apply_plan(connection, desired, plan_realm(connection, desired))
    realm = admin.get(REALM)
    assert (realm["verifyEmail"], realm["otpPolicyDigits"]) == (True, 8)
    assert realm["attributes"]["theirs"] == "kept"


def test_another_smtp_password_is_noticed_though_it_cannot_be_read(applied: OwnKeycloak) -> None:
    connection = applied.provisioner()

    def declared(password: str) -> Desired:
        relay = {"user": "relay", "password": SecretStr(password), "encryption": "tls"}
        smtp = GRAIN.email.smtp.model_copy(update=relay)
        email = GRAIN.email.model_copy(update={"smtp": smtp})
        return build(GRAIN.model_copy(update={"email": email}), at=datetime.now(UTC))

    for password in (f"{PLANTED}-one", f"{PLANTED}-two"):
        planned = plan_realm(connection, declared(password))
        (change,) = planned.changes
        assert "attributes.tanba.smtp.password.fingerprint" in {d.path for d in change.differences}
        assert PLANTED not in repr(planned)
        apply_plan(connection, declared(password), planned)
        assert plan_realm(connection, declared(password)).empty
    desired = build(GRAIN, at=datetime.now(UTC))
    apply_plan(connection, desired, plan_realm(connection, desired))
    assert connection.get(REALM)["smtpServer"].get("auth") == "false"


def test_values_the_keeper_put_in_force_are_not_taken_back(
    applied: OwnKeycloak, desired: Desired
) -> None:
    admin, connection = applied.bootstrap(), applied.provisioner()
    before = admin.get(f"{REALM}/users/profile")
    newer = json.loads(json.dumps(before).replace('"1:kk:', '"2:kk:').replace('"1:ru:', '"2:ru:'))
    admin.request("PUT", f"{REALM}/users/profile", newer)
    _profile("iin", {"permissions": {"edit": ["user"]}})(admin)
    planned = plan_realm(connection, desired)
    assert planned.kept
    apply_plan(connection, desired, planned)
    after = admin.get(f"{REALM}/users/profile")
    values = allowed_values({"attributes": {a["name"]: a for a in after["attributes"]}})
    assert {value.split(":")[0] for value in values} == {"2"}
    iin = next(a for a in after["attributes"] if a["name"] == "iin")
    assert iin["permissions"]["edit"] == []
    admin.request("PUT", f"{REALM}/users/profile", before)


def test_interrupted_anywhere_the_next_run_finishes(keycloak: OwnKeycloak) -> None:
    connection = keycloak.provisioner()
    desired = build(ARCHITECTURE, at=datetime.now(UTC))

    class KilledError(Exception):
        pass

    total = len(plan_realm(connection, desired).changes)
    assert total > 50
    for writes in (1, 2, 3, 5, 8, 13):  # and a few more each time, which were under way

        def stop(progress: Progress, *, after: int = writes) -> None:
            if progress.done == after:
                raise KilledError

        with pytest.raises(KilledError):
            apply_plan(connection, desired, plan_realm(connection, desired), progress=stop)
        assert keycloak.bootstrap().get(f"/realms/{ARCHITECTURE.realm}")["enabled"] is False
    apply_plan(connection, desired, plan_realm(connection, desired))
    assert plan_realm(connection, desired).empty


def test_a_half_built_flow_is_thrown_away_and_built_again(
    applied: OwnKeycloak, desired: Desired
) -> None:
    admin, connection = applied.bootstrap(), applied.provisioner()
    alias = next(r.key.name for r in desired.resources if r.key.name.startswith("tanba after"))
    left = str(uuid.uuid4())
    half = unfinished_name(alias, left)
    flow = {"id": left, "alias": half, "providerId": "basic-flow", "topLevel": True}
    admin.request("POST", f"{REALM}/authentication/flows", flow | {"builtIn": False})
    executions = f"{REALM}/authentication/flows/{quoted(alias)}/executions"
    admin.request("POST", f"{executions}/execution", {"provider": "deny-access-authenticator"})
    apply_plan(connection, desired, plan_realm(connection, desired))
    flows = {item["alias"] for item in admin.get(f"{REALM}/authentication/flows")}
    assert alias in flows
    assert half not in flows
    assert plan_realm(connection, desired).empty


def _sign_in(server: OwnKeycloak, **more: str) -> tuple[str, dict[str, str]]:
    parameters = {
        "client_id": "portal",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": CALLBACK,
        **CHALLENGE,
        **more,
    }
    address = f"{server.url}/realms/{GRAIN.realm}/protocol/openid-connect/auth"
    return address, parameters


def test_the_sign_in_page_offers_the_eds_and_shows_the_agreement_as_it_is_hashed(
    applied: OwnKeycloak,
) -> None:
    version = GRAIN.agreements().posted(datetime.now(UTC))
    for language, text in (("kk", "kk"), ("ru", "ru"), ("en", "kk")):
        page = Person().get(*_sign_in(applied, ui_locales=language)).text
        assert f"/realms/{GRAIN.realm}/broker/eds/login" in page
        shown = re.search(r'id="tanba-footer-text"[^>]*>(.*?)</div>', page, re.DOTALL)
        assert shown is not None
        assert html.unescape(shown[1]).strip() == version.texts[text].text.strip()


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_challenge": "", "code_challenge_method": ""}, 302, "invalid_request"),
        ({"code_challenge_method": "plain"}, 302, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/../steal"}, 400, ""),
        ({"redirect_uri": "https://evil.example/callback"}, 400, ""),
        ({"response_type": "token"}, 302, "unauthorized_client"),
        ({"response_type": "code id_token"}, 302, "unauthorized_client"),
    ],
)
def test_a_sign_in_without_its_safeguards_is_refused(
    applied: OwnKeycloak, changes: dict[str, str], status: int, error: str
) -> None:
    address, parameters = _sign_in(applied)
    answer = Person().get(address, {k: v for k, v in (parameters | changes).items() if v})
    assert answer.status_code == status
    assert error in answer.headers.get("Location", "")
    assert "code=" not in answer.headers.get("Location", "").replace("error_code=", "")


@pytest.mark.parametrize(
    "grant",
    [
        "password",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:openid:params:grant-type:ciba",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
)
def test_no_other_grant_gives_the_portal_a_token(applied: OwnKeycloak, grant: str) -> None:
    url = f"{applied.url}/realms/{GRAIN.realm}/protocol/openid-connect/token"
    form = {
        "grant_type": grant,
        "client_id": "portal",
        "client_secret": PLANTED,
        "username": "a",
        "password": "b",
        "assertion": "e30.e30.",
        "subject_token": "e30.e30.",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "auth_req_id": "x",
        "device_code": "x",
    }
    answer = Person().post(url, form)
    assert answer.status_code in {400, 401}
    assert "token" not in answer.json()
    form |= {"client_id": "admin-cli", "client_secret": ""}
    assert Person().post(url, form).status_code in {400, 401}


PERSON = {
    "username": "p-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "email": "person@example.kz",
    "firstName": "Айгүл",
    "lastName": "Сапарова",
    "enabled": True,
    "emailVerified": True,
    "attributes": {"iin": ["900101300017"]},
}
NAMED = ("900101300017", "p-aaaaaaaaaaaaaaaaaaaaaaaaaa", "Айгүл", "Сапарова", "person@example.kz")


def test_an_ordinary_client_knows_people_by_sub_alone(
    applied: OwnKeycloak, desired: Desired
) -> None:
    admin, connection = applied.bootstrap(), applied.provisioner()
    admin.request("POST", f"{REALM}/clients", {"clientId": "ordinary", "publicClient": True})
    client = _client_of(admin, "ordinary")
    # Only the broker may write these, so the rule steps aside for a moment.
    for attribute in ("firstName", "lastName", "iin"):
        _profile(attribute, {"permissions": {"view": ["admin", "user"], "edit": ["admin"]}})(admin)
    admin.request("POST", f"{REALM}/users", PERSON)
    apply_plan(connection, desired, plan_realm(connection, desired))
    (user,) = admin.get(f"{REALM}/users?username={PERSON['username']}")
    profile = _scope_of(admin, "profile")
    path = f"{REALM}/clients/{client['id']}"
    admin.request("PUT", f"{path}/default-client-scopes/{profile['id']}")
    example = f"{path}/evaluate-scopes/generate-example"
    query = f"scope=openid&userId={user['id']}"
    for kind in ("access-token", "id-token", "userinfo"):
        claims = admin.get(f"{example}-{kind}?{query}")
        token = json.dumps(claims, ensure_ascii=False)
        assert user["id"] in token
        assert not [word for word in NAMED if word in token]
        # With rights at the account API the client could ask that for what its tokens lack.
        assert "account" not in claims.get("aud", ())
        assert "resource_access" not in claims
    portal = _client_of(admin, "portal")
    example = f"{REALM}/clients/{portal['id']}/evaluate-scopes/generate-example"
    token = admin.get(f"{example}-access-token?{query}")
    assert token["eds_sub"] == PERSON["username"]
    assert token["iin"] == "900101300017"
    assert token["name"] == "Айгүл Сапарова"
    assert "preferred_username" not in token
    assert "aud" not in token
    assert "resource_access" not in token


def test_neither_admins_nor_people_write_what_the_eds_proves(applied: OwnKeycloak) -> None:
    admin = applied.bootstrap()
    (user,) = admin.get(f"{REALM}/users?username={PERSON['username']}")
    with pytest.raises(Exception, match="400"):
        admin.request(
            "PUT", f"{REALM}/users/{user['id']}", user | {"attributes": {"iin": ["880202400022"]}}
        )
    stored = admin.get(f"{REALM}/users/{user['id']}")["attributes"]
    assert stored["iin"] == ["900101300017"]


def test_the_commands_say_what_differs_and_never_a_secret(applied: OwnKeycloak) -> None:
    policy = "policies/portals/grain-receipts"
    same = tanba(applied, "plan", policy)
    assert (same.returncode, same.stdout) == (0, "grain-receipts: as declared\n")
    _client("portal", {"secret": f"{PLANTED}-other"})(applied.bootstrap())
    other = tanba(applied, "plan", policy)
    assert other.returncode == 2
    assert 'secret: "**********" -> "**********"' in other.stdout
    as_json = tanba(applied, "plan", policy, "--format", "json")
    (realm,) = json.loads(as_json.stdout)["realms"]
    assert [change["name"] for change in realm["changes"]] == ["portal"]
    unasked = tanba(applied, "apply", policy)
    assert unasked.returncode == 1
    assert "--yes" in unasked.stderr
    done = tanba(applied, "apply", "--yes", policy)
    assert done.returncode == 0
    outputs = [same, other, as_json, unasked, done]
    said = "".join(output.stdout + output.stderr for output in outputs)
    assert PLANTED not in said
    assert applied.provisioner_secret.get_secret_value() not in said


def test_of_two_at_once_one_is_refused_and_all_ends_as_declared(
    applied: OwnKeycloak, desired: Desired
) -> None:
    admin = applied.bootstrap()
    _put("", {"verifyEmail": False})(admin)
    _default_role(admin)
    barrier, errors = threading.Barrier(2), list[ProvisioningError]()

    def run() -> None:
        connection = applied.provisioner()
        planned = plan_realm(connection, desired)
        barrier.wait()
        try:
            apply_plan(connection, desired, planned)
        except ProvisioningError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The first may be done before the second gets to know that it lives.
    (refused,) = errors
    assert refused.exit_code == 3
    assert refused.code in {"realm_locked", "realm_moved"}
    assert plan_realm(applied.provisioner(), desired).empty


def _plan_apply_and_export(connection: Connection, desired: Desired) -> None:
    apply_plan(connection, desired, plan_realm(connection, desired))
    export_realms(connection, [GRAIN], at=datetime.now(UTC))


@pytest.mark.parametrize("role", PROVISIONER_ROLES)
def test_one_role_fewer_is_too_few(applied: OwnKeycloak, desired: Desired, role: str) -> None:
    admin = applied.bootstrap()
    (client,) = admin.get(f"/realms/master/clients?clientId={PROVISIONER_CLIENT_ID}")
    (management,) = admin.get(f"/realms/master/clients?clientId={GRAIN.realm}-realm")
    account = admin.get(f"/realms/master/clients/{client['id']}/service-account-user")
    path = f"/realms/master/users/{account['id']}/role-mappings/clients/{management['id']}"
    (held,) = [item for item in admin.get(path) if item["name"] == role]
    admin.request("DELETE", path, [held])
    _put("/identity-provider/instances/eds", {"trustEmail": True})(admin)
    with pytest.raises(NotPermittedError) as caught:
        _plan_apply_and_export(applied.provisioner(), desired)
    assert role in caught.value.hint
    assert "docs/admin.md" in caught.value.hint
    admin.request("POST", path, [held])
    _plan_apply_and_export(applied.provisioner(), desired)
    assert plan_realm(applied.provisioner(), desired).empty


def test_afterwards_the_bootstrap_identity_is_gone(applied: OwnKeycloak) -> None:
    delete_bootstrap_client(applied.bootstrap())
    with pytest.raises(NotAuthenticatedError):
        applied.bootstrap().get("/realms/master")
    assert applied.provisioner().get(REALM)["enabled"] is True
