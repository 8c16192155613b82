"""Entries of sources as they were met: by which a poll tells new from known, and what became of each."""

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select, union_all, update

from feeds.store.schema import entries

MOST_ELSEWHERE = 5000  # rows of one look; a form of words that stands in so many is no story
MOST_PAGES = 100  # of a source, read while an operator waits
ERASED = "erased"  # why an entry is refused whose article was erased; what it says is not noted again


class Known(NamedTuple):
    """An entry met before. `state` is published, held, remembered or refused; instants in microseconds.

    `text_key` is of what it says, `moment` its own date. `joined`: its article prints another entry's version.
    `versions` counts those that became revisions.
    """

    id: int
    key: str
    drifted: str
    link: str
    title: str
    hash: str
    state: str
    why: str
    article: str
    first_seen_at: int
    seen_at: int
    text_key: str
    moment: int | None
    joined: bool
    versions: int


_columns = [entries.c[name] for name in Known._fields]


def known(
    connection: Connection,
    source: str,
    *,
    keys: Collection[str] = (),
    drifted: Collection[str] = (),
    links: Collection[str] = (),
    texts: Collection[str] = (),
) -> list[Known]:
    """Give the source's entries that have one of these keys, second keys, links or texts; a look at an index each."""
    wanted: dict[int, Known] = {}
    columns = (
        (entries.c.key, keys),
        (entries.c.drifted, drifted),
        (entries.c.link, links),
        (entries.c.text_key, texts),
    )
    looks = [
        select(*_columns).where(entries.c.source == source, column.in_(some[at : at + 500]))
        for column, values in columns
        if (some := sorted(set(values) - {""}))
        for at in range(0, len(some), 500)
    ]
    for at in range(0, len(looks), 10):  # as one statement, for most documents are small
        statement = union_all(*looks[at : at + 10])
        wanted.update({row.id: Known(*row) for row in connection.execute(statement)})
    return [wanted[number] for number in sorted(wanted)]


class Told(NamedTuple):
    """What an entry of some source says, and the article that it stands for."""

    source: str
    key: str
    link: str
    title: str
    text_key: str
    article: str


def elsewhere(
    connection: Connection, source: str, *, ids: Collection[str], links: Collection[str], texts: Collection[str]
) -> list[Told]:
    """Give other sources' entries of these ids, links or texts that stand for articles; a look at an index each."""
    columns = [entries.c[name] for name in Told._fields]
    others = entries.c.source != source, entries.c.article != ""
    found: list[Told] = []
    for column, values in ((entries.c.key, ids), (entries.c.link, links), (entries.c.text_key, texts)):
        some = sorted(set(values) - {""})
        for at in range(0, len(some), 500):
            statement = select(*columns).where(column.in_(some[at : at + 500]), *others).order_by(entries.c.id)
            found += [Told(*row) for row in connection.execute(statement.limit(MOST_ELSEWHERE))]
    return found


def hand_over(connection: Connection, article: str) -> None:
    """Have an article print none of its entries' versions any more; the one that it does is set beside."""
    connection.execute(update(entries).where(entries.c.article == article).values(joined=True))


def count(connection: Connection, source: str, *, most: int) -> int:
    """Count a source's entries, up to `most`."""
    some = select(entries.c.id).where(entries.c.source == source).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def meet(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    """Keep entries that were not met before; all rows name the same columns."""
    if rows:
        connection.execute(entries.insert(), list(rows))


def note(connection: Connection, number: int, row: dict[str, object]) -> None:
    """Keep what changed of a known entry."""
    connection.execute(update(entries).where(entries.c.id == number).values(**row))


def deleted_at(connection: Connection, numbers: Collection[int]) -> dict[int, int]:
    """Give the moments (µs) of the partner's tombstones that were followed, by entry."""
    columns = entries.c.id, entries.c.deleted_at
    rows = connection.execute(
        select(*columns).where(entries.c.id.in_(list(numbers)), entries.c.deleted_at.is_not(None))
    )
    return {row.id: row.deleted_at for row in rows}


class WantedPage(NamedTuple):
    """An entry whose page is to be read: where it stands, as of when it is due; `body` is its article to be (JSON)."""

    id: int
    source: str
    entry_id: str
    state: str
    why: str
    article: str
    body: str
    page_at: int

    @property
    def url(self) -> str:
        return str(json.loads(self.body or "{}").get("canonical_url", ""))


_page_columns = [
    *(entries.c.id, entries.c.source, entries.c.key, entries.c.state, entries.c.why),
    *(entries.c.article, entries.c.body, entries.c.page_at),
]


def pages_due(connection: Connection, now_us: int, limit: int, *, source: str = "") -> list[WantedPage]:
    """Give entries whose pages are to be read, of all sources or one, longest due first."""
    statement = select(*_page_columns).where(entries.c.page_at <= now_us)
    if source:
        statement = statement.where(entries.c.source == source)
    rows = connection.execute(statement.order_by(entries.c.page_at, entries.c.id).limit(limit))
    return [WantedPage(*row) for row in rows]


def find_page(connection: Connection, number: int) -> WantedPage:
    """Give an entry as it stands."""
    return WantedPage(*connection.execute(select(*_page_columns).where(entries.c.id == number)).one())


def claim_page(connection: Connection, page: WantedPage, until_us: int) -> bool:
    """Move a page's due time on; False where another process did."""
    same = entries.c.id == page.id, entries.c.page_at == page.page_at
    return connection.execute(update(entries).where(*same).values(page_at=until_us)).rowcount == 1


def erase_of_article(connection: Connection, article: str) -> None:
    """Forget what an article's entries said; that they were met stays, so that they do not come again."""
    gone = {"title": "", "body": "", "state": "refused", "why": ERASED, "page_at": None}
    connection.execute(update(entries).where(entries.c.article == article).values(gone))


def find_of_article(connection: Connection, article: str) -> Known | None:
    """Give the entry that an article was made from."""
    statement = select(*_columns).where(entries.c.article == article).order_by(entries.c.joined, entries.c.id)
    row = connection.execute(statement.limit(1)).first()
    return None if row is None else Known(*row)


def newest(connection: Connection, source: str, *, before: tuple[int, int] | None, limit: int) -> list[Known]:
    """Give a source's entries, newest first seen first, past (first_seen_at, id) `before`."""
    statement = select(*_columns).where(entries.c.source == source)
    if before is not None:
        at, number = before
        statement = statement.where(
            or_(entries.c.first_seen_at < at, (entries.c.first_seen_at == at) & (entries.c.id < number))
        )
    statement = statement.order_by(entries.c.first_seen_at.desc(), entries.c.id.desc()).limit(limit)
    return [Known(*row) for row in connection.execute(statement)]


def held(connection: Connection, source: str) -> list[Known]:
    """Give a source's entries that are held, oldest first seen first."""
    statement = select(*_columns).where(entries.c.source == source, entries.c.state == "held")
    return [Known(*row) for row in connection.execute(statement.order_by(entries.c.first_seen_at, entries.c.id))]


def bodies(connection: Connection, numbers: Collection[int]) -> list[tuple[Known, str]]:
    """Give entries that are still held with the articles that they would become (JSON)."""
    statement = select(*_columns, entries.c.body).where(entries.c.id.in_(list(numbers)), entries.c.state == "held")
    rows = connection.execute(statement.order_by(entries.c.first_seen_at, entries.c.id))
    return [(Known(*row[:-1]), row.body) for row in rows]
