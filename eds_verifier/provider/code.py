"""Issuing the authorization code: the last step, and only with the agreement held."""

from __future__ import annotations

from eds_verifier.identity import CodeClaims, ProvenIdentity
from eds_verifier.provider.agreement import AgreementDue, AgreementHeld, agreement_state
from eds_verifier.provider.errors import Problem
from eds_verifier.provider.interaction import seconds
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import CLIENT_ID, Realm, Surroundings
from eds_verifier.provider.sealing import digest, seal
from eds_verifier.provider.tokens import new_token
from eds_verifier.store import codes, interactions
from eds_verifier.store.interactions import Interaction

CODE_SECONDS = 60


def issue_code(
    interaction: Interaction,
    *,
    identity: ProvenIdentity,
    realm: Realm,
    around: Surroundings,
) -> str | AgreementDue:
    """One code for one interaction, or the agreement that is still to be signed.

    The acceptance is read from the store in the transaction that keeps the code, so no code ever
    exists without it. Problem when the sign-in has ended meanwhile.
    """
    around.reached("before_code")
    now = around.clock()
    code = new_token(around.random)
    with around.database.write() as connection:
        held = agreement_state(connection, realm=realm, sub=identity.sub, at=now)
        if isinstance(held, AgreementDue):
            return held
        if not interactions.end(connection, interaction, stage="closed", expected=("identified",)):
            raise Problem("session_lost", "the sign-in has ended", status=409)
        codes.add(connection, _code(code, held, identity, interaction, realm=realm, around=around))
    log("code_issued", realm=realm.name, reference=interaction.reference, sub=identity.sub)
    return code


def _code(  # noqa: PLR0913 - each is a thing of its own, named by the caller
    code: str,
    held: AgreementHeld,
    identity: ProvenIdentity,
    interaction: Interaction,
    *,
    realm: Realm,
    around: Surroundings,
) -> codes.Code:
    claims = CodeClaims(
        identity=identity,
        nonce=interaction.nonce,
        agreement=held.value,
        agreement_signed=held.value,
    )
    sealed = seal(
        claims.model_dump_json().encode(),
        secret=code,
        purpose=f"code/{realm.name}",
        nonce=around.random(12),
    )
    return codes.Code(
        code_hash=digest(code),
        realm=realm.name,
        client_id=CLIENT_ID,
        redirect_uri=interaction.redirect_uri,
        code_challenge=interaction.code_challenge,
        sealed=sealed,
        reference=interaction.reference,
        expires_at=seconds(around.clock()) + CODE_SECONDS,
    )
