"""The tables that the code knows are those that the migrations make."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from feeds.store.database import Store
from feeds.store.schema import metadata

OWN = "search_text"  # FTS5's tables, which only SQLite knows


def test_migrations_make_the_tables_of_the_schema(migrated: Path) -> None:
    store = Store(f"sqlite:///{migrated}")
    try:
        with store.read() as connection:
            options = {
                "include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(OWN),
                "compare_type": True,
                "compare_server_default": False,
            }
            assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    finally:
        store.close()
