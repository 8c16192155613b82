"""The road of a partner's feed: fetched, parsed, matched with what was met before, new and changed entries taken in.

    due → moved on (before the request) → fetch → parse → match → convert → intake → what came of it, and the next time

An entry's memory and its article are one transaction, validators are kept only when all entries are in: whatever is
killed, the next poll finds the same entries and takes what is missing. Entries are never removed, and no date is a
watermark: late and back-dated ones come in.
"""

import hashlib
import logging
from dataclasses import replace
from datetime import datetime

from feeds import metrics
from feeds.errors import PollError
from feeds.ingest import pace
from feeds.ingest.convert import MAX_ADDRESS
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.ingest.parse import parse
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.entry import ParsedFeed
from feeds.model.markup import web_address
from feeds.model.source import Outcome, Poll, Source, State
from feeds.pipeline.entries import take
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.store import polls, sources

ASKED = "asked for"  # why a source is due that its operator wants polled at once
_log = logging.getLogger(__name__)


def poll(room: Newsroom, fetcher: Fetcher, source: Source) -> Poll:
    """Poll a source whose due time has been moved on already; give what came of it. Raises nothing of the partner's."""
    at = room.clock.now()
    began = room.clock.monotonic()
    retry_after = None
    try:
        answer = fetcher.fetch(source.url, source.validators)
        came, known = _read(room, source, answer)
    except PollError as error:
        came = Poll(at=at, outcome=Outcome(error.outcome), status=error.status, detail=error.detail)
        known, retry_after = source, error.retry_after
    came = replace(came, at=at, took_ms=round((room.clock.monotonic() - began) * 1000))
    _keep(room, known, came, retry_after)
    metrics.count("feeds_polls", str(came.outcome))
    event(
        _log,
        "poll",
        source=source.id,
        outcome=str(came.outcome),
        status=came.status,
        took_ms=came.took_ms,
        new=came.new,
        changed=came.changed,
    )
    return came


def claim(room: Newsroom, source: Source) -> None:
    """Move a source's due time on before its request: a crash, then, makes no hot loop."""
    next_at, _ = _next(room, source, Outcome.UNCHANGED, 0, None)
    with room.store.write() as connection:
        sources.reschedule(connection, source.id, to_us(next_at), "being polled")


def _read(room: Newsroom, source: Source, answer: Answer) -> tuple[Poll, Source]:
    """Read an answer; give what it came to, and the source as it is known after it."""
    now = room.clock.now()
    validators = answer.validators
    if answer.is_unchanged:
        return _unchanged(now, answer, "the partner says so"), replace(source, validators=validators)
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if source.polled_once and body_hash == source.body_hash:
        return _unchanged(now, answer, "the same bytes"), replace(source, validators=validators)
    feed = parse(answer.body, url=answer.url, content_type=answer.content_type)
    source = _introduced(room, source, feed)
    new, changed = take(room, source, feed)
    known = replace(source, validators=validators, body_hash=body_hash, polled_once=True)
    detail = "; ".join(feed.faults)[:500]
    if not new and not changed:
        return _unchanged(now, answer, detail or "nothing new or different"), known
    came = Poll(
        at=now,
        outcome=Outcome.CHANGED,
        status=answer.status,
        detail=detail,
        bytes=answer.bytes,
        new=new,
        changed=changed,
    )
    return came, known


def _unchanged(now: datetime, answer: Answer, detail: str) -> Poll:
    return Poll(at=now, outcome=Outcome.UNCHANGED, status=answer.status, detail=detail, bytes=answer.bytes)


def _introduced(room: Newsroom, source: Source, feed: ParsedFeed) -> Source:
    """Take what a feed says of itself where nothing was known; its articles print its title."""
    if source.title and source.site_url:
        return source
    site_url = web_address(feed.site_url[:MAX_ADDRESS]) or ""
    with room.store.write() as connection:
        present = sources.find(connection, source.id) or source  # the operator may have named it meanwhile
        known = replace(present, title=present.title or feed.title[:500], site_url=present.site_url or site_url)
        if known != present:
            sources.change(connection, source.id, {"title": known.title, "site_url": known.site_url})
            spread(connection, "source", source.id, room.clock.now())
    return replace(source, title=known.title, site_url=known.site_url)


def _keep(room: Newsroom, source: Source, came: Poll, retry_after: float | None) -> None:
    """Keep what a poll found, its record, and when the next one is due.

    What the operator did meanwhile stands: a pause, a removal, another address, a wish to poll at once.
    """
    failures = source.failures + 1 if came.outcome.is_failure else 0
    next_at, why = _next(room, source, came.outcome, failures, retry_after)
    if came.outcome.is_failure:
        why = f"{came.outcome}: {came.detail}; {why}"
    with room.store.write() as connection:
        polls.keep(connection, source.id, came)
        present = sources.find(connection, source.id)
        if present is None or present.url != source.url:
            return
        is_gone = came.outcome is Outcome.GONE and present.state is State.ACTIVE
        sources.found(
            connection,
            present,
            title=present.title,
            site_url=present.site_url,
            state=State.GONE if is_gone else present.state,
            validators=source.validators,
            body_hash=source.body_hash,
            failures=failures,
            polled_once=source.polled_once,
        )
        if is_gone:
            sources.change(
                connection, source.id, {"next_poll_at": None, "why": f"{came.detail}; polled when asked for"}
            )
        elif present.why != ASKED or present.next_poll_at == source.next_poll_at:
            sources.reschedule(connection, source.id, to_us(next_at), why)


def _next(
    room: Newsroom, source: Source, outcome: Outcome, failures: int, retry_after: float | None
) -> tuple[datetime, str]:
    return pace.next_poll(
        outcome=outcome,
        failures=failures,
        now=room.clock.now(),
        floor=room.settings.ingest.min_interval,
        ceiling=room.settings.ingest.max_interval,
        retry_after=retry_after,
        seed=source.id,
    )
