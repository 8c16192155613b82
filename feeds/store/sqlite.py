"""All that SQLite alone can do: how it is opened, locked, watched and kept small. Nothing else in the project knows it.

Python's sqlite3 loses updates under SQLAlchemy's defaults: it begins transactions late and deferred, so that two
writers read the same row and the later one overwrites. So its own handling of transactions is switched off and
ours says BEGIN IMMEDIATE for writers and plain BEGIN for readers (database.py asks for either).
"""

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from feeds.errors import InUseError, OutOfReach, StoreError

PATIENCE = 10.0  # seconds to wait for another writer
LOOK = 0.001  # seconds between two looks whether it is done
WAL_LIMIT = 64 * 1024 * 1024  # bytes
LOCK_PATIENCE = 4.0  # seconds; children of a supervisor that was killed are gone within two
LEAST_FREE = 1024 * 1024  # bytes on the disk that a change or two may need
IS_WRITER = "is_writer"
_DAMAGED = "the database file is damaged; stop the newsroom and restore a backup"
# By SQLite's primary result codes; whatever else it says is a fault of ours.
_REASONS = {
    sqlite3.SQLITE_BUSY: "the database is locked by another program",
    sqlite3.SQLITE_LOCKED: "the database is locked by another program",
    sqlite3.SQLITE_PERM: "the database file may not be opened",
    sqlite3.SQLITE_AUTH: "the database file may not be opened",
    sqlite3.SQLITE_READONLY: "the database cannot be written: its file or its folder is read-only",
    sqlite3.SQLITE_FULL: "the database cannot be written: the disk is full",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write the database",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened: its file or its folder is gone, read-only or not ours",
    sqlite3.SQLITE_PROTOCOL: "the database is locked by another program",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
# By extended code, where that says more: the index of the log could not be made as large as it has to be.
_CLOSER = {sqlite3.SQLITE_IOERR_SHMSIZE: _REASONS[sqlite3.SQLITE_FULL]}
_FOR_NOW = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def open_engine(url: str) -> Engine:
    """Make the engine for a SQLite file; the folder must exist."""
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False},
        pool_size=8,
        max_overflow=32,
        hide_parameters=True,  # errors are logged, and parameters are articles and hashes of tokens
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def reason_of(error: BaseException | None) -> str | None:
    """Say in words why the database refuses; None for an error that is no refusal of its file."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else _CLOSER.get(code) or _REASONS.get(code & 0xFF)


def is_lasting(error: BaseException | None) -> bool:
    """Say whether what a connection has read so far may be wrong after this error: it is not to be used again."""
    return reason_of(error) is not None and getattr(error, "sqlite_errorcode", 0) & 0xFF not in _FOR_NOW


def is_there(url: str) -> bool:
    """Say whether there is a database to open; opening one that is not there would make it."""
    path = file_of(url)
    return path is None or path.exists()


@contextmanager
def fenced() -> Iterator[None]:
    """Turn what SQLite refuses outside of SQLAlchemy into OutOfReach."""
    try:
        yield
    except sqlite3.Error as error:
        raise OutOfReach(reason_of(error) or f"the database refuses: {error}") from error


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 shall not begin transactions: _begin does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {round(PATIENCE * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged article outlives a loss of power, too
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased, and what it was before, is in no free page either
    cursor.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
    cursor.execute("PRAGMA cache_size = -8192")  # KiB a connection
    cursor.close()


def _begin(connection: Connection) -> None:
    writer = connection.get_execution_options().get(IS_WRITER, False)
    if writer:
        _take_turn(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _take_turn(connection: Connection) -> None:
    """Begin a writer's transaction as soon as no other process has one.

    SQLite itself would look every 100 ms, and miss the pauses of 5 ms that bulk work of another process makes.
    """
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + PATIENCE
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        while (refusal := _refusal_of_turn(driver)) is not None:
            if refusal != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last time: its error is SQLAlchemy's
                return
            time.sleep(LOOK)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {round(PATIENCE * 1000)}")


def _refusal_of_turn(driver: sqlite3.Connection) -> int | None:
    """Try to begin a writer's transaction; give SQLite's primary error code, None where it has begun."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF
    return None


def _open(path: Path, *, patience: float) -> sqlite3.Connection:
    """Open a file that is there, beside SQLAlchemy; a missing one is not made."""
    address = f"file:{quote(str(path))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)


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
        with fenced():
            self._connection = _open(path, patience=1.0)
        self._seen = -1

    def has_changed(self) -> bool:
        """Say whether something was committed since the last call; True at the first."""
        with fenced():
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
        with fenced():
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            found = cursor.fetchone()
            cursor.close()
    finally:
        raw.close()
    return found is not None and int(found[0]) == 0


def check_writable(url: str, *, patience: float) -> str | None:
    """Say why the database cannot be written just now; None where it can. Writes nothing."""
    path = file_of(url)
    if path is None:
        return None
    connection = None
    try:
        connection = _open(path, patience=patience)
        connection.execute("BEGIN IMMEDIATE")
        # In WAL mode a transaction may begin on a file that is read-only; the first change to it may not.
        connection.execute("CREATE TABLE written (by_nobody)")
        connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        return reason_of(error) or str(error)
    finally:
        if connection is not None:
            connection.close()
    return _REASONS[sqlite3.SQLITE_FULL] if shutil.disk_usage(path.parent).free < LEAST_FREE else None


def space_of(url: str) -> tuple[int, int] | None:
    """Give the bytes that a database has, with its log, and those that are free on its disk."""
    path = file_of(url)
    if path is None:
        return None
    sizes = [file.stat().st_size for name in ("", "-wal") if (file := path.with_name(path.name + name)).exists()]
    return sum(sizes), shutil.disk_usage(path.parent).free


def copy_file(url: str, target: Path, *, on_progress: Callable[[int, int], object] = lambda _done, _all: None) -> None:
    """Copy the database as it is in one moment, while others write; check the copy, and flush it to the disk.

    `on_progress` is told how many pages are done, and how many there are. Raises OutOfReach.
    """
    path = file_of(url)
    if path is None:
        raise StoreError("only a SQLite file can be copied")
    if not path.exists():
        raise StoreError(f"there is no database: {path}")
    with fenced(), closing(_open(path, patience=PATIENCE)) as source:
        # A transaction of its own pins one moment: without it, every commit of others begins the copy anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = OFF")  # flushed below, once
            source.backup(copy, pages=1024, progress=lambda _, left, pages: on_progress(pages - left, pages), sleep=0)
            found = str(copy.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise OutOfReach(_DAMAGED)
    with target.open("rb") as file:
        os.fsync(file.fileno())


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
