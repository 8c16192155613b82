"""The road of a partner's feed: fetched, parsed, matched with what was met before, new and changed entries taken in.

    due → moved on (before the request) → fetch → parse → match → convert → intake → what came of it, and the next time

An entry's memory and its article are one transaction, validators are kept only when all entries are in: whatever is
killed, the next poll finds the same entries and takes what is missing. Entries are never removed, and no date is a
watermark: late and back-dated ones come in.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from feeds import metrics
from feeds.errors import PollError
from feeds.ingest import moves, pace
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.readers import Read, read_here
from feeds.ingest.wishes import fresh_for
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.source import Outcome, Poll, Source, Validators
from feeds.pipeline import keeping, takings
from feeds.pipeline.entries import Write
from feeds.pipeline.keeping import Came
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.receiving import Found, find_same, read
from feeds.store import sources

ASKED = sources.ASKED
SHORTEST = 2.0  # seconds that reading a document may take, however long fetching it took
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll under way: its source as it was claimed, what it is asked with, when it began (wall and monotonic)."""

    source: Source
    validators: Validators
    at: datetime
    began: float

    @property
    def host(self) -> str:
        return self.source.host


def poll(room: Newsroom, fetcher: Fetcher, source: Source, reader: Read = read_here) -> Poll:
    """Poll a source whose due time has been moved on already; give what came of it. Raises nothing of the partner's."""
    asked = ask(room, source)
    answer: Answer | PollError
    try:
        answer = fetcher.fetch(source.url, asked.validators)
    except PollError as error:
        answer = error
    came = quick(room, asked, answer)
    if came is None:
        assert isinstance(answer, Answer)
        came = slow(room, asked, answer, reader)
    keeping.keep(room, [came])
    tell(came)
    return came.poll


def claim(room: Newsroom, source: Source) -> None:
    """Move a source's due time on before its request: a crash, then, makes no hot loop."""
    with room.store.write() as connection:
        sources.reschedule(connection, source.id, claimed_until(room), sources.POLLING)


def claimed_until(room: Newsroom) -> int:
    """Give when a source is due again whose poll is never heard of again, in microseconds."""
    ingest = room.settings.ingest
    return to_us(room.clock.now() + max(ingest.min_interval, ingest.timeout))


def ask(room: Newsroom, source: Source) -> Asked:
    """Begin a poll: choose its validators; one every eight days goes without."""
    now = room.clock.now()
    is_whole = moves.is_due_whole(source.whole_at, source.distrusted_at, now)
    validators = Validators() if is_whole else source.validators
    return Asked(source, validators, now, room.clock.monotonic())


def quick(room: Newsroom, asked: Asked, answer: Answer | PollError) -> Came | None:
    """Say what came of a poll where no document has to be read for it; None where one has to."""
    if isinstance(answer, PollError):
        return _failed(room, asked, answer)
    if answer.is_unchanged:
        found = Found(source=asked.source, detail="the partner says so")
    elif (same := find_same(room, asked.source, answer)) is not None:
        found = same
    else:
        return None
    return _came(room, asked, answer, found)


def slow(room: Newsroom, asked: Asked, answer: Answer, reader: Read, write: Write | None = None) -> Came:
    """Read the document that a poll brought, and say what came of it; `write` may write for several polls at once."""
    write = write or partial(takings.write, room)
    timeout = room.settings.ingest.timeout.total_seconds()
    try:
        seconds = max(timeout - answer.took_ms / 1000, SHORTEST)
        found = read(room, asked.source, answer, seconds, reader=reader, write=write)
    except PollError as error:
        error.status = error.status or answer.status
        return _failed(room, asked, error)
    return _came(room, asked, answer, found)


def tell(came: Came) -> None:
    """Log what came of a poll; that nothing did is no news."""
    poll = came.poll
    metrics.count("feeds_polls", str(poll.outcome))
    event(
        _log,
        "poll",
        level=logging.DEBUG if poll.outcome is Outcome.UNCHANGED else logging.INFO,
        source=came.source.id,
        outcome=str(poll.outcome),
        status=poll.status,
        took_ms=poll.took_ms,
        new=poll.new,
        changed=poll.changed,
    )


def _came(room: Newsroom, asked: Asked, answer: Answer, found: Found) -> Came:
    """Put together what an answer that brought a feed means for its source."""
    now = room.clock.now()
    outcome = Outcome.CHANGED if found.new or found.changed else Outcome.UNCHANGED
    detail = found.detail or ("" if outcome is Outcome.CHANGED else "nothing new or different")
    source = asked.source
    # A document that ended early is asked for again: its validators would have the rest of it called unchanged.
    is_kept = answer.is_unchanged or found.source.body_hash != ""
    is_untrue = asked.validators != source.validators and moves.was_untrue(
        source.unchanged_at, found.moments, found.new
    )
    known = replace(
        found.source,
        validators=answer.validators if is_kept else Validators(),
        failures=0,
        move=moves.follow(source.move, answer.hops, url=source.url, is_known=found.is_known, now=now),
        whole_at=source.whole_at if asked.validators.url else now,
        unchanged_at=now if answer.is_unchanged else source.unchanged_at,
        distrusted_at=now if is_untrue else source.distrusted_at,
    )
    poll = Poll(
        at=asked.at,
        outcome=outcome,
        status=answer.status,
        detail=detail,
        took_ms=_took(room, asked),
        bytes=answer.bytes,
        new=found.new,
        changed=found.changed,
    )
    next_at, why = _next(room, known, outcome, None, fresh_for(answer.headers))
    return Came(source=source, known=replace(known, next_poll_at=next_at, why=why), poll=poll, reading=found.reading)


def _failed(room: Newsroom, asked: Asked, error: PollError) -> Came:
    source = asked.source
    outcome = Outcome(error.outcome)
    known = replace(source, failures=source.failures + 1)
    if outcome in (Outcome.NOT_A_FEED, Outcome.REDIRECTED):
        known = replace(known, move=None)  # what leads to no feed has not moved there
    poll = Poll(at=asked.at, outcome=outcome, status=error.status, detail=error.detail, took_ms=_took(room, asked))
    next_at, why = _next(room, known, outcome, error.retry_after, 0.0)
    why = f"{outcome}: {error.detail}; {why}"
    # An operator may have given a page; of what was a feed, or a page that a page names, nothing is believed.
    feed = "" if source.polled_once or source.failures else error.feed
    return Came(source=source, known=replace(known, next_poll_at=next_at, why=why), poll=poll, feed=feed)


def _took(room: Newsroom, asked: Asked) -> int:
    return round((room.clock.monotonic() - asked.began) * 1000)


def _next(
    room: Newsroom, source: Source, outcome: Outcome, retry_after: float | None, fresh: float
) -> tuple[datetime, str]:
    return pace.next_poll(
        outcome=outcome,
        failures=source.failures,
        now=room.clock.now(),
        floor=room.settings.ingest.min_interval,
        ceiling=room.settings.ingest.max_interval,
        retry_after=retry_after,
        seed=source.id,
        rhythm=source.rhythm,
        wishes=source.wishes,
        fresh_for=fresh,
    )
