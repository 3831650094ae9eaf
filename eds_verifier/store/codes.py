"""Authorization codes and client assertion ids: each is good once."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from eds_verifier.store.database import Database
from eds_verifier.store.schema import assertion_ids, codes


@dataclass(frozen=True, slots=True)
class Code:
    """A row. `sealed` is the claims, readable only with the code itself."""

    code_hash: str
    realm: str
    client_id: str
    redirect_uri: str
    code_challenge: str = field(repr=False)
    sealed: bytes = field(repr=False)
    reference: str
    expires_at: int


def add(connection: Connection, code: Code) -> None:
    """Keep a code."""
    connection.execute(
        insert(codes).values(
            code_hash=code.code_hash,
            realm=code.realm,
            client_id=code.client_id,
            redirect_uri=code.redirect_uri,
            code_challenge=code.code_challenge,
            sealed=code.sealed,
            reference=code.reference,
            expires_at=code.expires_at,
        )
    )


def take(connection: Connection, *, code_hash: str, realm: str, now: int) -> Code | None:
    """Use a code up. Of callers at the same time one gets it; replays and late ones get none."""
    mine = (codes.c.code_hash == code_hash) & (codes.c.realm == realm)
    taken = connection.execute(
        update(codes)
        .where(mine, codes.c.taken_at.is_(None), codes.c.expires_at > now)
        .values(taken_at=now)
    )
    if taken.rowcount != 1:
        return None
    row = connection.execute(select(codes).where(mine)).one()
    return Code(
        code_hash=row.code_hash,
        realm=row.realm,
        client_id=row.client_id,
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        sealed=bytes(row.sealed),
        reference=row.reference,
        expires_at=row.expires_at,
    )


def spend_assertion_id(database: Database, *, realm: str, jti_hash: str, expires_at: int) -> bool:
    """Note a client assertion's `jti`; False when it was noted before (RFC 7523, 3 point 7)."""
    try:
        with database.write() as connection:
            connection.execute(
                insert(assertion_ids).values(realm=realm, jti_hash=jti_hash, expires_at=expires_at)
            )
    except IntegrityError:
        return False
    return True
