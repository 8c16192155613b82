"""Entries of one document, taken in: ruled on, converted, and written in batches.

Which entry is which is matching.py's, what is to become of it ruling.py's, how it is written takings.py's.
"""

from collections.abc import Callable, Sequence

from feeds.ingest.convert import convert
from feeds.model.entry import ParsedFeed
from feeds.model.source import Source, State
from feeds.pipeline import ids
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ruling import oldest_first, rule
from feeds.pipeline.takings import BATCH, Taking
from feeds.store import entries
from feeds.store.entries import Known

Write = Callable[[Taking], tuple[int, int]]  # what writes a batch: gives how many were new, and how many differed


def take(
    room: Newsroom, source: Source, feed: ParsedFeed, met: Sequence[Met], *, write: Write, is_after_pause: bool = False
) -> tuple[int, int]:
    """Take in a document's entries; give how many were new, and how many known ones differed.

    Of a quarantined source the new ones are held, and those that differ wait for its release. After a pause, what is
    more than two days' worth is held.
    """
    fresh = [found for found in met if found.known is None]
    differing = [found for found in met if found.known is not None and differs(found, found.known)]
    if source.state is State.QUARANTINED:
        differing = []
    ruled = rule(room, source, feed, fresh, is_after_pause=is_after_pause) if fresh else {}
    work = [*oldest_first(fresh, room.clock.now()), *differing]
    # In order, so that stories of one moment keep the order of their document.
    names = dict(zip((found.key for found in work), sorted(ids.new(room.clock.now()) for _ in work), strict=True))
    new = changed = 0
    for at in range(0, len(work), BATCH):
        some = work[at : at + BATCH]
        batch = [(found, convert(found.entry, source, feed=feed, now=room.clock.now())) for found in some]
        first, again = write(Taking(source=source, batch=batch, names=names, ruled=ruled))
        new, changed = new + first, changed + again
    return new, changed


def differs(found: Met, known: Known) -> bool:
    """Say whether an entry is to be looked at again: it says something else, or has another id."""
    if known.why == entries.ERASED:
        return False
    return not known.hash.startswith(found.hash) or found.key != known.key
