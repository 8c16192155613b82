"""The demo put into an instance: once; loading it again changes nothing, nor does what editors made of it since.

Its dates hang on the moment of the first load, which is kept before the first story: whatever is killed half-way, the
next load goes on with the same dates and ids.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from feeds.demo.newsroom import CORRECTION, WITHDRAWAL, sources, stories
from feeds.demo.pictures import illustrate
from feeds.errors import BroadsheetError, Refusal
from feeds.model.dates import parse_rfc3339, rfc3339
from feeds.model.submission import submission_of
from feeds.pipeline import intake, partners
from feeds.pipeline.newsroom import Newsroom
from feeds.store import articles, meta
from feeds.store import sources as kept
from feeds.store.database import BULK_ITEMS, Connection

_UNFINISHED = "loading since "


class NotForDemo(BroadsheetError):
    """The instance had articles of its own before: the demo keeps out of it."""


def load(room: Newsroom, *, on_progress: Callable[[int], object] = lambda _: None) -> int:
    """Load the demo; give how many stories were put in. Raises NotForDemo."""
    loaded_at = _begin(room)
    if loaded_at is None:
        _follow_port(room)
        return 0
    pieces = stories(loaded_at)
    illustrate(room, pieces)
    for at in range(0, len(pieces), BULK_ITEMS // 2):
        with room.store.write() as connection:
            for fields in pieces[at : at + BULK_ITEMS // 2]:
                article_id, wanted = str(fields["id"]), submission_of(fields)
                if articles.find(connection, article_id) is None:  # else from a load that was cut short
                    intake.save(connection, room, article_id, wanted, now=room.clock.now())
                on_progress(1)
        room.store.give_way()
    with room.store.write() as connection:
        _afterwards(connection, room, {str(fields["id"]): fields for fields in pieces})
    for source in sources(room.settings.demo.port):
        try:
            partners.add(room, source)
        except Refusal as error:
            if error.status != 409:  # there already, from a load that was cut short
                raise
    with room.store.write() as connection:
        meta.put(connection, meta.Key.DEMO, rfc3339(loaded_at))
    return len(pieces)


def _begin(room: Newsroom) -> datetime | None:
    """Note the moment of the load; None where it was finished before."""
    with room.store.write() as connection:
        held = meta.find(connection, meta.Key.DEMO)
        if held is None:
            if articles.exists_any(connection):
                raise NotForDemo("this instance has articles of its own; the demo is for an empty one (FEEDS_INSTANCE)")
            held = _UNFINISHED + rfc3339(room.clock.now())
            meta.put(connection, meta.Key.DEMO, held)
    if not held.startswith(_UNFINISHED):
        return None
    return parse_rfc3339(held.removeprefix(_UNFINISHED))


def _afterwards(connection: Connection, room: Newsroom, pieces: dict[str, dict[str, object]]) -> None:
    """Do what became of two of the stories: one was corrected, one was taken back."""
    now = room.clock.now()
    corrected = articles.find(connection, CORRECTION.article_id)
    if corrected is not None and not corrected.corrections:
        fields = {**pieces[CORRECTION.article_id], **CORRECTION.fields, "correction": CORRECTION.note}
        intake.save(connection, room, CORRECTION.article_id, submission_of(fields), now=now)
    withdrawn = articles.find(connection, WITHDRAWAL.article_id)
    if withdrawn is not None:
        intake.take_back(connection, room, withdrawn, reason=WITHDRAWAL.reason, now=now)


def _follow_port(room: Newsroom) -> None:
    """Have the partners polled where they are served now, should `demo.port` have been changed since the load."""
    wanted = {urlsplit(str(source["url"])).path: str(source["url"]) for source in sources(room.settings.demo.port)}
    with room.store.read() as connection:
        present = kept.list_all(connection)
    for source in present:
        url = wanted.get(urlsplit(source.url).path)
        if url is not None and url != source.url and urlsplit(source.url).hostname == urlsplit(url).hostname:
            with room.store.write() as connection:
                kept.change(connection, source.id, {"url": url})
