"""Which agreement a person must sign before a code is issued, and the proof that they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from eds_verifier.provider.realm import Realm
from eds_verifier.store.acceptances import signed_versions
from policies.agreement import AgreementText, AgreementVersion


@dataclass(frozen=True, slots=True)
class AgreementDue:
    """This version must be signed first."""

    version: AgreementVersion


@dataclass(frozen=True, slots=True)
class AgreementHeld:
    """Nothing is left to sign. `value` goes into the claims: empty with `consent: click`.

    Made by `agreement_state` alone, which has read the acceptance in the store.
    """

    value: str


def agreement_state(
    connection: Connection, *, realm: Realm, sub: str, at: datetime
) -> AgreementDue | AgreementHeld:
    """What `sub` still has to sign at `at`, from what the store holds of them."""
    if not realm.asks_for_signature:
        return AgreementHeld("")
    held = signed_versions(connection, realm=realm.name, sub=sub)
    # A signature counts for the very text it was made over, whatever stands under that number now.
    signed = {
        version.number: version.texts[held[version.number].language]
        for version in realm.agreements.versions
        if version.number in held
        and version.texts[held[version.number].language].sha256 == held[version.number].sha256
    }
    due = realm.agreements.due(at, signed.keys())
    text = signed.get(due.number)
    return AgreementDue(due) if text is None else AgreementHeld(text.value)


def shown_text(version: AgreementVersion, *, page_language: str, chosen: str) -> AgreementText:
    """The text a page shows: the chosen language, else the page's, else the prevailing one."""
    return version.text_for(chosen if chosen in version.texts else page_language)
