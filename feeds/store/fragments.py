"""Fragments: one article rendered in one format, kept under what it shows. Never changed, only made and cleared."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Integer, delete, func, literal_column, select

from feeds.model.document import Format
from feeds.store.schema import articles, fragments
from feeds.store.upsert import insert_missing, upsert

Key = tuple[str, str]  # article, shown
_KEY = ("article", "variant", "shown", "format")
_MOST = 500  # parameters of one IN list


class Kept(NamedTuple):
    """What is known of a kept fragment without its bytes."""

    digest: bytes
    length: int


def kept(connection: Connection, variant: str, keys: Iterable[Key]) -> dict[Key, dict[Format, Kept]]:
    """Give digest and length of kept fragments by (article, shown), each with the formats that there are.

    Reads no bytes: SQLite knows a value's length from its row's head.
    """
    wanted = set(keys)
    found: dict[Key, dict[Format, Kept]] = {}
    columns = fragments.c.article, fragments.c.shown, fragments.c.format, fragments.c.digest
    length = func.length(fragments.c.data).label("length")
    for some in _chunks(sorted({article for article, _ in wanted})):
        rows = connection.execute(
            select(*columns, length).where(fragments.c.article.in_(some), fragments.c.variant == variant)
        )
        for row in rows:
            if (key := (row.article, row.shown)) in wanted:
                found.setdefault(key, {})[Format(row.format)] = Kept(row.digest, row.length)
    return found


def data(connection: Connection, format: Format, variant: str, keys: Iterable[Key]) -> dict[Key, bytes]:
    """Give the bytes of kept fragments in one format by (article, shown)."""
    wanted = set(keys)
    found: dict[Key, bytes] = {}
    for some in _chunks(sorted({article for article, _ in wanted})):
        rows = connection.execute(
            select(fragments.c.article, fragments.c.shown, fragments.c.data).where(
                fragments.c.article.in_(some), fragments.c.variant == variant, fragments.c.format == str(format)
            )
        )
        found.update({key: row.data for row in rows if (key := (row.article, row.shown)) in wanted})
    return found


def keep(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Keep rendered fragments; one that is there already (another builder made it) stays."""
    insert_missing(connection, fragments, rows)


def unlike(connection: Connection, rows: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """Give those of these rendered fragments that are not kept so, byte for byte."""
    columns = [fragments.c[name] for name in (*_KEY, "data", "digest")]
    found: dict[tuple[object, ...], tuple[object, object]] = {}
    for some in _chunks(sorted({str(row["article"]) for row in rows})):
        for row in connection.execute(select(*columns).where(fragments.c.article.in_(some))):
            found[tuple(row[: len(_KEY)])] = row.data, row.digest
    return [row for row in rows if found.get(tuple(row[name] for name in _KEY)) != (row["data"], row["digest"])]


def replace(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Keep rendered fragments in the place of those that are there."""
    upsert(connection, fragments, rows, key=_KEY)


def erase(connection: Connection, ids: Sequence[str]) -> None:
    """Forget all fragments of articles."""
    connection.execute(delete(fragments).where(fragments.c.article.in_(ids)))


def forget_former(connection: Connection, ids: Sequence[str], *, printer: str) -> None:
    """Forget the fragments of articles that say what these do not say now."""
    own = select(articles.c.shown).where(articles.c.id == fragments.c.article).scalar_subquery()
    former = fragments.c.article.in_(ids), fragments.c.shown != own + f".{printer}"
    connection.execute(delete(fragments).where(*former))


def outdated(
    connection: Connection, *, printer: str, made_before_us: int, after: int, limit: int
) -> tuple[dict[int, Key], int | None]:
    """Look at `limit` fragments past the row `after`: give those that say what no article says now, as {row: key}.

    Gives as well the last row looked at; None at the end.
    """
    row_number = literal_column("fragments.rowid", Integer).label("row_number")
    present = articles.c.shown.label("present")
    columns = row_number, fragments.c.article, fragments.c.shown, fragments.c.made_at, present, articles.c.is_placed
    statement = select(*columns).select_from(fragments.outerjoin(articles, articles.c.id == fragments.c.article))
    rows = connection.execute(statement.where(row_number > after).order_by(row_number).limit(limit)).all()
    found = {
        row.row_number: (row.article, row.shown)
        for row in rows
        if row.made_at < made_before_us and not (row.is_placed and row.shown == f"{row.present}.{printer}")
    }
    return found, rows[-1].row_number if len(rows) == limit else None


def forget(connection: Connection, rows: Sequence[int]) -> None:
    """Forget fragments by their rows, as `outdated` gave them."""
    connection.execute(delete(fragments).where(literal_column("fragments.rowid", Integer).in_(rows)))


def _chunks(items: list[str]) -> Iterable[list[str]]:
    return (items[at : at + _MOST] for at in range(0, len(items), _MOST))
