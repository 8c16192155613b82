"""Sources: partners' feeds as the operator set them and as polling found them. Due times live here."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, select, update

from feeds.model.dates import from_us, to_us
from feeds.model.pacing import Move, Rhythm, Wishes
from feeds.model.slug import numbered, slugify
from feeds.model.source import Filter, Source, State, Validators, host_of
from feeds.store.schema import sources

ASKED = "asked for"  # why a source is due that its operator wants polled at once
ADDED = "added: polled at once"
POLLING = "being polled"

_present = sources.c.removed_at.is_(None)
# What polling finds: the columns, and how a source's value becomes theirs.
_FOUND = (
    "state",
    "next_poll_at",
    "why",
    "validators_url",
    "etag",
    "last_modified",
    "body_hash",
    "failures",
    "polled_once",
    "wishes",
    "rhythm",
    "moved_to",
    "moved_answers",
    "moved_at",
    "whole_at",
    "unchanged_at",
    "distrusted_at",
    "new_at",
    "doubled",
)


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
        connection.execute(update(sources).where(sources.c.id == source_id).values(**values, removed_at=None))
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
    """Give active sources whose time has come, but of these hosts; those asked for first, then longest due first."""
    is_asked = sources.c.why.in_((ASKED, ADDED))
    columns = (sources.c.id, sources.c.host, sources.c.next_poll_at, is_asked.label("is_asked"))
    statement = select(*columns).where(sources.c.state == "active", _present, sources.c.next_poll_at <= now_us)
    if but_not:
        statement = statement.where(sources.c.host.not_in(sorted(but_not)))
    rows = connection.execute(statement.order_by(sources.c.next_poll_at).limit(limit))
    found = [Due(row.id, row.host, row.next_poll_at, bool(row.is_asked)) for row in rows]
    return sorted(found, key=lambda one: not one.is_asked)


def claim(connection: Connection, wanted: Mapping[str, int], next_us: Callable[[Source], int]) -> list[Source]:
    """Move due times on, of those sources that are still due at the time they were seen with; give these, as they are.

    `wanted` is that time by id. The connection must be a writer's: of two processes, one gets a source.
    """
    found = load(connection, wanted)
    claimed = [
        source
        for source in (found[source_id] for source_id in wanted if source_id in found)
        if source.state is State.ACTIVE
        and source.next_poll_at is not None
        and to_us(source.next_poll_at) == wanted[source.id]
    ]
    if claimed:
        rows = [{"key": source.id, "next": next_us(source)} for source in claimed]
        statement = update(sources).where(sources.c.id == bindparam("key"))
        connection.execute(statement.values(next_poll_at=bindparam("next"), why=POLLING), rows)
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
    statement = update(sources).where(sources.c.state == "active", _present, sources.c.next_poll_at > past_us)
    return connection.execute(statement.values(next_poll_at=to_at)).rowcount


def shift(connection: Connection, by_us: int) -> int:
    """Move all due times with a clock that stepped; give how many."""
    statement = update(sources).where(sources.c.state == "active", _present, sources.c.next_poll_at.is_not(None))
    return connection.execute(statement.values(next_poll_at=sources.c.next_poll_at + by_us)).rowcount


def next_due(connection: Connection) -> int | None:
    """Give the earliest due time of all, in microseconds."""
    statement = select(sources.c.next_poll_at).where(sources.c.state == "active", _present)
    return connection.execute(statement.order_by(sources.c.next_poll_at).limit(1)).scalar()


def reschedule(connection: Connection, source_id: str, next_us: int, why: str) -> None:
    """Move a source's due time; done *before* its request, so that a crash makes no hot loop."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(next_poll_at=next_us, why=why))


def found(connection: Connection, polled: Sequence[Source]) -> None:
    """Keep what polls found of sources; what their operator sets is left alone."""
    statement = update(sources).where(sources.c.id == bindparam("key"))
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _FOUND}
    rows = [{"key": source.id, **_found_of(source)} for source in polled]
    if rows:
        connection.execute(statement.values(columns), rows)


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
        "new_polled_once": source.polled_once,
        "new_wishes": _told(source.wishes),
        "new_rhythm": _told(source.rhythm),
        "new_moved_to": move.to if move else "",
        "new_moved_answers": move.answers if move else 0,
        "new_moved_at": to_us(move.since) if move else None,
        "new_whole_at": _us(source.whole_at),
        "new_unchanged_at": _us(source.unchanged_at),
        "new_distrusted_at": _us(source.distrusted_at),
        "new_new_at": _us(source.new_at),
        "new_doubled": source.doubled,
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


def _filter_of(given: dict[str, Any]) -> Filter:
    lists = {name: tuple(given[name]) for name in ("words", "tags", "languages")}
    return Filter(action=given["action"], **lists)


def _at(instant_us: int | None) -> datetime | None:
    return None if instant_us is None else from_us(instant_us)


def _us(instant: datetime | None) -> int | None:
    return None if instant is None else to_us(instant)
