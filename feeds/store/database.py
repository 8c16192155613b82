"""The store: its connections, its transactions, and whether its schema is the code's.

A reader's transaction sees one moment; a writer's is exclusive from its first statement. Writers of one process queue
here before they ask the database, so that none of them starves; bulk work gives way between its transactions.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

from feeds.errors import OutOfReach, SchemaError, StoreError
from feeds.store import sqlite

BULK_ITEMS = 100  # articles a transaction of bulk work may touch
BULK_SECONDS = 0.05  # and the time that it may take
PAUSE_SECONDS = 0.005  # between two of them: a waiting writer of another process cannot be seen
# Roads pass a connection on without knowing more of it.
__all__ = [
    "BULK_ITEMS",
    "Connection",
    "Store",
    "check_schema",
    "in_batches",
    "newest_schema",
    "schema_of",
    "schema_within",
]
Item = TypeVar("Item")
MIGRATIONS = Path(__file__).with_name("migrations") / "versions"


class Store:
    """One database. Safe to share between threads; made anew in every process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sqlite.open_engine(url)
        self._queue = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one moment. Keep it short: it pins the log."""
        with self._fenced(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open an exclusive transaction; committed at the end, rolled back at any exception."""
        with self._fenced(), self._turn(), self.engine.connect() as plain:
            connection = plain.execution_options(**{sqlite.IS_WRITER: True})
            with connection.begin():
                yield connection

    def give_way(self) -> None:
        """Pause between two transactions of bulk work, and cut the log where it has grown."""
        time.sleep(PAUSE_SECONDS)
        with self._fenced():
            sqlite.shrink_wal(self.engine, self.url)

    def shrink(self) -> None:
        """Write the log back and cut it, however short it is."""
        with self._fenced():
            sqlite.shrink_wal(self.engine, self.url, past=0)

    def refusal(self, *, patience: float = 1.0) -> str | None:
        """Say why nothing can be written just now; None where it can. `patience` in seconds."""
        return sqlite.check_writable(self.url, patience=patience)

    def space(self) -> tuple[int, int] | None:
        """Give the bytes that the database has, and those that are free on its disk; None where none can be told."""
        return sqlite.space_of(self.url)

    def watch(self) -> sqlite.Watch:
        """Open a watch for commits of others, on a connection of its own."""
        return sqlite.Watch(self.url)

    def lock_role(self, role: str) -> sqlite.RoleLock:
        """Take a role (web, worker) on this instance; raises InUseError."""
        lock = sqlite.RoleLock(self.url, role)
        lock.acquire()
        return lock

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _fenced(self) -> Iterator[None]:
        """Turn what the database refuses (locked, read-only, full, damaged) into OutOfReach with its words."""
        try:
            yield
        except DBAPIError as error:
            if sqlite.is_lasting(error.orig):
                self.engine.dispose()  # other connections begin anew: what they hold of the file may be wrong
            if (reason := sqlite.reason_of(error.orig)) is not None:
                raise OutOfReach(reason) from error
            if isinstance(error, OperationalError) or error.connection_invalidated:
                raise StoreError(f"the database cannot be used: {error.orig}") from error
            raise

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the other writers of this process, as long as for those of others."""
        if not self._queue.acquire(timeout=sqlite.PATIENCE):
            raise OutOfReach("the database is locked: other changes before this one are waiting for it")
        try:
            yield
        finally:
            self._queue.release()


def in_batches(
    store: Store, items: list[Item], work: Callable[[Connection, Item], None], *, size: int = BULK_ITEMS
) -> None:
    """Do work on many items in short transactions that give way to other writers."""
    at = 0
    while at < len(items):
        began = time.monotonic()
        with store.write() as connection:
            for item in items[at : at + size]:
                work(connection, item)
                at += 1
                if time.monotonic() - began > BULK_SECONDS:
                    break
        store.give_way()


def newest_schema() -> int:
    """Give the number of the newest migration that this code has."""
    return max(int(found[0]) for path in MIGRATIONS.glob("*.py") if (found := re.match(r"\d+", path.name)))


def check_schema(store: Store) -> None:
    """Raise SchemaError unless the database is exactly as this code knows it."""
    present, newest = schema_of(store), newest_schema()
    if present is None:
        raise SchemaError("the database was never migrated; run: python app.py migrate")
    if present > newest:
        raise SchemaError(
            f"the database has schema {present}, newer than the {newest} that this version of Broadsheet knows; "
            "run the newer version, or restore a copy from before its migration"
        )
    if present < newest:
        raise SchemaError(f"the database has schema {present}, this version needs {newest}; run: python app.py migrate")


def schema_of(store: Store) -> int | None:
    """Give the number of the database's schema; None where nothing was ever migrated, or where there is no file."""
    if not sqlite.is_there(store.url):
        return None
    with store.read() as connection:
        return schema_within(connection)


def schema_within(connection: Connection) -> int | None:
    """Give the number of the schema, within a transaction."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else int(found)
