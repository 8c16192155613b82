"""Sources: partners' feeds as the operator set them and as polling found them. Due times live here."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, Update, bindparam, func, select, update

from feeds.model.dates import from_us, to_us
from feeds.model.pacing import Move, Rhythm, Wishes
from feeds.model.slug import numbered, slugify
from feeds.model.source import POLLED, Filter, Source, State, Validators, host_of
from feeds.model.usual import Usual
from feeds.store.schema import sources

ASKED = "asked for"  # why a source is due that its operator wants polled at once
ADDED = "added: polled at once"
POLLING = "being polled"
# What a source is as long as nothing is known of what it last sent: the next document is read whole.
UNREAD: Mapping[str, object] = {"validators_url": "", "etag": "", "last_modified": "", "body_hash": ""}
# What it is besides when what it sends now is accepted as what is usual.
ANEW: Mapping[str, object] = {**UNREAD, "usual": "", "alarm": ""}

_present = sources.c.removed_at.is_(None)
_is_polled = sources.c.state.in_([str(state) for state in POLLED])
# What every poll finds, and what is found where a document was read.
_FOUND = (
    "state",
    "next_poll_at",
    "why",
    "validators_url",
    "etag",
    "last_modified",
    "body_hash",
    "failures",
    "moved_to",
    "moved_answers",
    "moved_at",
    "whole_at",
    "unchanged_at",
    "distrusted_at",
)
_READ = ("polled_once", "wishes", "rhythm", "new_at", "doubled", "identified_by", "usual", "alarm")


def source_of(row: Row[Any]) -> Source:
    """Make the value of a row of `sources`."""
    return Source(
        id=row.id,
        url=row.url,
        created_at=from_us(row.created_at),
        title=row.title,
        site_url=row.site_url,
        state=State(row.state),
        publish=row.publish,
        filters=tuple(_filter_of(given) for given in json.loads(row.filters or "[]")),
        rights=row.rights,
        summary_words=row.summary_words,
        images=row.images,
        expire_days=row.expire_days,
        full_text=row.full_text,
        tags=tuple(json.loads(row.tags or "{}").items()),
        add_tags=tuple(json.loads(row.add_tags or "[]")),
        section=row.section,
        authors=tuple(json.loads(row.authors or "[]")),
        map_authors=tuple(json.loads(row.map_authors or "{}").items()),
        credit=row.credit,
        language=row.language,
        max_age_days=row.max_age_days,
        first_poll=row.first_poll,
        identity=row.identity,
        wire=row.wire,
        next_poll_at=_at(row.next_poll_at),
        why=row.why,
        validators=Validators(url=row.validators_url, etag=row.etag, last_modified=row.last_modified),
        body_hash=row.body_hash,
        failures=row.failures,
        polled_once=row.polled_once,
        wishes=_wishes_of(row.wishes),
        rhythm=_rhythm_of(row.rhythm),
        move=Move(to=row.moved_to, answers=row.moved_answers, since=from_us(row.moved_at)) if row.moved_to else None,
        whole_at=_at(row.whole_at),
        unchanged_at=_at(row.unchanged_at),
        distrusted_at=_at(row.distrusted_at),
        new_at=_at(row.new_at),
        doubled=row.doubled,
        identified_by=row.identified_by,
        usual=_usual_of(row.usual),
        alarm=row.alarm,
    )


def find(connection: Connection, source_id: str) -> Source | None:
    """Give a source that was not removed."""
    row = connection.execute(select(sources).where(sources.c.id == source_id, _present)).first()
    return None if row is None else source_of(row)


def find_by_url(connection: Connection, url: str) -> tuple[Source, bool] | None:
    """Give the source of an address, and whether it was removed."""
    row = connection.execute(select(sources).where(sources.c.url == url)).first()
    return None if row is None else (source_of(row), row.removed_at is not None)


def expire_days(connection: Connection, source_id: str) -> int | None:
    """Give how many days after their publication a source's articles end, also one that was removed; None: never."""
    return connection.execute(select(sources.c.expire_days).where(sources.c.id == source_id)).scalar()


def list_all(connection: Connection, *, after: str = "", limit: int = 1000) -> list[Source]:
    """Give sources by id, past `after`."""
    statement = select(sources).where(_present, sources.c.id > after).order_by(sources.c.id).limit(limit)
    return [source_of(row) for row in connection.execute(statement)]


def add(connection: Connection, url: str, given: Mapping[str, object], now_us: int) -> Source:
    """Add a source, due at once; the same address added again takes up its id and what it remembered."""
    values = {**_columns(given), "state": str(State.ACTIVE), "next_poll_at": now_us, "why": ADDED}
    if (known := find_by_url(connection, url)) is not None:
        source_id = known[0].id
        again = {**ANEW, **values, "removed_at": None}
        connection.execute(update(sources).where(sources.c.id == source_id).values(again))
    else:
        host = (urlsplit(url).hostname or "source").removeprefix("www.")
        source_id = _free_id(connection, slugify(str(given.get("title") or host)))
        connection.execute(
            sources.insert().values(
                **{"publish": "auto", "rights": "full", **values},
                id=source_id,
                url=url,
                host=host_of(url),
                created_at=now_us,
            )
        )
    return _get(connection, source_id)


