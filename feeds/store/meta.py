"""What the newsroom is, in single values: fixed once, or kept for other commands to read."""

from enum import StrEnum

from sqlalchemy import Connection, delete, select

from feeds.store.schema import meta
from feeds.store.upsert import insert_missing, upsert


class Key(StrEnum):
    """The values that there are."""

    AUTHORITY = "authority"  # of ids (RFC 4151), fixed at the first start
    DATE = "date"  # likewise, YYYY-MM-DD
    ADDRESS = "address"  # effective address of the site, kept by `serve` for other commands' links
    DEMO = "demo"  # when the demo was loaded into it; absent: never
    STARTED = "started"  # when `serve` with a worker last began, in microseconds: faults since then are told of
    PRINTED = "printed"  # hash of the settings and versions that documents print


def find(connection: Connection, key: Key) -> str | None:
    """Give a value, or None where it was never set."""
    return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def put(connection: Connection, key: Key, value: str) -> None:
    """Set a value, over any other."""
    upsert(connection, meta, [{"key": key, "value": value}], key=["key"])


def put_once(connection: Connection, key: Key, value: str) -> str:
    """Set a value where there is none yet; give the one that holds."""
    insert_missing(connection, meta, [{"key": key, "value": value}])
    return find(connection, key) or value


def drop(connection: Connection, key: Key) -> None:
    """Forget a value."""
    connection.execute(delete(meta).where(meta.c.key == key))
