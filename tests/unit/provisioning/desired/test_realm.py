"""The realm's own settings that are computed."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from policies.model import PasswordRules, PortalPolicy, Smtp
from provisioning.desired.realm import SMTP_FINGERPRINT, build, password_policy, smtp_fingerprint

RELAY = Smtp(host="mail.example", port=587, sender="a@example.org")


@pytest.mark.parametrize(
    ("rules", "policy"),
    [
        (
            PasswordRules(),
            (
                "length(12) and maxLength(128) and digits(1) and upperCase(1) and lowerCase(1) and "
                "specialChars(1) and passwordHistory(5) and notUsername(undefined) and "
                "notContainsUsername(undefined) and notEmail(undefined)"
            ),
        ),
        (
            PasswordRules(
                length=15,
                digits=0,
                upper_case=0,
                lower_case=0,
                special=0,
                history=0,
                not_username=False,
                not_email=False,
            ),
            "length(15) and maxLength(128)",
        ),
    ],
)
def test_password_rules_are_spelled_as_keycloak_reads_them(
    rules: PasswordRules, policy: str
) -> None:
    assert password_policy(rules) == policy


def test_another_smtp_password_has_another_fingerprint() -> None:
    def fingerprint(password: str, realm: str = "r") -> str | None:
        secret = SecretStr(password)
        return smtp_fingerprint(realm, RELAY.model_copy(update={"user": "u", "password": secret}))

    assert fingerprint("one") == fingerprint("one")
    assert len({fingerprint("one"), fingerprint("two"), fingerprint("one", "s")}) == 3
    assert smtp_fingerprint("r", RELAY) is None


def test_without_an_smtp_password_nothing_is_kept_of_one(grain_receipts: PortalPolicy) -> None:
    body = build(grain_receipts).body
    assert body["attributes"][SMTP_FINGERPRINT] is None
    assert body["smtpServer"]["password"] is None
    assert body["smtpServer"]["auth"] == "false"
