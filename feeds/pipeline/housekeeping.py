"""What must not grow for ever is cut back: fragments that nothing prints, old polls and faults, the database's log."""

from datetime import timedelta

from feeds.model.dates import to_us
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.store import fragments, jobs, polls
from feeds.store.database import BULK_ITEMS

KEEP_FRAGMENTS = timedelta(hours=1)  # after they were made; a reader may still be served what they show
KEEP_FAULTS = timedelta(days=30)
KEEP_POLLS = timedelta(days=30)
MOST_BATCHES = 500  # a run; what is left waits for the next


def run(room: Newsroom, printer: Printer) -> int:
    """Clear up; give how many fragments were forgotten."""
    now = room.clock.now()
    cleared = 0
    for _ in range(MOST_BATCHES):
        with room.store.write() as connection:
            some = fragments.clear(
                connection, printer=printer.key, made_before_us=to_us(now - KEEP_FRAGMENTS), limit=BULK_ITEMS
            )
        cleared += some
        room.store.give_way()
        if some < BULK_ITEMS:
            break
    with room.store.write() as connection:
        jobs.clear_faults(connection, to_us(now - KEEP_FAULTS))
        polls.clear(connection, to_us(now - KEEP_POLLS))
    room.store.shrink()
    return cleared
