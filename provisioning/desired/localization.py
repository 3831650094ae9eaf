"""Texts of the realm: the agreement as it stands, the portal's name and links, in each language.

Keycloak puts every text through java.text.MessageFormat before a page shows it; the page's own
template escapes it as HTML, so here it is plain.
"""

from __future__ import annotations

import re

from policies.agreement import AgreementVersion
from policies.model import PortalPolicy
from provisioning.resources import Key, Kind, Resource

_TITLE = {
    "kk": "Пайдаланушы келісімі, {number}-нұсқа",
    "ru": "Пользовательское соглашение, версия {number}",
    "en": "User agreement, version {number}",
}
_FIELDS = {
    "tanbaIin": {"kk": "ЖСН", "ru": "ИИН", "en": "IIN"},
    "tanbaMiddleName": {"kk": "Әкесінің аты", "ru": "Отчество", "en": "Patronymic"},
}


def build(policy: PortalPolicy, version: AgreementVersion) -> tuple[Resource, ...]:
    """One object per language; `version` is the one shown to people now."""
    return tuple(
        Resource(Key(Kind.LOCALIZATION, language), _texts(policy, version, language))
        for language in policy.languages
    )


def message_format(text: str) -> str:
    """`text` such that MessageFormat gives it back: `'` doubled, braces in quotes.

    Braces and the apostrophes among them share one quote: two quotes side by side would be read
    as an apostrophe.
    """

    def escaped(run: re.Match[str]) -> str:
        doubled = run[0].replace("'", "''")
        return doubled if set(run[0]) == {"'"} else f"'{doubled}'"

    return re.sub(r"[{}']+", escaped, text)


def _texts(policy: PortalPolicy, version: AgreementVersion, language: str) -> dict[str, str]:
    texts = {
        "tanbaAgreementText": version.text_for(language).text,
        "tanbaAgreementTitle": _TITLE[language].format(number=version.number),
        "tanbaAgreementSummary": version.summaries[language],
        "tanbaPortalName": policy.names.get(language),
        "tanbaInstructionsUrl": policy.links.instructions,
        "tanbaSupportUrl": policy.links.support,
        **{key: words[language] for key, words in _FIELDS.items()},
    }
    return {key: message_format(text) for key, text in sorted(texts.items())}
