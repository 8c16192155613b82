"""The section `trending`: the ten stories that were read most in the last 24 hours, each placed when it came in."""

from datetime import timedelta

from feeds.model.dates import to_us
from feeds.model.label import Kind
from feeds.pipeline.newsroom import Newsroom
from feeds.store import channels, dirty, places, views

SLUG = "trending"
MOST = 10
READ_WITHIN = timedelta(hours=24)


def run(room: Newsroom) -> int:
    """Choose anew; give how many stories came in or went."""
    now_us = to_us(room.clock.now())
    since = to_us(room.clock.now() - READ_WITHIN)
    with room.store.read() as connection:
        number = channels.find_number(connection, Kind.SECTIONS, SLUG)
        ranked = views.most_read(connection, since_us=since, limit=MOST)
        chosen = set(ranked)
        present = [] if number is None else [place.article for place in places.window(connection, number, 1000)]
    if number is None or chosen == set(present):
        return 0
    with room.store.write() as connection:
        stand = places.present(connection, sorted(chosen.union(present)))
        before = {article: {c: at for c, at in held.items() if c == number} for article, held in stand.items()}
        # Those that are public stand in the site's channel; one that was withdrawn meanwhile does not come in.
        # Of those that come in together the most read stands first: microseconds tell them apart.
        wanted = {article: now_us - rank for rank, article in enumerate(ranked) if stand[article]}
        after = {
            article: {number: held.get(number, wanted[article])} if article in wanted else {}
            for article, held in before.items()
        }
        places.move(connection, before, after)
        dirty.mark(connection, [number], now_us)
    return len(chosen ^ set(present))
