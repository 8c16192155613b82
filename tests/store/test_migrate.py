"""A database of an older version becomes one of this version, with all that was in it, and a copy beside it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from feeds.store import dirty
from feeds.store.database import Store, newest_schema
from feeds.store.migrate import migrate


def store_at(path: Path, revision: str) -> Store:
    store = Store(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(Path("feeds/store/migrations").absolute()))
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return store


def test_first_schema_becomes_the_newest_with_every_channel_marked(tmp_path: Path) -> None:
    store = store_at(tmp_path / "broadsheet.db", "0001")
    try:
        with store.write() as connection:
            connection.execute(text("INSERT INTO channels (number, partners) VALUES (7, 1)"))
            connection.execute(text("INSERT INTO dirty (channel, marked, built, since) VALUES (7, 3, 3, 0)"))
        assert migrate(store) == (1, newest_schema())
        with store.read() as connection:
            assert (7, 0) in dirty.pending(connection, 10)
        assert (tmp_path / "broadsheet.db.schema-1.copy").exists()
        assert migrate(store) == (newest_schema(), newest_schema())
    finally:
        store.close()