def change(connection: Connection, source_id: str, given: Mapping[str, object]) -> Source:
    """Change what the operator sets of a source."""
    if given:
        connection.execute(update(sources).where(sources.c.id == source_id).values(_columns(given)))
    return _get(connection, source_id)


class Due(NamedTuple):
    """A source whose time has come; `is_asked`: its operator wants it polled at once."""

    id: str
    host: str
    next_poll_at: int
    is_asked: bool


def due(connection: Connection, now_us: int, limit: int, *, but_not: Collection[str] = ()) -> list[Due]:
    """Give polled sources whose time has come, but of these hosts; those asked for first, then longest due first."""
    is_asked = sources.c.why.in_((ASKED, ADDED))
    columns = (sources.c.id, sources.c.host, sources.c.next_poll_at, is_asked.label("is_asked"))
    statement = select(*columns).where(_is_polled, _present, sources.c.next_poll_at <= now_us)
    if but_not:
        statement = statement.where(sources.c.host.not_in(sorted(but_not)))
    rows = connection.execute(statement.order_by(sources.c.next_poll_at).limit(limit))
    found = [Due(row.id, row.host, row.next_poll_at, bool(row.is_asked)) for row in rows]
    return sorted(found, key=lambda one: not one.is_asked)


def claim(connection: Connection, wanted: Mapping[str, int], next_us: int) -> list[Source]:
    """Move due times on, of those sources that are still due at the time they were seen with; give these, as they were.

    `wanted` is that time by id. The connection must be a writer's: of two processes, one gets a source.
    """
    found = load(connection, wanted)
    claimed = [
        source
        for source in (found[source_id] for source_id in wanted if source_id in found)
        if source.state in POLLED
        and source.next_poll_at is not None
        and to_us(source.next_poll_at) == wanted[source.id]
    ]
    if claimed:
        statement = update(sources).where(sources.c.id.in_([source.id for source in claimed]))
        connection.execute(statement.values(next_poll_at=next_us, why=POLLING))
    return claimed


def unclaim(connection: Connection, source: Source) -> None:
    """Give a source that was claimed and never asked its former due time and reason back."""
    statement = update(sources).where(sources.c.id == source.id, sources.c.why == POLLING)
    connection.execute(statement.values(next_poll_at=_us(source.next_poll_at), why=source.why))


def load(connection: Connection, ids: Collection[str]) -> dict[str, Source]:
    """Give sources that were not removed, by id."""
    found: dict[str, Source] = {}
    some = sorted(ids)
    for at in range(0, len(some), 500):
        rows = connection.execute(select(sources).where(sources.c.id.in_(some[at : at + 500]), _present))
        found |= {row.id: source_of(row) for row in rows}
    return found


def pull_in(connection: Connection, past_us: int, to_at: int) -> int:
    """Bring due times that lie too far ahead (the clock was wrong, and was put right) back; give how many."""
    statement = update(sources).where(_is_polled, _present, sources.c.next_poll_at > past_us)
    return connection.execute(statement.values(next_poll_at=to_at)).rowcount


def shift(connection: Connection, by_us: int) -> int:
    """Move all due times with a clock that stepped; give how many."""
    statement = update(sources).where(_is_polled, _present, sources.c.next_poll_at.is_not(None))
    return connection.execute(statement.values(next_poll_at=sources.c.next_poll_at + by_us)).rowcount


def count_by_state(connection: Connection) -> dict[State, int]:
    """Count sources by state, those that were removed aside."""
    rows = connection.execute(select(sources.c.state, func.count()).where(_present).group_by(sources.c.state)).all()
    return dict.fromkeys(State, 0) | {State(row[0]): row[1] for row in rows}


def next_due(connection: Connection) -> int | None:
    """Give the earliest due time of all, in microseconds."""
    statement = select(sources.c.next_poll_at).where(_is_polled, _present, sources.c.next_poll_at.is_not(None))
    return connection.execute(statement.order_by(sources.c.next_poll_at).limit(1)).scalar()


