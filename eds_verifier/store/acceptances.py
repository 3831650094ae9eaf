"""Acceptances: the evidence that a person accepted one version of the agreement by signature.

Record format 1: a JSON object whose byte strings (document, CMS, certificates, OCSP answers,
CRLs) are named by SHA-256 and kept once each in `evidence`. Described for auditors in
`docs/verifier-deployment.md`; a later format gets a new number, this one stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NewType

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from eds_verifier.store.errors import EvidenceError
from eds_verifier.store.schema import acceptances, evidence


@dataclass(frozen=True, slots=True)
class SignedText:
    """The text a signature was made over: its language and the SHA-256 of its canonical form."""

    language: str
    sha256: str


SignedVersions = NewType("SignedVersions", Mapping[int, SignedText])
"""Number → text of the versions a person signed, read from the store; made nowhere else."""


class AcceptedAgreement(BaseModel):
    """What was accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    language: Literal["kk", "ru"]
    form: int
    sha256: str


class AcceptanceRecord(BaseModel):
    """One acceptance, format 1. Fields ending in `_sha256` name bytes kept beside the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    id: str
    realm: str
    issuer: str
    sub: str
    agreement: AcceptedAgreement
    accepted_at: AwareDatetime
    judged_at: AwareDatetime
    bin: str
    role: str
    reference: str
    document_sha256: str
    cms_sha256: str
    chain_sha256: tuple[str, ...]
    ocsp_sha256: tuple[str, ...]
    crl_sha256: tuple[str, ...]
    verdict: dict[str, Any]

    def hashes(self) -> tuple[str, ...]:
        """Every byte string the record names."""
        return (
            self.document_sha256,
            self.cms_sha256,
            *self.chain_sha256,
            *self.ocsp_sha256,
            *self.crl_sha256,
        )


def sha256(data: bytes) -> str:
    """Lower-case hex SHA-256."""
    return hashlib.sha256(data).hexdigest()


def add(connection: Connection, record: AcceptanceRecord, blobs: Iterable[bytes]) -> None:
    """Keep a record and the bytes it names; EvidenceError when one is missing."""
    by_hash = {sha256(blob): blob for blob in blobs}
    missing = set(record.hashes()) - set(by_hash)
    if missing:
        raise EvidenceError(f"an acceptance names {len(missing)} byte strings that are not given")
    known = set(
        connection.execute(
            select(evidence.c.sha256).where(evidence.c.sha256.in_(by_hash))
        ).scalars()
    )
    for digest, blob in by_hash.items():
        if digest not in known:
            _keep_bytes(connection, digest, blob)
    connection.execute(
        insert(acceptances).values(
            id=record.id,
            realm=record.realm,
            sub=record.sub,
            agreement_version=record.agreement.version,
            agreement_language=record.agreement.language,
            agreement_sha256=record.agreement.sha256,
            accepted_at=int(record.accepted_at.timestamp()),
            record=record.model_dump_json(),
        )
    )


def _keep_bytes(connection: Connection, digest: str, blob: bytes) -> None:
    try:
        with connection.begin_nested():
            connection.execute(insert(evidence).values(sha256=digest, data=blob))
    except IntegrityError:
        # Another process kept the same bytes meanwhile: an issuer's certificate is in every chain.
        if (
            connection.execute(
                select(evidence.c.sha256).where(evidence.c.sha256 == digest)
            ).scalar()
            is None
        ):
            raise


def signed_versions(connection: Connection, *, realm: str, sub: str) -> SignedVersions:
    """What this person signed in this realm; the text of the latest signature counts."""
    rows = connection.execute(
        select(
            acceptances.c.agreement_version,
            acceptances.c.agreement_language,
            acceptances.c.agreement_sha256,
        )
        .where(acceptances.c.realm == realm, acceptances.c.sub == sub)
        .order_by(acceptances.c.accepted_at, acceptances.c.id)
    )
    return SignedVersions(
        {
            row.agreement_version: SignedText(row.agreement_language, row.agreement_sha256)
            for row in rows
        }
    )


def load(connection: Connection, acceptance_id: str) -> tuple[AcceptanceRecord, dict[str, bytes]]:
    """One record and its bytes by SHA-256; EvidenceError when they do not match."""
    text = connection.execute(
        select(acceptances.c.record).where(acceptances.c.id == acceptance_id)
    ).scalar()
    if text is None:
        raise EvidenceError(f"there is no acceptance {acceptance_id}")
    record = AcceptanceRecord.model_validate_json(text)
    rows = connection.execute(select(evidence).where(evidence.c.sha256.in_(record.hashes())))
    blobs = {row.sha256: bytes(row.data) for row in rows}
    if set(blobs) != set(record.hashes()) or any(sha256(b) != h for h, b in blobs.items()):
        raise EvidenceError(f"acceptance {acceptance_id} and its evidence do not match")
    return record, blobs


def ids(connection: Connection, *, realm: str, since: datetime | None = None) -> tuple[str, ...]:
    """Ids of a realm's acceptances, oldest first."""
    query = select(acceptances.c.id).where(acceptances.c.realm == realm)
    if since is not None:
        query = query.where(acceptances.c.accepted_at >= int(since.timestamp()))
    rows = connection.execute(query.order_by(acceptances.c.accepted_at, acceptances.c.id))
    return tuple(rows.scalars())
