"""Forgetting what has expired, a bounded number of rows at a time."""

from __future__ import annotations

from sqlalchemy import delete, select, tuple_

from eds_verifier.store.database import Database
from eds_verifier.store.schema import assertion_ids, challenges, codes, interactions

EXPIRING = (interactions, challenges, codes, assertion_ids)
KEPT_SECONDS = 60
"""Rows outlive their expiry a little, so that a late replay is told from a wrong guess."""


def purge(database: Database, *, now: int, at_most: int = 1000) -> int:
    """Delete rows that expired a while ago, at most `at_most` of each table; says how many.

    Each table is its own short transaction: a sign-in never waits for a long one.
    """
    deleted = 0
    for table in EXPIRING:
        key = tuple_(*table.primary_key.columns)
        old = (
            select(*table.primary_key.columns)
            .where(table.c.expires_at < now - KEPT_SECONDS)
            .limit(at_most)
        )
        with database.write() as connection:
            deleted += connection.execute(delete(table).where(key.in_(old))).rowcount
    return deleted
