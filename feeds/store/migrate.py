"""Bring a database to the newest schema, forward only, with a copy of a SQLite file beside it first."""

import logging
import re
from pathlib import Path

from alembic import command
from alembic.config import Config

from feeds.errors import SchemaError
from feeds.store import sqlite
from feeds.store.database import Store, newest_schema, schema_of

COPIES = 3  # that are kept


def migrate(store: Store) -> tuple[int | None, int]:
    """Migrate; give the schema's number before (None: there was nothing) and after. A newer one raises SchemaError."""
    before, newest = schema_of(store), newest_schema()
    if before == newest:
        return before, newest
    if before is not None and before > newest:
        raise SchemaError(f"the database has schema {before}, newer than the {newest} that this version knows")
    if before is not None:
        _copy(store, before)
    _upgrade(store)
    return before, newest


def _upgrade(store: Store) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with store.write() as connection:
        # SQLite can change its schema inside a transaction: a migration that breaks off leaves nothing behind.
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _copy(store: Store, schema: int) -> None:
    path = sqlite.file_of(store.url)
    if path is None:
        return
    pattern = re.compile(re.escape(path.name) + r"\.schema-(\d+)\.copy")
    sqlite.copy_file(store.url, path.with_name(f"{path.name}.schema-{schema}.copy"))
    copies = sorted(
        (int(found[1]), other) for other in path.parent.iterdir() if (found := pattern.fullmatch(other.name))
    )
    for _, old in copies[:-COPIES]:
        old.unlink()
