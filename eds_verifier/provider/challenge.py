"""Fresh challenges: the document a person is asked to sign, and what NCALayer is asked for."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from eds_verifier.provider.agreement import AgreementDue
from eds_verifier.provider.errors import Problem
from eds_verifier.provider.interaction import seconds
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.sealing import digest
from eds_verifier.provider.tokens import new_token
from eds_verifier.store import challenges
from eds_verifier.store.challenges import Challenge, Kind
from eds_verifier.store.interactions import Interaction
from policies.agreement import AGREEMENT_FORM, AgreementText
from policies.documents import LONGEST_LIFE, AcceptanceDocument, ChallengeDocument, SignInDocument

LIFETIME = min(timedelta(minutes=5), LONGEST_LIFE)
KEY_OIDS: Mapping[str, tuple[str, ...]] = {
    "auth": ("1.3.6.1.5.5.7.3.2",),
    "sign": ("1.3.6.1.5.5.7.3.4",),
    "any": (),
}
"""What NCALayer filters a person's keys by: clientAuth = AUTH key, emailProtection = SIGN key."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A challenge as the page's script gets it."""

    challenge: str
    document: bytes
    key_oids: tuple[str, ...]
    iin: str

    def answer(self, *, language: str) -> dict[str, Any]:
        """JSON for the script: what to hand to NCALayer."""
        return {
            "challenge": self.challenge,
            "document": base64.b64encode(self.document).decode("ascii"),
            "text": self.document.decode("utf-8"),
            "signer": {"extKeyUsageOids": list(self.key_oids), "iin": self.iin},
            "locale": {"kk": "kk", "ru": "ru"}.get(language, "en"),
            "expires_in": int(LIFETIME.total_seconds()),
        }


def agreed_text(asked: Mapping[str, Any], due: AgreementDue) -> AgreementText:
    """The very text the page showed, when it is still the one due; Problem otherwise.

    `asked` is what the page displayed: version, language and SHA-256 must all agree with ours.
    """
    shown = asked.get("agreement")
    if not isinstance(shown, dict):
        raise Problem("generic", "an acceptance names the text that was shown")
    text = due.version.texts.get(str(shown.get("language")))
    expected = None if text is None else (text.version, text.sha256)
    if text is None or (shown.get("version"), shown.get("sha256")) != expected:
        raise Problem("agreement_changed", "the text shown is not the one due now", status=409)
    return text


def issue(
    interaction: Interaction,
    *,
    realm: Realm,
    around: Surroundings,
    text: AgreementText | None,
    iin: str = "",
) -> Issued:
    """Make and keep a challenge: an acceptance of `text`, or a sign-in when there is none.

    `iin`: the person who must sign an acceptance; NCALayer then offers only their keys.
    """
    now = around.clock().replace(microsecond=0)
    document = _document(
        interaction, realm=realm, at=now, nonce=new_token(around.random), text=text
    )
    kind: Kind = "sign_in" if text is None else "acceptance"
    challenge_id = new_token(around.random)
    rendered = document.render()
    with around.database.write() as connection:
        challenges.add(
            connection,
            Challenge(
                id_hash=digest(challenge_id),
                realm=realm.name,
                interaction=interaction.id_hash,
                kind=kind,
                document=rendered,
                expires_at=seconds(document.expires_at),
            ),
        )
    return Issued(challenge_id, rendered, KEY_OIDS[realm.key_for(kind)], iin)


def _document(
    interaction: Interaction,
    *,
    realm: Realm,
    at: datetime,
    nonce: str,
    text: AgreementText | None,
) -> ChallengeDocument:
    common: dict[str, Any] = {
        "portal": realm.policy.names.get(interaction.language),
        "realm": realm.name,
        "issuer": realm.issuer,
        "issued_at": at,
        "expires_at": at + LIFETIME,
        "language": interaction.language,
        "nonce": nonce,
    }
    if text is None:
        return SignInDocument(**common)
    return AcceptanceDocument(
        **common,
        agreement_version=text.version,
        agreement_language=text.language,
        agreement_form=AGREEMENT_FORM,
        agreement_sha256=text.sha256,
    )


def take(
    challenge_id: str, interaction: Interaction, *, kind: Kind, around: Surroundings
) -> Challenge:
    """Use the challenge up before anything is judged; Problem says why it is not to be had."""
    with around.database.write() as connection:
        taken = challenges.take(
            connection,
            id_hash=digest(challenge_id),
            realm=interaction.realm,
            interaction=interaction.id_hash,
            kind=kind,
            now=seconds(around.clock()),
        )
    if isinstance(taken, Challenge):
        return taken
    if taken == "expired":
        raise Problem("challenge_expired", "the challenge has expired", status=409)
    raise Problem("challenge_used", f"the challenge is {taken}", status=409)
