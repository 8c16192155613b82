"""A document judged before anything of it is taken: is it what its source usually sends (ingest/alarm.py)?

Here is looked up what the judgement needs to know of the store; what it costs is spent on documents with news alone.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.ingest import alarm
from feeds.ingest.alarm import Look
from feeds.ingest.convert import moment_of
from feeds.logs import event
from feeds.model import story
from feeds.model.dates import from_us
from feeds.model.entry import ParsedFeed
from feeds.model.source import Source, State
from feeds.pipeline.entries import differs
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.store import entries, polls, sources
from feeds.store.database import Connection
from feeds.store.readings import Seen

PAUSE = timedelta(days=7)  # since a source was last read, after which much that is new is no wonder
_log = logging.getLogger(__name__)
TITLES = 500  # of the newest known entries that are looked through for namesakes


def judged(
    room: Newsroom, source: Source, feed: ParsedFeed, met: Sequence[Met], present: Sequence[Seen]
) -> tuple[Source, bool]:
    """Give the source with what is usual of it, or with an alarm; and whether it was not read for long."""
    now = room.clock.now()
    fresh = [found for found in met if found.known is None]
    with room.store.read() as connection:
        is_after_pause = bool(fresh) and source.polled_once and _is_after_pause(connection, source, now)
        look = _look(connection, source, feed, met=met, present=present, now=now)
    look = replace(look, is_after_pause=is_after_pause)
    if source.state is State.QUARANTINED:
        return source, is_after_pause
    if reason := alarm.judge(source.usual if source.polled_once else None, look):
        _put_in_quarantine(room, source, reason)
        return replace(source, state=State.QUARANTINED, alarm=reason), is_after_pause
    moments = [moment for found in met if (moment := moment_of(found.entry, now)) is not None]
    return replace(source, usual=alarm.learn(source.usual, look, moments)), is_after_pause


def _put_in_quarantine(room: Newsroom, source: Source, reason: str) -> None:
    """Keep the alarm before any entry is kept, so that whatever is killed, none of it goes out."""
    with room.store.write() as connection:
        present = sources.find(connection, source.id)
        if present is None or present.state is not State.ACTIVE:
            return
        sources.change(connection, source.id, {"state": str(State.QUARANTINED), "alarm": reason})
    event(_log, "source quarantined", level=logging.WARNING, source=source.id, reason=reason)


def _look(
    connection: Connection,
    source: Source,
    feed: ParsedFeed,
    *,
    met: Sequence[Met],
    present: Sequence[Seen],
    now: datetime,
) -> Look:
    fresh = [found for found in met if found.known is None]
    by_text = sum(found.how == "text" for found in met)
    long_ago = [found for found in fresh if alarm.is_long_ago(moment_of(found.entry, now), source.usual)]
    return Look(
        total=len(met) + len(present),
        fresh=len(fresh),
        renamed=by_text + _namesakes(connection, source, fresh, met, present),
        ahead=sum(alarm.is_ahead(found.entry, now) for found in fresh),
        long_ago=len(long_ago),
        met=entries.count(connection, source.id, most=len(fresh)) if len(fresh) > alarm.MOST_AT_ONCE else 0,
        differs=any(found.known is not None and differs(found, found.known) for found in met),
        language="" if source.language else alarm.language_of(feed),
        host=alarm.host_of([*(found.link for found in met), *(seen.link for seen in present)]),
    )


def _namesakes(
    connection: Connection, source: Source, fresh: Sequence[Met], met: Sequence[Met], present: Sequence[Seen]
) -> int:
    """Count new entries that look like known ones which are gone: their headline, and no later date."""
    here = {found.key for found in met} | {seen.key for seen in present}
    if source.usual is None or len(fresh) < max(alarm.FEW, len(here) / 2):
        return 0
    known = entries.newest(connection, source.id, before=None, limit=TITLES)
    gone = Counter(story.fold_text(one.title) for one in known if one.key not in here)
    heads = Counter(_head(found) for found in fresh)
    until = None if source.usual.until is None else from_us(source.usual.until)
    return sum(
        bool(head := _head(found))
        and heads[head] == 1
        and gone[head] == 1
        and (found.moment is None or until is None or from_us(found.moment) <= until)
        for found in fresh
    )


def _head(found: Met) -> str:
    return "" if found.entry.title is None else story.fold_text(found.entry.title.line[:500])


def _is_after_pause(connection: Connection, source: Source, now: datetime) -> bool:
    last = polls.last_read(connection, source.id)
    return last is None or now - last > PAUSE
