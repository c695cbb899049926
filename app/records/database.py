"""The database and its transactions. Nothing else commits."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import ReadyRoomError
from app.readiness.catalogue import Catalogue
from app.settings import SHARE

WAIT_SECONDS = 5  # for another's write to end, or for a server to answer
_MIGRATION_LOCK = 7_304_111_236  # any number that nobody else takes


class Unavailable(ReadyRoomError):
    """The database cannot be used at the moment; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a function on records works with: statements in one transaction, and the catalogues they are scored by."""

    sql: Connection
    catalogue: Callable[..., Catalogue]  # of an id and a version; of nothing: the one that new assessments answer
    to_score: dict[UUID, datetime] | None = None  # see `assessments.scored_once`; None: whatever changes is scored


class Database:
    """Everything that is kept, in an SQLite file or on a PostgreSQL server."""

    def __init__(self, url: str, catalogue: Callable[..., Catalogue]) -> None:
        """Nothing is opened before the first transaction.

        Args:
            url: as `READYROOM_DATABASE_URL`.
            catalogue: gives the catalogue of an id and a version, and without them the default: `library.catalogue`.
        """
        self._catalogue = catalogue
        self._engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else _postgresql(url)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        self._to_read = self._engine.execution_options(**_READING[self._engine.dialect.name])
        # SQLite takes one write at a time. Waiting for one's turn here is fairer and quicker than asking it again and
        # again; other processes are waited for by SQLite itself.
        self._turn = Lock()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees everything as it is at its first look, and changes nothing."""
        with _plainly(), self._to_read.begin() as connection:
            yield Transaction(connection, self._catalogue)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that is committed at the end, or rolled back whole by an error."""
        with self._my_turn(), _plainly(), self._engine.begin() as connection:
            yield Transaction(connection, self._catalogue)

    def is_current(self) -> bool:
        """Whether the schema is the one that this program knows."""
        with self.reading() as db:
            return MigrationContext.configure(db.sql).get_current_revision() == self._head

    def migrate(self, revision: str = "head") -> None:
        """Bring the schema up to date, or to any other revision."""
        with self.writing() as db:
            if not self._is_sqlite:
                db.sql.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            config = _alembic()
            config.attributes["connection"] = db.sql
            move = command.downgrade if revision == "base" or revision.startswith("-") else command.upgrade
            move(config, revision)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @cached_property
    def _head(self) -> str | None:
        return ScriptDirectory.from_config(_alembic()).get_current_head()

    def _my_turn(self) -> AbstractContextManager[None]:
        return _turn_of(self._turn) if self._is_sqlite else nullcontext()


_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def _sqlite(url: str) -> Engine:
    file = make_url(url).database
    if file:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None: the driver begins nothing by itself, `_begin` does.
    arguments = {"isolation_level": None, "timeout": WAIT_SECONDS}
    engine = create_engine(url, connect_args=arguments, pool_size=8, max_overflow=40, pool_timeout=WAIT_SECONDS)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that begins by reading and then writes is refused when somebody wrote in between.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str) -> Engine:
    arguments = {"connect_timeout": WAIT_SECONDS, "options": f"-c lock_timeout={WAIT_SECONDS}s -c timezone=UTC"}
    return create_engine(
        url, connect_args=arguments, pool_size=8, max_overflow=40, pool_timeout=WAIT_SECONDS, pool_pre_ping=True
    )


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SHARE / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _turn_of(turn: Lock) -> Iterator[None]:
    if not turn.acquire(timeout=WAIT_SECONDS):
        raise Unavailable(_BUSY)
    try:
        yield
    finally:
        turn.release()


_BUSY = "The database is busy: others have been writing for seconds. Nothing was changed; try again."
_WORDS = {
    "locked": _BUSY,
    "lock timeout": _BUSY,
    "deadlock": _BUSY,
    "serialize access": _BUSY,
    "unable to open": "The database file cannot be opened. Look at READYROOM_DATABASE_URL and at who may write there.",
    "readonly database": "The database file may not be written to. Look at who may write there.",
    "disk is full": "The disk is full: nothing can be kept. Make room, then try again.",
    "no such table": "The database is not up to date. Run `readyroom migrate`.",
    "no such column": "The database is not up to date. Run `readyroom migrate`.",
    "does not exist": "The database, or a table in it, does not exist. Make it, then run `readyroom migrate`.",
}


@contextmanager
def _plainly() -> Iterator[None]:
    """A database that cannot be used says so in words; a mistake in a statement stays what it is."""
    try:
        yield
    except PoolTimeout:
        raise Unavailable(_BUSY) from None
    except DBAPIError as error:
        said = str(error.orig)
        words = next((words for sign, words in _WORDS.items() if sign in said), None)
        if words is None and isinstance(error, OperationalError):
            words = "The database cannot be reached. Look at READYROOM_DATABASE_URL and at whether the server runs."
        if words is None:
            raise
        raise Unavailable(words) from error
