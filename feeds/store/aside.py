"""Articles set aside: they could not be rendered, and their channels went out without them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select

from feeds.store.schema import set_aside
from feeds.store.upsert import upsert


def put(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Set articles aside, as of what they show: {article, shown, reason, at}."""
    upsert(connection, set_aside, rows, key=["article"])


def lift(connection: Connection, articles: Iterable[str]) -> None:
    """Take articles back: they render again."""
    connection.execute(delete(set_aside).where(set_aside.c.article.in_(list(articles))))


def of(connection: Connection, articles: Iterable[str]) -> dict[str, str]:
    """Give {article: what it showed} of those that are set aside."""
    statement = select(set_aside.c.article, set_aside.c.shown).where(set_aside.c.article.in_(list(articles)))
    return {row[0]: row[1] for row in connection.execute(statement)}


def list_all(connection: Connection, limit: int = 200) -> list[tuple[str, str]]:
    """Give (article, reason), newest first."""
    statement = select(set_aside.c.article, set_aside.c.reason).order_by(set_aside.c.at.desc()).limit(limit)
    return [(row.article, row.reason) for row in connection.execute(statement)]


def count(connection: Connection) -> int:
    """Count the articles that are set aside."""
    return int(connection.execute(select(func.count()).select_from(set_aside)).scalar_one())
