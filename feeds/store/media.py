"""Pictures that we serve: what is known of each by its name; the bytes lie as files beside the database."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from feeds.store.schema import media


class Medium(NamedTuple):
    """A picture. `name` is its file's, the last part of its address; `length` in bytes, width and height in pixels."""

    name: str
    type: str
    length: int
    width: int
    height: int


_columns = [media.c[name] for name in Medium._fields]


def load(connection: Connection, names: Iterable[str]) -> dict[str, Medium]:
    """Give pictures by name; those that are not there are left out."""
    rows = connection.execute(select(*_columns).where(media.c.name.in_(list(names))))
    return {row.name: Medium(*row) for row in rows}


def keep(connection: Connection, medium: Medium, now_us: int) -> bool:
    """Keep what is known of a picture; say whether it was not known before. The connection must be a writer's."""
    is_new = not load(connection, [medium.name])
    if is_new:
        connection.execute(media.insert().values(**medium._asdict(), created_at=now_us))
    return is_new
