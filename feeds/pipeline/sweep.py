"""The sweep: regenerates what is dirty, then carries on what many articles have still to hear."""

from collections.abc import Callable

from feeds.model.dates import to_us
from feeds.pipeline import rebuild, ripple
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.store import channels, dirty, meta
from feeds.store.database import Connection, in_batches


def run(room: Newsroom, printer: Printer, is_stopping: Callable[[], bool]) -> int:
    """Sweep until nothing is left, or until it is to stop; give how many channels changed."""
    changed = rebuild.drain(room, printer, is_stopping)
    while not is_stopping() and ripple.carry_on(room):
        changed += rebuild.drain(room, printer, is_stopping)
    return changed


def mark_if_reprinted(room: Newsroom, printer: Printer) -> int:
    """Mark every channel where settings or versions that documents print have changed since the last start.

    Give how many were marked. The new hash is kept only when all are: a kill in between marks them again.
    """
    with room.store.read() as connection:
        if meta.find(connection, meta.Key.PRINTED) == printer.documents_key:
            return 0
        numbers = channels.all_numbers(connection)
    now_us = to_us(room.clock.now())

    def mark(connection: Connection, number: int) -> None:
        dirty.mark_whole(connection, number, now_us)

    in_batches(room.store, numbers, mark)
    with room.store.write() as connection:
        meta.put(connection, meta.Key.PRINTED, printer.documents_key)
    return len(numbers)
