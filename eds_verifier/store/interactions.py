"""Interactions: one sign-in in one browser, from the request to the code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from eds_verifier.store.schema import challenges, interactions

Stage = Literal["sign_in", "identified", "closed", "declined"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """A row. `sealed` is the proven identity, readable only with the browser's secret."""

    id_hash: str
    realm: str
    browser_hash: str
    reference: str
    language: str
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    code_challenge: str = field(repr=False)
    login_hint: str
    stage: Stage
    sub: str
    sealed: bytes | None = field(repr=False)
    created_at: int
    expires_at: int


def add(connection: Connection, interaction: Interaction, *, at_most: int) -> None:
    """Keep a new interaction; this browser's oldest ones beyond `at_most` are dropped."""
    of_browser = (interactions.c.realm == interaction.realm) & (
        interactions.c.browser_hash == interaction.browser_hash
    )
    newest = (
        select(interactions.c.id_hash)
        .where(of_browser)
        .order_by(interactions.c.created_at.desc(), interactions.c.id_hash)
        .limit(at_most - 1)
    )
    kept = connection.execute(newest).scalars().all()
    dropped = select(interactions.c.id_hash).where(of_browser, interactions.c.id_hash.not_in(kept))
    connection.execute(delete(challenges).where(challenges.c.interaction.in_(dropped)))
    connection.execute(delete(interactions).where(of_browser, interactions.c.id_hash.not_in(kept)))
    row = {column.name: getattr(interaction, column.name) for column in interactions.c}
    connection.execute(insert(interactions).values(row))


def find(
    connection: Connection, *, id_hash: str, realm: str, browser_hashes: tuple[str, ...], now: int
) -> Interaction | None:
    """The living interaction of this realm and this very browser, or none."""
    row = connection.execute(
        select(interactions).where(
            interactions.c.id_hash == id_hash,
            interactions.c.realm == realm,
            interactions.c.browser_hash.in_(browser_hashes),
            interactions.c.expires_at > now,
        )
    ).one_or_none()
    return None if row is None else Interaction(**row._mapping)


def speak(connection: Connection, interaction: Interaction, language: str) -> Interaction:
    """Go on in another language, which the person chose on the page."""
    connection.execute(
        update(interactions)
        .where(interactions.c.id_hash == interaction.id_hash)
        .values(language=language)
    )
    return replace(interaction, language=language)


def identify(
    connection: Connection, interaction: Interaction, *, sub: str, sealed: bytes, browser_hash: str
) -> bool:
    """Note who signed, and bind the rest to the new secret of the browser that sent it.

    False when somebody was noted before, or the sign-in has ended.
    """
    changed = connection.execute(
        update(interactions)
        .where(interactions.c.id_hash == interaction.id_hash, interactions.c.stage == "sign_in")
        .values(stage="identified", sub=sub, sealed=sealed, browser_hash=browser_hash)
    )
    return changed.rowcount == 1


def hold(connection: Connection, interaction: Interaction, *, stage: Stage) -> bool:
    """Whether it is still at `stage`, and stays there until this transaction ends."""
    held = connection.execute(
        update(interactions)
        .where(interactions.c.id_hash == interaction.id_hash, interactions.c.stage == stage)
        .values(stage=stage)
    )
    return held.rowcount == 1


def end(
    connection: Connection,
    interaction: Interaction,
    *,
    stage: Literal["closed", "declined"],
    expected: tuple[Stage, ...],
) -> bool:
    """Move to a last stage and forget the identity. Only one caller is told True."""
    changed = connection.execute(
        update(interactions)
        .where(interactions.c.id_hash == interaction.id_hash, interactions.c.stage.in_(expected))
        .values(stage=stage, sealed=None)
    )
    return changed.rowcount == 1
