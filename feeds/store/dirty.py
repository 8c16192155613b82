"""Which channels have to be regenerated: a counter that every change raises, and the one that was built last.

A channel is dirty while marked > built. A builder reads `marked` before it reads the window and sets `built` to that:
a change that came meanwhile leaves the channel dirty, so no kick is ever lost.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, update

from feeds.store.schema import dirty
from feeds.store.upsert import insert_missing


def mark(connection: Connection, channels: Iterable[int], now_us: int) -> None:
    """Mark channels, in the order of their numbers (two writers that mark in different orders could deadlock)."""
    numbers = sorted(set(channels))
    if not numbers:
        return
    insert_missing(connection, dirty, [{"channel": number, "since": now_us} for number in numbers])
    connection.execute(
        update(dirty).where(dirty.c.channel.in_(numbers), dirty.c.marked == dirty.c.built).values(since=now_us)
    )
    connection.execute(update(dirty).where(dirty.c.channel.in_(numbers)).values(marked=dirty.c.marked + 1))


def pending(connection: Connection, limit: int) -> dict[int, int]:
    """Give up to `limit` dirty channels, longest dirty first, each with its `marked` of now."""
    rows = connection.execute(
        select(dirty.c.channel, dirty.c.marked)
        .where(dirty.c.marked > dirty.c.built)
        .order_by(dirty.c.since)
        .limit(limit)
    )
    return {row.channel: row.marked for row in rows}


def marked(connection: Connection, channels: Iterable[int]) -> dict[int, int]:
    """Give `marked` of channels, dirty or not."""
    rows = connection.execute(select(dirty.c.channel, dirty.c.marked).where(dirty.c.channel.in_(list(channels))))
    return {row.channel: row.marked for row in rows}


def among(connection: Connection, channels: Iterable[int]) -> set[int]:
    """Give those of these channels that are dirty."""
    statement = select(dirty.c.channel).where(dirty.c.channel.in_(list(channels)), dirty.c.marked > dirty.c.built)
    return set(connection.execute(statement).scalars())


def is_any(connection: Connection) -> bool:
    """Say whether there is anything to do; one look at a partial index."""
    return (
        connection.execute(select(dirty.c.channel).where(dirty.c.marked > dirty.c.built).limit(1)).first() is not None
    )


def built(connection: Connection, channel: int, as_of: int) -> None:
    """Note that a channel was built as it was at `as_of`."""
    connection.execute(update(dirty).where(dirty.c.channel == channel, dirty.c.built < as_of).values(built=as_of))


def backlog(connection: Connection) -> tuple[int, int | None]:
    """Give the number of dirty channels, and since when (microseconds) the oldest is."""
    row = connection.execute(select(func.count(), func.min(dirty.c.since)).where(dirty.c.marked > dirty.c.built)).one()
    return int(row[0]), row[1]
