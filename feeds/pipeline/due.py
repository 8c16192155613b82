"""What has its time: scheduled articles go out at `published_at`, others end at `expires_at`."""

from feeds.model.dates import to_us
from feeds.pipeline import intake
from feeds.pipeline.membership import place
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, channels, dirty, places, sections

BATCH = 20  # a transaction


def run(room: Newsroom) -> int:
    """Put out and end what is due, and let sections go of what grew too old; give how many articles changed."""
    changed = _grown_old(room)
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


def _grown_old(room: Newsroom) -> int:
    """Take what is past its `max_age` out of the sections whose rules have one."""
    now = room.clock.now()
    found: set[str] = set()
    with room.store.read() as connection:
        for label, rule in sections.rules(connection):
            number = channels.find_number(connection, label.kind, label.slug)
            if rule.max_age is not None and number is not None:
                found.update(places.older(connection, number, to_us(now - rule.max_age) + 1, BATCH))
    if not found:
        return 0
    with room.store.write() as connection:
        moves = place(connection, list(articles.load(connection, sorted(found)).values()), now)
        dirty.mark_spots(connection, moves.touched, to_us(now))
    return len(found)
