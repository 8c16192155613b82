"""Stories of our own by what they are known when they come back: keys of headlines, first homes, erased texts.

Keys are never taken away: what a story once was called, it may be called elsewhere still.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from feeds.store.schema import own_stories
from feeds.store.upsert import insert_missing

MOST = 20  # stories of one key; of a headline that more of them have had, the newest


def keep(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Keep (key, article)."""
    insert_missing(connection, own_stories, [{"key": key, "article": article} for key, article in keys])


def find(connection: Connection, keys: Collection[str]) -> dict[str, list[str]]:
    """Give ids of articles by key."""
    found: dict[str, list[str]] = {}
    some = sorted(set(keys) - {""})
    for key in some:
        statement = select(own_stories.c.article).where(own_stories.c.key == key)
        found[key] = list(connection.execute(statement.order_by(own_stories.c.article.desc()).limit(MOST)).scalars())
    return found
