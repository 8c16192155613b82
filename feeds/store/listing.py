"""Lists of articles, newest first (published, else made), then id descending; every one is a walk along an index."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, select, tuple_

from feeds.store import search
from feeds.store.schema import article_shows, articles, entries, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is to hold, all that is given. `labels` and `channel` by number, `since` in microseconds.

    Stories of a `source` are those that print its version, and those that print another one's of the same story.
    """

    labels: tuple[int, ...] = ()
    channel: int | None = None
    source: str | None = None
    status: str | None = None
    query: str | None = None
    since: int | None = None


def find(
    connection: Connection, wanted: Filter, *, before: tuple[int, str] | None, limit: int
) -> list[tuple[int, str]]:
    """Give (moment, id) of articles, past `before`."""
    if wanted.source is None:
        return _found(connection, wanted, before=before, limit=limit)
    own = articles.c.source == wanted.source
    joined = select(entries.c.article).where(entries.c.source == wanted.source, entries.c.joined)
    beside = articles.c.source.is_not(None) & articles.c.id.in_(joined)
    # Two walks, since one along both conditions would be along no index.
    parts = [_found(connection, wanted, part, before=before, limit=limit) for part in (own, beside)]
    return sorted({*parts[0], *parts[1]}, reverse=True)[:limit]


def _found(
    connection: Connection,
    wanted: Filter,
    source: ColumnElement[bool] | None = None,
    *,
    before: tuple[int, str] | None,
    limit: int,
) -> list[tuple[int, str]]:
    moment, article = articles.c.moment, articles.c.id
    statement = select(moment, article)
    rest = wanted.labels
    if wanted.labels:  # the label's own index leads, the other labels are looked up
        moment, article = article_shows.c.moment, article_shows.c.article
        statement = select(moment, article).join(articles, articles.c.id == article_shows.c.article)
        statement = statement.where(article_shows.c.kind == "label", article_shows.c.key == str(wanted.labels[0]))
        rest = wanted.labels[1:]
    for label in rest:
        other = article_shows.alias()
        statement = statement.where(
            exists().where(
                other.c.kind == "label",
                other.c.key == str(label),
                other.c.moment == articles.c.moment,
                other.c.article == articles.c.id,
            )
        )
    statement = statement.where(articles.c.erased_at.is_(None))
    if wanted.channel is not None:
        statement = statement.where(
            exists().where(places.c.article == articles.c.id, places.c.channel == wanted.channel)
        )
    if source is not None:
        statement = statement.where(source)
    if wanted.status is not None:
        statement = statement.where(articles.c.status == wanted.status)
    if wanted.since is not None:
        statement = statement.where(articles.c.changed_at >= wanted.since)
    if wanted.query is not None:
        found = search.ids_of(wanted.query)
        if found is None:
            return []
        statement = statement.where(articles.c.id.in_(found))
    if before is not None:
        statement = statement.where(tuple_(moment, article) < tuple_(*before))
    rows = connection.execute(statement.order_by(moment.desc(), article.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]
