"""What Alembic runs: the connection comes from store/migrate.py, inside its transaction."""

from alembic import context

from feeds.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
