"""What is to become of new entries, before anything is made of them: what nothing is said of is published.

Dropped, held or published by the operator's filters; taken back by the partner's own tombstones; passed over as old, or
as too many at a first poll; held for review, in quarantine, or as too many after a pause.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.ingest import rhythm
from feeds.ingest.convert import moment_of
from feeds.ingest.filters import rule_for
from feeds.model.entry import Deleted, Entry, ParsedFeed
from feeds.model.source import Source, State
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import is_by_address

TAKEN_BACK = "withdrawn by its partner"
_STATES = {"publish": "published", "hold": "held", "drop": "refused"}
_WORDS = {"publish": "published", "hold": "held for review", "drop": "dropped"}
_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The state that an entry is to have (published, held, remembered, refused), and why."""

    state: str
    why: str


def rule(
    room: Newsroom, source: Source, feed: ParsedFeed, fresh: Sequence[Met], *, is_after_pause: bool
) -> dict[str, Ruling]:
    """Rule on new entries, by key; those on which nothing is said are left out."""
    ruled = _by_filters(source, feed, fresh)
    rest = [found for found in fresh if found.key not in ruled or ruled[found.key].state != "refused"]
    passed_over = _passed_over(room, source, rest)
    rest = [found for found in rest if found.key not in passed_over]
    waiting = _waiting(room, source, rest, ruled, is_after_pause)
    return {**ruled, **waiting, **passed_over}


def taken_back(feed: ParsedFeed) -> dict[str, Deleted]:
    """Give the document's tombstones by id, but of entries that it holds itself in a later version (RFC 6721 §3)."""
    told = {deleted.ref: deleted for deleted in feed.deleted}
    return {ref: deleted for ref, deleted in told.items() if not any(_outlives(one, deleted) for one in feed.entries)}


def oldest_first(fresh: Sequence[Met], now: datetime) -> list[Met]:
    """Order by date; entries without one count as the latest, and as the document has them, newest first."""
    dated = [(moment_of(found.entry, now), -at, found) for at, found in enumerate(fresh)]
    latest = max((moment for moment, _, _ in dated if moment is not None), default=_UNDATED)
    dated.sort(key=lambda row: (row[0] or latest, row[1]))
    return [found for _, _, found in dated]


def _by_filters(source: Source, feed: ParsedFeed, fresh: Sequence[Met]) -> dict[str, Ruling]:
    gone = taken_back(feed)
    ruled = {}
    for found in fresh:
        if found.entry.id in gone:
            ruled[found.key] = Ruling("refused", TAKEN_BACK)
        elif (applied := rule_for(found.entry, source, feed)) is not None:
            action = applied[0].action
            ruled[found.key] = Ruling(_STATES[action], f"{_WORDS[action]} by a filter: {applied[1]}"[:500])
    return ruled


def _outlives(entry: Entry, deleted: Deleted) -> bool:
    moment = entry.updated or entry.published
    return entry.id == deleted.ref and moment is not None and moment > deleted.at


def _passed_over(room: Newsroom, source: Source, fresh: Sequence[Met]) -> dict[str, Ruling]:
    """Remember alone what is too old, and at a first poll all but the newest."""
    now = room.clock.now()
    wanted = [found for found in reversed(oldest_first(fresh, now)) if not is_by_address(room.site, found.entry)]
    passed_over: dict[str, str] = {}
    if limits := [days for days in (source.max_age_days, source.expire_days) if days is not None]:
        oldest = now - timedelta(days=min(limits))
        too_old = [found for found in wanted if (moment_of(found.entry, now) or now) < oldest]
        passed_over |= {found.key: f"older than {min(limits)} days" for found in too_old}
    if not source.polled_once:
        most = _first_poll(room, source)
        rest = [found for found in wanted if found.key not in passed_over][most:]
        passed_over |= {found.key: f"at the first poll the newest {most} are taken" for found in rest}
    return {key: Ruling("remembered", why) for key, why in passed_over.items()}


def _waiting(
    room: Newsroom, source: Source, fresh: Sequence[Met], ruled: Mapping[str, Ruling], is_after_pause: bool
) -> dict[str, Ruling]:
    """Hold all of a source in quarantine or under review, but what a filter publishes; after a pause the surplus."""
    if source.state is State.QUARANTINED:
        return {found.key: Ruling("held", f"quarantined: {source.alarm}") for found in fresh}
    if source.publish == "hold":
        return {found.key: Ruling("held", "held for review") for found in fresh if found.key not in ruled}
    if not is_after_pause:
        return {}
    most = max(_first_poll(room, source), math.ceil(2 * rhythm.a_day(source.rhythm)))
    going_out = [found for found in fresh if found.key not in ruled or ruled[found.key].state == "published"]
    late = list(reversed(oldest_first(going_out, room.clock.now())))[most:]
    return {found.key: Ruling("held", f"after a long pause the newest {most} are published") for found in late}


def _first_poll(room: Newsroom, source: Source) -> int:
    return room.settings.ingest.first_poll if source.first_poll is None else source.first_poll
