"""Which documents have to be regenerated: a counter that every change raises, and the one that was built last.

A spot is a channel and a part of it (0: its current documents); it is dirty while marked > built. A builder reads
`marked` before it reads the places and sets `built` to that: a change that came meanwhile leaves the spot dirty, so
no kick is ever lost.

A single story's spots go first, and those of changes that concern many wait in line: `since` is negative for those
that go first, whenever else they were marked.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, case, func, select, tuple_, update

from feeds.store import parts
from feeds.store.parts import CURRENT, Spot
from feeds.store.schema import dirty
from feeds.store.upsert import insert_missing

_spot = tuple_(dirty.c.channel, dirty.c.part)
_is_dirty = dirty.c.marked > dirty.c.built
_OTHERS = 5  # one in so many places at the front is kept for those in line
_MOST = 400  # spots a statement
FEW = 50  # spots that a story stands in, as a rule


def mark(connection: Connection, channels: Iterable[int], now_us: int) -> None:
    """Mark the current documents of channels."""
    mark_spots(connection, ((channel, CURRENT) for channel in channels), now_us)


def mark_whole(connection: Connection, channel: int, now_us: int) -> None:
    """Mark the current documents of a channel and all its parts: what each of them prints has changed."""
    mark_spots(connection, [(channel, part) for part in (CURRENT, *parts.of(connection, channel))], now_us)


def mark_spots(connection: Connection, spots: Iterable[Spot], now_us: int, *, is_bulk: bool = False) -> None:
    """Mark spots, in their order (two writers that mark in different orders could deadlock).

    They go first where they are few, but those of `is_bulk`: what partners sent, or is carried on from a larger change.
    """
    wanted = sorted(set(spots))
    for at in range(0, len(wanted), _MOST):
        some = wanted[at : at + _MOST]
        rows = [{"channel": channel, "part": part, "since": now_us} for channel, part in some]
        insert_missing(connection, dirty, rows)
        own = _spot.in_(some)
        was_clean = dirty.c.marked == dirty.c.built
        if is_bulk or len(wanted) > FEW:
            connection.execute(update(dirty).where(own, was_clean).values(since=now_us))
        else:
            since = case((was_clean, -now_us), else_=-func.abs(dirty.c.since))
            connection.execute(update(dirty).where(own).values(since=since))
        connection.execute(update(dirty).where(own).values(marked=dirty.c.marked + 1))


def pending(connection: Connection, limit: int) -> list[Spot]:
    """Give up to `limit` dirty spots: those that go first, then those in line; of either the longest dirty first."""
    spot = select(dirty.c.channel, dirty.c.part)
    ahead = spot.where(_is_dirty, dirty.c.since < 0).order_by(dirty.c.since.desc(), dirty.c.channel, dirty.c.part)
    found = list(connection.execute(ahead.limit(limit - limit // _OTHERS)))
    line = spot.where(_is_dirty, dirty.c.since >= 0).order_by(dirty.c.since, dirty.c.channel, dirty.c.part)
    found += connection.execute(line.limit(limit - len(found)))
    return [(row.channel, row.part) for row in found]


def marked(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, int]:
    """Give `marked` of spots, dirty or not; those never marked are left out."""
    columns = dirty.c.channel, dirty.c.part, dirty.c.marked
    rows = connection.execute(select(*columns).where(_spot.in_(list(spots))))
    return {(row.channel, row.part): row.marked for row in rows}


def built_as_of(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, int]:
    """Give the marks as of which spots were last built; those never marked are left out."""
    columns = dirty.c.channel, dirty.c.part, dirty.c.built
    rows = connection.execute(select(*columns).where(_spot.in_(list(spots))))
    return {(row.channel, row.part): row.built for row in rows}


def dirty_since(connection: Connection, spots: Iterable[Spot]) -> dict[Spot, int]:
    """Give since when (microseconds) spots are dirty; those that are not are left out."""
    columns = dirty.c.channel, dirty.c.part, dirty.c.since
    rows = connection.execute(select(*columns).where(_spot.in_(list(spots)), _is_dirty))
    return {(row.channel, row.part): abs(row.since) for row in rows}


def among(connection: Connection, channels: Iterable[int]) -> set[int]:
    """Give those of these channels that have something dirty."""
    statement = select(dirty.c.channel).where(dirty.c.channel.in_(list(channels)), _is_dirty)
    return set(connection.execute(statement).scalars())


def is_any(connection: Connection) -> bool:
    """Say whether there is anything to do; one look at a partial index."""
    return connection.execute(select(dirty.c.channel).where(_is_dirty).limit(1)).first() is not None


def built(connection: Connection, spot: Spot, as_of: int) -> None:
    """Note that a spot was built as it was at `as_of`."""
    own = dirty.c.channel == spot[0], dirty.c.part == spot[1]
    connection.execute(update(dirty).where(*own, dirty.c.built < as_of).values(built=as_of))


def backlog(connection: Connection) -> tuple[int, int | None]:
    """Give the number of channels with something dirty, and since when (microseconds) the oldest is."""
    since = func.min(func.abs(dirty.c.since))
    row = connection.execute(select(func.count(dirty.c.channel.distinct()), since).where(_is_dirty))
    count, since = row.one()
    return int(count), since
