"""The EDS as a brokered sign-in: whose account it opens, and what belongs to its session."""

from __future__ import annotations

import secrets
import time
from typing import Any

import jwt
import requests

from tests.matrix.fact import Facts
from tests.matrix.person import Page, Person
from tests.matrix.scene import BROKER, GATE, PASSWORD, Account, Scene

BROKER_FACTS = Facts()
fact = BROKER_FACTS.fact

DAY = 86_400
KEYS_SECONDS = 20
ORGANISATION = {"bin": "100240000017", "organization": "ТОО Астық", "eds_role": "ceo"}
NOBODY = dict.fromkeys(ORGANISATION, "")


def links(scene: Scene, account: Account) -> list[Any]:
    """The account's links to brokers."""
    return list(scene.admin.get(f"{scene.base}/users/{account.id}/federated-identity"))


@fact(
    "The first EDS sign-in makes the account: e-mail and agreement on one page, password, letter",
    rests="registration by EDS, in this order; the letter lives 24 hours",
)
def the_first_sign_in_registers(scene: Scene) -> None:
    sub, email = f"p-{secrets.token_hex(13)}", f"{secrets.token_hex(5)}@new.example"
    account, person = Account("", sub, email, "880202400022"), scene.person()
    page = scene.by_eds(person, scene.claims(account, agreement=None, agreement_signed=""))
    assert page.has(GATE), page.said()
    assert page.has("email")
    page = scene.accept(person, page, email=email)
    password = {"password-new": PASSWORD, "password-confirm": PASSWORD}
    page = person.submit(page.form("kc-passwd-update-form"), password)
    assert page.has("tanba-resend"), page.said()
    (letter,) = scene.letters.letters(to=email)
    link = next(link for link in letter.links if "action-token" in link)
    token = jwt.decode(link.split("key=")[1].split("&")[0], options={"verify_signature": False})
    assert token["exp"] - token["iat"] == DAY
    tokens = scene.tokens(person.open(link))
    assert tokens.id_claims["eds_sub"] == sub
    assert tokens.id_claims["iin"] == account.iin
    (user,) = scene.admin.get(f"{scene.base}/users?username={sub}&exact=true")
    assert (user["firstName"], user["lastName"]) == ("Айгүл", "Сапарова")
    assert user["emailVerified"] is True


@fact(
    "An account that is there already is never joined because its name fits",
    rests="nobody waits with an account of their own for another's first sign-in",
)
def a_squatted_name_is_not_joined(scene: Scene) -> None:
    account, person = scene.account(linked=False), scene.person()
    page = scene.by_eds(person, scene.claims(account))
    assert page.answer == {}, page.url
    assert not page.has(GATE)
    assert not page.has("kc-passwd-update-form")
    assert links(scene, account) == []
    assert "iin" not in scene.stored(account)


@fact(
    "An account linked beforehand by `sub` is the one that the first EDS sign-in opens",
    rests="accounts of an earlier system are taken over",
)
def a_linked_account_is_opened(scene: Scene) -> None:
    account, person = scene.account(), scene.person()
    tokens = scene.tokens(scene.by_eds(person, scene.claims(account)))
    assert tokens.id_claims["sub"] == account.id
    assert scene.stored(account)["iin"] == [account.iin]


@fact(
    "The broker writes what no person and no admin may; a claim left out takes the value away",
    rests="`edit: []` with FORCE mappers; every claim is always sent",
)
def the_broker_writes_what_others_may_not(scene: Scene) -> None:
    account = scene.account()
    scene.tokens(scene.by_eds(scene.person(), scene.claims(account)))
    assert scene.stored(account)["agreement_signed"] == [scene.agreement]
    assert scene.stored(account)["agreement"] == [scene.agreement]
    page = scene.by_eds(scene.person(), scene.claims(account, agreement=None))
    assert page.has(GATE), page.said()
    assert "agreement" not in scene.stored(account)


@fact(
    "A signed version that is acceptable opens the gate, an older one does not",
    rests="the verifier names the version due before it issues a code",
)
def the_signed_version_must_be_acceptable(scene: Scene) -> None:
    account = scene.account()
    older = scene.by_eds(scene.person(), scene.claims(account, agreement="0:kk:0000000000000000"))
    assert older.has(GATE), older.said()
    assert "code" in scene.by_eds(scene.person(), scene.claims(account)).answer


def anew(scene: Scene, person: Person, claims: dict[str, Any]) -> Page:
    """Sign in by EDS again in the same browser, as a person changes certificates."""
    return scene.by_eds(person, claims, prompt="login")


