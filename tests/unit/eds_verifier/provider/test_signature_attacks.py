"""Signatures that must not sign anybody in or accept anything."""

from __future__ import annotations

import base64
import contextlib
import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from eds_verifier.pages.render import LANGUAGES, messages
from eds_verifier.provider.errors import Problem
from eds_verifier.provider.signature import decode_cms
from eds_verifier.service import SignatureService
from eds_verifier.store import acceptances
from stand.signing.cms import sign_cms
from tests.unit.eds_verifier.provider.world import (
    ARCHITECTURE,
    GRAIN,
    PAGE_HEADERS,
    Browser,
    World,
)


def signed(world: World) -> tuple[str, ...]:
    with world.database.read() as connection:
        return acceptances.ids(connection, realm=GRAIN)


def refused(answer: Any, state: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["state"] == state, answer.text
    assert answer.status_code >= 400


@pytest.mark.parametrize(
    ("credential", "state"),
    [
        ("timur-rsa-auth", "expired"),
        ("timur-gost-sign", "expired"),
        ("saule-rsa-auth", "revoked"),
        ("ruslan-gost-sign", "suspended"),
        ("system-astyq-gost-sign", "information_system"),
    ],
)
def test_a_certificate_that_does_not_hold_is_explained(
    world: World, credential: str, state: str
) -> None:
    browser = world.browser()
    browser.authorize()
    refused(browser.sign(credential), state)
    assert browser.finish().status_code == 409


def test_when_nobody_answers_about_revocation_nobody_is_let_in(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    world.fetcher.down = True
    answer = browser.sign("aizhan-rsa-auth")
    refused(answer, "revocation_unavailable")
    assert answer.status_code == 503
    assert browser.finish().status_code == 409


def page_of(world: World) -> str:
    browser = world.browser()
    text: str = browser.client.get(browser.authorize().headers["location"]).text
    return text


def test_the_page_says_since_when_the_authority_is_silent_and_what_works_meanwhile(
    world: World,
) -> None:
    assert 'class="outage"' not in page_of(world)
    browser = world.browser()
    browser.authorize()
    world.fetcher.down = True
    assert browser.sign("aizhan-rsa-auth").json()["since"] == "17:00"  # 12:00 UTC in Almaty
    world.clock.advance(hours=20)
    silent = page_of(world)
    assert " 23.11.2026 17:00.</strong>" in silent
    assert any(messages(language)["outage"]["password"] in silent for language in LANGUAGES)
    world.fetcher.down = False
    world.browser().to_agreement()
    assert 'class="outage"' not in page_of(world)


def test_every_page_says_that_a_test_authority_is_trusted(world: World) -> None:
    store = world.realm().judge._trust  # type: ignore[attr-defined]
    tests = tuple(replace(authority, unsafe_test=True) for authority in store.authorities)
    judge = SignatureService(replace(store, authorities=tests), world.fetcher)
    page = page_of(world.with_realm(GRAIN, judge=judge))
    assert any(messages(language)["unsafe"]["test_trust"] in page for language in LANGUAGES)


def test_another_authoritys_certificate_is_refused(world: World) -> None:
    judge = world.realm().judge
    store = judge._trust  # type: ignore[attr-defined]
    kept = tuple(a for a in store.authorities if "rsa" not in a.name)
    other = type(judge)(replace(store, authorities=kept), world.fetcher)  # type: ignore[call-arg]
    browser = world.with_realm(GRAIN, judge=other).browser()
    browser.authorize()
    refused(browser.sign("aizhan-rsa-auth"), "untrusted")


def test_a_kind_of_holder_the_portal_does_not_take_is_refused(world: World) -> None:
    browser = world.with_policy(GRAIN, eds={"subjects": ("individual",)}).browser()
    browser.authorize()
    refused(browser.sign("madina-saulet-rsa-auth"), "wrong_subject_type")


def test_a_signature_is_good_once(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    signature = world.sign(given["text"].encode(), "timur-rsa-auth")
    refused(browser.send(given["challenge"], signature), "expired")
    refused(browser.send(given["challenge"], signature), "challenge_used")


def test_a_captured_signature_signs_nobody_in_elsewhere(world: World) -> None:
    victim, thief = world.browser(), world.browser()
    victim.authorize()
    thief.authorize()
    captured = victim.challenge()
    signature = world.sign(captured["text"].encode(), "aizhan-rsa-auth")
    refused(thief.send(captured["challenge"], signature), "challenge_used")
    own = thief.challenge()
    refused(thief.send(own["challenge"], signature), "content_mismatch")


def test_asking_anew_makes_the_former_challenge_worthless(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    former = browser.challenge()
    browser.challenge()
    signature = world.sign(former["text"].encode(), "aizhan-rsa-auth")
    refused(browser.send(former["challenge"], signature), "challenge_used")


def test_a_challenge_ends_after_five_minutes(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    signature = world.sign(given["text"].encode(), "aizhan-rsa-auth")
    world.clock.advance(seconds=300)
    refused(browser.send(given["challenge"], signature), "challenge_expired")


def test_a_challenge_of_another_realm_is_refused(world: World) -> None:
    grain, architecture = world.browser(), world.browser(ARCHITECTURE)
    grain.authorize()
    architecture.authorize()
    given = architecture.challenge()
    signature = world.sign(given["text"].encode(), "aizhan-rsa-auth")
    refused(grain.send(given["challenge"], signature), "challenge_used")
    own = grain.challenge()
    refused(grain.send(own["challenge"], signature), "content_mismatch")


def test_another_browser_cannot_go_on_with_a_sign_in(world: World) -> None:
    owner, other = world.browser(), world.browser()
    owner.to_agreement()
    other.authorize()
    other.page = owner.page
    assert other.client.get(other.page).status_code == 404
    assert other.finish().status_code == 404
    refused(other.post("challenge", {}), "session_lost")
    refused(other.post("decline", {}), "session_lost")
    other.client.cookies.clear()
    assert other.client.get(other.page).status_code == 404


def test_a_cookie_of_one_realm_opens_nothing_in_another(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    secret = browser.client.cookies["tanba_eds"]
    page = browser.page.replace(GRAIN, ARCHITECTURE)
    browser.client.cookies.set("tanba_eds", secret, path=f"/r/{ARCHITECTURE}")
    assert browser.client.get(page).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"X-Tanba-Page": ""},
        {"Content-Type": "text/plain"},
    ],
)
def test_another_sites_page_can_post_nothing(world: World, headers: dict[str, str]) -> None:
    browser = world.browser()
    browser.to_agreement()
    for name in ("challenge", "signature", "decline", "trouble"):
        assert browser.post(name, {}, **headers).status_code in {403, 415}
    assert browser.post("challenge", {"agreement": browser.agreement()}).status_code == 200


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '"x"', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(world: World, body: str) -> None:
    browser = world.browser()
    browser.authorize()
    answer = browser.client.post(f"{browser.page}/signature", content=body, headers=PAGE_HEADERS)
    assert answer.status_code == 400


def test_a_huge_body_is_refused_before_it_is_read(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    answer = browser.post("signature", {"signature": "A" * 2_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("value", ["", "%%%", 7, None, "AAAA", "-----BEGIN CMS-----", "Қол"])
def test_a_signature_that_is_none_is_refused(world: World, value: Any) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    refused(browser.send(given["challenge"], value), "signature_invalid")


def test_pem_armour_and_line_breaks_are_taken(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    plain = world.sign(given["text"].encode(), "aizhan-rsa-auth")
    lines = "\r\n".join(plain[at : at + 64] for at in range(0, len(plain), 64))
    armoured = f"-----BEGIN CMS-----\r\n{lines}\r\n-----END CMS-----\r\n"
    assert browser.send(given["challenge"], armoured).status_code == 200


def test_a_detached_signature_of_the_challenge_is_as_good(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    signer = world.ca.credential("aizhan-rsa-auth").signer
    cms = sign_cms(given["text"].encode(), signer=signer, at=world.clock(), encapsulate=False)
    answer = browser.send(given["challenge"], base64.b64encode(cms).decode())
    assert answer.status_code == 200


def _other_portal(text: str) -> str:
    return text.replace("grain-receipts", "e-architecture")


def _later(text: str) -> str:
    return text.replace("Expires: 2026", "Expires: 2036")


@pytest.mark.parametrize(
    "change", [_other_portal, _later, lambda text: text + "\n", lambda text: text.strip()]
)
def test_any_other_text_than_the_challenge_is_refused(
    world: World, change: Callable[[str], str]
) -> None:
    browser = world.browser()
    browser.authorize()
    given = browser.challenge()
    signature = world.sign(change(given["text"]).encode(), "aizhan-rsa-auth")
    refused(browser.send(given["challenge"], signature), "content_mismatch")


def test_the_hinted_person_alone_can_sign_in_and_nobody_else_leaves_a_trace(world: World) -> None:
    sub = world.realm().keys.subject("900314499010")
    browser = world.browser()
    browser.authorize(login_hint=sub)
    refused(browser.sign("madina-rsa-auth"), "another_person")
    assert browser.finish().status_code == 409
    assert browser.sign("aizhan-rsa-auth").status_code == 200
    assert signed(world) == ()


@pytest.mark.parametrize("hint", ["p-", "p-x", "p-" + "a" * 26, "p-'; drop table codes;--"])
def test_a_hint_that_looks_like_a_person_but_is_none_lets_nobody_in(
    world: World, hint: str
) -> None:
    browser = world.browser()
    browser.authorize(login_hint=hint)
    refused(browser.sign("aizhan-rsa-auth"), "another_person")


def test_another_persons_signature_accepts_nothing(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("aizhan-rsa-auth")
    refused(browser.sign("madina-gost-sign", browser.agreement()), "another_person")
    assert signed(world) == ()
    assert browser.finish().headers["location"] == browser.page


def test_an_acceptance_takes_the_signing_key_alone(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    refused(browser.sign("aizhan-rsa-auth", browser.agreement()), "wrong_key_sign")
    assert signed(world) == ()


def test_a_sign_in_document_accepts_nothing(world: World) -> None:
    first, second = world.browser(), world.browser()
    first.authorize()
    sign_in = first.challenge()
    second.to_agreement("aizhan-gost-sign")
    asked = second.challenge(second.agreement())
    signature = world.sign(sign_in["text"].encode(), "aizhan-gost-sign")
    refused(second.send(asked["challenge"], signature), "content_mismatch")
    assert signed(world) == ()


def test_an_acceptance_document_signs_nobody_in(world: World) -> None:
    first, second = world.browser(), world.browser()
    first.to_agreement("aizhan-gost-sign")
    acceptance = first.challenge(first.agreement())
    second.authorize()
    given = second.challenge()
    signature = world.sign(acceptance["text"].encode(), "aizhan-gost-sign")
    refused(second.send(given["challenge"], signature), "content_mismatch")
    refused(second.send(acceptance["challenge"], signature), "challenge_used")


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("Agreement: 1", "Agreement: 2"),
        ("Agreement-Language: kk", "Agreement-Language: ru"),
        ("Agreement-SHA-256: ", "Agreement-SHA-256: 0"),
        ("Agreement-Form: 1", "Agreement-Form: 2"),
    ],
)
def test_a_changed_version_language_or_hash_accepts_nothing(
    world: World, line: str, changed: str
) -> None:
    browser = world.browser()
    browser.to_agreement()
    given = browser.challenge(browser.agreement("kk"))
    assert line in given["text"]
    signature = world.sign(given["text"].replace(line, changed).encode(), "aizhan-gost-sign")
    refused(browser.send(given["challenge"], signature), "content_mismatch")
    assert signed(world) == ()


@pytest.mark.parametrize(
    "shown",
    [
        {"version": 2},
        {"version": "1"},
        {"language": "en"},
        {"language": "ru"},
        {"sha256": "0" * 64},
        {"sha256": None},
    ],
)
def test_a_page_that_showed_another_text_gets_no_challenge(
    world: World, shown: dict[str, Any]
) -> None:
    browser = world.browser()
    browser.to_agreement()
    answer = browser.post("challenge", {"agreement": {**browser.agreement("kk"), **shown}})
    refused(answer, "agreement_changed")


def test_an_acceptance_needs_the_text_to_be_named(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    refused(browser.post("challenge", {}), "generic")


def test_a_text_replaced_while_it_was_signed_is_not_accepted(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    given = browser.challenge(browser.agreement())
    signature = world.sign(given["text"].encode(), "aizhan-gost-sign")
    replaced = with_second_version(world)
    later = Browser(replaced, GRAIN)
    later.client.cookies = browser.client.cookies
    later.page = browser.page
    refused(later.send(given["challenge"], signature), "agreement_changed")
    assert signed(world) == ()


def with_second_version(world: World) -> World:
    """The grain receipts with a second version, posted and in force a minute ago."""
    agreements = world.realm().agreements
    first = agreements.versions[0]
    minute_ago = world.clock() - timedelta(minutes=1)
    texts = {
        language: type(text).from_source(2, language, text.text + "Тағы бір сөйлем.\n")
        for language, text in first.texts.items()
    }
    second = replace(first, number=2, texts=texts, posted=minute_ago, effective=minute_ago)
    return world.with_realm(GRAIN, agreements=replace(agreements, versions=(first, second)))


def test_a_new_version_is_asked_for_at_the_next_sign_in(world: World) -> None:
    world.browser().to_code()
    changed = with_second_version(world)
    browser = changed.browser()
    browser.to_agreement("daniyar-rsa-auth")
    assert browser.finish().headers["location"] == browser.page
    refused(
        browser.post("challenge", {"agreement": browser.agreement(version=1)}), "agreement_changed"
    )
    assert browser.sign("daniyar-rsa-sign", browser.agreement(version=2)).status_code == 200
    assert browser.finish().headers["location"].startswith("https://keycloak.test")


def test_an_unsafe_judging_time_is_shown_logged_and_moves_no_other_clock(world: World) -> None:
    past = world.clock() - timedelta(days=365 * 3)
    changed = world.with_realm(GRAIN, unsafe_judging_time=past)
    browser = changed.browser()
    browser.authorize()
    assert "Тестовый режим" in browser.client.get(browser.page).text
    given = browser.challenge()
    assert f"Issued: {world.clock():%Y-%m-%dT%H:%M:%SZ}" in given["text"]
    refused(
        browser.send(given["challenge"], world.sign(given["text"].encode(), "aizhan-rsa-auth")),
        "not_yet_valid",
    )
    events = [json.loads(line) for line in world.log.lines]
    judged = next(e for e in events if e["event"] == "judged_at_an_unsafe_time")
    assert (judged["level"], judged["judged_at"]) == ("warning", past.isoformat())


def test_what_the_page_reports_is_logged_by_its_reference_and_nothing_else_gets_in(
    world: World,
) -> None:
    browser = world.browser()
    browser.authorize()
    reference = browser.post("trouble", {"state": "ncalayer_absent"}).json()["reference"]
    browser.post("trouble", {"state": "IIN 900314499010"})
    events = [json.loads(line) for line in world.log.lines]
    assert [(e["reference"], e["state"]) for e in events if e["event"] == "trouble"] == [
        (reference, "ncalayer_absent"),
        (reference, "generic"),
    ]
    assert f"<code>{reference}</code>" in browser.client.get(browser.page).text


def test_a_sign_in_ends_after_half_an_hour(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    world.clock.advance(minutes=30)
    assert browser.client.get(browser.page).status_code == 404
    assert browser.finish().status_code == 404


@pytest.mark.parametrize("line", ["AA\n", " ", "\u2003", "\ud800", "A\u00a0"])
def test_a_signature_in_short_lines_costs_no_more_memory_than_in_long_ones(line: str) -> None:
    text = line * (600_000 // len(line))
    tracemalloc.start()
    with contextlib.suppress(Problem):
        decode_cms(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * len(text)


def test_a_signature_may_come_in_armour_and_lines_but_in_nothing_else() -> None:
    octets = bytes(range(200))
    lines = base64.encodebytes(octets).decode().replace("\n", "\r\n")
    assert decode_cms(f"-----BEGIN CMS-----\r\n{lines}-----END CMS-----\r\n") == octets
    for other in ("\u00a0", "\u2003", "\ud800", "-", "="):
        with pytest.raises(Problem):
            decode_cms(lines + other)
