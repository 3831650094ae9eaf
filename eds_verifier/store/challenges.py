"""Challenges: what is to be signed; each can be taken once, by the interaction it was made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from eds_verifier.store.schema import challenges

Kind = Literal["sign_in", "acceptance"]


@dataclass(frozen=True, slots=True)
class Challenge:
    """`document` is the exact bytes that must be signed."""

    id_hash: str
    realm: str
    interaction: str
    kind: Kind
    document: bytes
    expires_at: int


TakeFailure = Literal["unknown", "used", "expired"]


def add(connection: Connection, challenge: Challenge) -> None:
    """Keep a fresh challenge; the interaction's earlier ones that nobody took are dropped."""
    connection.execute(
        delete(challenges).where(
            challenges.c.interaction == challenge.interaction, challenges.c.taken_at.is_(None)
        )
    )
    connection.execute(
        insert(challenges).values(
            id_hash=challenge.id_hash,
            realm=challenge.realm,
            interaction=challenge.interaction,
            kind=challenge.kind,
            document=challenge.document,
            expires_at=challenge.expires_at,
        )
    )


def take(  # noqa: PLR0913 - each narrows what may be taken
    connection: Connection, *, id_hash: str, realm: str, interaction: str, kind: Kind, now: int
) -> Challenge | TakeFailure:
    """Use a challenge up. Of callers at the same time one gets it; the others learn why not."""
    mine = (
        (challenges.c.id_hash == id_hash)
        & (challenges.c.realm == realm)
        & (challenges.c.interaction == interaction)
        & (challenges.c.kind == kind)
    )
    taken = connection.execute(
        update(challenges)
        .where(mine, challenges.c.taken_at.is_(None), challenges.c.expires_at > now)
        .values(taken_at=now)
    )
    row = connection.execute(select(challenges).where(mine)).one_or_none()
    if row is None:
        return "unknown"
    if taken.rowcount != 1:
        return "used" if row.taken_at is not None else "expired"
    return Challenge(
        id_hash=row.id_hash,
        realm=row.realm,
        interaction=row.interaction,
        kind=row.kind,
        document=bytes(row.document),
        expires_at=row.expires_at,
    )