@fact(
    "BIN, organisation and role are of the session: another certificate replaces them",
    rests="one account per person, whomever they act for",
)
def organisations_are_of_the_session(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    tokens = scene.tokens(scene.by_eds(person, scene.claims(account, **ORGANISATION)))
    assert {name: tokens.id_claims[name] for name in ORGANISATION} == ORGANISATION
    other = ORGANISATION | {"bin": "200240000018"}
    tokens = scene.tokens(anew(scene, person, scene.claims(account, **other)))
    assert tokens.id_claims["bin"] == other["bin"]
    again = scene.refreshed(tokens).json()
    assert (
        jwt.decode(again["access_token"], options={"verify_signature": False})["bin"]
        == (other["bin"])
    )
    tokens = scene.tokens(anew(scene, person, scene.claims(account, **NOBODY)))
    assert not [name for name in ORGANISATION if tokens.id_claims.get(name)]
    elsewhere = scene.tokens(scene.by_password(scene.person(), account))
    assert not [name for name in ORGANISATION if elsewhere.id_claims.get(name)]


@fact(
    "A password typed inside a live EDS session keeps its notes and `eds_auth_time`",
    rests="how fresh an EDS is, is judged by `eds_auth_time` alone",
)
def a_password_does_not_freshen_the_eds(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    first = scene.tokens(scene.by_eds(person, scene.claims(account, **ORGANISATION))).id_claims
    page = scene.begin(person, prompt="login")
    page = person.submit(
        page.form("kc-form-login"), {"username": account.email, "password": PASSWORD}
    )
    again = scene.tokens(page).id_claims
    assert again["sid"] == first["sid"]
    assert again["eds_auth_time"] == first["eds_auth_time"] == 1_700_000_000
    assert {name: again[name] for name in ORGANISATION} == ORGANISATION


@fact(
    "Keycloak asks the verifier with PKCE, nonce, login hint and level, and proves itself by a key",
    rests="a code of the verifier is worth nothing to anybody else",
)
def keycloak_proves_itself(scene: Scene) -> None:
    account, person = scene.account(), scene.person()
    scene.tokens(
        scene.by_eds(
            person, scene.claims(account), login_hint="p-x", acr_values="eds", ui_locales="kk"
        )
    )
    asked, proof = scene.issuer.asked[-1], scene.issuer.proofs[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["login_hint"] == "p-x"
    assert asked["acr_values"] == "eds"
    assert asked["ui_locales"].startswith("kk")
    assert len(asked["nonce"]) >= 16
    assert len(asked["state"]) >= 16
    assert "client_secret" not in proof
    keys = jwt.PyJWKSet.from_dict(
        requests.get(f"{scene.url}/protocol/openid-connect/certs", timeout=30).json()
    )
    assertion = proof["client_assertion"]
    header = jwt.get_unverified_header(assertion)
    claims = jwt.decode(
        assertion,
        keys[header["kid"]],
        algorithms=["RS256"],
        audience=[scene.issuer.url, f"{scene.issuer.url}/token"],
        options={"require": ["exp", "iat", "jti", "iss", "sub"]},
    )
    assert claims["iss"] == claims["sub"] == asked["client_id"]


@fact(
    "An answer without an IIN, of another issuer, audience or nonce, or expired, signs nobody in",
    rests="the broker's own checks behind the verifier's",
)
def a_wrong_answer_signs_nobody_in(scene: Scene) -> None:
    account = scene.account()
    wrong: tuple[dict[str, Any], ...] = (
        {"iin": None},
        {"iin": ""},
        {"iin": "12345678901"},
        {"iss": "http://localhost:1/r/facts"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1_700_000_000},
    )
    for changes in wrong:
        page = scene.by_eds(scene.person(), scene.claims(account, **changes))
        assert page.answer == {}, f"{changes}: {page.url}"
        assert not page.has(GATE), changes
    assert "iin" not in scene.stored(account)
    assert "code" in scene.by_eds(scene.person(), scene.claims(account)).answer


@fact(
    "A new key of the verifier is taken under a new name, and not taken when it is not published",
    rests="the verifier's keys are rotated by a new `kid`",
)
def keys_rotate_by_name(scene: Scene) -> None:
    account, before = scene.account(), scene.issuer.signing
    try:
        scene.issuer.rotate(f"second-{secrets.token_hex(4)}")
        # Keycloak asks for keys again when it meets an unknown name, but not within ten seconds.
        limit = time.monotonic() + KEYS_SECONDS
        while "code" not in scene.by_eds(scene.person(), scene.claims(account)).answer:
            assert time.monotonic() < limit, "the new key was not taken"
            time.sleep(0.5)
        before = scene.issuer.signing
        scene.issuer.rotate("unpublished", publish=False)
        assert scene.by_eds(scene.person(), scene.claims(account)).answer == {}
    finally:
        scene.issuer.signing = before


@fact(
    "Another person's EDS in a live session gives no code",
    rests="the verifier refuses by `login_hint`; should it not, Keycloak does",
)
def another_person_gets_no_code(scene: Scene) -> None:
    first, second, person = scene.account(), scene.account(), scene.person()
    assert "code" in scene.by_eds(person, scene.claims(first)).answer
    assert "code" not in anew(scene, person, scene.claims(second)).answer


@fact(
    "A password alone never gives the level `eds`: whoever asks for it is sent to the broker",
    rests="step-up, and `eds.sign_in: required`",
)
def a_password_is_never_the_level_eds(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    scene.issuer.claims = scene.claims(account)
    page = scene.by_password(person, account)
    assert scene.tokens(page).id_claims["acr"] == "basic"
    before = len(scene.issuer.asked)
    stepped = scene.tokens(scene.begin(person, acr_values="eds")).id_claims
    assert len(scene.issuer.asked) == before + 1
    assert stepped["acr"] == "eds"
    again = scene.tokens(scene.begin(person, acr_values="eds")).id_claims
    assert len(scene.issuer.asked) == before + 2
    assert again["acr"] == "eds"
    assert scene.tokens(scene.begin(person)).id_claims["acr"] == "basic"
    fresh = scene.person()
    tokens = scene.tokens(scene.by_password(fresh, account, acr_values="eds"))
    assert len(scene.issuer.asked) == before + 3
    assert tokens.id_claims["acr"] == "eds"


@fact(
    "Whoever chooses the EDS on the sign-in page reaches the level `eds` when it was asked for",
    rests="one signature, not two",
)
def the_button_reaches_the_level(scene: Scene) -> None:
    account, person = scene.account(accepted=True), scene.person()
    scene.issuer.claims = scene.claims(account)
    page = scene.begin(person, acr_values="eds")
    before = len(scene.issuer.asked)
    tokens = scene.tokens(person.open(page.link(f"social-{BROKER}")))
    assert len(scene.issuer.asked) == before + 1
    assert tokens.id_claims["acr"] == "eds"
