"""Files of articles: what their servers told of them, and which are still to be asked about. A row is an address."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, func, select, update

from feeds.model.article import Article, Measure
from feeds.model.measures import lacking
from feeds.store.schema import article_shows, articles, files
from feeds.store.upsert import insert_missing

_MOST = 500  # parameters of one IN list


class Wanted(NamedTuple):
    """A file to be asked about. `attempts` counts those that were begun; `host` is empty where the file is ours."""

    address: str
    host: str
    attempts: int


def measured(connection: Connection, found: Sequence[Article]) -> list[Article]:
    """Give articles with what is known of the files of which they leave something out."""
    addresses = {article.id: lacking(article) for article in found}
    known = _known(connection, {address for some in addresses.values() for address in some})
    return [
        replace(article, measured=tuple(known[one] for one in addresses[article.id] if one in known))
        if article.measured or not known.keys().isdisjoint(addresses[article.id])
        else article
        for article in found
    ]


def want(connection: Connection, found: Iterable[tuple[str, str, str]], now_us: int) -> None:
    """Have files asked about, as (address, host, reason); known ones stay. A reason says why one never is asked."""
    rows = [
        {"address": address, "host": host, "next_at": None if reason else now_us, "reason": reason}
        for address, host, reason in found
    ]
    insert_missing(connection, files, rows)


def is_due(connection: Connection, now_us: int) -> bool:
    """Say whether some file is to be asked about; one look at an index."""
    return connection.execute(select(files.c.address).where(files.c.next_at <= now_us).limit(1)).first() is not None


def is_any_past(connection: Connection, at_us: int) -> bool:
    """Say whether some file's time is later than an instant; one look at an index."""
    return connection.execute(select(files.c.address).where(files.c.next_at > at_us).limit(1)).first() is not None


def pull_in(connection: Connection, past_us: int, to_us: int) -> int:
    """Bring times that lie too far ahead (the clock was wrong, and was put right) back; give how many."""
    return connection.execute(update(files).where(files.c.next_at > past_us).values(next_at=to_us)).rowcount


def due_hosts(connection: Connection, now_us: int) -> list[str]:
    """Give the hosts that have files due, the one with the newest first; a walk along an index of what is due."""
    newest = func.max(files.c.next_at)
    statement = select(files.c.host).where(files.c.next_at <= now_us).group_by(files.c.host)
    return list(connection.execute(statement.order_by(newest.desc(), files.c.host)).scalars())


def due_of(connection: Connection, host: str, now_us: int, limit: int) -> list[Wanted]:
    """Give a host's files that are due, newest first."""
    statement = select(files.c.address, files.c.host, files.c.attempts).where(
        files.c.host == host, files.c.next_at <= now_us
    )
    rows = connection.execute(statement.order_by(files.c.next_at.desc()).limit(limit))
    return [Wanted(*row) for row in rows]


def public(connection: Connection, addresses: Collection[str]) -> set[str]:
    """Give those of these addresses that some public article shows."""
    shown = exists().where(
        article_shows.c.kind == "file",
        article_shows.c.key == files.c.address,
        articles.c.id == article_shows.c.article,
        articles.c.is_placed,
    )
    statement = select(files.c.address).where(files.c.address.in_(list(addresses)), shown)
    return set(connection.execute(statement).scalars())


def claim(connection: Connection, wanted: Wanted, next_us: int | None) -> None:
    """Count an attempt, and move the time of the next one on; None: there is none after this one."""
    own = files.c.address == wanted.address
    connection.execute(update(files).where(own).values(attempts=wanted.attempts + 1, next_at=next_us))


def give_back(connection: Connection, wanted: Wanted, now_us: int) -> None:
    """Have a file that was claimed and never asked about be due again."""
    own = files.c.address == wanted.address
    connection.execute(update(files).where(own).values(attempts=wanted.attempts, next_at=now_us))


def fail(connection: Connection, wanted: Wanted, reason: str, next_us: int | None) -> None:
    """Note why an attempt failed, and when the next one is; None: never."""
    own = files.c.address == wanted.address
    connection.execute(update(files).where(own).values(reason=reason[:500], next_at=next_us))


def keep(connection: Connection, measure: Measure, now_us: int) -> None:
    """Keep what a file's server told of it; it is not asked again."""
    told = {"type": measure.type, "length": measure.length, "width": measure.width, "height": measure.height}
    own = files.c.address == measure.address
    connection.execute(update(files).where(own).values(**told, reason="", next_at=None, known_at=now_us))


def forget(connection: Connection, addresses: Collection[str]) -> None:
    """Forget files; should an article show one again, it is asked about anew."""
    connection.execute(delete(files).where(files.c.address.in_(list(addresses))))


def forget_unshown(connection: Connection, addresses: Collection[str]) -> None:
    """Forget those of these files that no article shows."""
    shown = exists().where(article_shows.c.kind == "file", article_shows.c.key == files.c.address)
    connection.execute(delete(files).where(files.c.address.in_(list(addresses)), ~shown))


def _known(connection: Connection, addresses: Collection[str]) -> dict[str, Measure]:
    columns = files.c.address, files.c.type, files.c.length, files.c.width, files.c.height
    some = sorted(addresses)
    found = {}
    for at in range(0, len(some), _MOST):
        own = files.c.address.in_(some[at : at + _MOST]), files.c.known_at.is_not(None)
        for row in connection.execute(select(*columns).where(*own)):
            found[row.address] = Measure(**row._mapping)
    return found