def reschedule(connection: Connection, source_id: str, next_us: int, why: str) -> None:
    """Move a source's due time; done *before* its request, so that a crash makes no hot loop."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(next_poll_at=next_us, why=why))


def found(connection: Connection, polled: Sequence[Source], *, read: Collection[str]) -> None:
    """Keep what polls found of sources; what their operator sets is left alone. `read`: whose document was read."""
    if polled:
        connection.execute(_keep_found, [{"key": source.id, **_found_of(source)} for source in polled])
    if heard := [source for source in polled if source.id in read]:
        connection.execute(_keep_read, [{"key": source.id, **_read_of(source)} for source in heard])


def differs_as_read(before: Source, after: Source) -> bool:
    """Say whether more is known of a source than what a poll that reads no document finds."""
    return any(getattr(before, name) != getattr(after, name) for name in _READ)


class Standing(NamedTuple):
    """What an operator may have changed of a source while it was polled; `next_poll_at` in microseconds."""

    url: str
    state: State
    next_poll_at: int | None
    why: str
    alarm: str


def standing(connection: Connection, ids: Collection[str]) -> dict[str, Standing]:
    """Give how sources stand that were not removed, by id; at most 500."""
    columns = [sources.c[name] for name in ("id", "url", "state", "next_poll_at", "why", "alarm")]
    rows = connection.execute(select(*columns).where(sources.c.id.in_(list(ids)), _present))
    return {row[0]: Standing(row[1], State(row[2]), row[3], row[4], row[5]) for row in rows}


def move(connection: Connection, source_id: str, url: str) -> bool:
    """Give a source another address, where no other source has it; say whether it was."""
    if find_by_url(connection, url) is not None:
        return False
    connection.execute(update(sources).where(sources.c.id == source_id).values(url=url, host=host_of(url)))
    return True


def remove(connection: Connection, source_id: str, now_us: int) -> None:
    """Remove a source; its articles keep its name, what it remembered is kept for its return."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(removed_at=now_us, next_poll_at=None))


def _get(connection: Connection, source_id: str) -> Source:
    return source_of(connection.execute(select(sources).where(sources.c.id == source_id)).one())


def _columns(given: Mapping[str, object]) -> dict[str, object]:
    """Give the columns of what an operator sets; lists and objects as JSON."""
    columns = {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in given.items()
    }
    return {**columns, "host": host_of(str(given["url"]))} if "url" in given else columns


def _free_id(connection: Connection, wanted: str) -> str:
    for number in count(1):
        source_id = wanted if number == 1 else numbered(wanted, number)
        if connection.execute(select(sources.c.id).where(sources.c.id == source_id)).first() is None:
            return source_id
    raise AssertionError("unreachable: count() does not end")


def _update_of(names: Sequence[str]) -> Update:
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(sources).where(sources.c.id == bindparam("key")).values(columns)


# Made once: to make a statement takes longer than to run it.
_keep_found, _keep_read = _update_of(_FOUND), _update_of(_READ)


def _found_of(source: Source) -> dict[str, object]:
    move = source.move
    return {
        "new_state": str(source.state),
        "new_next_poll_at": _us(source.next_poll_at),
        "new_why": source.why,
        "new_validators_url": source.validators.url,
        "new_etag": source.validators.etag,
        "new_last_modified": source.validators.last_modified,
        "new_body_hash": source.body_hash,
        "new_failures": source.failures,
        "new_moved_to": move.to if move else "",
        "new_moved_answers": move.answers if move else 0,
        "new_moved_at": to_us(move.since) if move else None,
        "new_whole_at": _us(source.whole_at),
        "new_unchanged_at": _us(source.unchanged_at),
        "new_distrusted_at": _us(source.distrusted_at),
    }


def _read_of(source: Source) -> dict[str, object]:
    return {
        "new_polled_once": source.polled_once,
        "new_wishes": _told(source.wishes),
        "new_rhythm": _told(source.rhythm),
        "new_new_at": _us(source.new_at),
        "new_doubled": source.doubled,
        "new_identified_by": source.identified_by,
        "new_usual": json.dumps(asdict(source.usual)) if source.usual is not None else "",
        "new_alarm": source.alarm,
    }


def _told(value: Wishes | Rhythm) -> str:
    """Write wishes or a rhythm as JSON, an empty one as nothing."""
    if isinstance(value, Wishes):
        given = {"minutes": value.minutes, "skip_hours": value.skip_hours, "skip_days": value.skip_days}
        return json.dumps(given) if value != Wishes() else ""
    if value.at is None:
        return ""
    return json.dumps({"hours": value.hours, "days": value.days, "usual": value.usual, "at": to_us(value.at)})


def _wishes_of(text: str) -> Wishes:
    if not text:
        return Wishes()
    given = json.loads(text)
    return Wishes(minutes=given["minutes"], skip_hours=tuple(given["skip_hours"]), skip_days=tuple(given["skip_days"]))


def _rhythm_of(text: str) -> Rhythm:
    if not text:
        return Rhythm()
    given = json.loads(text)
    return Rhythm(hours=tuple(given["hours"]), days=given["days"], usual=given["usual"], at=from_us(given["at"]))


def _usual_of(text: str) -> Usual | None:
    return Usual(**json.loads(text)) if text else None


def _filter_of(given: dict[str, Any]) -> Filter:
    lists = {name: tuple(given[name]) for name in ("words", "tags", "languages")}
    return Filter(action=given["action"], **lists)


def _at(instant_us: int | None) -> datetime | None:
    return None if instant_us is None else from_us(instant_us)


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)
