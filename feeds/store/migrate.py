"""Bring a database to the newest schema, forward only, with a copy of a SQLite file beside it first."""

import logging
import os
import re
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config

from feeds.errors import SchemaError
from feeds.store import sqlite
from feeds.store.database import Store, newest_schema, schema_of

COPIES = 3  # that are kept


def migrate(
    store: Store, *, on_progress: Callable[[int, int], object] = lambda _done, _all: None
) -> tuple[int | None, int]:
    """Migrate; give the schema's number before (None: there was nothing) and after. A newer one raises SchemaError.

    `on_progress` is told of the copy: how many pages are done, and how many there are.
    """
    if (path := sqlite.file_of(store.url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    before, newest = schema_of(store), newest_schema()
    if before == newest:
        return before, newest
    if before is not None and before > newest:
        raise SchemaError(f"the database has schema {before}, newer than the {newest} that this version knows")
    if before is not None and path is not None:
        _copy(store, path, before, on_progress)
    _upgrade(store)
    return before, newest


def _upgrade(store: Store) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    with store.write() as connection:
        # SQLite can change its schema inside a transaction: a migration that breaks off leaves nothing behind.
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _copy(store: Store, path: Path, schema: int, on_progress: Callable[[int, int], object]) -> None:
    """Copy the file beside itself, whole or not at all; only the last few such copies are kept."""
    target = path.with_name(f"{path.name}.schema-{schema}.copy")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        sqlite.copy_file(store.url, part, on_progress=on_progress)
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    pattern = re.compile(re.escape(path.name) + r"\.schema-(\d+)\.copy")
    copies = sorted(
        (int(found[1]), other) for other in path.parent.iterdir() if (found := pattern.fullmatch(other.name))
    )
    for _, old in copies[:-COPIES]:
        old.unlink()
