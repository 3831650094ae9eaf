"""Codes and client assertions that must not yield a token."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from eds_verifier.provider.client_keys import ClientKeys, ClientKeysError
from tests.unit.eds_verifier.provider.world import ARCHITECTURE, GRAIN, NOW, ORIGIN, World, query

EPOCH = int(NOW.timestamp())


def refused(answer: Any, error: str) -> None:
    assert answer.json().get("error") == error, answer.text
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.headers["cache-control"] == "no-store"
    assert "id_token" not in answer.text


def test_a_code_is_good_once(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    assert browser.redeem(code).status_code == 200
    refused(browser.redeem(code), "invalid_grant")


def test_of_parallel_redemptions_of_one_code_one_wins(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    forms = [browser.form(code) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda form: browser.client.post(f"/r/{GRAIN}/token", data=form), forms)
        )
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]


def test_of_parallel_finishes_of_one_sign_in_one_gets_a_code(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("daniyar-rsa-auth")
    browser.sign("daniyar-rsa-sign", browser.agreement())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: browser.finish(), range(6)))
    assert sum(answer.status_code == 303 for answer in answers) == 1


def test_a_code_ends_after_a_minute(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    world.clock.advance(seconds=60)
    refused(browser.redeem(code), "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"redirect_uri": "https://evil.test/"}, "invalid_grant"),
        ({"code": None}, "invalid_grant"),
        ({"code": "A" * 43}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"client_id": "portal"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_assertion": None}, "invalid_client"),
        ({"client_assertion": "x.y.z"}, "invalid_client"),
        ({"client_assertion_type": "other"}, "invalid_client"),
    ],
)
def test_a_request_that_does_not_fit_gets_no_token(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    browser = world.browser()
    form = {**browser.form(browser.to_code()), **changes}
    sent = {name: value for name, value in form.items() if value is not None}
    refused(browser.client.post(f"/r/{GRAIN}/token", data=sent), error)


def test_a_wrong_code_verifier_uses_the_code_up(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    browser.redeem(code, code_verifier="a" * 43)
    refused(browser.redeem(code), "invalid_grant")


def test_a_client_secret_in_the_header_or_a_repeated_parameter_is_refused(world: World) -> None:
    browser = world.browser()
    form = browser.form(browser.to_code())
    with_header = browser.client.post(
        f"/r/{GRAIN}/token", data=form, headers={"Authorization": "Basic a2V5OmtleQ=="}
    )
    refused(with_header, "invalid_client")
    repeated = browser.client.post(
        f"/r/{GRAIN}/token",
        content="code=a&code=b",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    refused(repeated, "invalid_request")
    as_json = browser.client.post(f"/r/{GRAIN}/token", json=form)
    refused(as_json, "invalid_request")
    assert browser.client.get(f"/r/{GRAIN}/token").status_code == 404


def test_an_assertion_is_good_once(world: World) -> None:
    browser = world.browser()
    assertion = world.assertion()
    first = browser.redeem(browser.to_code(), client_assertion=assertion)
    assert first.status_code == 200
    again = world.browser()
    refused(again.redeem(again.to_code(accept=None), client_assertion=assertion), "invalid_client")


def test_of_parallel_uses_of_one_assertion_one_wins(world: World) -> None:
    assertion = world.assertion()
    browser = world.browser()
    form = browser.form("A" * 43, client_assertion=assertion)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: browser.client.post(f"/r/{GRAIN}/token", data=form), range(8))
        )
    errors = sorted(answer.json()["error"] for answer in answers)
    assert errors == [*["invalid_client"] * 7, "invalid_grant"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "portal"},
        {"sub": "portal"},
        {"iss": None},
        {"aud": None},
        {"aud": "https://evil.test/token"},
        {"aud": [f"{ORIGIN}/r/{GRAIN}/token", "https://evil.test/token"]},
        {"aud": f"{ORIGIN}/r/{ARCHITECTURE}/token"},
        {"aud": f"{ORIGIN}/r/{ARCHITECTURE}"},
        {"exp": None},
        {"exp": EPOCH - 31},
        {"exp": EPOCH + 331},
        {"exp": str(EPOCH + 60)},
        {"exp": True},
        {"iat": EPOCH + 31},
        {"nbf": EPOCH + 31},
        {"nbf": "soon"},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 257},
        {"jti": 7},
    ],
)
def test_an_assertion_whose_claims_do_not_hold_is_refused(
    world: World, claims: dict[str, Any]
) -> None:
    # Signed by hand: the library that signs would refuse some of these itself.
    body = {
        "iss": "keycloak",
        "sub": "keycloak",
        "aud": f"{ORIGIN}/r/{GRAIN}/token",
        "exp": EPOCH + 60,
        "jti": "one",
        **claims,
    }
    payload = json.dumps({k: v for k, v in body.items() if v is not None}).encode()
    assertion = jwt.PyJWS().encode(
        payload, world.keycloak.keys[GRAIN], algorithm="RS256", headers={"kid": f"{GRAIN}-key"}
    )
    browser = world.browser()
    refused(browser.redeem("A" * 43, client_assertion=assertion), "invalid_client")


@pytest.mark.parametrize("audience", [f"{ORIGIN}/r/{GRAIN}", [f"{ORIGIN}/r/{GRAIN}/token"]])
def test_the_issuer_or_a_single_audience_in_a_list_is_taken(world: World, audience: Any) -> None:
    browser = world.browser()
    code = browser.to_code()
    assert browser.redeem(code, client_assertion=world.assertion(aud=audience)).status_code == 200


def test_an_assertion_signed_by_another_key_is_refused(world: World) -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    browser = world.browser()
    code = browser.to_code()
    refused(browser.redeem(code, client_assertion=world.assertion(key=stranger)), "invalid_client")
    unknown = world.assertion(key=stranger, kid="made-up")
    refused(browser.redeem(code, client_assertion=unknown), "invalid_client")
    assert browser.redeem(code).status_code == 200


def test_an_assertion_of_another_realms_keycloak_is_refused(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    other = world.assertion(ARCHITECTURE, aud=f"{ORIGIN}/r/{GRAIN}/token")
    refused(browser.redeem(code, client_assertion=other), "invalid_client")
    same_kid = world.assertion(ARCHITECTURE, kid=f"{GRAIN}-key", aud=f"{ORIGIN}/r/{GRAIN}/token")
    refused(browser.redeem(code, client_assertion=same_kid), "invalid_client")


def test_algorithms_none_and_hmac_with_the_public_key_are_refused(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    public = world.keycloak.keys[GRAIN].public_key()
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    _, payload, _ = world.assertion().split(".")
    none_header = jwt.utils.base64url_encode(
        json.dumps({"alg": "none", "typ": "JWT", "kid": f"{GRAIN}-key"}).encode()
    ).decode()
    for unsigned in (f"{none_header}.{payload}.", f"{none_header}.{payload}.AAAA"):
        refused(browser.redeem(code, client_assertion=unsigned), "invalid_client")
    forged_header = jwt.utils.base64url_encode(
        json.dumps({"alg": "HS256", "typ": "JWT", "kid": f"{GRAIN}-key"}).encode()
    ).decode()
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = mac.sign(f"{forged_header}.{payload}".encode(), pem)
    forged = f"{forged_header}.{payload}.{jwt.utils.base64url_encode(signature).decode()}"
    refused(browser.redeem(code, client_assertion=forged), "invalid_client")
    pss = world.assertion(algorithm="PS256")
    refused(browser.redeem(code, client_assertion=pss), "invalid_client")


def test_a_code_of_one_realm_is_refused_in_another(world: World) -> None:
    browser = world.browser()
    code = browser.to_code()
    other = world.browser(ARCHITECTURE)
    form = {**other.form(code), "code_verifier": browser.verifier}
    refused(other.client.post(f"/r/{ARCHITECTURE}/token", data=form), "invalid_grant")
    with_redirect = {
        **other.form(code, redirect_uri=browser.form(code)["redirect_uri"]),
        "code_verifier": browser.verifier,
    }
    refused(other.client.post(f"/r/{ARCHITECTURE}/token", data=with_redirect), "invalid_grant")
    assert browser.redeem(code).status_code == 200


def test_a_database_copy_opens_neither_a_sign_in_nor_a_code(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("daniyar-rsa-auth")
    browser.sign("daniyar-rsa-sign", browser.agreement())
    code = query(browser.finish())["code"]
    waiting = world.browser()
    waiting.to_agreement("madina-saulet-rsa-auth")
    with world.database.read() as connection:
        dump = "\n".join(
            str(row)
            for table in ("interactions", "codes", "challenges")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        )
    planted = ("851102399012", "881205499014", "190340991018", code, browser.verifier)
    cookies = (browser.client.cookies["tanba_eds"], waiting.client.cookies["tanba_eds"])
    assert [value for value in (*planted, *cookies) if value in dump] == []


def test_unknown_kids_do_not_turn_the_verifier_against_keycloak(world: World) -> None:
    asked: list[str] = []
    clock = [0.0]

    def fetch(url: str) -> bytes:
        asked.append(url)
        return world.keycloak.jwks(url)

    url = f"https://keycloak.test/realms/{GRAIN}/protocol/openid-connect/certs"
    keys = ClientKeys(url, fetch=fetch, monotonic=lambda: clock[0])
    assert keys.find(f"{GRAIN}-key") is not None
    for _ in range(20):
        assert keys.find("made-up") is None
    assert len(asked) == 1
    clock[0] = 6.0
    assert keys.find("made-up") is None
    assert len(asked) == 2


def test_a_new_signing_key_of_keycloak_is_found_by_its_kid(world: World) -> None:
    clock = [0.0]
    url = f"https://keycloak.test/realms/{GRAIN}/protocol/openid-connect/certs"
    served = {"kid": "old"}

    def fetch(asked: str) -> bytes:
        parsed = json.loads(world.keycloak.jwks(asked))
        parsed["keys"][0]["kid"] = served["kid"]
        return json.dumps(parsed).encode()

    keys = ClientKeys(url, fetch=fetch, monotonic=lambda: clock[0])
    assert keys.find("old") is not None
    served["kid"] = "new"
    clock[0] = 10.0
    assert keys.find("new") is not None
    assert keys.find("old") is None


def test_keys_that_cannot_be_fetched_again_are_forgotten_after_their_time(world: World) -> None:
    clock, up = [0.0], [True]
    url = f"https://keycloak.test/realms/{GRAIN}/protocol/openid-connect/certs"

    def fetch(asked: str) -> bytes:
        if not up[0]:
            raise ClientKeysError("down")
        return world.keycloak.jwks(asked)

    keys = ClientKeys(url, fetch=fetch, monotonic=lambda: clock[0])
    assert keys.find(f"{GRAIN}-key") is not None
    up[0], clock[0] = False, 200.0
    assert keys.find(f"{GRAIN}-key") is not None
    clock[0] = 400.0
    with pytest.raises(ClientKeysError):
        keys.find(f"{GRAIN}-key")


def test_when_keycloaks_keys_are_away_the_answer_says_so_and_the_code_lives(world: World) -> None:
    def fetch(_url: str) -> bytes:
        raise ClientKeysError("down")

    browser = world.browser()
    code = browser.to_code()
    away = world.with_realm(GRAIN, client_keys=ClientKeys("https://keycloak.test/x", fetch=fetch))
    later = away.browser()
    later.verifier = browser.verifier
    answer = later.redeem(code)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert browser.redeem(code).status_code == 200
