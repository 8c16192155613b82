"""Sources: partners' feeds as the operator set them and as polling found them. Due times live here."""

import json
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, select, update

from feeds.model.dates import from_us
from feeds.model.slug import numbered, slugify
from feeds.model.source import Source, State, Validators
from feeds.store.schema import sources

_present = sources.c.removed_at.is_(None)


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
        rights=row.rights,
        tags=tuple(json.loads(row.tags or "{}").items()),
        add_tags=tuple(json.loads(row.add_tags or "[]")),
        section=row.section,
        authors=tuple(json.loads(row.authors or "[]")),
        credit=row.credit,
        language=row.language,
        max_age_days=row.max_age_days,
        first_poll=row.first_poll,
        next_poll_at=None if row.next_poll_at is None else from_us(row.next_poll_at),
        why=row.why,
        validators=Validators(url=row.validators_url, etag=row.etag, last_modified=row.last_modified),
        body_hash=row.body_hash,
        failures=row.failures,
        polled_once=row.polled_once,
    )


def find(connection: Connection, source_id: str) -> Source | None:
    """Give a source that was not removed."""
    row = connection.execute(select(sources).where(sources.c.id == source_id, _present)).first()
    return None if row is None else source_of(row)


def find_by_url(connection: Connection, url: str) -> tuple[Source, bool] | None:
    """Give the source of an address, and whether it was removed."""
    row = connection.execute(select(sources).where(sources.c.url == url)).first()
    return None if row is None else (source_of(row), row.removed_at is not None)


def list_all(connection: Connection, *, after: str = "", limit: int = 1000) -> list[Source]:
    """Give sources by id, past `after`."""
    statement = select(sources).where(_present, sources.c.id > after).order_by(sources.c.id).limit(limit)
    return [source_of(row) for row in connection.execute(statement)]


def add(connection: Connection, url: str, given: Mapping[str, object], now_us: int) -> Source:
    """Add a source, due at once; the same address added again takes up its id and what it remembered."""
    values = {**_columns(given), "state": str(State.ACTIVE), "next_poll_at": now_us, "why": "added: polled at once"}
    if (known := find_by_url(connection, url)) is not None:
        source_id = known[0].id
        connection.execute(update(sources).where(sources.c.id == source_id).values(**values, removed_at=None))
    else:
        host = (urlsplit(url).hostname or "source").removeprefix("www.")
        source_id = _free_id(connection, slugify(str(given.get("title") or host)))
        connection.execute(
            sources.insert().values(
                **{"publish": "auto", "rights": "full", **values}, id=source_id, url=url, created_at=now_us
            )
        )
    return _get(connection, source_id)


def change(connection: Connection, source_id: str, given: Mapping[str, object]) -> Source:
    """Change what the operator sets of a source."""
    if given:
        connection.execute(update(sources).where(sources.c.id == source_id).values(_columns(given)))
    return _get(connection, source_id)


def due(connection: Connection, now_us: int, limit: int) -> list[Source]:
    """Give active sources whose time has come, longest due first."""
    statement = (
        select(sources)
        .where(sources.c.state == "active", _present, sources.c.next_poll_at <= now_us)
        .order_by(sources.c.next_poll_at)
        .limit(limit)
    )
    return [source_of(row) for row in connection.execute(statement)]


def next_due(connection: Connection) -> int | None:
    """Give the earliest due time of all, in microseconds."""
    statement = select(sources.c.next_poll_at).where(sources.c.state == "active", _present)
    return connection.execute(statement.order_by(sources.c.next_poll_at).limit(1)).scalar()


def reschedule(connection: Connection, source_id: str, next_us: int, why: str) -> None:
    """Move a source's due time; done *before* its request, so that a crash makes no hot loop."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(next_poll_at=next_us, why=why))


def found(
    connection: Connection,
    source: Source,
    *,
    title: str,
    site_url: str,
    state: State,
    validators: Validators,
    body_hash: str,
    failures: int,
    polled_once: bool,
) -> None:
    """Keep what a poll found of a source; a title that the operator gave stays."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source.id)
        .values(
            title=title,
            site_url=site_url,
            state=str(state),
            validators_url=validators.url,
            etag=validators.etag,
            last_modified=validators.last_modified,
            body_hash=body_hash,
            failures=failures,
            polled_once=polled_once,
        )
    )


def remove(connection: Connection, source_id: str, now_us: int) -> None:
    """Remove a source; its articles keep its name, what it remembered is kept for its return."""
    connection.execute(update(sources).where(sources.c.id == source_id).values(removed_at=now_us, next_poll_at=None))


def _get(connection: Connection, source_id: str) -> Source:
    return source_of(connection.execute(select(sources).where(sources.c.id == source_id)).one())


def _columns(given: Mapping[str, object]) -> dict[str, object]:
    """Give the columns of what an operator sets; lists and objects as JSON."""
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
        for name, value in given.items()
    }


def _free_id(connection: Connection, wanted: str) -> str:
    for number in count(1):
        source_id = wanted if number == 1 else numbered(wanted, number)
        if connection.execute(select(sources.c.id).where(sources.c.id == source_id)).first() is None:
            return source_id
    raise AssertionError("unreachable: count() does not end")
