"""What came of polls, kept: many in one transaction, for a transaction costs more than a poll that brought nothing.

What the operator did meanwhile stands: a pause, a removal, another address, a wish to poll at once.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.ingest import moves
from feeds.logs import event
from feeds.model.dates import from_us, to_us
from feeds.model.source import POLLED, Outcome, Poll, Source, State, Validators
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.store import polls, readings, sources
from feeds.store.database import Connection
from feeds.store.readings import Reading
from feeds.store.sources import Standing

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a poll: the source as it was claimed, and as it is known now with its next due time.

    `reading` is what to keep of its document; None: what is kept stays. `feed` is the feed that its page names, where
    the operator gave the address of a page.
    """

    source: Source
    known: Source
    poll: Poll
    reading: Reading | None = None
    feed: str = ""


def keep(room: Newsroom, came: Sequence[Came]) -> None:
    """Keep what polls found, in one transaction."""
    with room.store.write() as connection:
        keep_in(connection, room, came)


def keep_in(connection: Connection, room: Newsroom, came: Sequence[Came]) -> None:
    """Keep what polls found: their records, and of each source what is known now and when it is due."""
    polls.keep(connection, [(one.source.id, one.poll) for one in came])
    present = sources.standing(connection, {one.source.id for one in came})
    polled, read = [], set()
    for one in came:
        now = present.get(one.source.id)
        if now is None or now.url != one.source.url:
            continue
        known = _due(one, now)
        if known.move is not None and moves.is_lasting(known.move, one.poll.at):
            known = _moved(connection, room, known)
        if one.feed and known.state in POLLED and sources.move(connection, known.id, one.feed):
            known = replace(known, url=one.feed, next_poll_at=room.clock.now(), why="its page names this feed")
        polled.append(known)
        if sources.differs_as_read(one.source, known):
            read.add(known.id)
        if one.reading is not None:
            readings.keep(connection, known.id, one.reading)
    sources.found(connection, polled, read=read)


def _due(one: Came, present: Standing) -> Source:
    """Give the source as it is to be kept; where it was asked for meanwhile, it stays due."""
    known = _as_it_stands(one, present)
    if one.poll.outcome is Outcome.GONE and present.state in POLLED:
        return replace(known, state=State.GONE, next_poll_at=None, why=f"{one.poll.detail}; polled when asked for")
    is_asked_anew = present.why == sources.ASKED and present.next_poll_at != _us(one.source.next_poll_at)
    if is_asked_anew or present.state not in POLLED:
        next_at = None if present.next_poll_at is None else from_us(present.next_poll_at)
        known = replace(known, next_poll_at=next_at, why=present.why)
    return known


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)


def _as_it_stands(one: Came, present: Standing) -> Source:
    """Give the source in the state that it is in now, whatever it was while it was polled."""
    known = replace(one.known, state=present.state, alarm=present.alarm)
    if one.known.alarm and not present.alarm:
        # Released meanwhile: the next document is read whole, and says what is usual.
        known = replace(known, usual=None, body_hash="", validators=Validators())
    if known.state is State.QUARANTINED:
        known = replace(known, why=f"quarantined: {known.alarm}; {known.why}")
    return known


def _moved(connection: Connection, room: Newsroom, source: Source) -> Source:
    """Give a source the address that its own has led to for good; its articles print it."""
    assert source.move is not None
    if not sources.move(connection, source.id, source.move.to):
        return source  # another source has that address: its operator sees the pending move
    event(_log, "source moved", source=source.id, answers=source.move.answers)
    spread(connection, "source", source.id, room.clock.now())
    return replace(source, url=source.move.to, move=None)
