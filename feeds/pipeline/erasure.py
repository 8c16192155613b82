"""An article erased: withdrawn where it was public, and its text, revisions and fragments gone for good.

Its id, guid and tombstones stay; the id is never given again.
"""

import logging
from datetime import datetime

from feeds.errors import Refusal
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.pipeline import intake
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, aside, entries, fragments, views
from feeds.store.database import Connection

MOST_BESIDE = 1000  # articles that name it as related
_log = logging.getLogger(__name__)


def erase(room: Newsroom, article_id: str, *, reason: str) -> None:
    """Erase an article; one that is erased stays so. Raises Refusal 404."""
    now = room.clock.now()
    with room.store.write() as connection:
        _erase(connection, room, article_id, reason, now)
    room.store.shrink()  # the log held it too
    event(_log, "erased", article=article_id)


def _erase(connection: Connection, room: Newsroom, article_id: str, reason: str, now: datetime) -> None:
    if articles.erased(connection, [article_id]):
        return
    current = articles.find(connection, article_id)
    if current is None:
        raise Refusal(404, "There is no such article.")
    intake.take_back(connection, room, current, reason=reason, now=now)
    beside = [one for _, one in articles.showing(connection, "article", article_id, before=None, limit=MOST_BESIDE)]
    articles.untie_revisions(connection, beside, article_id)
    articles.erase(connection, article_id, to_us(now))
    fragments.erase(connection, [article_id, *beside])  # those of others named it; they are rendered anew
    aside.lift(connection, [article_id])
    views.forget(connection, article_id)
    if current.origin is not None:
        entries.erase_of_article(connection, current.origin.id, article_id)
