"""The history of polls."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, or_, select

from feeds.model.dates import from_us, to_us
from feeds.model.source import Outcome, Poll
from feeds.store.schema import polls
from feeds.store.upsert import upsert

_columns = [polls.c[name] for name in ("at", "outcome", "status", "detail", "took_ms", "bytes", "new", "changed")]


def keep(connection: Connection, came: Sequence[tuple[str, Poll]]) -> None:
    """Keep attempts, each with its source's id."""
    rows = [
        {
            "source": source,
            "at": to_us(poll.at),
            "outcome": str(poll.outcome),
            "status": poll.status,
            "detail": poll.detail[:500],
            "took_ms": poll.took_ms,
            "bytes": poll.bytes,
            "new": poll.new,
            "changed": poll.changed,
        }
        for source, poll in came
    ]
    upsert(connection, polls, rows, key=["source", "at"])


def newest(connection: Connection, source: str, *, before: int | None = None, limit: int = 50) -> list[Poll]:
    """Give a source's polls, newest first, from before an instant in microseconds."""
    statement = select(*_columns).where(polls.c.source == source)
    if before is not None:
        statement = statement.where(polls.c.at < before)
    rows = connection.execute(statement.order_by(polls.c.at.desc()).limit(limit))
    return [
        Poll(
            at=from_us(row.at),
            outcome=Outcome(row.outcome),
            status=row.status,
            detail=row.detail,
            took_ms=row.took_ms,
            bytes=row.bytes,
            new=row.new,
            changed=row.changed,
        )
        for row in rows
    ]


def last_read(connection: Connection, source: str) -> datetime | None:
    """Give when a source was last polled with success; None where that is not known."""
    well = (str(Outcome.CHANGED), str(Outcome.UNCHANGED))
    statement = select(polls.c.at).where(polls.c.source == source, polls.c.outcome.in_(well))
    found = connection.execute(statement.order_by(polls.c.at.desc()).limit(1)).scalar()
    return None if found is None else from_us(found)


def last_news(connection: Connection) -> dict[str, datetime]:
    """Give when each source last brought something new; those that never did are left out."""
    statement = select(polls.c.source, func.max(polls.c.at)).where(polls.c.new > 0).group_by(polls.c.source)
    return {row[0]: from_us(row[1]) for row in connection.execute(statement)}


def usual_gap(connection: Connection, source: str, *, polls_back: int = 50) -> timedelta:
    """Give the mean time between a source's last polls that brought something new; nothing where there are not two."""
    statement = select(polls.c.at).where(polls.c.source == source, polls.c.new > 0)
    found = list(connection.execute(statement.order_by(polls.c.at.desc()).limit(polls_back)).scalars())
    if len(found) < 2:
        return timedelta(0)
    return (from_us(found[0]) - from_us(found[-1])) / (len(found) - 1)


def clear(connection: Connection, before_us: int, *, news_before_us: int) -> None:
    """Forget polls from before an instant: those that brought something new from before another one.

    Each source's last poll stays.
    """
    last = select(polls.c.source, func.max(polls.c.at).label("at")).group_by(polls.c.source).subquery()
    kept = select(last.c.at).where(last.c.source == polls.c.source).scalar_subquery()
    is_old = or_(and_(polls.c.at < before_us, polls.c.new == 0), polls.c.at < news_before_us)
    connection.execute(delete(polls).where(is_old, polls.c.at != kept))
