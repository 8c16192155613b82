"""The history of polls."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select

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


def clear(connection: Connection, before_us: int) -> None:
    """Forget polls from before an instant, but for each source's last one."""
    last = select(polls.c.source, func.max(polls.c.at).label("at")).group_by(polls.c.source).subquery()
    kept = select(last.c.at).where(last.c.source == polls.c.source).scalar_subquery()
    connection.execute(delete(polls).where(polls.c.at < before_us, polls.c.at != kept))
