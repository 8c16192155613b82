"""Entries of one document, taken in: the new ones become articles, the changed ones revisions, all are remembered.

What an entry was met as and its article are one transaction, so that whatever is killed, the next poll finds the same
entries and takes what is missing. Which entry is which is matching.py's.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from feeds.errors import Refusal
from feeds.ingest import identity
from feeds.ingest.convert import Taken, convert, moment_of
from feeds.model.article import Origin
from feeds.model.dates import from_us, rfc3339, to_us, whole_second
from feeds.model.entry import Entry, ParsedFeed
from feeds.model.representation import represent
from feeds.model.rights import ending
from feeds.model.source import Source, shown_address
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.ruling import Ruling, rule
from feeds.store import articles, entries
from feeds.store.database import Connection
from feeds.store.entries import Known

READING = "its page is being read"  # why a new entry is held whose source has full_text
BATCH = 20  # entries a transaction
_UNDATED = datetime.min.replace(tzinfo=UTC)


def take(room: Newsroom, source: Source, feed: ParsedFeed, met: Sequence[Met]) -> tuple[int, int]:
    """Take in a document's entries; give how many were new, and how many known ones differed."""
    fresh = [found for found in met if found.known is None]
    differing = [found for found in met if found.known is not None and _differs(found, found.known)]
    ruled = rule(source, feed, fresh)
    refused = {key for key, ruling in ruled.items() if ruling.state == "refused"}
    passed_over = _passed_over(room, source, [found for found in fresh if found.key not in refused])
    work = [*_oldest_first(fresh, room.clock.now()), *differing]
    new = changed = 0
    for at in range(0, len(work), BATCH):
        batch = [
            (found, convert(found.entry, source, feed=feed, now=room.clock.now())) for found in work[at : at + BATCH]
        ]
        with room.store.write() as connection:
            here = entries.known(connection, source.id, keys=[found.key for found, _ in batch], drifted=(), links=())
            met_since = {known.key for known in here}  # by another process: an operator who polls as well
            for found, taken in batch:
                if found.key in met_since and (found.known is None or found.known.key != found.key):
                    continue
                if found.known is not None:
                    changed += _change(connection, room, source, found, taken)
                else:
                    remembered = Ruling("remembered", why) if (why := passed_over.get(found.key)) else None
                    _meet(connection, room, source, found, taken, ruling=remembered or ruled.get(found.key))
                    new += 1
        room.store.give_way()
    return new, changed


def _differs(found: Met, known: Known) -> bool:
    if known.why == entries.ERASED:
        return False
    return not known.hash.startswith(found.hash) or found.key != known.key


def _passed_over(room: Newsroom, source: Source, fresh: list[Met]) -> dict[str, str]:
    """Give the new entries that are remembered alone, by key, and why: at a first poll all but the newest."""
    now = room.clock.now()
    wanted = [found for found in reversed(_oldest_first(fresh, now)) if not _is_ours(room, found.entry)]
    passed_over: dict[str, str] = {}
    if limits := [days for days in (source.max_age_days, source.expire_days) if days is not None]:
        oldest = now - timedelta(days=min(limits))
        too_old = [found for found in wanted if (moment_of(found.entry, now) or now) < oldest]
        passed_over |= {found.key: f"older than {min(limits)} days" for found in too_old}
    if not source.polled_once:
        most = room.settings.ingest.first_poll if source.first_poll is None else source.first_poll
        rest = [found for found in wanted if found.key not in passed_over][most:]
        passed_over |= {found.key: f"at the first poll the newest {most} are taken" for found in rest}
    return passed_over


def _oldest_first(fresh: list[Met], now: datetime) -> list[Met]:
    """Order by date; entries without one count as the latest, and as the document has them, newest first."""
    dated = [(moment_of(found.entry, now), -at, found) for at, found in enumerate(fresh)]
    latest = max((moment for moment, _, _ in dated if moment is not None), default=_UNDATED)
    dated.sort(key=lambda row: (row[0] or latest, row[1]))
    return [found for _, _, found in dated]


