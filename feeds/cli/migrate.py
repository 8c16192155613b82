"""`migrate`: the database brought to this version's schema, the instance made where there is none."""

import click

from feeds.cli.instance import read_settings
from feeds.cli.progress import share
from feeds.clock import SystemClock
from feeds.model.dates import to_us
from feeds.settings import Settings
from feeds.store import tokens
from feeds.store.database import Store
from feeds.store.migrate import migrate as bring_up


@click.command()
def migrate() -> None:
    """Bring the database to this version; a copy of a SQLite file is kept beside it."""
    settings = read_settings()
    store = Store(settings.database_url)
    try:
        with share("page") as tell:
            before, after = bring_up(store, on_progress=tell)
        _first_token(store, settings)
    finally:
        store.close()
    if before == after:
        click.echo(f"the database has schema {after} already")
    else:
        click.echo(f"migrated to schema {after}")


def _first_token(store: Store, settings: Settings) -> None:
    """Write the admin token where none was ever made; the file first, so that a kill leaves no token unknown."""
    with store.write() as connection:
        if tokens.is_any(connection):
            return
        token = tokens.make()
        settings.instance.mkdir(parents=True, exist_ok=True)
        tokens.write_file(settings.token_file, token)
        now_us = to_us(SystemClock().now())
        tokens.insert(connection, token, name="admin", scope="admin", now_us=now_us)
    click.echo(f"the admin token is in {settings.token_file}")
