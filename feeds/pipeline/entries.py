"""Entries of one document, taken in: the new ones become articles, the changed ones revisions, all are remembered.

What an entry was met as and its article are one transaction, so that whatever is killed, the next poll finds the same
entries and takes what is missing. Which entry is which is matching.py's.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from feeds.errors import Refusal
from feeds.ingest import identity, rhythm
from feeds.ingest.convert import Taken, convert, moment_of
from feeds.model.article import Article, Origin, Status
from feeds.model.dates import from_us, rfc3339, to_us, whole_second
from feeds.model.entry import ParsedFeed
from feeds.model.representation import represent
from feeds.model.source import Source, State, shown_address
from feeds.model.submission import submission_of
from feeds.pipeline import ids, intake, twins
from feeds.pipeline.intake import Wish
from feeds.pipeline.matching import Met
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.returning import Ours, is_by_address
from feeds.store import articles, entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 20  # entries a transaction
MOST_VERSIONS = 24  # of a story that a partner may send, the first one included
TOO_MANY = f"changed too often: after {MOST_VERSIONS} versions no more are taken"
OURS = "ours"
_UNDATED = datetime.min.replace(tzinfo=UTC)


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
    passed_over = _passed_over(room, source, fresh)
    waiting = _waiting(room, source, [found for found in fresh if found.key not in passed_over], is_after_pause)
    work = [*_oldest_first(fresh, room.clock.now()), *differing]
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
            _meet(connection, room, source, first, names=names, passed_over=passed_over, waiting=waiting)
            new, changed = new + len(first), changed + _change(connection, room, again)
        room.store.give_way()
    return new, changed


def differs(found: Met, known: Known) -> bool:
    """Say whether an entry is to be looked at again: it says something else, or has another id."""
    if known.why == entries.ERASED:
        return False
    return not known.hash.startswith(found.hash) or found.key != known.key


def _passed_over(room: Newsroom, source: Source, fresh: list[Met]) -> dict[str, str]:
    """Give the new entries that are remembered alone, by key, and why: at a first poll all but the newest."""
    now = room.clock.now()
    wanted = [found for found in reversed(_oldest_first(fresh, now)) if not is_by_address(room.site, found.entry)]
    passed_over: dict[str, str] = {}
    if source.max_age_days is not None:
        oldest = now - timedelta(days=source.max_age_days)
        too_old = [found for found in wanted if (moment_of(found.entry, now) or now) < oldest]
        passed_over |= {found.key: f"older than {source.max_age_days} days" for found in too_old}
    if not source.polled_once:
        most = room.settings.ingest.first_poll if source.first_poll is None else source.first_poll
        rest = [found for found in wanted if found.key not in passed_over][most:]
        passed_over |= {found.key: f"at the first poll the newest {most} are taken" for found in rest}
    return passed_over


def _waiting(room: Newsroom, source: Source, fresh: list[Met], is_after_pause: bool) -> dict[str, str]:
    """Give the new entries that are held, by key, and why: for review, in quarantine, or too many after a pause."""
    if source.state is State.QUARANTINED:
        return {found.key: f"quarantined: {source.alarm}" for found in fresh}
    if source.publish == "hold":
        return {found.key: "held for review" for found in fresh}
    if not is_after_pause:
        return {}
    first = room.settings.ingest.first_poll if source.first_poll is None else source.first_poll
    most = max(first, math.ceil(2 * rhythm.a_day(source.rhythm)))
    late = list(reversed(_oldest_first(fresh, room.clock.now())))[most:]
    return {found.key: f"after a long pause the newest {most} are published" for found in late}


def _oldest_first(fresh: list[Met], now: datetime) -> list[Met]:
    """Order by date; entries without one count as the latest, and as the document has them, newest first."""
    dated = [(moment_of(found.entry, now), -at, found) for at, found in enumerate(fresh)]
    latest = max((moment for moment, _, _ in dated if moment is not None), default=_UNDATED)
    dated.sort(key=lambda row: (row[0] or latest, row[1]))
    return [found for _, _, found in dated]


def _meet(
    connection: Connection,
    room: Newsroom,
    source: Source,
    first: Sequence[tuple[Met, Taken]],
    *,
    names: Mapping[str, str],
    passed_over: Mapping[str, str],
    waiting: Mapping[str, str],
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
        state, why, body, article = "published", "", "", ""
        own = ours.find(found.entry, stories[found.key])
        if own is not None:
            state, why, article = "refused", OURS, own
        elif found.key in joining and source.state is not State.QUARANTINED:
            article = joining[found.key]
            state, why, wish = _join(connection, room, source, (found, taken), known[article])
            if wish is not None:
                wishes[found.key] = wish
        elif found.key in passed_over:
            state, why = "remembered", passed_over[found.key]
        elif found.key in waiting:
            state, why, body = "held", waiting[found.key], _body(taken, now)
        else:
            try:
                wanted = submission_of(_fields(taken, now))
                origin = origin_of(source, found.entry.id or found.key)
                wishes[found.key] = Wish(article_id=names[found.key], wanted=wanted, origin=origin)
            except Refusal as error:
                state, why = "refused", words_of(error)
        fate = {"first_seen_at": to_us(now), "state": state, "why": why, "body": body, "article": article}
        rows[found.key] = {**_row(found, taken, now), **fate, "joined": bool(article)}
    for key, why in _saved(connection, room, wishes, now).items():
        if why:
            rows[key] |= {"why": why} if key in joining else {"state": "refused", "why": why}
            continue
        if key in joining:
            entries.hand_over(connection, joining[key])
        rows[key] |= {"article": wishes[key].article_id, "joined": False}
    entries.meet(connection, source.id, list(rows.values()))


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
    )


def _change(connection: Connection, room: Newsroom, again: Sequence[tuple[Known, Met, Taken]]) -> int:
    """Keep what is new of known entries, and revise their articles; give how many say something else than before."""
    now = room.clock.now()
    others = [
        (known, taken)
        for known, _, taken in again
        if known.hash.partition(".")[2] != identity.fields_hash(taken.fields)
    ]
    printed = [one for one in others if one[0].state == "published" and not one[0].joined]
    whys = {known.id: TOO_MANY for known, _ in printed if known.versions >= MOST_VERSIONS}
    revised = _revise(connection, room, [one for one in printed if one[0].id not in whys], now)
    whys |= revised
    bodies = {known.id: _body(taken, from_us(known.first_seen_at)) for known, taken in others if known.state == "held"}
    for known, found, taken in again:
        row = _row(found, taken, now)
        row |= {"why": whys[known.id]} if known.id in whys else {}
        row |= {"versions": known.versions + 1} if revised.get(known.id) == "" else {}
        row |= {"body": bodies[known.id]} if known.id in bodies else {}
        entries.note(connection, known.id, row)
    return len(others)


def _revise(
    connection: Connection, room: Newsroom, others: Sequence[tuple[Known, Taken]], now: datetime
) -> dict[int, str]:
    """Make articles what their partner says now, but for the fields that the newsroom changed; their status stays.

    Say of each entry why that was refused, `""` where it was not.
    """
    if not others:
        return {}
    present = articles.load(connection, [known.article for known, _ in others])
    ours = articles.ours_of(connection, list(present))
    whys = {known.id: "" for known, _ in others}
    wishes: dict[str, Wish] = {}
    for known, taken in others:
        if known.article not in present:
            continue
        stored = represent(present[known.article], room.site, [])
        kept = {name: stored[name] for name in ours[known.article]}
        try:
            wishes[str(known.id)] = Wish(article_id=known.article, wanted=submission_of({**taken.fields, **kept}))
        except Refusal as error:
            whys[known.id] = words_of(error)
    return whys | {int(number): why for number, why in _saved(connection, room, wishes, now).items()}


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


def _body(taken: Taken, now: datetime) -> str:
    return json.dumps(_fields(taken, now), ensure_ascii=False)


def _fields(taken: Taken, now: datetime) -> dict[str, object]:
    """Give the article's fields with its moment: the partner's, else the one at which it was first seen."""
    moment = min(taken.published_at or now, now)
    return {**taken.fields, "published_at": rfc3339(whole_second(moment)), "status": "published"}


def words_of(error: Refusal) -> str:
    """Say in one line why an entry was refused."""
    faults = "; ".join(f"{fault.pointer} {fault.detail}" for fault in error.faults)
    return (faults or error.detail)[:500]
