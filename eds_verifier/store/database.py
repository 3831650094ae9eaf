"""One SQL database: SQLite for one process, PostgreSQL for many. Every change is a transaction.

On SQLite a commit is on the disk when it returns (`synchronous=FULL`), since an acceptance must
survive the power cord; write-ahead logging keeps readers and the one writer apart.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from eds_verifier.store.errors import StoreError
from eds_verifier.store.schema import SCHEMA_VERSION, meta, metadata

_BUSY_SECONDS = 10


class Database:
    """The opened store. `write()` and `read()` give a connection inside one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that changes nothing."""
        with self._engine.connect() as connection:
            yield connection

    def probe(self) -> None:
        """Write one row and roll it back; StoreError when the store cannot be written."""
        try:
            with self._engine.connect() as connection, connection.begin() as transaction:
                connection.execute(update(meta).values(value=str(SCHEMA_VERSION)))
                transaction.rollback()
        except SQLAlchemyError as error:
            raise StoreError(f"the store cannot be written: {type(error).__name__}") from None

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:////abs/file` or `postgresql+psycopg://…`; make the tables when absent.

    An SQLite file is made readable by its owner alone, and refused when others can read it.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite(parsed)
        else:
            engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        metadata.create_all(engine)
        _check_version(engine)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreError(
            f"store: not a database address that can be used ({type(error).__name__})",
            hint="Use sqlite:////absolute/path or postgresql+psycopg://user@host/database.",
        ) from None
    except SQLAlchemyError as error:
        raise StoreError(
            f"the store cannot be opened: {type(error).__name__}",
            hint="Check the address, that the folder exists, and who may write there.",
        ) from None
    return Database(engine)


def _sqlite(url: URL) -> Engine:
    if not url.database or not Path(url.database).is_absolute():
        raise StoreError("store: an SQLite file needs an absolute path: sqlite:////path/file")
    path = Path(url.database)
    if not path.parent.is_dir():
        raise StoreError(f"store: there is no folder {path.parent}", hint="Create it first.")
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(
            f"store: others can read {path}", hint=f"It holds personal data: chmod 600 {path}"
        )
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=5,
        max_overflow=20,
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Taken at once: two readers that both go on to write would otherwise fail, not wait.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _check_version(engine: Engine) -> None:
    expected = str(SCHEMA_VERSION)
    with engine.begin() as connection:
        found = connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar()
        if found is None:
            try:
                connection.execute(insert(meta).values(key="schema", value=expected))
            except IntegrityError:  # another process was first
                return
        elif found != expected:
            raise StoreError(
                f"the store is of version {found}, this program needs {expected}",
                hint="Run the program that made it, or migrate the store.",
            )
