"""Documents as recipes: frames and ordered fragment keys, not bytes (DESIGN section 5)."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from feeds.model.document import Format, Frame, Ingredient, Recipe
from feeds.store.changes import draw
from feeds.store.schema import documents
from feeds.store.upsert import upsert


class Version(NamedTuple):
    """What tells one version of a document from another, and orders notices of it."""

    hash: str
    stamp: int
    seq: int


def load(connection: Connection, channels: Iterable[int], *, part: int = 0) -> dict[int, Recipe]:
    """Give the recipes of channels."""
    statement = select(documents).where(documents.c.channel.in_(list(channels)), documents.c.part == part)
    return {row.channel: _recipe_of(row) for row in connection.execute(statement)}


def stamps(connection: Connection, channels: Iterable[int], *, part: int = 0) -> dict[int, int]:
    """Give the stamps of channels that have documents."""
    statement = select(documents.c.channel, documents.c.stamp).where(
        documents.c.channel.in_(list(channels)), documents.c.part == part
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def version(connection: Connection, channel: int, format: Format, *, part: int = 0) -> Version | None:
    """Give the version of one document; None where the channel was never built."""
    columns = documents.c[f"{format}_hash"], documents.c.stamp, documents.c.seq
    statement = select(*columns).where(documents.c.channel == channel, documents.c.part == part)
    row = connection.execute(statement).first()
    return None if row is None else Version(*row)


def save(connection: Connection, recipes: Iterable[Recipe]) -> None:
    """Store recipes and give notice of them; the caller has checked that the stamps are still those it read."""
    seq = None
    for recipe in recipes:
        seq = draw(connection) if seq is None else seq
        row: dict[str, object] = {
            "channel": recipe.channel,
            "part": recipe.part,
            "seq": seq,
            "stamp": recipe.stamp,
            "variant": recipe.variant,
            "entries": json.dumps(recipe.entries, separators=(",", ":")),
        }
        for format in Format:
            row[f"{format}_hash"] = recipe.hashes[format]
            row[f"{format}_head"], row[f"{format}_tail"] = recipe.frames[format]
        upsert(connection, documents, [row], key=["channel", "part"])


def newest_notice(connection: Connection) -> int:
    """Give the number of the last notice of a document."""
    found = connection.execute(select(documents.c.seq).order_by(documents.c.seq.desc()).limit(1)).scalar()
    return int(found or 0)


def noticed(connection: Connection, after: int) -> tuple[int, list[int]]:
    """Give the last notice and the channels that changed in notices past `after`."""
    statement = select(documents.c.channel, documents.c.seq).where(documents.c.seq > after).order_by(documents.c.seq)
    rows = connection.execute(statement).all()
    return (rows[-1].seq if rows else after), [row.channel for row in rows]


def _recipe_of(row: Row[Any]) -> Recipe:
    columns = row._mapping
    return Recipe(
        channel=row.channel,
        part=row.part,
        stamp=row.stamp,
        variant=row.variant,
        entries=tuple(Ingredient(*found) for found in json.loads(row.entries)),
        frames={format: Frame(columns[f"{format}_head"], columns[f"{format}_tail"]) for format in Format},
        hashes={format: columns[f"{format}_hash"] for format in Format},
    )
