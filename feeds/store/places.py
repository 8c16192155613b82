"""Places: which article stands in which channel, at what moment. The window of a channel is one range of them.

Ids are compared as bytes (SQLite's BINARY order), as the contract's order of entries asks.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, tuple_

from feeds.store.schema import articles, channels, labels, places


class Place(NamedTuple):
    """An article in a window: its id, its moment in microseconds, and what its fragments show."""

    article: str
    at: int
    shown: str


_placed = select(places.c.article, places.c.at, articles.c.shown).join(articles, articles.c.id == places.c.article)


def replace(connection: Connection, article: str, wanted: dict[int, int]) -> set[int]:
    """Make the article's places exactly {channel: at}; give the channels that it entered, stays in or left."""
    rows = connection.execute(select(places.c.channel, places.c.at).where(places.c.article == article))
    present = {row.channel: row.at for row in rows}
    gone = [number for number, at in present.items() if wanted.get(number) != at]
    if gone:
        connection.execute(delete(places).where(places.c.article == article, places.c.channel.in_(gone)))
    if new := [
        {"channel": number, "at": at, "article": article}
        for number, at in sorted(wanted.items())
        if present.get(number) != at
    ]:
        connection.execute(places.insert(), new)
    return present.keys() | wanted.keys()


def window(connection: Connection, channel: int, limit: int, *, partners: bool = True) -> list[Place]:
    """Give the newest places of a channel, newest first, then id descending; without `partners` our own alone."""
    statement = _placed.where(places.c.channel == channel)
    if not partners:
        statement = statement.where(articles.c.source.is_(None))
    statement = statement.order_by(places.c.at.desc(), places.c.article.desc()).limit(limit)
    return [Place(*row) for row in connection.execute(statement)]


def of(connection: Connection, channel: int, wanted: Sequence[str]) -> list[Place]:
    """Give the places of these articles in a channel, in the order in which they are named."""
    rows = connection.execute(_placed.where(places.c.channel == channel, places.c.article.in_(wanted)))
    found = {row.article: Place(*row) for row in rows}
    return [found[article] for article in wanted if article in found]


def older(connection: Connection, channel: int, before_us: int, limit: int) -> list[str]:
    """Give articles of a channel that are placed before an instant, oldest first."""
    statement = select(places.c.article).where(places.c.channel == channel, places.c.at < before_us)
    return list(connection.execute(statement.order_by(places.c.at).limit(limit)).scalars())


def before(connection: Connection, channel: int, last: tuple[int, str] | None, limit: int) -> list[tuple[int, str]]:
    """Give (at, id) of a channel's places, newest first, past `last`."""
    at = tuple_(places.c.at, places.c.article)
    statement = select(places.c.at, places.c.article).where(places.c.channel == channel)
    if last is not None:
        statement = statement.where(at < tuple_(*last))
    statement = statement.order_by(places.c.at.desc(), places.c.article.desc()).limit(limit)
    return [(row.at, row.article) for row in connection.execute(statement)]


def count(connection: Connection, channel: int, *, limit: int | None = None) -> int:
    """Count a channel's articles; no further than `limit`, where one is enough to know."""
    inner = select(places.c.article).where(places.c.channel == channel).limit(limit).subquery()
    return int(connection.execute(select(func.count()).select_from(inner)).scalar_one())


def channels_of(connection: Connection, article: str) -> list[int]:
    """Give the numbers of the channels that the article stands in."""
    return list(connection.execute(select(places.c.channel).where(places.c.article == article)).scalars())


def keys_of(connection: Connection, article_ids: list[str]) -> dict[str, list[str]]:
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
