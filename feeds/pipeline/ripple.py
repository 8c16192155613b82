"""A change that concerns many articles: they hear newest first, a hundred at a time, and their channels are marked.

The first hundred hear in the transaction of the change; the rest is kept as a ripple, which the sweep carries on in
transactions of their own that give way to others. What hearing means is hearing.py's.
"""

from datetime import datetime

from feeds.model.dates import to_us
from feeds.pipeline import hearing
from feeds.pipeline.newsroom import Newsroom
from feeds.store import dirty, ripples
from feeds.store.database import Connection

BATCH = 100


def spread(connection: Connection, kind: str, key: str, now: datetime) -> None:
    """Let the articles that (kind, key) concerns hear of its change."""
    last = _batch(connection, kind, key, None, now)
    if last is not None:
        ripples.put(connection, kind, key, last)


def carry_on(room: Newsroom) -> bool:
    """Carry the oldest ripple on by one batch; False where there is none."""
    with room.store.read() as connection:
        if ripples.first(connection) is None:
            return False
    with room.store.write() as connection:
        ripple = ripples.first(connection)
        if ripple is None:
            return False
        last = _batch(connection, ripple.kind, ripple.key, (ripple.moment, ripple.article), room.clock.now())
        ripples.advance(connection, ripple, last)
    room.store.give_way()
    return True


def _batch(
    connection: Connection, kind: str, key: str, last: hearing.Last | None, now: datetime
) -> hearing.Last | None:
    """Do one batch; give the last article where there may be more, None at the end."""
    way = hearing.of(kind)
    found = way.find(connection, key, last, BATCH)
    spots = way.hear(connection, key, [article for _, article in found], now)
    dirty.mark_spots(connection, spots, to_us(now), is_bulk=last is not None)
    return found[-1] if len(found) == BATCH else None
