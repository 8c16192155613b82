"""What hubs have still to be told of: noted with the documents that changed, in one transaction.

Current documents alone, by their bytes: a format whose bytes are as before is left out, and so is a channel that begins
without any story. Archive parts are for who walks back, not for who waits for news.
"""

from collections.abc import Iterable
from datetime import timedelta

from feeds.model.document import Format, Recipe
from feeds.pipeline.newsroom import Newsroom
from feeds.store import pushes
from feeds.store.database import Connection
from feeds.store.parts import CURRENT
from feeds.store.pushes import Changed

_MICROSECOND = timedelta(microseconds=1)
# A hub fetches the document as soon as it is told: every web process must serve it by then. What changes again within
# that time is told once.
SETTLE_US = timedelta(milliseconds=500) // _MICROSECOND
MOST_US = timedelta(seconds=10) // _MICROSECOND  # that a document may put it off by changing again and again


def note(connection: Connection, room: Newsroom, stored: Iterable[tuple[Recipe | None, Recipe]], now_us: int) -> None:
    """Note what hubs are to be told of documents just stored, each beside the one before (None: the first)."""
    if room.site.hubs:
        changed = [each for old, new in stored for each in _changed(old, new)]
        pushes.put(connection, room.site.hubs, changed, now_us, settle_us=SETTLE_US, most_us=MOST_US)


def _changed(old: Recipe | None, new: Recipe) -> list[Changed]:
    if new.part != CURRENT or (old is None and not new.entries):
        return []
    return [
        Changed(new.channel, format, new.stamp)
        for format in Format
        if old is None or old.hashes[format] != new.hashes[format]
    ]
