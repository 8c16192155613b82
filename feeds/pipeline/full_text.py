"""The pages of stories whose source has `full_text`, read once for each version of an entry, in the worker.

    wanted (entries) → claimed → fetched as feeds are, in their host's turn → read in a child → published or revised

A new story waits for its page, unpublished. Whatever goes wrong, it comes with the text of the feed, which also stands
where a page has no more than it. What a kill leaves undone is due again soon.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from feeds.errors import PollError
from feeds.ingest.convert import story_html
from feeds.ingest.exchange import Answer
from feeds.ingest.fetch import Fetcher
from feeds.logs import event
from feeds.model.dates import to_us
from feeds.model.markup import text_of
from feeds.model.source import Validators
from feeds.pipeline import release
from feeds.pipeline.meeting import READING
from feeds.pipeline.newsroom import Newsroom
from feeds.pipeline.revising import revise_all
from feeds.store import articles, entries, sources
from feeds.store.database import Connection
from feeds.store.entries import WantedPage

AHEAD = 16  # pages under way at once
LONGEST_TEASER = 600  # characters of the feed's text that stand above a page's as its standfirst
_log = logging.getLogger(__name__)

# What reads a page: body, address, content type, seconds that it may take.
ReadPage = Callable[[bytes, str, str, float], str]


class StoryPages:
    """Reads the pages that are wanted, until stopped; asked by the poller, whose fetcher and children it uses."""

    def __init__(self, room: Newsroom, fetcher: Fetcher, reader: ReadPage) -> None:
        self._room, self._fetcher, self._reader = room, fetcher, reader
        self._work = ThreadPoolExecutor(1, thread_name_prefix="page")
        self._lock = threading.Lock()
        self._under_way = 0

    def run(self) -> int:
        """Begin with the pages that are due; give how many."""
        with self._lock:
            free = AHEAD - self._under_way
        claimed = claim(self._room, free) if free > 0 else []
        with self._lock:
            self._under_way += len(claimed)
        for page in claimed:
            self._begin(page)
        return len(claimed)

    def stop(self) -> None:
        """Begin no more; what is under way is due again later."""
        self._work.shutdown(wait=False, cancel_futures=True)

    def _begin(self, page: WantedPage) -> None:
        def done(answer: Answer | PollError | None) -> None:
            with contextlib.suppress(RuntimeError):  # stopped meanwhile
                self._work.submit(self._finish, page, answer)

        self._fetcher.begin(page.url, Validators(), done, keeps_place=True)

    def _finish(self, page: WantedPage, answer: Answer | PollError | None) -> None:
        try:
            if answer is not None:
                finish(self._room, page, answer, self._reader)
        except Exception as error:  # one page never stops the others; it is due again
            event(_log, "page failed", level=logging.ERROR, error=error, source=page.source)
        finally:
            with self._lock:
                self._under_way -= 1
            if isinstance(answer, Answer):
                self._fetcher.free()


def read_now(room: Newsroom, fetcher: Fetcher, source_id: str, reader: ReadPage) -> int:
    """Read the pages that a source's entries wait for, one after the other; give how many."""
    pages = claim(room, entries.MOST_PAGES, source_id=source_id)
    for page in pages:
        answer: Answer | PollError
        try:
            answer = fetcher.fetch(page.url, Validators())
        except PollError as error:
            answer = error
        finish(room, page, answer, reader)
    return len(pages)


def claim(room: Newsroom, most: int, *, source_id: str = "") -> list[WantedPage]:
    """Take pages that are due, moving them on before they are asked for: of two processes one gets a page."""
    now = room.clock.now()
    with room.store.read() as connection:
        due = entries.pages_due(connection, to_us(now), most, source=source_id)
    if not due:
        return []
    with room.store.write() as connection:
        until = to_us(now + 2 * room.settings.ingest.timeout)
        return [page for page in due if entries.claim_page(connection, page, until)]


def finish(room: Newsroom, page: WantedPage, answer: Answer | PollError, reader: ReadPage) -> None:
    """Publish or revise the article of an entry with what its page says, else with what the feed said."""
    html = ""
    try:
        if isinstance(answer, PollError):
            raise answer
        seconds = room.settings.ingest.timeout.total_seconds()
        html = story_html(reader(answer.body, answer.url, answer.content_type, seconds), answer.url)
    except PollError as error:
        event(_log, "page not read", level=logging.INFO, source=page.source, outcome=error.outcome, detail=error.detail)
    with room.store.write() as connection:
        source = sources.load(connection, [page.source]).get(page.source)
        present = entries.find_page(connection, page.id)
        entries.note(connection, page.id, {"page_at": None})
        if source is None or not present.body:  # removed, released or taken back meanwhile
            return
        fields = _with_page(json.loads(present.body), html)
        if present.state == "published":
            if not html:
                fields = _or_as_it_is(connection, present.article, fields)
            (why,) = revise_all(connection, room, source, [(present.article, fields)], now=room.clock.now())
            entries.note(connection, page.id, {"body": "", "why": why})
        elif present.state == "held" and present.why == READING:
            (known,) = entries.known(connection, page.source, keys=[present.entry_id])
            release.publish(connection, room, source, [(known, fields)])
        elif present.state == "held":
            entries.note(connection, page.id, {"body": json.dumps(fields, ensure_ascii=False)})


def _with_page(fields: dict[str, object], html: str) -> dict[str, object]:
    """Give an article's fields with a page's text where that is the longer one; the feed's then stands above it."""
    own = text_of(str(fields.get("content_html", "")))
    if len(text_of(html)) <= len(own):
        return fields
    teaser = {"standfirst": own} if own and len(own) <= LONGEST_TEASER else {}
    return {**teaser, **fields, "content_html": html}


def _or_as_it_is(connection: Connection, article_id: str, fields: dict[str, object]) -> dict[str, object]:
    """Keep an article's text where that is longer than the feed's: its page was read before, and could not be now."""
    current = articles.find(connection, article_id)
    if current is None or len(text_of(current.content_html)) <= len(text_of(str(fields.get("content_html", "")))):
        return fields
    return {**fields, "content_html": current.content_html, "standfirst": current.standfirst}
