"""Entries of one document, taken in: the new ones become articles, the changed ones revisions, all are remembered.

What an entry was met as and its article are one transaction, so that whatever is killed, the next poll finds the same
entries and takes what is missing. Which entry is which is matching.py's, what is to become of it ruling.py's.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from feeds.errors import Refusal
from feeds.ingest import identity
from feeds.ingest.convert import Taken, convert
from feeds.model.article import Article, Status
from feeds.model.dates import from_us, to_us
from feeds.model.entry import ParsedFeed
from feeds.model.representation import represent
from feeds.model.source import Source, State
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake, twins
from feeds.pipeline.intake import Wish
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import Ours
from feeds.pipeline.revising import fields_of, origin_of, revise_all, words_of
from feeds.pipeline.ruling import Ruling, oldest_first, rule
from feeds.store import articles, entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 20  # entries a transaction
MOST_VERSIONS = 24  # of a story that a partner may send, the first one included
TOO_MANY = f"changed too often: after {MOST_VERSIONS} versions no more are taken"
OURS = "ours"
READING = "its page is being read"  # why a new entry is held whose source has full_text


def take(
    room: Newsroom, source: Source, feed: ParsedFeed, met: Sequence[Met], *, is_after_pause: bool = False
) -> tuple[int, int]:
    """Take in a document's entries; give how many were new, and how many known ones differed.

    Of a quarantined source the new ones are held, and those that differ wait for its release. After a pause, what is
    more than two days' worth is held.
    """
    fresh = [found for found in met if found.known is None]
    differing = [found for found in met if found.known is not None and differs(found, found.known)]
    if source.state is State.QUARANTINED:
        differing = []
    ruled = rule(room, source, feed, fresh, is_after_pause=is_after_pause) if fresh else {}
    work = [*oldest_first(fresh, room.clock.now()), *differing]
    # In order, so that stories of one moment keep the order of their document.
    names = dict(zip((found.key for found in work), sorted(ids.new(room.clock.now()) for _ in work), strict=True))
    new = changed = 0
    for at in range(0, len(work), BATCH):
        some = work[at : at + BATCH]
        batch = [(found, convert(found.entry, source, feed=feed, now=room.clock.now())) for found in some]
        with room.store.write() as connection:
            here = entries.known(connection, source.id, keys=[found.key for found in some], drifted=(), links=())
            met_since = {known.key for known in here}  # by another process: an operator who polls as well
            first = [(found, taken) for found, taken in batch if found.known is None and found.key not in met_since]
            again = [
                (found.known, found, taken)
                for found, taken in batch
                if found.known is not None and (found.known.key == found.key or found.key not in met_since)
            ]
            _meet(connection, room, source, first, names=names, ruled=ruled)
            new, changed = new + len(first), changed + _change(connection, room, source, again)
        room.store.give_way()
    return new, changed


def differs(found: Met, known: Known) -> bool:
    """Say whether an entry is to be looked at again: it says something else, or has another id."""
    if known.why == entries.ERASED:
        return False
    return not known.hash.startswith(found.hash) or found.key != known.key


def _meet(
    connection: Connection,
    room: Newsroom,
    source: Source,
    first: Sequence[tuple[Met, Taken]],
    *,
    names: Mapping[str, str],
    ruled: Mapping[str, Ruling],
) -> None:
    """Keep new entries, and make articles of those that are to have one; `names` are ids for these, by key."""
    now = room.clock.now()
    rows: dict[str, dict[str, object]] = {}
    wishes: dict[str, Wish] = {}
    stories = {found.key: twins.of(found) for found, _ in first}
    ours = Ours(connection, room, [(found.entry, stories[found.key]) for found, _ in first])
    joining = twins.find(connection, source.id, list(stories.values()))
    known = twins.stand(connection, joining.values())
    for found, taken in first:
        key, ruling = found.key, ruled.get(found.key)
        article, wish = "", None
        own = ours.find(found.entry, stories[key])
        if own is not None:
            state, why, article = "refused", OURS, own
        elif ruling is not None and ruling.state == "refused":
            state, why = ruling.state, ruling.why
        elif key in joining and source.state is not State.QUARANTINED:
            article = joining[key]
            state, why, wish = _join(connection, room, source, (found, taken), known[article])
        elif ruling is not None and ruling.state != "published":
            state, why = ruling.state, ruling.why
        else:
            state, why, wish = _begin(source, (found, taken), names[key], now)
        if wish is not None:
            wishes[key] = wish
        fate = {"first_seen_at": to_us(now), "state": state, "why": why, "article": article, "joined": bool(article)}
        rows[key] = {**_row(found, taken, now), **fate, "body": "", "page_at": None}
        if state == "held":
            rows[key] |= _held(source, taken, now, now)
        elif key in wishes and _wants_page(source, taken):  # it goes before: so will its page
            rows[key] |= _to_be_read(taken, now)
    for key, why in _saved(connection, room, wishes, now).items():
        if why:
            rows[key] |= {"why": why} if key in joining else {"state": "refused", "why": why}
            continue
        if key in joining:
            entries.hand_over(connection, joining[key])
        rows[key] |= {"article": wishes[key].article_id, "joined": False}
    entries.meet(connection, source.id, list(rows.values()))


def _begin(source: Source, one: tuple[Met, Taken], name: str, now: datetime) -> tuple[str, str, Wish | None]:
    """Make a new entry the article of this id, or have it wait for its page."""
    found, taken = one
    if _wants_page(source, taken):
        return "held", READING, None
    try:
        wanted = submission_of(fields_of(source, taken, now))
    except Refusal as error:
        return "refused", words_of(error), None
    return "published", "", Wish(article_id=name, wanted=wanted, origin=origin_of(source, found.entry.id or found.key))


def _join(
    connection: Connection, room: Newsroom, source: Source, one: tuple[Met, Taken], article: Article | None
) -> tuple[str, str, Wish | None]:
    """Have a new entry stand for an article that there is; where its version goes before, with what that becomes."""
    if article is None:
        return "refused", entries.ERASED, None
    if article.origin is None:
        return "refused", OURS, None
    if article.status is Status.WITHDRAWN:
        return "refused", "the same story was withdrawn", None
    (found, taken), first = one, article.origin.title
    if not twins.goes_before(connection, room, source, article):
        return "published", f"the same story as from {first}"[:500], None
    ours = articles.ours_of(connection, [article.id])[article.id]
    stored = represent(article, room.site, [])
    try:
        wanted = submission_of({**taken.fields, **{name: stored[name] for name in ours}})
    except Refusal as error:
        return "published", words_of(error), None
    origin = origin_of(source, found.entry.id or found.key)
    why = f"goes before the same story from {first}"[:500]
    return "published", why, Wish(article_id=article.id, wanted=wanted, origin=origin)


def _saved(connection: Connection, room: Newsroom, wishes: Mapping[str, Wish], now: datetime) -> dict[str, str]:
    """Save articles; say of each by its key why it was refused, `""` where it was not."""
    saved = intake.save_all(connection, room, list(wishes.values()), now=now, by_partner=True)
    return {
        key: words_of(result) if isinstance(result, Refusal) else "" for key, result in zip(wishes, saved, strict=True)
    }


def _change(connection: Connection, room: Newsroom, source: Source, again: Sequence[tuple[Known, Met, Taken]]) -> int:
    """Keep what is new of known entries, and revise their articles; give how many say something else than before.

    Where a source has full_text, the article is revised once the page has been read again.
    """
    now = room.clock.now()
    others = [
        (known, taken)
        for known, _, taken in again
        if known.hash.partition(".")[2] != identity.fields_hash(taken.fields)
    ]
    printed = [one for one in others if one[0].state == "published" and not one[0].joined]
    rows: dict[int, dict[str, object]] = {
        known.id: {"why": TOO_MANY} for known, _ in printed if known.versions >= MOST_VERSIONS
    }
    revised = [one for one in printed if one[0].id not in rows and not _wants_page(source, one[1])]
    whys = revise_all(connection, room, source, [(known.article, taken.fields) for known, taken in revised], now=now)
    for (known, _), why in zip(revised, whys, strict=True):
        rows[known.id] = {"why": why} if why else {"why": "", "versions": known.versions + 1}
    for known, taken in others:
        if known.state == "held":
            rows[known.id] = _held(source, taken, from_us(known.first_seen_at), now)
        elif known.state == "published" and not known.joined and known.id not in rows:
            rows[known.id] = {"versions": known.versions + 1, **_to_be_read(taken, now)}
    for known, found, taken in again:
        entries.note(connection, known.id, {**_row(found, taken, now), **rows.get(known.id, {})})
    return len(others)


def _row(found: Met, taken: Taken, now: datetime) -> dict[str, object]:
    return {
        "key": found.key,
        "drifted": found.drifted,
        "link": found.link,
        "title": str(taken.fields.get("title", ""))[:500],
        "hash": f"{found.hash}.{identity.fields_hash(taken.fields)}",
        "seen_at": to_us(now),
        "text_key": found.text_key,
        "moment": found.moment,
    }


def _held(source: Source, taken: Taken, first_seen_at: datetime, now: datetime) -> dict[str, object]:
    """Give what is kept of an entry that is held: its article to be, which its page has a part in."""
    body = json.dumps(fields_of(source, taken, first_seen_at), ensure_ascii=False)
    return {"body": body, "page_at": to_us(now) if _wants_page(source, taken) else None}


def _to_be_read(taken: Taken, now: datetime) -> dict[str, object]:
    """Give what is kept of a published entry whose page is to be read anew: what its feed says of it now."""
    return {"body": json.dumps(taken.fields, ensure_ascii=False), "page_at": to_us(now)}


def _wants_page(source: Source, taken: Taken) -> bool:
    return source.full_text and bool(taken.canonical_url)
