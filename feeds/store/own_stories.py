"""Stories of our own by what they are known when they come back: keys of headlines, first homes, erased texts.

Keys are never taken away: what a story once was called, it may be called elsewhere still.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from feeds.store.schema import own_stories
from feeds.store.upsert import insert_missing

MOST_ROWS = 5000  # of one look
MOST = 20  # stories of one key; of a headline that more of them have had, the newest


def keep(connection: Connection, keys: Sequence[tuple[str, str]]) -> None:
    """Keep (key, article)."""
    insert_missing(connection, own_stories, [{"key": key, "article": article} for key, article in keys])


def find(connection: Connection, keys: Collection[str]) -> dict[str, list[str]]:
    """Give ids of articles by key."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    some = sorted(set(keys) - {""})
    for at in range(0, len(some), 500):
        statement = select(own_stories).where(own_stories.c.key.in_(some[at : at + 500]))
        newest_first = statement.order_by(own_stories.c.key, own_stories.c.article.desc()).limit(MOST_ROWS)
        for row in connection.execute(newest_first):
            if len(found[row.key]) < MOST:
                found[row.key].append(row.article)
    return found
