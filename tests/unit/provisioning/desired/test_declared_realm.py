"""A plain realm's settings, texts and client policies in an admin's words."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from policies.errors import PolicyFileError
from provisioning.desired.realm import SMTP_FINGERPRINT
from provisioning.resources import Kind
from tests.unit.provisioning.desired.conftest import SECRET, Declares


def test_settings_that_are_not_named_are_not_declared(plain: Declares) -> None:
    assert plain("settings: {}\ntheme: {}\n").get(Kind.REALM, "back-office") == {}
    assert plain("settings: {enabled: true, https: always}\n").get(Kind.REALM, "back-office") == {
        "enabled": True,
        "sslRequired": "all",
    }


def test_each_section_of_settings_is_the_realms(plain: Declares) -> None:
    body = plain(
        "settings: {languages: [ru, kk], display_name: Back office, registration_form: false}\n"
        "theme: {login: mine, account: theirs}\n"
        "password: {length: 10, special: 0}\n"
        "brute_force: {failures: 4}\n"
        "sessions: {idle_minutes: 10}\n"
        "events: {retention_days: 30}\n"
        "smtp: {host: smtp.example, port: 587, sender: a@example.kz, user: u,"
        " password: '${env:SECRET}'}\n"
    ).get(Kind.REALM, "back-office")
    fingerprint = body["attributes"].pop(SMTP_FINGERPRINT)
    assert len(fingerprint) == 32
    assert SECRET not in fingerprint
    assert body == {
        "internationalizationEnabled": True,
        "supportedLocales": frozenset({"ru", "kk"}),
        "defaultLocale": "ru",
        "displayName": "Back office",
        "registrationAllowed": False,
        "loginTheme": "mine",
        "accountTheme": "theirs",
        "passwordPolicy": "length(10) and maxLength(128) and digits(1) and upperCase(1) and "
        "lowerCase(1) and passwordHistory(5) and notUsername(undefined) and "
        "notContainsUsername(undefined) and notEmail(undefined)",
        "bruteForceProtected": True,
        "permanentLockout": False,
        "failureFactor": 4,
        "waitIncrementSeconds": 60,
        "maxFailureWaitSeconds": 900,
        "maxDeltaTimeSeconds": 3600,
        "ssoSessionIdleTimeout": 600,
        "ssoSessionMaxLifespan": 36000,
        "accessTokenLifespan": 300,
        "eventsEnabled": True,
        "eventsExpiration": 2_592_000,
        "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": False,
        "attributes": {"adminEventsExpiration": "2592000"},
        "smtpServer": {
            "host": "smtp.example",
            "port": "587",
            "from": "a@example.kz",
            "starttls": "true",
            "ssl": "false",
            "auth": "true",
            "user": "u",
            "password": SecretStr(SECRET),
        },
    }


def test_texts_are_keycloaks_own_and_may_be_called_password(plain: Declares) -> None:
    desired = plain("texts: {kk: {password: Құпиясөз, a: \"''{0}''\"}, zh-Hant: {b: c}}\n")
    assert desired.get(Kind.LOCALIZATION, "kk") == {"password": "Құпиясөз", "a": "''{0}''"}
    assert desired.get(Kind.LOCALIZATION, "zh-Hant") == {"b": "c"}


def test_a_portals_texts_do_not_replace_the_agreement(portal: Declares) -> None:
    assert portal("texts: {kk: {doLogIn: Кіру}}\n").get(Kind.LOCALIZATION, "kk")["doLogIn"]
    with pytest.raises(PolicyFileError, match="tanbaAgreementText is declared otherwise"):
        portal("texts: {kk: {tanbaAgreementText: Жоқ}}\n")


def test_client_policies_keep_the_order_of_their_rules(plain: Declares) -> None:
    desired = plain(
        "client_profiles:\n"
        "  - name: strict\n"
        "    executors:\n"
        "      - {executor: pkce-enforcer, config: {auto-configure: true}}\n"
        "      - {executor: secure-session}\n"
        "client_policies:\n"
        "  - name: all\n"
        "    conditions: [{condition: client-roles, config: {roles: [b, a]}}]\n"
        "    profiles: [strict, other]\n"
    )
    assert desired.get(Kind.CLIENT_PROFILE, "strict") == {
        "executors": (
            {"executor": "pkce-enforcer", "configuration": {"auto-configure": True}},
            {"executor": "secure-session", "configuration": {}},
        ),
    }
    assert desired.get(Kind.CLIENT_POLICY, "all") == {
        "enabled": True,
        "conditions": (
            {"condition": "client-roles", "configuration": {"roles": frozenset({"a", "b"})}},
        ),
        "profiles": frozenset({"strict", "other"}),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("settings: {languages: []}", r"settings\.languages"),
        ("settings: {languages: [kk, kk]}", "one is named twice"),
        ("settings: {https: external}", "one of always, from_outside, never"),
        ("texts: {'k/k': {a: b}}", r"texts"),
        ("texts: {kk: [a]}", r"texts"),
        ("smtp: {host: a.example, port: 25, sender: a@b.kz, encryption: none}", "leave this mach"),
        ("smtp: {host: a.example, port: 25, sender: a@b.kz, user: u, password: open}", "reference"),
        ("password: {length: 4}", r"password\.length: expected a number from 8 to 64"),
        ("client_profiles: [{name: a}, {name: a}]", "two profiles have one name"),
    ],
)
def test_what_cannot_be_meant_is_refused(plain: Declares, text: str, said: str) -> None:
    with pytest.raises(PolicyFileError, match=said):
        plain(f"{text}\n")
