"""A change of one thing that other articles print: they look again at what they show, and their channels are marked.

The first hundred do so in the transaction of the change; the rest is kept as a ripple, which the sweep carries on in
transactions of their own that give way to others.
"""

from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, dirty, places, ripples
from feeds.store.database import Connection

BATCH = 100


def spread(connection: Connection, kind: str, key: str, now_us: int) -> None:
    """Let the articles that show something of (kind, key) hear that it changed."""
    after = _batch(connection, kind, key, "", now_us)
    if after is not None:
        ripples.put(connection, kind, key, after)


def carry_on(room: Newsroom, now_us: int) -> bool:
    """Carry the oldest ripple on by one batch; False where there is none."""
    with room.store.read() as connection:
        ripple = ripples.first(connection)
    if ripple is None:
        return False
    with room.store.write() as connection:
        after = _batch(connection, ripple.kind, ripple.key, ripple.after, now_us)
        ripples.advance(connection, ripple, after)
    room.store.give_way()
    return True


def _batch(connection: Connection, kind: str, key: str, after: str, now_us: int) -> str | None:
    """Do one batch; give the last article where there may be more, None at the end."""
    found = articles.showing(connection, kind, key, after=after, limit=BATCH)
    for article in articles.refresh_shown(connection, found):
        dirty.mark(connection, places.channels_of(connection, article), now_us)
    return found[-1] if len(found) == BATCH else None
