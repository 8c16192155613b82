"""What hubs have still to be told of, and how each answers; kept, so that a kill loses none of it.

A row is a document that changed, for one hub. One that changes again before the hub was told is told of once, in its
last version. Instants and lengths of time are in microseconds.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, func, or_, select, update

from feeds.model.document import Format
from feeds.store.schema import hubs, pushes
from feeds.store.upsert import insert_missing, upsert


class Changed(NamedTuple):
    """A version of a channel's current document."""

    channel: int
    format: Format
    stamp: int


class Push(NamedTuple):
    """A document that a hub is to be told of, in its last version, which failed so often."""

    hub: str
    channel: int
    format: Format
    stamp: int
    failures: int = 0


class Hub(NamedTuple):
    """How a hub answers: failures in a row, since when it may be asked again, why it failed, when it was last told."""

    hub: str
    failures: int = 0
    next_at: int | None = None
    why: str = ""
    told_at: int | None = None


def put(
    connection: Connection,
    to: Collection[str],
    changed: Sequence[Changed],
    now_us: int,
    *,
    settle_us: int,
    most_us: int,
) -> None:
    """Keep that hubs are to be told of documents once these have not changed for `settle_us`.

    One that never settles is due after `most_us` all the same.
    """
    rows = [
        {"hub": hub, **each._asdict(), "since": now_us, "due_at": now_us + settle_us} for hub in to for each in changed
    ]
    if not rows:
        return
    insert_missing(connection, pushes, rows)
    had_settled = (
        pushes.c.stamp <= now_us - settle_us
    )  # it waits for the hub alone, and its next version may settle too
    is_restless = and_(~had_settled, pushes.c.since < now_us - most_us)
    later = (
        update(pushes)
        .where(*(pushes.c[name] == bindparam(f"own_{name}") for name in ("hub", "channel", "format")))
        .where(pushes.c.stamp < bindparam("own_stamp"))
        .values(
            stamp=bindparam("own_stamp"),
            since=case((had_settled, now_us), else_=pushes.c.since),
            rank=0,
            due_at=case((is_restless, pushes.c.due_at), else_=now_us + settle_us),
        )
    )
    connection.execute(later, [{f"own_{name}": value for name, value in row.items()} for row in rows])


def due(connection: Connection, hub: str, now_us: int, *, most_us: int, longest_us: int) -> Push | None:
    """Give what a hub is to be told next: of what is due, what failed least often, of that what changed last.

    What is due only after `most_us` (once it has failed: after `longest_us`) was put off by a clock that has been set
    back, and is due as well.
    """
    is_far = or_(and_(pushes.c.rank == 0, pushes.c.due_at > now_us + most_us), pushes.c.due_at > now_us + longest_us)
    is_due = or_(pushes.c.due_at <= now_us, is_far)
    columns = pushes.c.channel, pushes.c.format, pushes.c.stamp, pushes.c.rank
    statement = select(*columns).where(pushes.c.hub == hub, is_due)
    row = connection.execute(statement.order_by(pushes.c.rank.desc(), pushes.c.due_at.desc()).limit(1)).first()
    return None if row is None else Push(hub, row.channel, Format(row.format), row.stamp, -row.rank)


def done(connection: Connection, push: Push, now_us: int, *, is_settled: bool, settle_us: int) -> None:
    """Forget a document that a hub was told of; one that changed since, or had not settled, is due again."""
    if is_settled:
        connection.execute(delete(pushes).where(_is(push), pushes.c.stamp <= push.stamp))
    connection.execute(update(pushes).where(_is(push)).values(since=now_us, rank=0, due_at=now_us + settle_us))


def failed(connection: Connection, push: Push, due_us: int) -> None:
    """Note that a document could not be told; its next version, where there is one by now, is due as it was."""
    same_version = _is(push), pushes.c.stamp == push.stamp
    connection.execute(update(pushes).where(*same_version).values(rank=-push.failures - 1, due_at=due_us))


def _is(push: Push) -> ColumnElement[bool]:
    return and_(pushes.c.hub == push.hub, pushes.c.channel == push.channel, pushes.c.format == push.format)


def give_up(connection: Connection, hub: str, before_us: int) -> int:
    """Forget documents that changed before an instant; give how many there were."""
    return connection.execute(delete(pushes).where(pushes.c.hub == hub, pushes.c.stamp < before_us)).rowcount


def waiting(connection: Connection) -> dict[str, int]:
    """Count the documents that each hub is to be told of."""
    return {row[0]: row[1] for row in connection.execute(select(pushes.c.hub, func.count()).group_by(pushes.c.hub))}


def answering(connection: Connection) -> dict[str, Hub]:
    """Give how hubs answer; those that were never told anything are left out."""
    columns = [hubs.c[name] for name in Hub._fields]
    return {row.hub: Hub(*row) for row in connection.execute(select(*columns))}


def note(connection: Connection, hub: Hub) -> None:
    """Keep how a hub answers."""
    upsert(connection, hubs, [hub._asdict()], key=["hub"])


def keep_only(connection: Connection, named: Collection[str]) -> None:
    """Forget hubs that are not named any more, and what they were to be told."""
    for table in (pushes, hubs):
        connection.execute(delete(table).where(table.c.hub.not_in(list(named))))
