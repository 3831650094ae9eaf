"""The straight way: request, signature, agreement, code, token."""

from __future__ import annotations

import json
import re

import pytest

from eds_verifier.provider.discovery import claims_supported
from eds_verifier.store import acceptances, requests
from policies.documents import AcceptanceDocument, SignInDocument, parse
from tests.unit.eds_verifier.provider.world import (
    ARCHITECTURE,
    GRAIN,
    KEYCLOAK,
    NOW,
    ORIGIN,
    World,
    query,
)

EPOCH = int(NOW.timestamp())


def test_a_person_signs_accepts_and_is_told_to_the_realm(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    assert browser.client.get(browser.page).status_code == 200
    assert browser.sign("aizhan-gost-sign", browser.agreement("ru")).status_code == 200
    back = browser.finish()
    assert back.headers["location"].startswith(f"{KEYCLOAK}/realms/{GRAIN}/broker/eds/endpoint?")
    assert query(back)["state"] == "state-from-keycloak"
    assert query(back)["iss"] == f"{ORIGIN}/r/{GRAIN}"
    answer = browser.redeem(query(back)["code"])
    claims = browser.claims(answer)
    text = world.realm().agreements.versions[0].texts["ru"]
    assert re.fullmatch(r"p-[a-z2-7]{26}", claims["sub"])
    credential = world.ca.credential("aizhan-rsa-auth")
    assert claims == {
        "iss": f"{ORIGIN}/r/{GRAIN}",
        "aud": "keycloak",
        "sub": world.realm().keys.subject("900314499010"),
        "iat": EPOCH,
        "exp": EPOCH + 60,
        "auth_time": EPOCH,
        "nonce": "nonce-from-keycloak",
        "acr": "eds",
        "amr": ["pop", "swk"],
        "iin": "900314499010",
        "name": "ҮЛГІБАЕВА АЙЖАН СЕРІКҚЫЗЫ",
        "given_name": "АЙЖАН",
        "family_name": "ҮЛГІБАЕВА",
        "middle_name": "СЕРІКҚЫЗЫ",
        "subject_type": "individual",
        "bin": "",
        "organization": "",
        "eds_role": "",
        "eds_serial": claims["eds_serial"],
        "eds_not_after": "2027-11-23T12:00:00Z",
        "eds_key_storage": "1.2.398.3.3.5.1.1",
        "eds_auth_time": str(EPOCH),
        "agreement": text.value,
        "agreement_signed": text.value,
    }
    assert int(claims["eds_serial"], 16) == credential.serial_number
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"


def test_every_claim_is_announced_and_always_sent(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("madina-saulet-rsa-auth")
    browser.sign("madina-saulet-gost-sign", browser.agreement())
    claims = browser.claims(browser.redeem(query(browser.finish())["code"]))
    assert sorted(claims) == claims_supported()
    assert claims["bin"] == "190340991018"
    assert claims["organization"] == 'ЖШС "ТАНБА ДЕМО СӘУЛЕТ"'
    assert claims["eds_role"] == "ceo"
    assert claims["subject_type"] == "legal_entity"


def test_the_same_person_is_asked_for_the_agreement_once(world: World) -> None:
    world.browser().to_code()
    again = world.browser()
    code = again.to_code(accept=None)
    claims = again.claims(again.redeem(code))
    assert claims["agreement"] == world.realm().agreements.versions[0].texts["kk"].value


def test_one_person_has_one_sub_whatever_they_act_for_and_another_in_each_realm(
    world: World,
) -> None:
    grain, architecture = world.browser(), world.browser(ARCHITECTURE)
    first = grain.claims(grain.redeem(grain.to_code("madina-rsa-auth", "madina-gost-sign")))
    code = architecture.to_code("madina-saulet-rsa-auth", "madina-gost-sign")
    second = architecture.claims(architecture.redeem(code))
    other = world.browser()
    third = other.claims(other.redeem(other.to_code("madina-qurylys-rsa-auth", None)))
    assert first["sub"] == third["sub"] != second["sub"]
    assert (first["bin"], third["bin"]) == ("", "211140991012")


def test_the_acceptance_may_be_signed_for_another_organisation_of_the_same_person(
    world: World,
) -> None:
    browser = world.browser()
    browser.to_code("madina-rsa-auth", "madina-qurylys-gost-sign")
    with world.database.read() as connection:
        (found,) = acceptances.ids(connection, realm=GRAIN)
        record, _ = acceptances.load(connection, found)
    assert (record.bin, record.role) == ("211140991012", "signing_right")


def test_the_acceptance_record_holds_everything_needed_to_judge_it_again(world: World) -> None:
    browser = world.browser()
    browser.to_code()
    with world.database.read() as connection:
        (found,) = acceptances.ids(connection, realm=GRAIN)
        record, blobs = acceptances.load(connection, found)
    document = parse(blobs[record.document_sha256])
    assert isinstance(document, AcceptanceDocument)
    text = world.realm().agreements.versions[0].texts["kk"]
    assert (document.agreement_version, document.agreement_sha256) == (1, text.sha256)
    assert document.agreement_language == "kk"
    assert record.sub == world.realm().keys.subject("851102399012")
    assert record.format == 1
    assert record.accepted_at == NOW
    assert len(record.chain_sha256) == 3
    assert len(record.ocsp_sha256) == 1
    judged = world.realm().judge.judge(
        blobs[record.cms_sha256],
        content=blobs[record.document_sha256],
        policy=world.realm().verification_policy("acceptance"),
        at=NOW,
    )
    assert judged.verdict.verdict == "valid"
    assert record.verdict["subject"]["iin"] == "851102399012"


def test_with_consent_by_click_nothing_is_asked_and_the_agreement_claims_are_empty(
    world: World,
) -> None:
    world = world.with_policy(GRAIN, agreement={"consent": "click"})
    browser = world.browser()
    claims = browser.claims(browser.redeem(browser.to_code(accept=None)))
    assert (claims["agreement"], claims["agreement_signed"]) == ("", "")
    with world.database.read() as connection:
        assert acceptances.ids(connection, realm=GRAIN) == ()


def test_declining_is_recorded_and_leads_back_with_access_denied(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    answer = browser.post("decline", {"agreement": browser.agreement()})
    assert answer.status_code == 200
    page = browser.client.get(answer.json()["next"])
    assert "Вы отказались от соглашения" in page.text
    assert f"{browser.page}/return" in page.text
    back = browser.client.get(f"{browser.page}/return")
    assert query(back)["error"] == "access_denied"
    assert query(back)["state"] == "state-from-keycloak"
    with world.database.read() as connection:
        (request,) = requests.pending(connection, realm=GRAIN)
        assert acceptances.ids(connection, realm=GRAIN) == ()
    assert (request.kind, request.sub) == ("decline", world.realm().keys.subject("900314499010"))
    assert request.details == {"agreement_version": 1}
    assert browser.finish().status_code >= 400


def test_giving_up_before_signing_leads_back_with_access_denied(world: World) -> None:
    browser = world.browser()
    browser.authorize()
    assert query(browser.client.get(f"{browser.page}/return"))["error"] == "access_denied"
    assert browser.client.get(f"{browser.page}/return").status_code == 410


def test_the_sign_in_document_names_portal_site_and_language_and_accepts_nothing(
    world: World,
) -> None:
    browser = world.browser()
    browser.authorize(ui_locales="en")
    document = parse(browser.challenge()["text"].encode())
    assert isinstance(document, SignInDocument)
    assert document.portal == "Grain receipts information system"
    assert document.issuer == f"{ORIGIN}/r/{GRAIN}"
    assert document.language == "en"
    assert (document.expires_at - document.issued_at).total_seconds() == 300


@pytest.mark.parametrize(
    ("key", "oids"),
    [("auth", ["1.3.6.1.5.5.7.3.2"]), ("sign", ["1.3.6.1.5.5.7.3.4"]), ("any", [])],
)
def test_ncalayer_is_asked_for_the_key_the_policy_takes(
    world: World, key: str, oids: list[str]
) -> None:
    browser = world.with_policy(GRAIN, eds={"sign_in": key}).browser()
    browser.authorize()
    assert browser.challenge()["signer"] == {"extKeyUsageOids": oids, "iin": ""}


def test_an_acceptance_asks_for_the_signing_key_of_the_person_signed_in(world: World) -> None:
    browser = world.browser()
    browser.to_agreement()
    signer = browser.challenge(browser.agreement())["signer"]
    assert signer == {"extKeyUsageOids": ["1.3.6.1.5.5.7.3.4"], "iin": "900314499010"}


def test_a_portal_that_wants_the_auth_key_says_so(world: World) -> None:
    browser = world.with_policy(GRAIN, eds={"sign_in": "auth"}).browser()
    browser.authorize()
    answer = browser.sign("aizhan-gost-sign")
    assert (answer.status_code, answer.json()["state"]) == (422, "wrong_key_auth")


def test_discovery_names_what_is_really_served(world: World) -> None:
    browser = world.browser()
    found = browser.client.get(f"/r/{GRAIN}/.well-known/openid-configuration").json()
    assert found["issuer"] == f"{ORIGIN}/r/{GRAIN}"
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    jwks = browser.client.get(found["jwks_uri"]).json()
    assert [key["kid"] for key in jwks["keys"]] == [world.realm().keys.kid]
    assert set(jwks["keys"][0]) == {"alg", "e", "kid", "kty", "n", "use"}


def test_readiness_has_a_word_for_each_thing_it_needs(world: World) -> None:
    client = world.browser().client
    assert client.get("/health/live").text == "live"
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"] == {"store": "writable", "trust": "loaded", "keys": "present"}
    assert (answer.json()["revocation"], answer.json()["unsafe_test"]) == ("answering", [])


def test_the_log_of_a_whole_sign_in_holds_no_iin_name_signature_or_secret(world: World) -> None:
    browser = world.browser()
    browser.to_agreement("madina-saulet-rsa-auth")
    given = browser.challenge(browser.agreement())
    signature = world.sign(given["text"].encode(), "madina-gost-sign")
    browser.send(given["challenge"], signature)
    code = query(browser.finish())["code"]
    token = browser.redeem(code)
    assert token.status_code == 200
    browser.redeem(code)
    written = "\n".join(world.log.lines)
    assert [json.loads(line)["event"] for line in world.log.lines] == [
        "judged",
        "identified",
        "judged",
        "accepted",
        "code_issued",
        "token_issued",
        "token_refused",
    ]
    planted = (
        "881205499014",
        "190340991018",
        "БАЙҚАУБАЕВА",
        signature[:40],
        code,
        browser.client.cookies["tanba_eds"],
        browser.verifier,
        token.json()["id_token"][:40],
        given["challenge"],
        browser.page.rpartition("/")[2],
    )
    assert [value for value in planted if value in written] == []


def test_a_language_chosen_on_the_page_stays_and_is_signed(world: World) -> None:
    browser = world.browser()
    browser.authorize(ui_locales="ru")
    assert '<html lang="kk">' in browser.client.get(f"{browser.page}?lang=kk").text
    assert "Language: kk" in browser.challenge()["text"]
    browser.sign("aizhan-rsa-auth")
    page = browser.client.get(browser.page).text
    assert '<html lang="kk">' in page
    assert 'id="agreement" lang="kk"' in page
    russian = browser.client.get(f"{browser.page}?lang=kk&text=ru").text
    assert 'id="agreement" lang="ru"' in russian
    assert '<html lang="kk">' in browser.client.get(f"{browser.page}?lang=xx").text
