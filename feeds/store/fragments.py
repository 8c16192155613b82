"""Fragments: one article rendered in one format, kept under what it shows. Never changed, only made and cleared."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, delete, exists, select

from feeds.model.document import Format
from feeds.store.schema import articles, dirty, fragments, places
from feeds.store.upsert import insert_missing

Key = tuple[str, str]  # article, shown
_MOST = 500  # parameters of one IN list


def digests(connection: Connection, variant: str, keys: Iterable[Key]) -> dict[Key, dict[Format, bytes]]:
    """Give the digests of kept fragments by (article, shown), each with the formats that there are; reads no bytes."""
    wanted = set(keys)
    found: dict[Key, dict[Format, bytes]] = {}
    for some in _chunks(sorted({article for article, _ in wanted})):
        rows = connection.execute(
            select(fragments.c.article, fragments.c.shown, fragments.c.format, fragments.c.digest).where(
                fragments.c.article.in_(some), fragments.c.variant == variant
            )
        )
        for row in rows:
            if (key := (row.article, row.shown)) in wanted:
                found.setdefault(key, {})[Format(row.format)] = row.digest
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


def clear(connection: Connection, *, printer: str, made_before_us: int, limit: int) -> int:
    """Forget fragments that no present document needs: of what an article, or the printer, was before; give how many.

    Those of articles in a channel that is still dirty may be part of its last good document, and stay.
    """
    still = (
        select(places.c.article)
        .join(dirty, dirty.c.channel == places.c.channel)
        .where(places.c.article == fragments.c.article, dirty.c.marked > dirty.c.built)
    )
    current = select(articles.c.id).where(
        and_(
            articles.c.id == fragments.c.article,
            articles.c.is_placed,
            fragments.c.shown == articles.c.shown + f".{printer}",
        )
    )
    old = (
        select(fragments.c.article, fragments.c.format, fragments.c.variant, fragments.c.shown)
        .where(fragments.c.made_at < made_before_us, ~exists(current), ~exists(still))
        .limit(limit)
    )
    rows = connection.execute(old).all()
    for row in rows:
        connection.execute(
            delete(fragments).where(
                fragments.c.article == row.article,
                fragments.c.format == row.format,
                fragments.c.variant == row.variant,
                fragments.c.shown == row.shown,
            )
        )
    return len(rows)


def _chunks(items: list[str]) -> Iterable[list[str]]:
    return (items[at : at + _MOST] for at in range(0, len(items), _MOST))
