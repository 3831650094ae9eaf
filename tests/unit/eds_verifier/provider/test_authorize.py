"""Authorization requests that must not pass, and what is done with each."""

from __future__ import annotations

import html
import re

import pytest

from tests.unit.eds_verifier.provider.world import ARCHITECTURE, GRAIN, KEYCLOAK, World, query

ENDPOINT = f"{KEYCLOAK}/realms/{GRAIN}/broker/eds/endpoint"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "portal"},
        {"client_id": None},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": f"{ENDPOINT}/"},
        {"redirect_uri": f"{ENDPOINT}?x=1"},
        {"redirect_uri": f"{ENDPOINT}/../../../evil"},
        {"redirect_uri": f"{KEYCLOAK}/realms/{ARCHITECTURE}/broker/eds/endpoint"},
        {"redirect_uri": ENDPOINT.upper()},
        {"redirect_uri": None},
    ],
)
def test_a_foreign_client_or_redirect_gets_a_page_and_is_never_redirected(
    world: World, changes: dict[str, str | None]
) -> None:
    answer = world.browser().authorize(**changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert re.search(r"<code>[2-9A-Z]{4}-[2-9A-Z]{4}</code>", answer.text)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": "a\r\nSet-Cookie: x=1"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "x"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "surprise"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.test/r"}, "request_uri_not_supported"),
    ],
)
def test_every_other_mistake_goes_back_to_the_client(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    answer = world.browser().authorize(**changes)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{ENDPOINT}?")
    assert query(answer)["error"] == error
    assert query(answer).get("code") is None
    assert "set-cookie" not in answer.headers


def test_a_repeated_parameter_is_refused(world: World) -> None:
    browser = world.browser()
    pairs = [*browser.parameters().items(), ("nonce", "another")]
    answer = browser.client.get(f"/r/{GRAIN}/authorize", params=pairs)
    assert query(answer)["error"] == "invalid_request"
    twice = [*browser.parameters().items(), ("redirect_uri", "https://evil.test/")]
    assert browser.client.get(f"/r/{GRAIN}/authorize", params=twice).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"prompt": "login"},
        {"max_age": "0"},
        {"acr_values": "eds"},
        {"display": "page", "foo": "bar"},
        {"login_hint": "somebody@mail.test"},
    ],
)
def test_what_keycloak_may_add_is_tolerated(world: World, changes: dict[str, str | None]) -> None:
    answer = world.browser().authorize(**changes)
    assert answer.headers["location"].startswith(f"/r/{GRAIN}/sign-in/")


def test_the_request_may_be_posted(world: World) -> None:
    browser = world.browser()
    answer = browser.client.post(f"/r/{GRAIN}/authorize", data=browser.parameters())
    assert answer.headers["location"].startswith(f"/r/{GRAIN}/sign-in/")


def test_an_unknown_realm_is_not_found(world: World) -> None:
    assert world.browser().client.get("/r/other/authorize").status_code == 404
    assert world.browser().client.post("/r/other/token").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "browser_languages", "expected"),
    [
        ("ru", "", "ru"),
        ("en-GB ru", "", "en"),
        ("fr KK", "", "kk"),
        ("", "fr-FR, ru;q=0.8", "ru"),
        ("", "", "kk"),
        ("'\"><script>", "de", "kk"),
    ],
)
def test_the_page_speaks_the_persons_language(
    world: World, wanted: str, browser_languages: str, expected: str
) -> None:
    browser = world.browser()
    browser.client.headers["accept-language"] = browser_languages
    browser.authorize(ui_locales=wanted)
    page = browser.client.get(browser.page).text
    assert f'<html lang="{expected}">' in page


@pytest.mark.parametrize("place", ["ui_locales", "login_hint", "state", "nonce", "prompt"])
def test_script_in_a_parameter_reaches_no_page(world: World, place: str) -> None:
    attack = "\"'><script>alert(1)</script>"
    browser = world.browser()
    browser.authorize(**{place: attack})
    for address in (browser.page or f"/r/{GRAIN}/authorize", f"/r/{GRAIN}/authorize"):
        text = browser.client.get(address, params={"lang": attack, "text": attack}).text
        assert "<script>alert" not in text


def test_script_in_the_portals_name_is_text(world: World) -> None:
    name = "<script>alert(1)</script>&\"'"
    policy = world.realm().policy
    names = policy.names.model_copy(update={"ru": name})
    changed = world.with_realm(GRAIN, policy=policy.model_copy(update={"names": names}))
    browser = changed.browser()
    browser.authorize()
    page = browser.client.get(browser.page).text
    assert "<script>alert" not in page
    assert html.escape(name, quote=False) in html.unescape(page).replace(
        name, html.escape(name, quote=False)
    )
    assert f"Portal: {name}\n" in browser.challenge()["text"]


def test_the_cookie_is_bound_to_the_realm_and_out_of_reach_of_scripts(world: World) -> None:
    cookie = world.browser().authorize().headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert parts == {f"path=/r/{GRAIN}", "httponly", "samesite=lax", "secure"}


def test_every_page_forbids_inline_script_frames_foreign_requests_and_caching(
    world: World,
) -> None:
    browser = world.browser()
    browser.authorize()
    answer = browser.client.get(browser.page)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' wss://127.0.0.1:13579;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert " style=" not in answer.text
    assert re.findall(r"<script(?! src=\"/static/)", answer.text) == []
    assert re.findall(r" on[a-z]+=", answer.text) == []


def test_only_our_own_files_are_served_and_may_be_cached(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    page = browser.client.get(browser.page).text
    addresses = set(re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", page))
    assert len(addresses) == 3
    for address in addresses:
        answer = browser.client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert browser.client.get("/static/0000000000000000/eds.js").status_code == 404
    assert browser.client.get("/static/x/../../settings.py").status_code == 404


def test_a_browser_holds_a_bounded_number_of_open_sign_ins(world: World) -> None:
    browser = world.browser()
    pages = []
    for _ in range(9):
        browser.authorize()
        pages.append(browser.page)
        world.clock.advance(seconds=1)
    statuses = [browser.client.get(page).status_code for page in pages]
    assert statuses == [404, *[200] * 8]


def test_a_request_longer_than_any_real_one_is_refused(world: World) -> None:
    answer = world.browser().authorize(foo="x" * 20_000)
    assert answer.status_code == 414
