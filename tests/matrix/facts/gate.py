"""The agreement's gate: a required attribute of the user profile, asked for by VERIFY_PROFILE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import requests

from provisioning.errors import KeycloakRefusedError
from tests.matrix.fact import Facts
from tests.matrix.scene import GATE, Scene

GATE_FACTS = Facts()
fact = GATE_FACTS.fact

NEWER = ("7:kk:aaaaaaaaaaaaaaaa", "7:ru:bbbbbbbbbbbbbbbb")


@fact("Who has accepted nothing is asked in the same sign-in", rests="nobody gets in unasked")
def asked_in_the_same_sign_in(scene: Scene) -> None:
    account, person = scene.account(), scene.person()
    page = scene.by_password(person, account)
    assert page.has(GATE), page.said()
    assert person.submit(page.form(GATE), page.fields(GATE)).has(GATE)
    assert "agreement" not in scene.stored(account)


@fact(
    "A value that is not acceptable now is refused, whoever posts it",
    rests="no forged, stale or future version counts as accepted",
)
def other_values_are_refused(scene: Scene) -> None:
    account, person = scene.account(), scene.person()
    page = scene.by_password(person, account)
    right = scene.agreement
    for value in ("", "signed", NEWER[0], right[:-1], f"{right} ", f"{right}\n", right.upper()):
        page = scene.accept(person, page, agreement=value)
        assert page.has(GATE), f"{value!r}: {page.said()}"
        assert "agreement" not in scene.stored(account)
    page = scene.accept(person, page, agreement=right)
    assert "code" in page.answer, page.said()


@fact(
    "Accepting lets in, and leaves an event with its id, the value, the address and the session",
    rests="evidence of an acceptance by click, collected once",
)
def accepting_leaves_evidence(scene: Scene) -> None:
    account, person = scene.account(), scene.person()
    tokens = scene.tokens(scene.accept(person, scene.by_password(person, account)))
    assert tokens.id_claims["agreement"] == scene.agreement
    assert scene.stored(account)["agreement"] == [scene.agreement]
    found = scene.events(account, "UPDATE_PROFILE")
    assert len(found) == 1
    (event,) = found
    assert event["details"]["updated_agreement"] == scene.agreement
    assert event["details"]["code_id"] == tokens.id_claims["sid"]
    assert event["ipAddress"]
    assert event["id"]


@fact(
    "Nobody writes by the gate's form what the EDS proves, though its fields are sent along",
    rests="`agreement_signed` and `iin` mean that it was signed and proven",
)
def the_form_writes_nothing_else(scene: Scene) -> None:
    forged = {"agreement_signed": scene.agreement, "iin": "990101300017", "eds_serial": "1"}
    for name, value in forged.items():
        account, person = scene.account(), scene.person()
        page = scene.accept(person, scene.by_password(person, account), **{name: value})
        if page.has(GATE):  # refused as a whole
            page = scene.accept(person, page)
        assert "code" in page.answer, page.said()
        assert name not in scene.stored(account)


@contextmanager
def newer_version(scene: Scene) -> Iterator[None]:
    """Another version is in force for a while: one write."""
    path = f"{scene.base}/users/profile"
    before = scene.admin.get(path)
    after = json.loads(json.dumps(before))
    (agreement,) = [item for item in after["attributes"] if item["name"] == "agreement"]
    agreement["validations"]["options"]["options"] = list(NEWER)
    scene.admin.request("PUT", path, after)
    try:
        yield
    finally:
        scene.admin.request("PUT", path, before)


@fact(
    "One write of the profile asks everybody again, in live sessions too",
    rests="a new version is in force for everybody at one instant",
)
def a_new_version_asks_everybody(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    assert "code" in scene.by_password(person, account).answer
    assert "code" in scene.begin(person).answer
    with newer_version(scene):
        assert scene.begin(person, prompt="none").answer["error"] == "interaction_required"
        page = scene.begin(person)
        assert page.has(GATE), page.said()
        assert scene.accept(person, page, agreement=scene.agreement).has(GATE)
        page = scene.accept(person, scene.begin(person), agreement=NEWER[1])
        assert scene.tokens(page).id_claims["agreement"] == NEWER[1]


@fact(
    "Signing everybody out ends refresh tokens and codes that were not redeemed",
    rests="no session outlives the version it accepted (`sessions: end`)",
)
def signing_out_ends_tokens(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    tokens = scene.tokens(scene.by_password(person, account))
    assert scene.refreshed(tokens).ok
    unredeemed = scene.begin(person).answer["code"]
    scene.admin.request("POST", f"{scene.base}/logout-all")
    assert scene.refreshed(tokens).json()["error"] == "invalid_grant"
    answer = scene.token({"grant_type": "authorization_code", "code": unredeemed})
    assert answer.json()["error"] == "invalid_grant"
    assert scene.begin(person).has("kc-form-login")


@fact(
    "No admin writes `agreement`, `agreement_signed` or `iin` of an account that is there",
    rests="an acceptance or an IIN is not an admin's word",
)
def admins_cannot_accept(scene: Scene) -> None:
    account = scene.account()
    path = f"{scene.base}/users/{account.id}"
    user = scene.admin.get(path)
    for name, value in (
        ("agreement", scene.agreement),
        ("agreement_signed", scene.agreement),
        ("iin", "990101300017"),
    ):
        with suppress(KeycloakRefusedError):
            scene.admin.request("PUT", path, {**user, "attributes": {name: [value]}})
        assert name not in scene.stored(account)


@fact(
    "Other things of an account whose agreement is out of date are written all the same",
    rests="blocking somebody never waits for their acceptance",
)
def a_stale_account_can_be_blocked(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    path = f"{scene.base}/users/{account.id}"
    with newer_version(scene):
        scene.admin.request("PUT", path, {**scene.admin.get(path), "enabled": False})
        assert scene.by_password(person, account).has("kc-form-login")
    assert scene.stored(account)["agreement"] == [scene.agreement]


@fact(
    "A portal's token opens neither the account API nor any right there",
    rests="no portal accepts for its people behind the gate",
)
def tokens_do_not_open_the_account(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    tokens = scene.tokens(scene.by_password(person, account))
    assert "account" not in tokens.access_claims.get("aud", ())
    assert "resource_access" not in tokens.access_claims
    for method, body in (("GET", None), ("POST", {"attributes": {"agreement": [NEWER[0]]}})):
        answer = requests.request(
            method,
            f"{scene.url}/account",
            json=body,
            headers={
                "Authorization": f"Bearer {tokens.raw['access_token']}",
                "Accept": "application/json",
            },
            timeout=30,
        )
        assert answer.status_code in {401, 403}, answer.text


@fact(
    "No grant but the sign-in in a browser gives the portal a token",
    rests="token exchange, JWT grant, CIBA, device and direct grants would walk around the gate",
)
def no_other_grant(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    tokens = scene.tokens(scene.by_password(person, account))
    own = tokens.raw["access_token"]
    grants = {
        "password": {"username": account.email, "password": "Aqsu-2026-%-dala"},
        "client_credentials": {},
        "urn:ietf:params:oauth:grant-type:token-exchange": {
            "subject_token": own,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        },
        "urn:ietf:params:oauth:grant-type:jwt-bearer": {"assertion": own},
        "urn:openid:params:grant-type:ciba": {"auth_req_id": own},
        "urn:ietf:params:oauth:grant-type:device_code": {"device_code": own},
        "urn:ietf:params:oauth:grant-type:uma-ticket": {"audience": "portal"},
    }
    for grant, form in grants.items():
        answer = scene.token({"grant_type": grant, **form})
        assert answer.status_code in {400, 401, 403}, f"{grant}: {answer.text}"
        assert "access_token" not in answer.json(), grant
