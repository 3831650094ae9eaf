"""The tables. Times are whole seconds since 1970 (UTC); secrets are kept as SHA-256 only.

Rows of `interactions`, `challenges`, `codes` and `assertion_ids` live for minutes and are purged.
`acceptances`, `evidence` and `requests` stay until whoever collects them has acknowledged them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", String(64), nullable=False),
)

interactions = Table(
    "interactions",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("browser_hash", String(64), nullable=False),
    Column("reference", String(16), nullable=False),
    Column("language", String(2), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("code_challenge", String(64), nullable=False),
    Column("login_hint", String(128), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("sub", String(40), nullable=False),
    Column("sealed", LargeBinary, nullable=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Index("interactions_of_browser", "realm", "browser_hash"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("id_hash", String(64), primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("interaction", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("taken_at", BigInteger, nullable=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

codes = Table(
    "codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("client_id", String(128), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("reference", String(16), nullable=False),
    Column("taken_at", BigInteger, nullable=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

assertion_ids = Table(
    "assertion_ids",
    metadata,
    Column("realm", String(64), primary_key=True),
    Column("jti_hash", String(64), primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("sub", String(40), nullable=False),
    Column("agreement_version", Integer, nullable=False),
    Column("agreement_language", String(2), nullable=False),
    Column("agreement_sha256", String(64), nullable=False),
    Column("accepted_at", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
    Column("acknowledged_at", BigInteger, nullable=True),
    Index("acceptances_of_person", "realm", "sub"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sub", String(40), nullable=False),
    Column("details", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("acknowledged_at", BigInteger, nullable=True),
)
