"""No page of ours shows a missing, untranslated or broken text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from policies.base import Localized
from tests.unit.theme.bundles import (
    LANGUAGES,
    THEMES,
    KeycloakThemes,
    keys_used,
    ours,
    properties,
    templates,
)

KINDS = ("login", "email")
# The realm's localization supplies these (docs/agreements.md); a page does without them.
FROM_REALM = {
    "tanbaPortalName",
    "tanbaAgreementTitle",
    "tanbaAgreementText",
    "tanbaAgreementSummary",
    "tanbaInstructionsUrl",
    "tanbaSupportUrl",
}
# Keycloak's own templates that a person of these portals can meet inside our layout.
INHERITED = (
    "field.ftl",
    "buttons.ftl",
    "password-commons.ftl",
    "password-validation.ftl",
    "login-reset-password.ftl",
    "select-authenticator.ftl",
    "update-email.ftl",
    "login-idp-link-confirm.ftl",
    "idp-review-user-profile.ftl",
    "delete-account-confirm.ftl",
    "frontchannel-logout.ftl",
)
# Keycloak's server sends these to our pages by itself.
FROM_SERVER = (
    "invalidUserMessage",
    "accountDisabledMessage",
    "accountTemporarilyDisabledMessage",
    "expiredCodeMessage",
    "expiredActionTokenNoSessionMessage",
    "expiredActionTokenSessionExistsMessage",
    "staleEmailVerificationLink",
    "emailVerifiedMessage",
    "emailVerifiedMessageHeader",
    "emailVerifiedAlreadyMessage",
    "emailVerifiedAlreadyMessageHeader",
    "confirmEmailAddressVerification",
    "confirmEmailAddressVerificationHeader",
    "emailVerifySendCooldown",
    "emailVerificationPending",
    "emailVerificationCancelled",
    "emailSendErrorMessage",
    "emailSentMessage",
    "emailExistsMessage",
    "invalidEmailMessage",
    "error-invalid-email",
    "error-non-ascii-local-part-email",
    "error-user-attribute-required",
    "error-user-attribute-read-only",
    "error-invalid-value",
    "error-invalid-length-too-long",
    "missingPasswordMessage",
    "notMatchPasswordMessage",
    "invalidPasswordMinLengthMessage",
    "invalidPasswordMaxLengthMessage",
    "invalidPasswordMinDigitsMessage",
    "invalidPasswordMinUpperCaseCharsMessage",
    "invalidPasswordMinLowerCaseCharsMessage",
    "invalidPasswordMinSpecialCharsMessage",
    "invalidPasswordNotEmailMessage",
    "invalidPasswordHistoryMessage",
    "updatePasswordMessage",
    "verifyEmailMessage",
    "accountUpdatedMessage",
    "accountUpdatedTitle",
    "successLogout",
    "unexpectedErrorHandlingRequestMessage",
    "identityProviderUnexpectedErrorMessage",
    "identityProviderAuthenticationFailedMessage",
    "identityProviderMissingCodeOrErrorMessage",
    "identityProviderMissingStateMessage",
    "federatedIdentityConfirmLinkMessage",
    "differentUserAuthenticated",
    "alreadyLoggedIn",
    "invalidRequestMessage",
    "invalidParameterMessage",
    "clientNotFoundMessage",
    "cookieNotFoundMessage",
    "sessionNotActiveMessage",
    "internalServerError",
    "errorTitle",
    "traceIdSupportMessage",
    "requiredAction.UPDATE_PASSWORD",
    "requiredAction.VERIFY_EMAIL",
    "requiredAction.VERIFY_PROFILE",
    "requiredAction.UPDATE_EMAIL",
)
KAZAKH = set("әғқңөұүһіӘҒҚҢӨҰҮҺІ")


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_ours_is_in_all_three_languages(kind: str) -> None:
    """Texts that only fill a gap of Keycloak's own Kazakh or Russian need no English of ours."""
    bundles = {language: ours(kind, language) for language in LANGUAGES}
    own = {key for bundle in bundles.values() for key in bundle if key.startswith("tanba")}
    assert own
    for language, bundle in bundles.items():
        assert own - set(bundle) == set(), language
    assert set(bundles["ru"]) <= set(bundles["kk"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_ours_is_used(kind: str) -> None:
    text = "\n".join(templates(kind).values())
    for key in ours(kind, "en"):
        if key.startswith("tanba"):
            stem = key.split("_")[0]
            mail = re.sub("(Text|Button|Ignore)$", "", key)
            assert key in text or f'"{stem}_" +' in text or f'"{mail}' in text, key


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_message_format_reads_every_text_as_written(kind: str, language: str) -> None:
    """A lone apostrophe would swallow what follows; braces stand only around numbers."""
    for key, text in ours(kind, language).items():
        assert "'" not in text.replace("''", ""), key
        assert re.sub(r"\{\d\}", "", text).count("{") == 0, key
        assert text.strip() == text != "", key
        english = ours(kind, "en").get(key)
        if english is not None:
            placeholders = [sorted(re.findall(r"\{\d\}", t)) for t in (text, english)]
            assert placeholders[0] == placeholders[1], key


@pytest.mark.parametrize("kind", KINDS)
def test_translations_are_translations(kind: str) -> None:
    kk, ru, en = (ours(kind, language) for language in LANGUAGES)
    assert not any(KAZAKH & set(text) for key, text in ru.items() if not key.endswith("_kk"))
    for key in en:
        if key.startswith("tanba") and not key.startswith("tanbaLanguage_"):
            assert len({kk[key], ru[key], en[key]}) == 3, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_our_templates_has_a_text(
    kind: str, language: str, keycloak: KeycloakThemes
) -> None:
    known = keycloak.messages(kind, language) | ours(kind, language)
    used = {key for text in templates(kind).values() for key in keys_used(text)}
    assert len(used) > 5
    assert used - set(known) - FROM_REALM == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_keycloaks_own_pages_and_answers_have_a_text(
    language: str, keycloak: KeycloakThemes
) -> None:
    known = keycloak.messages("login", language) | ours("login", language)
    inherited = {
        key for name in INHERITED for key in keys_used(keycloak.text("login", name))
    } - FROM_REALM
    assert len(inherited) > 10
    assert inherited - set(known) == set()
    real = set(keycloak.messages("login", "en"))
    assert set(FROM_SERVER) - real == set(), "not keys of this Keycloak"
    assert set(FROM_SERVER) - set(known) == set()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_what_keycloak_left_in_english_is_translated(
    language: str, keycloak: KeycloakThemes
) -> None:
    known = keycloak.messages("login", language) | ours("login", language)
    english = keycloak.messages("login", "en")
    same = {key for key in FROM_SERVER if known[key] == english[key]}
    assert same == set()


def test_a_key_that_is_missing_is_found() -> None:
    template = """${msg("present")} ${msg('absent', 1)} ${msg("made_" + up)} ${msg("x${y}")}"""
    assert keys_used(template) == {"present", "absent"}


def test_properties_are_read_as_java_reads_them() -> None:
    text = "# c\na=1\nb\\ c : x\\\n   y\nd=\\u0430\\n\n e = f=g\n"
    assert properties(text) == {"a": "1", "b c": "xy", "d": "а\n", "e": "f=g"}


@pytest.mark.parametrize("portal", ["grain-receipts", "e-architecture"])
def test_a_portals_theme_is_a_skin_of_ours(portal: str) -> None:
    for kind in KINDS:
        path: Path = THEMES / f"tanba-{portal}" / kind / "theme.properties"
        assert properties(path.read_text(encoding="utf-8"))["parent"] == "tanba"
    assert set(Localized.model_fields) == set(LANGUAGES)
