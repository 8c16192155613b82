"""An article erased: withdrawn where it was public, and its text, revisions and fragments gone for good.

    one transaction: others' related lines untied → withdrawn → text, revisions, search row, entry's body gone
    then: documents built without it → its fragments gone → full text merged → the database's log cut

Its id, guid, tombstones and the reason stay; the id is never given again. Fragments go last, since documents are joined
from them: whoever is served meanwhile gets the old document or the new one. A kill in between leaves fragments that
the next call, or housekeeping, finds.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from feeds.errors import Refusal
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.label import fold
from feeds.pipeline import intake, rebuild
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.printer import Printer
from feeds.pipeline.returning import erased_keys_of
from feeds.pipeline.ripple import spread
from feeds.store import articles, aside, dirty, entries, fragments, own_stories, parts, search, views
from feeds.store.database import BULK_ITEMS, Connection
from feeds.store.parts import Spot

MOST_BESIDE = 1000  # articles that name it as related, whose former fragments are gone at once; by the hour the others'
PATIENCE = 5.0  # seconds that documents have to be built without it
_log = logging.getLogger(__name__)


class _Traces(NamedTuple):
    """Where an erased article may still be printed: the articles that named it, and the documents of all of them."""

    beside: list[str]
    spots: set[Spot]


def erase(
    room: Newsroom, article_id: str, *, reason: str = "", guard: Callable[[Connection], None] = lambda _: None
) -> None:
    """Erase an article; one that is erased stays so. Raises Refusal 404, and what `guard` raises in the transaction."""
    with room.store.write() as connection:
        guard(connection)
        traces = _erase(connection, room, article_id, reason, room.clock.now())
    _build_without(room, traces.spots)
    _forget_fragments(room, article_id, traces.beside)
    is_first = True
    while True:
        with room.store.write() as connection:
            if not search.merge(connection, is_first=is_first):
                break
        is_first = False
        room.store.give_way()
    room.store.shrink()
    event(_log, "erased", article=article_id)


def _erase(connection: Connection, room: Newsroom, article_id: str, reason: str, now: datetime) -> _Traces:
    # What is dirty already may still print one that was withdrawn a moment ago.
    spots = set(dirty.pending(connection, rebuild.SPOTS))
    if articles.erased(connection, [article_id]):
        return _Traces([], spots)
    current = articles.find(connection, article_id)
    if current is None:
        raise Refusal(404, "There is no such article.")
    named = articles.showing(connection, "article", article_id, before=None, limit=MOST_BESIDE)
    titled = articles.showing(connection, "title", fold(current.title), before=None, limit=MOST_BESIDE)
    beside = sorted({one for _, one in [*named, *titled]} - {article_id})
    spots |= parts.standing(connection, [article_id, *beside])
    articles.untie(connection, [one for _, one in named], article_id)
    intake.take_back(connection, room, current, reason=reason, now=now)
    spread(connection, "article", article_id, now)  # of one that was withdrawn before nobody has heard
    articles.erase(connection, article_id, to_us(now))
    aside.lift(connection, [article_id])
    views.forget(connection, article_id)
    entries.erase_of_article(connection, article_id)
    own_stories.keep(connection, erased_keys_of(current))
    return _Traces(beside, spots)


def _build_without(room: Newsroom, spots: set[Spot]) -> None:
    """Have documents built; the worker builds them as well, and whoever is first wins."""
    printer = Printer(room.site, room.settings)
    until = room.clock.monotonic() + PATIENCE
    while room.clock.monotonic() < until:
        with room.store.read() as connection:
            pending = sorted(dirty.dirty_since(connection, spots))
        if not pending:
            return
        rebuild.build(room, printer, pending[: rebuild.SPOTS])
        room.store.give_way()


def _forget_fragments(room: Newsroom, article_id: str, beside: Sequence[str]) -> None:
    """Forget the article's fragments, and what others' said of it."""
    printer = Printer(room.site, room.settings)
    with room.store.write() as connection:
        fragments.erase(connection, [article_id])
    for at in range(0, len(beside), BULK_ITEMS):
        with room.store.write() as connection:
            fragments.forget_former(connection, beside[at : at + BULK_ITEMS], printer=printer.key)
        room.store.give_way()
