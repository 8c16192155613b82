"""What has its time: scheduled articles go out at `published_at`, others end at `expires_at`."""

from feeds.model.dates import to_us
from feeds.pipeline import intake
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles

BATCH = 20  # a transaction


def run(room: Newsroom) -> int:
    """Put out and end what is due; give how many articles changed."""
    changed = 0
    while True:
        now = room.clock.now()
        with room.store.read() as connection:
            coming = articles.due(connection, to_us(now), BATCH)
            going = articles.ending(connection, to_us(now), BATCH)
        if not coming and not going:
            return changed
        before = changed
        with room.store.write() as connection:
            for article_id in coming:
                changed += intake.put_out(connection, room, article_id, now=now) is not None
            for article_id in going:
                changed += intake.end(connection, room, article_id, now=now) is not None
        if changed == before:  # what was due has been changed meanwhile; the next run looks again
            return changed
        room.store.give_way()
