"""A partner's document that may have changed: found to be the same, or read, matched and taken in.

    same bytes? │ same but for its dates? → read what was not read before → match → take → the reading for next time

What was read is remembered only when all entries are in, so that a poll that was cut off is done again.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.ingest import identity, rhythm
from feeds.ingest.alarm import FEW
from feeds.ingest.convert import MAX_ADDRESS, moment_of
from feeds.ingest.exchange import Answer
from feeds.ingest.noise import quiet_hash
from feeds.ingest.readers import Read
from feeds.model.entry import ParsedFeed
from feeds.model.markup import web_address
from feeds.model.source import IDENTITIES, Source, State
from feeds.pipeline.entries import Write, take
from feeds.pipeline.judging import judged
from feeds.pipeline.matching import Met, match
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ripple import spread
from feeds.pipeline.withdrawals import follow
from feeds.store import readings, sources
from feeds.store.readings import Reading, Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What came of a document: the source as it is known after it, and what was new in it.

    `is_known` says that it held entries met before, `moments` are the dates of the new ones, as far as they have some.
    `reading` is what to keep of it; None: what is kept stays.
    """

    source: Source
    detail: str
    new: int = 0
    changed: int = 0
    is_known: bool = True
    moments: tuple[datetime, ...] = ()
    reading: Reading | None = None


def find_same(room: Newsroom, source: Source, answer: Answer) -> Found | None:
    """Say that an answer is the last one again, by hashes alone; None where it has to be read."""
    body_hash = hashlib.sha256(answer.body).hexdigest()
    if not source.polled_once or not source.body_hash:
        return None
    if body_hash == source.body_hash:
        return Found(source=source, detail="the same bytes")
    with room.store.read() as connection:
        before = readings.find(connection, source.id, source.body_hash)
    if not before.quiet_hash or quiet_hash(answer.body) != before.quiet_hash:
        return None
    known = replace(source, body_hash=body_hash)
    return Found(source=known, detail="the same but for its dates", reading=before._replace(body_hash=body_hash))


def read(room: Newsroom, source: Source, answer: Answer, seconds: float, *, reader: Read, write: Write) -> Found:
    """Read a document and take in what is new or different. Raises PollError where nothing can be read."""
    with room.store.read() as connection:
        before = readings.find(connection, source.id, source.body_hash)
    known = {seen.mark: seen for seen in before.entries}
    feed = reader(answer.body, answer.url, answer.content_type, frozenset(known), seconds)
    present = [known[mark] for mark in feed.marks if mark in known]
    if present and _meets_itself(feed, present, source.told_apart_by):
        present = []
        feed = reader(answer.body, answer.url, answer.content_type, frozenset(), seconds)
    source = _introduced(room, source, feed)
    if not present and source.identity == "auto":
        source = _fallen_back(source, identity.measured(feed.entries))
    met = match(room, source, feed, present)
    source, is_after_pause = judged(room, source, feed, met, present)
    if (fallen := _without_worthless(source, met, present)) != source:
        source = fallen
        met = match(room, source, feed, present)
    new, changed = take(room, source, feed, met, write=write, is_after_pause=is_after_pause)
    changed += follow(room, source, feed)
    now = room.clock.now()
    fresh = [found for found in met if found.known is None]
    heard = fresh if source.polled_once else met
    moments = tuple(moment for found in heard if (moment := moment_of(found.entry, now)) is not None)
    body_hash = hashlib.sha256(answer.body).hexdigest() if feed.is_whole else ""
    is_all_known = bool(feed.marks) and not feed.entries
    source = replace(
        source,
        # A document that ended early is not taken for whole: the next answer is read again.
        body_hash=body_hash,
        polled_once=source.polled_once or bool(feed.entries or present),
        wishes=source.wishes if is_all_known else feed.wishes,
        rhythm=rhythm.listen(source.rhythm, new=new, moments=moments, now=now),
        doubled=0 if present else _doubled(feed, met),
        new_at=now if new else source.new_at,
    )
    return Found(
        source=source,
        detail="; ".join([*([f"held: {source.alarm}"] if source.alarm else []), *feed.faults])[:500],
        new=new,
        changed=changed,
        is_known=len(fresh) < len(met) or bool(present),
        moments=moments,
        reading=_reading(source, answer, _seen(feed, met, known, source.told_apart_by)),
    )


def _reading(source: Source, answer: Answer, seen: tuple[Seen, ...]) -> Reading:
    return Reading(source.body_hash, quiet_hash(answer.body), seen) if source.body_hash else Reading()


def _fallen_back(source: Source, by: str) -> Source:
    """Have a source's entries told apart by what tells them apart; what was given up once stays so."""
    further = IDENTITIES.index(by) > IDENTITIES.index(source.told_apart_by)
    return replace(source, identified_by=by) if further else source


def _without_worthless(source: Source, met: list[Met], present: list[Seen]) -> Source:
    """Give up ids, and links, that most of a document's entries do not keep from one poll to the next."""
    if source.identity != "auto" or source.state is State.QUARANTINED:
        return source
    total = len(met) + len(present)
    for how, by in (("text", "title"), ("link", "link")):
        if sum(found.how == how for found in met) >= max(FEW, total / 2):
            return _fallen_back(source, by)
    return source


def _meets_itself(feed: ParsedFeed, present: list[Seen], by: str) -> bool:
    """Say whether an entry that was read has the id of one that was not: the whole document has to tell them apart."""
    keys = {seen.key for seen in present}
    return any(identity.keys(entry, by)[0] in keys for entry in feed.entries)


def _seen(feed: ParsedFeed, met: list[Met], known: dict[str, Seen], by: str) -> tuple[Seen, ...]:
    """Give the document's entries as they are to be known again; none where one of them was told from its double."""
    fresh = [mark for mark in feed.marks if mark not in known]
    is_plain = all(found.key == identity.keys(found.entry, by)[0] for found in met)
    if not is_plain or not len(met) == len(feed.entries) == len(fresh):
        return ()
    read_now = {mark: Seen(mark, found.key, found.link) for mark, found in zip(fresh, met, strict=True)}
    return tuple(known.get(mark) or read_now[mark] for mark in feed.marks)


def _doubled(feed: ParsedFeed, met: list[Met]) -> int:
    """Count the entries whose id another entry of the document has."""
    ids = [entry.id for entry in feed.entries if entry.id]
    return len(ids) - len(set(ids)) + len(feed.entries) - len(met) if len(set(ids)) < len(ids) else 0


def _introduced(room: Newsroom, source: Source, feed: ParsedFeed) -> Source:
    """Take what a feed says of itself where nothing was known; its articles print its title."""
    site_url = web_address(feed.site_url[:MAX_ADDRESS]) or ""
    if (source.title or not feed.title) and (source.site_url or not site_url):
        return source
    with room.store.write() as connection:
        present = sources.find(connection, source.id) or source  # the operator may have named it meanwhile
        known = replace(present, title=present.title or feed.title[:500], site_url=present.site_url or site_url)
        if known != present:
            sources.change(connection, source.id, {"title": known.title, "site_url": known.site_url})
            spread(connection, "source", source.id, room.clock.now())
    return replace(source, title=known.title, site_url=known.site_url)
