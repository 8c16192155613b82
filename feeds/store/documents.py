"""Documents as recipes: frames and ordered fragment keys, not bytes (DESIGN section 5)."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, tuple_

from feeds.model.document import Format, Frame, Ingredient, Recipe
from feeds.store.changes import draw
from feeds.store.parts import CURRENT, Spot
from feeds.store.schema import documents
from feeds.store.upsert import upsert


class Version(NamedTuple):
    """What tells one version of a document from another, and orders notices of it."""

    hash: str
    stamp: int
    seq: int


_spot = tuple_(documents.c.channel, documents.c.part)


_outline = [column for column in documents.c if not column.name.endswith(("_head", "_tail"))]


def load(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, Recipe]:
    """Give the recipes of channels' parts (0: the current documents)."""
    statement = select(documents).where(_spot.in_(list(spots)))
    return {(row.channel, row.part): _recipe_of(row) for row in connection.execute(statement)}


def outlines(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, Recipe]:
    """Give recipes without their frames' bytes: enough to see whether anything is to change."""
    statement = select(*_outline).where(_spot.in_(list(spots)))
    return {(row.channel, row.part): _recipe_of(row) for row in connection.execute(statement)}


def stamps(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, int]:
    """Give the stamps of channels' parts that have documents."""
    columns = documents.c.channel, documents.c.part, documents.c.stamp
    rows = connection.execute(select(*columns).where(_spot.in_(list(spots))))
    return {(row.channel, row.part): row.stamp for row in rows}


def version(connection: Connection, spot: Spot, format: Format) -> Version | None:
    """Give the version of one document; None where it was never built."""
    columns = documents.c[f"{format}_hash"], documents.c.stamp, documents.c.seq
    statement = select(*columns).where(documents.c.channel == spot[0], documents.c.part == spot[1])
    row = connection.execute(statement).first()
    return None if row is None else Version(*row)


def all_spots(connection: Connection) -> list[Spot]:
    """Give every channel's part that has documents, channel by channel, current ones first."""
    columns = documents.c.channel, documents.c.part
    return [(row.channel, row.part) for row in connection.execute(select(*columns).order_by(*columns))]


def save(connection: Connection, recipes: Iterable[Recipe]) -> None:
    """Store recipes and give notice of them; the caller has checked that the stamps are still those it read."""
    made = list(recipes)
    if made:
        seq = draw(connection)
        upsert(connection, documents, [_row_of(recipe, seq) for recipe in made], key=["channel", "part"])


def _row_of(recipe: Recipe, seq: int) -> dict[str, object]:
    row: dict[str, object] = {
        "channel": recipe.channel,
        "part": recipe.part,
        "seq": seq,
        "stamp": recipe.stamp,
        "variant": recipe.variant,
        "entries": json.dumps(recipe.entries, separators=(",", ":")),
        "masthead": recipe.masthead,
        "told_since": recipe.told_since,
        "atom_told_since": recipe.atom_told_since,
    }
    for format in Format:
        row[f"{format}_hash"] = recipe.hashes[format]
        row[f"{format}_head"], row[f"{format}_tail"] = recipe.frames[format]
    return row


def entries(connection: Connection, *, after: Spot | None, limit: int) -> tuple[list[tuple[str, str]], Spot | None]:
    """Give (article, shown) of the entries of `limit` documents past a spot, and the last spot; None at the end."""
    columns = documents.c.channel, documents.c.part
    statement = select(*columns, documents.c.entries).order_by(*columns).limit(limit)
    if after is not None:
        statement = statement.where(_spot > tuple_(*after))
    rows = connection.execute(statement).all()
    found = [(article, shown) for row in rows for article, shown, *_ in json.loads(row.entries)]
    return found, (rows[-1].channel, rows[-1].part) if len(rows) == limit else None


def newest_notice(connection: Connection) -> int:
    """Give the number of the last notice of a document."""
    found = connection.execute(select(documents.c.seq).order_by(documents.c.seq.desc()).limit(1)).scalar()
    return int(found or 0)


def noticed(connection: Connection, after: int) -> tuple[int, list[Spot]]:
    """Give the last notice and the spots that changed in notices past `after`."""
    statement = (
        select(documents.c.channel, documents.c.part, documents.c.seq)
        .where(documents.c.seq > after)
        .order_by(documents.c.seq)
    )
    rows = connection.execute(statement).all()
    return (rows[-1].seq if rows else after), [(row.channel, row.part) for row in rows]


class Change(NamedTuple):
    """A channel whose current documents changed: its number, the notice that told of it, and the stamp (µs)."""

    channel: int
    seq: int
    stamp: int


def changed(connection: Connection, *, after: int, since_us: int | None, limit: int) -> list[Change]:
    """Give current documents that changed in notices past `after`, or at or after an instant; in order of notices."""
    columns = documents.c.channel, documents.c.seq, documents.c.stamp
    statement = select(*columns).where(documents.c.part == CURRENT, documents.c.seq > after)
    if since_us is not None:
        statement = statement.where(documents.c.stamp >= since_us)
    rows = connection.execute(statement.order_by(documents.c.seq, documents.c.channel).limit(limit))
    return [Change(*row) for row in rows]


def _recipe_of(row: Row[Any]) -> Recipe:
    columns = row._mapping
    return Recipe(
        channel=row.channel,
        part=row.part,
        stamp=row.stamp,
        variant=row.variant,
        entries=tuple(Ingredient(*found) for found in json.loads(row.entries)),
        masthead=row.masthead,
        told_since=row.told_since,
        atom_told_since=row.atom_told_since,
        frames={
            format: Frame(columns[f"{format}_head"], columns[f"{format}_tail"])
            for format in Format
            if f"{format}_head" in columns
        },
        hashes={format: columns[f"{format}_hash"] for format in Format},
    )
