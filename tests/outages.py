"""Ways in which a database goes out of reach, each for as long as a block runs: real ones, as SQLite meets them."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.store import sqlite
from feeds.store.database import Store
from tests.waiting import wait_for

NOBODY = 65534


def file_of(store: Store) -> Path:
    path = sqlite.file_of(store.url)
    assert path is not None
    return path


@contextlib.contextmanager
def locked(store: Store) -> Iterator[None]:
    """Have another program hold the write lock, and wait for it no longer than a moment."""
    other = sqlite3.connect(file_of(store), isolation_level=None)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite, "PATIENCE", 0.05)
        store.engine.dispose()
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
    store.engine.dispose()


@contextlib.contextmanager
def read_only(store: Store, *, folder: bool = True) -> Iterator[None]:
    """Take the right to write away from folder and files, or from files alone.

    Root, who needs no right, becomes nobody meanwhile.
    """
    path = file_of(store)
    store.shrink()
    store.engine.dispose()
    files = [path.parent, *path.parent.iterdir()]
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in files}
    for file in files:
        file.chmod((0o555 if folder else 0o777) if file.is_dir() else 0o444)
    opened = _open_way_to(path)
    try:
        with _as_nobody():
            store.engine.dispose()  # of what a thread has opened meanwhile, which may write for ever
            yield
    finally:
        store.engine.dispose()
        for file, mode in {**modes, **opened}.items():
            if file.exists():
                file.chmod(mode)


@contextlib.contextmanager
def full(store: Store) -> Iterator[None]:
    """Have SQLite find no page more: what it says is what it says on a full disk."""
    path = file_of(store)
    pages = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()[0]
    from sqlalchemy import event

    def limit(connection, _record) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(store.engine, "connect", limit)
    store.engine.dispose()
    try:
        yield
    finally:
        event.remove(store.engine, "connect", limit)
        store.engine.dispose()


@contextlib.contextmanager
def damaged(store: Store) -> Iterator[None]:
    """Overwrite the file's pages with rubbish, as a failing disk does; afterwards it is as it was."""
    path = file_of(store)
    wait_for(lambda: _is_folded(store), what="all of it in the one file")
    store.engine.dispose()
    sound = path.read_bytes()
    _overwrite(path, sound[:100] + b"\xa5" * (len(sound) - 100))
    try:
        yield
    finally:
        store.engine.dispose()
        for beside in ("-wal", "-shm"):
            path.with_name(path.name + beside).unlink(missing_ok=True)
        _overwrite(path, sound)


def _is_folded(store: Store) -> bool:
    """Write the log back into the file, which a reader of it puts off."""
    path = file_of(store)
    log = path.with_name(path.name + "-wal")
    store.shrink()
    return not log.exists() or log.stat().st_size == 0


def _overwrite(path: Path, content: bytes) -> None:
    """Write over a file's bytes where they stand: at no moment is it empty, which would be another database."""
    with path.open("r+b") as file:
        file.write(content)


OUTAGES = {"locked": locked, "read-only": read_only, "full": full, "damaged": damaged}


def _open_way_to(path: Path) -> dict[Path, int]:
    """Let everyone through the temporary folders above: they are the test's user's alone."""
    opened = {}
    for folder in path.parent.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o011 != 0o011 and os.geteuid() == 0:
            opened[folder] = mode
            folder.chmod(mode | 0o011)
    return opened


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
