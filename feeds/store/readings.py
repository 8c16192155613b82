"""Readings: a source's last document as hashes, by which the next one, or what it repeats, is known again."""

import json
from typing import NamedTuple

from sqlalchemy import Connection, select

from feeds.store.schema import readings
from feeds.store.upsert import upsert


class Seen(NamedTuple):
    """One entry of a document as it was read: the hash of what was sent, its key, its story's link."""

    mark: str
    key: str
    link: str


class Reading(NamedTuple):
    """A document as it was read; `entries` is empty where the next one is to be read whole."""

    body_hash: str = ""
    quiet_hash: str = ""
    entries: tuple[Seen, ...] = ()


def find(connection: Connection, source: str, body_hash: str) -> Reading:
    """Give the reading of a source's last body; an empty one where there is none, or it is of another body."""
    row = connection.execute(select(readings).where(readings.c.source == source)).first()
    if row is None or not body_hash or row.body_hash != body_hash:
        return Reading()
    return Reading(row.body_hash, row.quiet_hash, tuple(Seen(*one) for one in json.loads(row.entries or "[]")))


def keep(connection: Connection, source: str, reading: Reading) -> None:
    """Keep the reading of a source's last document."""
    entries = json.dumps([list(seen) for seen in reading.entries], ensure_ascii=False) if reading.entries else ""
    row = {
        "source": source,
        "body_hash": reading.body_hash,
        "quiet_hash": reading.quiet_hash,
        "entries": entries,
    }
    upsert(connection, readings, [row], key=["source"])
