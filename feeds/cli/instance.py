"""From the command line to an open newsroom: settings (the demo's, where it is loaded) and store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feeds.clock import SystemClock
from feeds.errors import StoreError
from feeds.pipeline.newsroom import Newsroom, open_newsroom
from feeds.settings import Settings, load_settings
from feeds.store import meta
from feeds.store.database import Store, schema_of

ROOT = Path(__file__).parents[2]


def read_settings(*, demo: bool = False) -> Settings:
    """Read the settings of the instance; raises SettingsError. An instance that holds the demo has the demo's."""
    settings = load_settings(root=ROOT, environ=os.environ, demo=demo)
    if not demo and _holds_demo(settings):
        return load_settings(root=ROOT, environ=os.environ, demo=True)
    return settings


@contextmanager
def newsroom(settings: Settings | None = None) -> Iterator[Newsroom]:
    """Open the newsroom for one command."""
    room = open_newsroom(settings or read_settings(), SystemClock())
    try:
        yield room
    finally:
        room.close()


def _holds_demo(settings: Settings) -> bool:
    if not settings.instance.is_dir():
        return False
    store = Store(settings.database_url)
    try:
        if schema_of(store) is None:
            return False
        with store.read() as connection:
            return meta.find(connection, meta.Key.DEMO) is not None
    except StoreError:
        return False  # whoever opens the store next says what is wrong with it
    finally:
        store.close()
