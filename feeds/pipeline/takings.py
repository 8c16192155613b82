"""Batches of entries written: the new ones become articles, the changed ones revisions, all are remembered.

What an entry was met as and its article are one transaction, so that whatever is killed, the next poll finds the same
entries and takes what is missing. Batches of several sources share one: it costs little more than one batch alone.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from feeds.ingest import identity
from feeds.ingest.convert import Taken
from feeds.model import story
from feeds.model.dates import from_us
from feeds.model.source import Source
from feeds.pipeline import twins
from feeds.pipeline.entry_rows import held, row_of, to_be_read, wants_page
from feeds.pipeline.matching import Met
from feeds.pipeline.meeting import First, meet
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.revising import revise_all
from feeds.pipeline.ruling import Ruling
from feeds.store import entries
from feeds.store.database import Connection
from feeds.store.entries import Known

BATCH = 20  # entries of one document
MOST_TOGETHER = 40  # entries a transaction
MOST_VERSIONS = 24  # of a story that a partner may send, the first one included
TOO_MANY = f"changed too often: after {MOST_VERSIONS} versions no more are taken"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Entries of a source with what they become; `names` are ids of articles to be, by key, as is what was ruled."""

    source: Source
    batch: Sequence[tuple[Met, Taken]]
    names: Mapping[str, str]
    ruled: Mapping[str, Ruling]


def write(room: Newsroom, taking: Taking) -> tuple[int, int]:
    """Write one batch; give how many of its entries were new, and how many known ones differed."""
    (counts,) = write_all(room, [taking])
    return counts


def write_all(room: Newsroom, takings: Sequence[Taking]) -> list[tuple[int, int]]:
    """Write batches of different sources in one transaction, as `write` would one after the other."""
    counts: dict[str, tuple[int, int]] = {}
    waiting = list(takings)
    with room.store.write() as connection:
        while waiting:
            waiting = _write_some(connection, room, waiting, counts)
    room.store.give_way()
    return [counts[taking.source.id] for taking in takings]


class _Parted(NamedTuple):
    """A batch as it is in the transaction: its new entries, and those met before."""

    taking: Taking
    first: list[First]
    again: list[tuple[Known, Met, Taken]]


def _write_some(
    connection: Connection, room: Newsroom, takings: Sequence[Taking], counts: dict[str, tuple[int, int]]
) -> list[Taking]:
    """Write those that have nothing to do with each other, as a set; give the others, for which these come first."""
    some, others = _apart(takings, _marks)
    parted = [_parted(connection, taking) for taking in some]
    joining = twins.find(connection, [one.story for part in parted for one in part.first])
    parted, late = _apart(parted, lambda part: {joining.get(one.story.key, "") for one in part.first} - {""})
    meet(connection, room, [one for part in parted for one in part.first], joining)
    for part in parted:
        source = part.taking.source
        counts[source.id] = len(part.first), _change(connection, room, source, part.again)
    return [*(part.taking for part in late), *others]


def _apart(some: Sequence[_T], marks_of: Callable[[_T], Set[str]]) -> tuple[list[_T], list[_T]]:
    """Tell those that share no mark with one before them from those that do."""
    seen: set[str] = set()
    alone: list[_T] = []
    others: list[_T] = []
    for one in some:
        marks = marks_of(one)
        (alone if seen.isdisjoint(marks) else others).append(one)
        seen |= marks
    return alone, others


def _marks(taking: Taking) -> set[str]:
    """Give all by which an entry of another source may tell the same story, and the keys."""
    marks = {taking.source.id}
    for found, _ in taking.batch:
        marks.update((found.key, found.text_key, *story.spellings(found.link)))
    return marks - {""}


def _parted(connection: Connection, taking: Taking) -> _Parted:
    """Tell new entries from known ones; another process may have met some: an operator who polls as well."""
    source, batch = taking.source, taking.batch
    here = entries.known(connection, source.id, keys=[found.key for found, _ in batch])
    met_since = {known.key for known in here}
    first = [
        First(
            source=source,
            found=found,
            taken=taken,
            story=twins.of(found, source.id),
            name=taking.names[found.key],
            ruling=taking.ruled.get(found.key),
        )
        for found, taken in batch
        if found.known is None and found.key not in met_since
    ]
    again = [
        (found.known, found, taken)
        for found, taken in batch
        if found.known is not None and (found.known.key == found.key or found.key not in met_since)
    ]
    return _Parted(taking, first, again)


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
    revised = [one for one in printed if one[0].id not in rows and not wants_page(source, one[1])]
    whys = revise_all(connection, room, source, [(known.article, taken.fields) for known, taken in revised], now=now)
    for (known, _), why in zip(revised, whys, strict=True):
        rows[known.id] = {"why": why} if why else {"why": "", "versions": known.versions + 1}
    for known, taken in others:
        if known.state == "held":
            rows[known.id] = held(source, taken, from_us(known.first_seen_at), now)
        elif known.state == "published" and not known.joined and known.id not in rows:
            rows[known.id] = {"versions": known.versions + 1, **to_be_read(taken, now)}
    for known, found, taken in again:
        entries.note(connection, known.id, {**row_of(found, taken, now), **rows.get(known.id, {})})
    return len(others)
