"""Every document compared with a regeneration: `rebuild`, and `verify` by night.

Work goes in batches of spots that give way to single stories; what is unchanged is not written.
"""

import logging
from collections.abc import Callable, Sequence

from feeds.errors import Refusal
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline import rebuild, sweep
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.store import channels, dirty, documents, jobs, parts, ripples
from feeds.store.parts import CURRENT, Spot

_log = logging.getLogger(__name__)


def spots_of(room: Newsroom, keys: Sequence[str]) -> list[Spot]:
    """Give the spots of channels by their keys (none: of all), current documents first; raises Refusal 404."""
    with room.store.read() as connection:
        if not keys:
            numbers = channels.all_numbers(connection)
        else:
            numbers = []
            for key in keys:
                channel = channels.find(connection, key)
                if channel is None:
                    raise Refusal(404, f"there is no channel {key}")
                numbers.append(channel.number)
        archived = [(number, part) for number in numbers for part in parts.of(connection, number)]
    return [*((number, CURRENT) for number in numbers), *archived]


def refresh(
    room: Newsroom,
    printer: Printer,
    spots: Sequence[Spot],
    *,
    fresh: bool,
    on_progress: Callable[[int], object] = lambda _: None,
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Regenerate spots, from kept fragments or `fresh` ones, then what is dirty; give how many changed."""
    changed = 0
    for at in range(0, len(spots), rebuild.SPOTS):
        if is_stopping():
            return changed
        some = spots[at : at + rebuild.SPOTS]
        changed += rebuild.build(room, printer, some, fresh=fresh)
        room.store.give_way()
        on_progress(len(some))
    return changed + rebuild.drain(room, printer, is_stopping)


def verify(room: Newsroom, printer: Printer, is_stopping: Callable[[], bool]) -> int:
    """Compare every document with a fresh regeneration; a difference is a fault, and mended. Give how many there were.

    One that was changed or marked meanwhile, or has still to hear of a change, may differ rightly, and is looked at
    again.
    """
    found = 0
    with room.store.read() as connection:
        spots = documents.all_spots(connection)
    for spot in spots:
        if is_stopping():
            break
        if _differs(room, printer, spot, is_stopping):
            found += 1
            _mend(room, printer, spot)
        room.store.give_way()
    return found


def _differs(room: Newsroom, printer: Printer, spot: Spot, is_stopping: Callable[[], bool]) -> bool:
    for _ in range(3):
        before = _version(room, spot)
        if not rebuild.differing(room, printer, spot):
            return False
        if before is not None and _version(room, spot) == before:
            return True
        sweep.run(room, printer, is_stopping)
    return False


def _version(room: Newsroom, spot: Spot) -> tuple[int, int] | None:
    """Give stamp and mark of a spot; None while it is dirty, or articles have not heard of a change yet."""
    with room.store.read() as connection:
        stamp = documents.stamps(connection, [spot]).get(spot)
        is_dirty = spot[0] in dirty.among(connection, [spot[0]]) or ripples.first(connection) is not None
        marked = dirty.marked(connection, [spot]).get(spot, 0)
    return None if stamp is None or is_dirty else (stamp, marked)


def _mend(room: Newsroom, printer: Printer, spot: Spot) -> None:
    with room.store.read() as connection:
        channel = channels.load(connection, [spot[0]])[spot[0]]
    detail = f"{channel.key}{f' part {spot[1]}' if spot[1] else ''}: stored documents are not what they should be"
    event(_log, "verify", level=logging.ERROR, channel=channel.key, part=spot[1], reason="differs; regenerated")
    with room.store.write() as connection:
        jobs.fault(connection, "verify", detail, to_us(room.clock.now()))
    rebuild.build(room, printer, [spot], fresh=True)
