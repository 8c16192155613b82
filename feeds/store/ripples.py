"""What is left to do of a change that many articles show; kept, so that a kill loses none of it."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from feeds.store.schema import ripples


class Ripple(NamedTuple):
    """A change of a label, article, title or source, and the (moment, id) of the last article that has heard of it."""

    id: int
    kind: str
    key: str
    moment: int
    article: str


def put(connection: Connection, kind: str, key: str, last: tuple[int, str]) -> None:
    """Keep that articles before `last`, a (moment, id), have not heard yet."""
    connection.execute(ripples.insert().values(kind=kind, key=key, moment=last[0], article=last[1]))


def first(connection: Connection) -> Ripple | None:
    """Give the oldest one."""
    row = connection.execute(select(ripples).order_by(ripples.c.id).limit(1)).first()
    return None if row is None else Ripple(*row)


def advance(connection: Connection, ripple: Ripple, last: tuple[int, str] | None) -> None:
    """Note how far it went; None: it is done."""
    same = ripples.c.id == ripple.id
    if last is None:
        connection.execute(delete(ripples).where(same))
    else:
        connection.execute(update(ripples).where(same).values(moment=last[0], article=last[1]))
