"""Page views of articles, by spans of ten minutes: what is trending is chosen from them."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, select

from feeds.store.schema import articles, page_views
from feeds.store.upsert import add_up

SPAN = 600_000_000  # microseconds


def add(connection: Connection, views: Mapping[str, int], now_us: int) -> None:
    """Add the views of articles by id."""
    span = now_us // SPAN
    add_up(
        connection,
        page_views,
        [{"span": span, "article": article, "views": count} for article, count in sorted(views.items())],
        key=["span", "article"],
        column="views",
    )


def most_read(connection: Connection, *, since_us: int, limit: int) -> list[str]:
    """Give the ids of public articles, those read most since an instant first; of equals the newest first."""
    total = func.sum(page_views.c.views).label("total")
    since = page_views.c.span > since_us // SPAN
    read = select(page_views.c.article, total).where(since).group_by(page_views.c.article).subquery()
    statement = (
        select(read.c.article)
        .join(articles, articles.c.id == read.c.article)
        .where(articles.c.is_placed)
        .order_by(read.c.total.desc(), articles.c.moment.desc(), read.c.article.desc())
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def counts(connection: Connection, *, since_us: int) -> dict[str, int]:
    """Give how often articles were read since an instant."""
    total = func.sum(page_views.c.views)
    statement = select(page_views.c.article, total).where(page_views.c.span > since_us // SPAN)
    return {row[0]: row[1] for row in connection.execute(statement.group_by(page_views.c.article))}


def clear(connection: Connection, before_us: int) -> None:
    """Forget the views from before an instant."""
    connection.execute(delete(page_views).where(page_views.c.span < before_us // SPAN))


def forget(connection: Connection, article: str) -> None:
    """Forget the views of an article."""
    connection.execute(delete(page_views).where(page_views.c.article == article))
