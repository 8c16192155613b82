"""Tombstones: what left a channel by withdrawal or expiry, when and why (RFC 6721)."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select

from feeds.store.schema import tombstones
from feeds.store.upsert import insert_missing

MOST = 200  # that a document carries (CONTRACT section 7)


def put(connection: Connection, channels: Iterable[int], article: str, at_us: int, reason: str) -> None:
    """Note that an article left these channels."""
    rows = [{"channel": channel, "at": at_us, "article": article, "reason": reason} for channel in sorted(channels)]
    insert_missing(connection, tombstones, rows)


def lift(connection: Connection, article: str) -> list[int]:
    """Forget an article's tombstones: it is back; give the channels that had one."""
    numbers = list(connection.execute(select(tombstones.c.channel).where(tombstones.c.article == article)).scalars())
    if numbers:
        connection.execute(delete(tombstones).where(tombstones.c.article == article))
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
