"""How channels are cut into archive parts (RFC 5005): each part is a range of places, from its own cut to the next.

Cuts are places' keys, (`at`, id), kept in the order of places. The topmost cut of a channel is that of part 0: what
stands at or above it is in no part. A channel without cuts has no part at all. Names are given once and never again.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, select, text, tuple_, update

from feeds.store.schema import parts

Key = tuple[int, str]  # a place's: at in microseconds, and the article
Spot = tuple[int, int]  # a channel and a part of it; 0: its current documents
BOTTOM: Key = (-(2**62), "")  # before every place
CURRENT = 0
SEVERAL = 3
_at = tuple_(parts.c.at, parts.c.article)

# One look at the index a place; Core has no word for it.
_STANDING = text(
    "SELECT DISTINCT p.channel, (SELECT c.part FROM parts c WHERE c.channel = p.channel"
    " AND (c.at, c.article) <= (p.at, p.article) ORDER BY c.at DESC, c.article DESC LIMIT 1) AS part"
    " FROM places p WHERE p.article IN :articles"
).bindparams(bindparam("articles", expanding=True))


class Span(NamedTuple):
    """A part: its cut, the next one above, and the parts beside it; None: there is none."""

    lower: Key
    upper: Key
    older: int | None
    newer: int | None


def standing(connection: Connection, articles: Sequence[str]) -> set[Spot]:
    """Give all spots that articles stand in: the current documents of their channels, and the parts that hold them."""
    found: set[Spot] = set()
    for channel, part in connection.execute(_STANDING, {"articles": list(articles)}):
        found |= {(channel, CURRENT), (channel, part or CURRENT)}
    return found


class Head(NamedTuple):
    """What tops a channel's archive: the cut above the newest part, that part, and the name that was given last."""

    rest: Key
    newest: int
    last_name: int


# What tops each archive, in one look a channel.
_HEADS = text(
    "SELECT r.channel, r.at, r.article,"
    " (SELECT b.part FROM parts b WHERE b.channel = r.channel AND (b.at, b.article) < (r.at, r.article)"
    "  ORDER BY b.at DESC, b.article DESC LIMIT 1) AS newest,"
    " (SELECT max(n.part) FROM parts n WHERE n.channel = r.channel) AS last_name"
    " FROM parts r WHERE r.part = 0 AND r.channel IN :channels"
).bindparams(bindparam("channels", expanding=True))


def heads(connection: Connection, channels: Iterable[int]) -> dict[int, Head]:
    """Give the heads of channels; those without any part are left out."""
    rows = connection.execute(_HEADS, {"channels": list(channels)})
    return {row.channel: Head((row.at, row.article), row.newest, row.last_name) for row in rows}


def span(connection: Connection, channel: int, part: int) -> Span | None:
    """Give a part's range and its neighbours; None where the channel has no such part."""
    same = select(parts.c.at, parts.c.article).where(parts.c.channel == channel, parts.c.part == part)
    own = connection.execute(same).first()
    if own is None:
        return None
    lower: Key = (own.at, own.article)
    above = select(parts).where(parts.c.channel == channel, _at > tuple_(*lower)).order_by(parts.c.at, parts.c.article)
    upper = connection.execute(above.limit(1)).one()
    older = connection.execute(_names(channel).where(_at < tuple_(*lower)).order_by(*_DOWN).limit(1)).scalar()
    newer = None if upper.part == CURRENT else int(upper.part)
    return Span(lower, (upper.at, upper.article), older, newer)


def spans(connection: Connection, wanted: Iterable[Spot]) -> dict[Spot, Span]:
    """Give the ranges of parts; of a channel with several of them all cuts are read at once."""
    by_channel: dict[int, list[int]] = {}
    for channel, part in wanted:
        if part != CURRENT:
            by_channel.setdefault(channel, []).append(part)
    found: dict[Spot, Span] = {}
    for channel, some in by_channel.items():
        if len(some) < SEVERAL:
            alone = ((part, span(connection, channel, part)) for part in some)
            found |= {(channel, part): one for part, one in alone if one is not None}
            continue
        rows = connection.execute(select(parts).where(parts.c.channel == channel).order_by(parts.c.at, parts.c.article))
        cuts = [((row.at, row.article), row.part) for row in rows]
        for at, (lower, part) in enumerate(cuts[:-1]):
            upper, newer = cuts[at + 1]
            older = cuts[at - 1][1] if at else None
            found[channel, part] = Span(lower, upper, older, newer or None)
    return found


def close(connection: Connection, channel: int, part: int, upper: Key) -> None:
    """Close a part: it takes all places below `upper` that are in none."""
    own = parts.c.channel == channel, parts.c.part == CURRENT
    was_first = connection.execute(update(parts).where(*own).values(part=part)).rowcount == 0
    first = [_row(channel, BOTTOM, part)] if was_first else []
    connection.execute(parts.insert(), [*first, _row(channel, upper, CURRENT)])


def split(connection: Connection, channel: int, part: int, middle: Key, older: int) -> None:
    """Split a part: from `middle` on it keeps its name, what is below becomes the part `older`."""
    own = parts.c.channel == channel, parts.c.part == part
    connection.execute(update(parts).where(*own).values(part=older))
    connection.execute(parts.insert(), [_row(channel, middle, part)])


def of(connection: Connection, channel: int) -> list[int]:
    """Give all parts of a channel, newest first."""
    statement = _names(channel).where(parts.c.part != CURRENT).order_by(*_DOWN)
    return list(connection.execute(statement).scalars())


_DOWN = (parts.c.at.desc(), parts.c.article.desc())


def _names(channel: int) -> Select[int]:
    return select(parts.c.part).where(parts.c.channel == channel)


def _row(channel: int, cut: Key, part: int) -> dict[str, object]:
    return {"channel": channel, "at": cut[0], "article": cut[1], "part": part}
