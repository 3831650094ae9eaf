"""Accepting the agreement: the record is on the disk before anybody hears of it."""

from __future__ import annotations

import uuid

from eds_verifier.identity import ProvenIdentity
from eds_verifier.provider.agreement import AgreementDue
from eds_verifier.provider.errors import Problem
from eds_verifier.provider.interaction import seconds
from eds_verifier.provider.logs import log
from eds_verifier.provider.realm import Realm, Surroundings
from eds_verifier.provider.signature import ProvenSignature, require_person
from eds_verifier.store import acceptances, interactions, requests
from eds_verifier.store.acceptances import AcceptanceRecord, AcceptedAgreement, sha256
from eds_verifier.store.interactions import Interaction
from policies.documents import AcceptanceDocument, parse


def accept(  # noqa: PLR0913 - each is a thing of its own, named by the caller
    signature: ProvenSignature,
    due: AgreementDue,
    *,
    identity: ProvenIdentity,
    interaction: Interaction,
    realm: Realm,
    around: Surroundings,
) -> None:
    """Commit the acceptance, in a transaction of its own.

    The signer must be the person who signed in (their BIN and role may differ and are recorded),
    and the document must name the very text that is due now. Problem otherwise.
    """
    require_person(signature, identity.sub)
    document = parse(signature.document)
    if not isinstance(document, AcceptanceDocument):
        raise Problem("content_mismatch", "what was signed accepts nothing", status=422)
    text = due.version.texts.get(document.agreement_language)
    named = (document.agreement_version, document.agreement_sha256)
    if text is None or named != (text.version, text.sha256):
        raise Problem("agreement_changed", "what was signed is not due now", status=409)
    record = _record(signature, document, interaction=interaction, realm=realm, around=around)
    judgement = signature.judgement
    blobs = (
        signature.document,
        judgement.cms,
        *judgement.chain_der,
        *judgement.ocsp,
        *judgement.crls,
    )
    around.reached("before_acceptance")
    with around.database.write() as connection:
        if not interactions.hold(connection, interaction, stage="identified"):
            raise Problem("session_lost", "the sign-in has ended", status=409)
        acceptances.add(connection, record, blobs)
    log(
        "accepted",
        realm=realm.name,
        reference=interaction.reference,
        sub=record.sub,
        agreement=text.value,
        acceptance=record.id,
    )
    around.reached("after_acceptance")


def _record(
    signature: ProvenSignature,
    document: AcceptanceDocument,
    *,
    interaction: Interaction,
    realm: Realm,
    around: Surroundings,
) -> AcceptanceRecord:
    judgement = signature.judgement
    return AcceptanceRecord(
        id=str(uuid.UUID(bytes=around.random(16), version=4)),
        realm=realm.name,
        issuer=realm.issuer,
        sub=signature.sub,
        agreement=AcceptedAgreement(
            version=document.agreement_version,
            language="kk" if document.agreement_language == "kk" else "ru",
            form=document.agreement_form,
            sha256=document.agreement_sha256,
        ),
        accepted_at=around.clock(),
        judged_at=signature.judged_at,
        bin=signature.subject.bin,
        role=signature.subject.role,
        reference=interaction.reference,
        document_sha256=sha256(signature.document),
        cms_sha256=sha256(judgement.cms),
        chain_sha256=tuple(map(sha256, judgement.chain_der)),
        ocsp_sha256=tuple(map(sha256, judgement.ocsp)),
        crl_sha256=tuple(map(sha256, judgement.crls)),
        verdict=judgement.verdict.model_dump(mode="json"),
    )


def decline(
    due: AgreementDue,
    *,
    identity: ProvenIdentity,
    interaction: Interaction,
    realm: Realm,
    around: Surroundings,
) -> None:
    """Note the refusal for the keeper and end the sign-in, both or neither; no code follows."""
    now = around.clock()
    with around.database.write() as connection:
        if not interactions.end(
            connection, interaction, stage="declined", expected=("identified",)
        ):
            raise Problem("session_lost", "the sign-in has ended", status=409)
        requests.add(
            connection,
            requests.KeeperRequest(
                id=str(uuid.UUID(bytes=around.random(16), version=4)),
                realm=realm.name,
                kind="decline",
                sub=identity.sub,
                details={"agreement_version": due.version.number},
                created_at=seconds(now),
            ),
        )
    log(
        "declined",
        realm=realm.name,
        reference=interaction.reference,
        sub=identity.sub,
        agreement=str(due.version.number),
    )
