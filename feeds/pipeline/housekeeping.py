"""What must not grow for ever is cut back: fragments that nothing prints, old polls and faults, the database's log."""

from datetime import timedelta

from feeds.model.dates import to_us
from feeds.pipeline import pictures
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.store import documents, fragments, jobs, polls, views
from feeds.store.database import BULK_ITEMS
from feeds.store.parts import Spot

KEEP_FRAGMENTS = timedelta(hours=1)  # after they were made; a reader may still be served what they show
KEEP_FAULTS = timedelta(days=30)
KEEP_POLLS = timedelta(days=30)
KEEP_NEWS = timedelta(days=400)  # polls that brought something: a source's rhythm is told from them
KEEP_VIEWS = timedelta(days=2)
LOOK = 1000  # rows a transaction
MOST = 20_000  # fragments forgotten a run; what is left waits for the next


def run(room: Newsroom, printer: Printer) -> int:
    """Clear up; give how many fragments were forgotten."""
    now = room.clock.now()
    cleared = _clear_fragments(room, printer, to_us(now - KEEP_FRAGMENTS))
    with room.store.write() as connection:
        jobs.clear_faults(connection, to_us(now - KEEP_FAULTS))
        polls.clear(connection, to_us(now - KEEP_POLLS), news_before_us=to_us(now - KEEP_NEWS))
        views.clear(connection, to_us(now - KEEP_VIEWS))
    room.store.shrink()
    pictures.clear_parts(room)
    return cleared


def _clear_fragments(room: Newsroom, printer: Printer, made_before_us: int) -> int:
    """Forget what no article says now and no document holds any more: the last good one of a channel may be old."""
    outdated: dict[int, fragments.Key] = {}
    after: int | None = 0
    while after is not None and len(outdated) < MOST:
        with room.store.read() as connection:
            found, after = fragments.outdated(
                connection, printer=printer.key, made_before_us=made_before_us, after=after, limit=LOOK
            )
        outdated |= found
    if not outdated:
        return 0
    held = _held(room, set(outdated.values()))
    rows = [row for row, key in outdated.items() if key not in held]
    for at in range(0, len(rows), BULK_ITEMS):
        with room.store.write() as connection:
            fragments.forget(connection, rows[at : at + BULK_ITEMS])
        room.store.give_way()
    return len(rows)


def _held(room: Newsroom, keys: set[fragments.Key]) -> set[fragments.Key]:
    """Give those of these keys that some document's recipe names."""
    held: set[fragments.Key] = set()
    after: Spot | None = None
    while True:
        with room.store.read() as connection:
            entries, after = documents.entries(connection, after=after, limit=LOOK)
        held |= keys.intersection(entries)
        if after is None:
            return held
