"""Places: which article stands in which channel, at what moment. The window of a channel is one range of them.

Ids are compared as bytes (SQLite's BINARY order), as the contract's order of entries asks.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from feeds.store.parts import Key
from feeds.store.schema import articles, channels, labels, places


class Place(NamedTuple):
    """An article in a window: its id, its moment in microseconds, and what its fragments show."""

    article: str
    at: int
    shown: str

    @property
    def key(self) -> Key:
        return self.at, self.article


_at = tuple_(places.c.at, places.c.article)
_placed = select(places.c.article, places.c.at, articles.c.shown).join(articles, articles.c.id == places.c.article)


def present(connection: Connection, ids: Sequence[str]) -> dict[str, dict[int, int]]:
    """Give {article: {channel: at}}, an empty one for articles that stand nowhere."""
    found: dict[str, dict[int, int]] = {article: {} for article in ids}
    rows = connection.execute(select(places.c.article, places.c.channel, places.c.at).where(places.c.article.in_(ids)))
    for row in rows:
        found[row.article][row.channel] = row.at
    return found


def move(connection: Connection, before: dict[str, dict[int, int]], after: dict[str, dict[int, int]]) -> None:
    """Make the places of articles, which are as in `before`, what `after` says; both as `present` gives them."""
    gone, new = [], []
    for article, wanted in after.items():
        had = before[article]
        gone += [(article, number) for number, at in had.items() if wanted.get(number) != at]
        new += [(number, at, article) for number, at in wanted.items() if had.get(number) != at]
    for article, number in gone:
        connection.execute(delete(places).where(places.c.article == article, places.c.channel == number))
    if new:
        rows = [{"channel": number, "at": at, "article": article} for number, at, article in sorted(new)]
        connection.execute(places.insert(), rows)


def window(connection: Connection, channel: int, limit: int, *, partners: bool = True) -> list[Place]:
    """Give the newest places of a channel, newest first, then id descending; without `partners` our own alone."""
    statement = _placed.where(places.c.channel == channel)
    if not partners:
        statement = statement.where(articles.c.source.is_(None))
    statement = statement.order_by(places.c.at.desc(), places.c.article.desc()).limit(limit)
    return [Place(*row) for row in connection.execute(statement)]


def span(
    connection: Connection, channel: int, lower: Key, upper: Key | None = None, *, limit: int, partners: bool = True
) -> list[Place]:
    """Give places at or above `lower` and below `upper` (None: up to the newest), oldest first."""
    statement = _placed.where(places.c.channel == channel, _at >= tuple_(*lower))
    if upper is not None:
        statement = statement.where(_at < tuple_(*upper))
    if not partners:
        statement = statement.where(articles.c.source.is_(None))
    statement = statement.order_by(places.c.at, places.c.article).limit(limit)
    return [Place(*row) for row in connection.execute(statement)]


def of(connection: Connection, channel: int, wanted: Sequence[str], *, partners: bool = True) -> list[Place]:
    """Give the places of these articles in a channel, in the order in which they are named."""
    statement = _placed.where(places.c.channel == channel, places.c.article.in_(wanted))
    if not partners:
        statement = statement.where(articles.c.source.is_(None))
    rows = connection.execute(statement)
    found = {row.article: Place(*row) for row in rows}
    return [found[article] for article in wanted if article in found]


def middle(connection: Connection, channel: int, lower: Key, upper: Key, *, partners: bool) -> Key:
    """Give the key that parts a range in two halves, the newer one not smaller."""
    own = [places.c.channel == channel, _at >= tuple_(*lower), _at < tuple_(*upper)]
    source = places
    if not partners:
        source = places.join(articles, articles.c.id == places.c.article)  # type: ignore[assignment]  # a table as well
        own.append(articles.c.source.is_(None))
    count = connection.execute(select(func.count()).select_from(source).where(*own)).scalar_one()
    keys = select(places.c.at, places.c.article).select_from(source).where(*own)
    row = connection.execute(keys.order_by(places.c.at, places.c.article).offset(count // 2).limit(1)).one()
    return row.at, row.article


def shown(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Give what public articles show, by id."""
    statement = select(articles.c.id, articles.c.shown).where(articles.c.id.in_(ids), articles.c.is_placed)
    return {row.id: row.shown for row in connection.execute(statement)}


def older(connection: Connection, channel: int, before_us: int, limit: int) -> list[str]:
    """Give articles of a channel that are placed before an instant, oldest first."""
    statement = select(places.c.article).where(places.c.channel == channel, places.c.at < before_us)
    return list(connection.execute(statement.order_by(places.c.at).limit(limit)).scalars())


def before(connection: Connection, channel: int, last: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
    """Give (at, id) of a channel's places, newest first, past `last`."""
    statement = select(places.c.at, places.c.article).where(places.c.channel == channel)
    if last is not None:
        statement = statement.where(_at < tuple_(*last))
    statement = statement.order_by(places.c.at.desc(), places.c.article.desc()).limit(limit)
    return [(row.at, row.article) for row in connection.execute(statement)]


def count(connection: Connection, channel: int, *, limit: int | None = None) -> int:
    """Count a channel's articles; no further than `limit`, where one is enough to know."""
    inner = select(places.c.article).where(places.c.channel == channel).limit(limit).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())


def keys_of(connection: Connection, article_ids: Sequence[str]) -> dict[str, list[str]]:
    """Give the channel keys of articles (`in_feeds`): `site` first, then by kind and slug."""
    rows = connection.execute(
        select(places.c.article, labels.c.kind, labels.c.slug)
        .select_from(
            places.join(channels, channels.c.number == places.c.channel).outerjoin(
                labels, labels.c.id == channels.c.label
            )
        )
        .where(places.c.article.in_(article_ids))
        .order_by(places.c.article, channels.c.label.is_not(None), labels.c.kind.desc(), labels.c.slug)
    )
    found: dict[str, list[str]] = {article: [] for article in article_ids}
    for row in rows:
        found[row.article].append("site" if row.kind is None else f"{row.kind}/{row.slug}")
    return found
