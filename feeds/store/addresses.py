"""Addresses of public articles for sitemaps: ranges of the site's places, with the few columns told of each."""

from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select, tuple_

from feeds.model.article import RelatedTarget
from feeds.store.parts import Key
from feeds.store.schema import articles, places


class Told(NamedTuple):
    """A page of ours: its path, title and language, and instants in microseconds."""

    path: str
    title: str
    language: str
    published_at: int
    updated_at: int


def count_placed(connection: Connection, channel: int, lower: Key, upper: Key) -> int:
    """Count the places of a channel at or above `lower` and below `upper`; a walk along an index."""
    statement = select(func.count()).select_from(places).where(*_between(channel, lower, upper))
    return int(connection.execute(statement).scalar_one())


def count(
    connection: Connection, channel: int, lower: Key, upper: Key, *, now_us: int, partners: bool, limit: int
) -> int:
    """Count, up to `limit`, what `between` gives, or without `partners` what `own_between` gives."""
    pages = _pages(channel, lower, upper, now_us, partners=partners).with_only_columns(articles.c.id).limit(limit)
    return int(connection.execute(select(func.count()).select_from(pages.subquery())).scalar_one())


def between(
    connection: Connection, channel: int, lower: Key, upper: Key, *, now_us: int, offset: int = 0, limit: int
) -> list[Told]:
    """Give the pages of articles placed in a range, oldest first; those whose first home is elsewhere are left out."""
    return _told(connection, channel, lower, upper, now_us=now_us, offset=offset, limit=limit, partners=True)


def own_between(
    connection: Connection, channel: int, lower: Key, upper: Key, *, now_us: int, offset: int = 0, limit: int
) -> list[Told]:
    """Give the pages of our own stories alone, oldest first."""
    return _told(connection, channel, lower, upper, now_us=now_us, offset=offset, limit=limit, partners=False)


def _told(
    connection: Connection,
    channel: int,
    lower: Key,
    upper: Key,
    *,
    now_us: int,
    offset: int,
    limit: int,
    partners: bool,
) -> list[Told]:
    pages = _pages(channel, lower, upper, now_us, partners=partners)
    statement = pages.order_by(places.c.at, places.c.article).offset(offset).limit(limit)
    return [
        Told(RelatedTarget(id=row.id, title=row.title).path, row.title, row.language, row.published_at, row.updated_at)
        for row in connection.execute(statement)
    ]


def _pages(channel: int, lower: Key, upper: Key, now_us: int, *, partners: bool):  # type: ignore[no-untyped-def]  # Core's
    columns = articles.c.id, articles.c.title, articles.c.language, articles.c.published_at, articles.c.updated_at
    statement = (
        select(*columns)
        .join(places, places.c.article == articles.c.id)
        .where(
            *_between(channel, lower, upper),
            articles.c.is_placed,
            articles.c.canonical_url == "",
            or_(articles.c.expires_at.is_(None), articles.c.expires_at > now_us),
        )
    )
    return statement if partners else statement.where(articles.c.source.is_(None))


def _between(channel: int, lower: Key, upper: Key):  # type: ignore[no-untyped-def]  # Core's conditions
    at = tuple_(places.c.at, places.c.article)
    return places.c.channel == channel, at >= tuple_(*lower), at < tuple_(*upper)
