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
    """Give the ids of the public articles that were read most since an instant; of equals the newest first."""
    total = func.sum(page_views.c.views)
    statement = (
        select(page_views.c.article)
        .join(articles, articles.c.id == page_views.c.article)
        .where(page_views.c.span > since_us // SPAN, articles.c.is_placed)
        .group_by(page_views.c.article)
        .order_by(total.desc(), articles.c.moment.desc(), page_views.c.article.desc())
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def clear(connection: Connection, before_us: int) -> None:
    """Forget the views from before an instant."""
    connection.execute(delete(page_views).where(page_views.c.span < before_us // SPAN))


def forget(connection: Connection, article: str) -> None:
    """Forget the views of an article."""
    connection.execute(delete(page_views).where(page_views.c.article == article))
