"""All that SQLite alone can do: how it is opened, locked, watched and kept small. Nothing else in the project knows it.

Python's sqlite3 loses updates under SQLAlchemy's defaults: it begins transactions late and deferred, so that two
writers read the same row and the later one overwrites. So its own handling of transactions is switched off and
ours says BEGIN IMMEDIATE for writers and plain BEGIN for readers (database.py asks for either).
"""

import fcntl
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from feeds.errors import InUseError, StoreError

BUSY_TIMEOUT_MS = 20_000
WAL_LIMIT = 64 * 1024 * 1024  # bytes
LOCK_PATIENCE = 4.0  # seconds; children of a supervisor that was killed are gone within two
IS_WRITER = "is_writer"


def open_engine(url: str) -> Engine:
    """Make the engine for a SQLite file; the folder must exist."""
    engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=8, max_overflow=32)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 shall not begin transactions: _begin does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged article outlives a loss of power, too
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased, and what it was before, is in no free page either
    cursor.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    cursor.execute("PRAGMA cache_size = -8192")  # KiB a connection
    cursor.close()


def _begin(connection: Connection) -> None:
    writer = connection.get_execution_options().get(IS_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def file_of(url: str) -> Path | None:
    """Give the file of a SQLite address; None for other databases and for one in memory."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or parsed.database in (None, "", ":memory:"):
        return None
    return Path(str(parsed.database))


class Watch:
    """Tells cheaply whether another connection changed the file.

    PRAGMA data_version costs microseconds, but only on one connection kept for it and outside any transaction.
    """

    def __init__(self, url: str) -> None:
        path = file_of(url)
        if path is None:
            raise StoreError(f"{make_url(url).render_as_string()} is not a SQLite file")
        self._connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self._seen = -1

    def has_changed(self) -> bool:
        """Say whether something was committed since the last call; True at the first."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        before, self._seen = self._seen, int(version)
        return before != self._seen

    def close(self) -> None:
        self._connection.close()


def shrink_wal(engine: Engine, url: str, *, past: int = WAL_LIMIT) -> bool:
    """Write the log back and cut it where it is longer than `past` bytes; says whether it was cut."""
    path = file_of(url)
    if path is None:
        return False
    try:
        if os.stat(f"{path}-wal").st_size <= past:
            return False
    except FileNotFoundError:
        return False
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = cursor.fetchone()
        cursor.close()
    finally:
        raw.close()
    return found is not None and int(found[0]) == 0


def copy_file(url: str, target: Path) -> None:
    """Copy the database, consistent while others write (the backup interface of SQLite)."""
    path = file_of(url)
    if path is None:
        raise StoreError("only a SQLite file can be copied")
    source = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=2048)
        finally:
            copy.close()
    finally:
        source.close()


class RoleLock:
    """Keeps a second process of a role off one SQLite file: flock on a file beside it, freed at any death."""

    def __init__(self, url: str, role: str) -> None:
        path = file_of(url)
        if path is None:
            raise StoreError("roles are locked beside a SQLite file")
        self._role = role
        self._path = path.with_name(f"{path.name}.{role}.lock")
        self._file: int | None = None

    def acquire(self, *, patience: float = LOCK_PATIENCE) -> None:
        """Take the role, or raise InUseError that names who has it.

        A holder that is alive is believed at once; where it is dead, its children are about to go: they are waited for.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
                if _is_alive(holder) or time.monotonic() > deadline:
                    os.close(handle)
                    raise InUseError(
                        f"the role {self._role} already runs on this instance (process {holder or 'unknown'})"
                    ) from None
                time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._file = handle

    def fileno(self) -> int:
        """Give the descriptor, to hand to children: the lock is free when the last of them is gone."""
        if self._file is None:
            raise StoreError(f"the role {self._role} is not held")
        return self._file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
