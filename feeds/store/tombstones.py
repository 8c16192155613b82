"""Tombstones: what left a channel by withdrawal or expiry, when and why (RFC 6721)."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select

from feeds.store.schema import tombstones
from feeds.store.upsert import insert_missing

MOST = 200  # that a document carries (CONTRACT section 7)


def put(connection: Connection, left: Iterable[tuple[int, str, str]], at_us: int) -> None:
    """Note which articles left which channels: (channel, article, reason)."""
    rows = [
        {"channel": channel, "at": at_us, "article": article, "reason": reason}
        for channel, article, reason in sorted(left)
    ]
    insert_missing(connection, tombstones, rows)


def lift(connection: Connection, articles: Sequence[str]) -> set[int]:
    """Forget the tombstones of articles that are back; give the channels that had one."""
    own = tombstones.c.article.in_(articles)
    numbers = set(connection.execute(select(tombstones.c.channel).where(own)).scalars())
    if numbers:
        connection.execute(delete(tombstones).where(own))
    return numbers


def of(connection: Connection, channel: int, *, since_us: int, until_us: int) -> list[tuple[str, int, str]]:
    """Give (article, at, reason) of a channel between two instants, newest first, at most MOST."""
    rows = connection.execute(
        select(tombstones.c.article, tombstones.c.at, tombstones.c.reason)
        .where(tombstones.c.channel == channel, tombstones.c.at > since_us, tombstones.c.at <= until_us)
        .order_by(tombstones.c.at.desc(), tombstones.c.article.desc())
        .limit(MOST)
    )
    return [(row.article, row.at, row.reason) for row in rows]


def among(connection: Connection, channels: Iterable[int]) -> set[int]:
    """Give those of these channels that have a tombstone at all."""
    own = tombstones.c.channel.in_(list(channels))
    return set(connection.execute(select(tombstones.c.channel).where(own).distinct()).scalars())
