"""Entries of one document: matched with those that their source gave before, then taken in as articles.

An entry is the one met before by its key, else by the key without scheme and host, else by its link; the latter two
only where this document does not hold the other one as well (CONTRACT section 9).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feeds.errors import Refusal
from feeds.ingest import identity
from feeds.ingest.convert import Taken, convert
from feeds.model.article import Origin
from feeds.model.dates import rfc3339, to_us, whole_second
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.representation import represent
from feeds.model.source import Source
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 20  # entries a transaction
_UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """An entry with its keys, and the one met before that it is; None: it is new."""

    entry: Entry
    key: str
    drifted: str
    hash: str
    known: Known | None


def take(room: Newsroom, source: Source, feed: ParsedFeed) -> tuple[int, int]:
    """Take in a document's entries; give how many were new, and how many known ones differed."""
    met = match(room, source, feed.entries)
    fresh = [found for found in met if found.known is None]
    differing = [found for found in met if found.known is not None and _differs(found, found.known)]
    publishable = _publishable(room, source, fresh)
    work = [(found, found.key in publishable) for found in _oldest_first(fresh)] + [
        (found, True) for found in differing
    ]
    changed = 0
    for at in range(0, len(work), BATCH):
        batch = [
            (found, is_wanted, _converted(room, source, feed, found)) for found, is_wanted in work[at : at + BATCH]
        ]
        with room.store.write() as connection:
            for found, is_wanted, taken in batch:
                if found.known is None:
                    _meet(connection, room, source, found, taken, is_wanted=is_wanted)
                else:
                    changed += _change(connection, room, found, found.known, taken)
        room.store.give_way()
    return len(fresh), changed


def match(room: Newsroom, source: Source, document: Sequence[Entry]) -> list[Met]:
    """Tell which entries of a document were met before."""
    keyed = identity.tell_apart(document)
    with room.store.read() as connection:
        before = entries.known(
            connection,
            source.id,
            keys=[key for _, key, _ in keyed],
            drifted=[drifted for _, _, drifted in keyed],
            links=[entry.link for entry, _, _ in keyed],
        )
    here = {key for _, key, _ in keyed}
    by_key = {known.key: known for known in before}
    by_drifted = {known.drifted: known for known in before if known.drifted and known.key not in here}
    by_link = {known.link: known for known in before if known.link and known.key not in here}
    links = Counter(entry.link for entry, _, _ in keyed) + Counter(known.link for known in before)
    met, taken = [], set[int]()
    for entry, key, drifted in keyed:
        known = by_key.get(key) or by_drifted.get(drifted)
        if known is None and links[entry.link] == 2:  # this entry's and one known one's: the link stands for one story
            known = by_link.get(entry.link)
        if known is not None and known.id in taken:
            known = None
        if known is not None:
            taken.add(known.id)
        met.append(Met(entry=entry, key=key, drifted=drifted, hash=identity.content_hash(entry), known=known))
    return met


def _differs(found: Met, known: Known) -> bool:
    return found.hash != known.hash or found.key != known.key


def _publishable(room: Newsroom, source: Source, fresh: list[Met]) -> set[str]:
    """Give the keys of new entries that become articles: at a first poll the newest alone, never what is too old."""
    now = room.clock.now()
    newest = list(reversed(_oldest_first(fresh)))
    if source.max_age_days is not None:
        oldest = now - timedelta(days=source.max_age_days)
        newest = [found for found in newest if (_moment(found.entry) or now) >= oldest]
    if not source.polled_once:
        most = room.settings.ingest.first_poll if source.first_poll is None else source.first_poll
        newest = newest[:most]
    return {found.key for found in newest}


def _oldest_first(fresh: list[Met]) -> list[Met]:
    """Order by date; entries without one count as the document has them, newest first."""
    dated = [(_moment(found.entry), -at, found) for at, found in enumerate(fresh)]
    latest = max((moment for moment, _, _ in dated if moment is not None), default=None)
    dated.sort(key=lambda row: (row[0] or latest or _UNDATED, row[1]))
    return [found for _, _, found in dated]


def _moment(entry: Entry) -> datetime | None:
    return entry.published or entry.updated


def _converted(room: Newsroom, source: Source, feed: ParsedFeed, found: Met) -> Taken:
    return convert(found.entry, source, feed=feed, now=room.clock.now())


def _meet(connection: Connection, room: Newsroom, source: Source, found: Met, taken: Taken, *, is_wanted: bool) -> None:
    """Keep a new entry, and make its article where it is to have one."""
    now = room.clock.now()
    state, why, article = "published", "", ""
    if _is_ours(room, found.entry):
        state, why = "refused", "ours"
    elif not is_wanted:
        state, why = "remembered", "older than what is taken at first"
    elif source.publish == "hold":
        state, why = "held", "held for review"
    else:
        try:
            article = _publish(connection, room, source, found, taken, now=now)
        except Refusal as error:
            state, why = "refused", _words(error)
    row = _row(found, taken, now)
    row |= {"first_seen_at": to_us(now), "state": state, "why": why, "article": article}
    if state == "held":
        row["body"] = json.dumps(_fields(taken, now), ensure_ascii=False)
    entries.meet(connection, source.id, row)


def _publish(connection: Connection, room: Newsroom, source: Source, found: Met, taken: Taken, *, now: datetime) -> str:
    article_id = ids.new(now)
    origin = Origin(
        id=source.id,
        title=source.title or source.id,
        url=source.url,
        entry_id=found.entry.id or found.key,
        site_url=source.site_url,
        credit=source.credit,
        rights=source.rights,
    )
    wanted = submission_of(_fields(taken, now))
    intake.save(connection, room, article_id, wanted, now=now, origin=origin)
    return article_id


def _change(connection: Connection, room: Newsroom, found: Met, known: Known, taken: Taken) -> int:
    """Revise the article of a known entry; give 1 where it differed. What the newsroom changed itself stays ours."""
    now = room.clock.now()
    row = _row(found, taken, now)
    if found.hash != known.hash and known.state == "published":
        current = articles.find(connection, known.article)
        if current is not None:
            fields = dict(taken.fields)
            stored = represent(current, room.site, [])
            fields |= {name: stored[name] for name in articles.ours_of(connection, current.id)}
            try:
                intake.save(connection, room, current.id, submission_of(fields), now=now)
            except Refusal as error:
                row["why"] = _words(error)
    entries.note(connection, known.id, row)
    return int(found.hash != known.hash)


def _row(found: Met, taken: Taken, now: datetime) -> dict[str, object]:
    return {
        "key": found.key,
        "drifted": found.drifted,
        "link": found.entry.link,
        "title": str(taken.fields.get("title", ""))[:500],
        "hash": found.hash,
        "seen_at": to_us(now),
    }


def _fields(taken: Taken, now: datetime) -> dict[str, object]:
    """Give the article's fields with its moment: the partner's, else the one at which it was first seen."""
    moment = min(taken.published_at or now, now)
    return {**taken.fields, "published_at": rfc3339(whole_second(moment)), "status": "published"}


def _is_ours(room: Newsroom, entry: Entry) -> bool:
    """Say whether an entry is a story of ours that comes back."""
    site = room.site
    return entry.id.startswith(f"tag:{site.authority},{site.date}:") or entry.link.startswith(f"{site.url}/articles/")


def _words(error: Refusal) -> str:
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults)
    return (faults or error.detail)[:500]