def _meet(
    connection: Connection, room: Newsroom, source: Source, found: Met, taken: Taken, *, ruling: Ruling | None
) -> None:
    """Keep a new entry, and make its article where it is to have one."""
    now = room.clock.now()
    state, why, article = "published", "", ""
    if _is_ours(room, found.entry):
        state, why = "refused", "ours"
    elif ruling is not None and ruling.state != "published":
        state, why = ruling.state, ruling.why
    elif ruling is None and source.publish == "hold":
        state, why = "held", "held for review"
    elif _wants_page(source, taken):
        state, why = "held", READING
    else:
        try:
            with connection.begin_nested():  # what is refused half-way leaves nothing of itself behind
                article = _publish(connection, room, source, found, taken, now=now)
        except Refusal as error:
            state, why = "refused", words_of(error)
    row = _row(found, taken, now)
    row |= {"first_seen_at": to_us(now), "state": state, "why": why, "article": article}
    if state == "held":
        row["body"] = json.dumps(_fields(source, taken, now), ensure_ascii=False)
        row["page_at"] = to_us(now) if _wants_page(source, taken) else None
    entries.meet(connection, source.id, row)


def _publish(connection: Connection, room: Newsroom, source: Source, found: Met, taken: Taken, *, now: datetime) -> str:
    article_id = ids.new(now)
    origin = origin_of(source, found.entry.id or found.key)
    wanted = submission_of(_fields(source, taken, now))
    intake.save(connection, room, article_id, wanted, now=now, origin=origin, by_partner=True)
    return article_id


def origin_of(source: Source, entry_id: str) -> Origin:
    """Give what an article keeps of where it came from."""
    return Origin(
        id=source.id,
        title=source.title or source.id,
        url=shown_address(source.url),
        entry_id=entry_id,
        site_url=source.site_url,
        credit=source.credit,
        rights=source.rights,
        summary_words=source.summary_words,
        images=source.images,
    )


def _change(connection: Connection, room: Newsroom, source: Source, found: Met, taken: Taken) -> int:
    """Keep what is new of a known entry, and revise its article; give 1 where it says something else than before."""
    known, now = found.known, room.clock.now()
    assert known is not None
    row = _row(found, taken, now)
    is_other = known.hash.partition(".")[2] != identity.fields_hash(taken.fields)
    if is_other and known.state == "published" and _wants_page(source, taken):
        row |= {"body": json.dumps(taken.fields, ensure_ascii=False), "page_at": to_us(now)}
    elif is_other and known.state == "published":
        try:
            with connection.begin_nested():
                revise(connection, room, source, known.article, taken.fields, now=now)
            row["why"] = ""
        except Refusal as error:
            row["why"] = words_of(error)
    elif is_other and known.state == "held":
        row["body"] = json.dumps(_fields(source, taken, from_us(known.first_seen_at)), ensure_ascii=False)
    entries.note(connection, known.id, row)
    return int(is_other)


def _wants_page(source: Source, taken: Taken) -> bool:
    return source.full_text and bool(taken.canonical_url)


def revise(
    connection: Connection,
    room: Newsroom,
    source: Source,
    article_id: str,
    fields: Mapping[str, object],
    *,
    now: datetime,
) -> None:
    """Make an article what its partner says now, but for the fields that the newsroom changed; its status stays."""
    current = articles.find(connection, article_id)
    if current is None:
        return
    stored = represent(current, room.site, [])
    kept = {name: stored[name] for name in articles.ours_of(connection, [article_id])[article_id]}
    wanted = submission_of({**fields, **ends(source, current.published_at), **kept})
    intake.save(connection, room, article_id, wanted, now=now, by_partner=True)


def _row(found: Met, taken: Taken, now: datetime) -> dict[str, object]:
    return {
        "key": found.key,
        "drifted": found.drifted,
        "link": found.link,
        "title": str(taken.fields.get("title", ""))[:500],
        "hash": f"{found.hash}.{identity.fields_hash(taken.fields)}",
        "seen_at": to_us(now),
    }


def _fields(source: Source, taken: Taken, now: datetime) -> dict[str, object]:
    """Give the article's fields with its moment: the partner's, else the one at which it was first seen."""
    moment = whole_second(min(taken.published_at or now, now))
    return {**taken.fields, "published_at": rfc3339(moment), "status": "published", **ends(source, moment)}


def ends(source: Source, published_at: datetime | None) -> dict[str, object]:
    """Give the field that says when a story of the source ends; none where it does not."""
    moment = ending(published_at, source.expire_days)
    return {} if moment is None else {"expires_at": rfc3339(moment)}


def _is_ours(room: Newsroom, entry: Entry) -> bool:
    """Say whether an entry is a story of ours that comes back: by its id, or by the address of a page of ours."""
    site = room.site
    page = f"{site.url}/articles/".partition("://")[2].lower()
    return entry.id.startswith(f"tag:{site.authority},{site.date}:") or any(
        address.partition("://")[2].lower().startswith(page) for address in (entry.id, entry.link)
    )


def words_of(error: Refusal) -> str:
    """Say in one line why an entry was refused."""
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults)
    return (faults or error.detail)[:500]
