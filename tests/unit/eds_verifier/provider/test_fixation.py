"""Attacks by a cookie that somebody planted, and by a text that was changed after signing."""

from __future__ import annotations

import base64
from dataclasses import replace

from eds_verifier.provider.interaction import COOKIE, SIGNED_COOKIE
from policies.agreement import Agreements, AgreementText
from tests.unit.eds_verifier.provider.world import GRAIN, Browser, World, query


def with_cookie(world: World, victim: Browser, name: str, value: str) -> Browser:
    """Another browser at the victim's page, with that cookie alone."""
    attacker = world.browser()
    attacker.page = victim.page
    attacker.client.cookies.set(name, value)
    return attacker


def test_a_cookie_planted_before_the_signature_opens_nothing_after_it(world: World) -> None:
    victim = world.browser()
    victim.authorize()
    planted = victim.client.cookies[COOKIE]  # the attacker knows it: it was theirs
    attacker = with_cookie(world, victim, COOKIE, planted)
    assert attacker.client.get(attacker.page).status_code == 200  # before: it is their page too
    assert victim.sign("aizhan-rsa-auth").status_code == 200
    for path in ("", "/finish", "/return"):
        assert attacker.client.get(attacker.page + path).status_code == 404
    for name in ("challenge", "signature", "decline"):
        assert attacker.post(name, {}).status_code == 404
    # The victim goes on undisturbed.
    assert victim.sign("aizhan-gost-sign", victim.agreement()).status_code == 200
    assert query(victim.finish())["code"]


def test_the_cookie_of_one_sign_in_opens_no_other(world: World) -> None:
    first, second = world.browser(), world.browser()
    first.to_agreement("aizhan-rsa-auth")
    second.to_agreement("daniyar-rsa-auth")
    secret = next(c.value for c in first.client.cookies.jar if c.name == SIGNED_COOKIE)
    attacker = with_cookie(world, second, SIGNED_COOKIE, secret or "")
    assert attacker.client.get(attacker.page).status_code == 404


def test_the_signature_cookie_is_sent_to_its_own_sign_in_alone(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    header = browser.sign("aizhan-rsa-auth").headers["set-cookie"]
    assert header.startswith(f"{SIGNED_COOKIE}=")
    assert f"Path={browser.page};" in header
    assert "HttpOnly" in header
    assert "Secure" in header
    assert "SameSite=lax" in header


def test_a_signature_does_not_count_for_a_text_that_was_changed_after_it(world: World) -> None:
    world.browser().to_code()
    version = world.realm().agreements.versions[0]
    other = AgreementText.from_source(1, "kk", version.texts["kk"].text + "6. Жаңа тармақ.")
    edited = replace(version, texts={**version.texts, "kk": other})
    changed = world.with_realm(GRAIN, agreements=Agreements((edited,)))
    again = changed.browser()
    again.to_agreement("daniyar-rsa-auth")
    assert again.finish().headers["location"] == again.page  # back to the text: it is due


def test_an_acceptance_after_a_refusal_in_another_tab_is_not_kept(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("aizhan-rsa-auth")
    given = browser.challenge(browser.agreement())
    assert browser.post("decline", {}).status_code == 200

    signature = world.sign(base64.b64decode(given["document"]), "aizhan-gost-sign")
    assert browser.send(given["challenge"], signature).status_code == 409
