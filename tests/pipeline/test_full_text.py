"""Stories whose own pages are read: waiting for them, falling back to the feed, once for each version of an entry."""

import socket
from collections.abc import Iterator

import pytest

from feeds.model.article import Status
from feeds.pipeline import partners
from feeds.pipeline.full_text import read_now
from feeds.pipeline.poller import Poller
from feeds.pipeline.release import release
from feeds.store import entries, sources
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.loopback import Loopback, Request, reply
from tests.pipeline.test_poll import Partner, rss
from tests.pipeline.test_poll import item as item_of
from tests.waiting import wait_for

TEASER = "The quay burns."
PAGE = "<p>The quay burns since this morning, and nobody knows why.</p><script>x</script>"


class Paper(Partner):
    """A partner with a feed and a page for each story; pages are taken as they are sent, without trafilatura."""

    def __init__(self, desk: Desk, clock: FixedClock, server: Loopback) -> None:
        super().__init__(desk, clock, server)
        self.pages: dict[str, bytes] = {}
        self.read: list[str] = []

    def item(self, number: int, description: str = f"<p>{TEASER}</p>", **fields: str) -> str:
        return item_of(number, link=f"{self.server.url}/{number}", description=description, **fields)

    def reader(self, body: bytes, url: str, _type: str, _seconds: float) -> str:
        self.read.append(url)
        return body.decode()

    def read_pages(self) -> int:
        return read_now(self.desk.room, self.fetcher, self.source_id, self.reader)

    def states(self) -> dict[str, tuple[str, str]]:
        return {known.title: (known.state, known.why) for known in self.entries()}


@pytest.fixture
def paper(environ: dict[str, str], clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Paper]:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.1/32"]'
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    desk: Desk = request.getfixturevalue("desk")
    made: list[Paper] = []

    def answer(request: Request, connection: socket.socket) -> None:
        feed = request.path in ("/feed",)
        connection.sendall(made[0].answer if feed else made[0].pages.get(request.path, reply(404)))

    with Loopback(answer) as server:
        made.append(Paper(desk, clock, server))
        yield made[0]
    made[0].fetcher.stop()


def test_story_waits_for_its_page_and_is_published_with_its_text(paper: Paper) -> None:
    paper.add(full_text=True)
    paper.pages["/1"] = reply(200, PAGE.encode(), "Content-Type: text/html")
    came = paper.polled(paper.item(1))
    assert (came.new, paper.articles()) == (1, {})
    assert paper.states() == {"Story 1": ("held", "its page is being read")}
    assert paper.read_pages() == 1
    story = paper.articles()["Story 1"]
    assert story.content_html == "<p>The quay burns since this morning, and nobody knows why.</p>"
    assert (story.standfirst, story.revision, story.status) == (TEASER, 1, Status.PUBLISHED)
    assert story.canonical_url == f"{paper.server.url}/1"
    assert story.published_at is not None
    assert story.published_at.isoformat() == "2026-04-01T10:00:00+00:00"
    paper.polled(paper.item(1))
    assert (paper.read_pages(), len(paper.read)) == (0, 1)


@pytest.mark.parametrize(
    "page",
    [
        reply(404),
        reply(410),
        reply(200, b"<p>Short</p>"),
        reply(200, b""),
        reply(302, b"", "Location: http://127.0.0.9/"),
        reply(200, b"<p>x" * 10, length=999),
    ],
)
def test_story_has_the_feeds_text_where_its_page_brings_no_more(paper: Paper, page: bytes) -> None:
    paper.add(full_text=True)
    paper.pages["/1"] = page
    paper.polled(paper.item(1))
    assert paper.read_pages() == 1
    story = paper.articles()["Story 1"]
    assert (story.content_html, story.standfirst) == (f"<p>{TEASER}</p>", "")
    assert paper.read_pages() == 0


def test_changed_entry_has_its_page_read_once_more_and_keeps_the_longer_text(paper: Paper) -> None:
    paper.add(full_text=True)
    paper.pages["/1"] = reply(200, PAGE.encode())
    paper.polled(paper.item(1))
    paper.read_pages()
    paper.pages["/1"] = reply(200, PAGE.replace("nobody knows why", "the mayor has an idea why").encode())
    assert paper.polled(paper.item(1, title="Story 1, mended")).changed == 1
    assert paper.read_pages() == 1
    story = paper.articles()["Story 1, mended"]
    assert "has an idea" in story.content_html
    del paper.pages["/1"]
    paper.polled(paper.item(1, title="Story 1, again"))
    paper.read_pages()
    again = paper.articles()["Story 1, again"]
    assert (again.content_html, again.standfirst, again.revision) == (story.content_html, TEASER, 3)


def test_operator_need_not_wait_for_a_page(paper: Paper) -> None:
    paper.add(full_text=True)
    paper.pages["/1"] = reply(200, PAGE.encode())
    paper.polled(paper.item(1))
    assert release(paper.desk.room, paper.source_id, []) == 1
    assert paper.articles()["Story 1"].content_html == f"<p>{TEASER}</p>"
    assert paper.read_pages() == 0


def test_story_held_for_review_has_its_page_read_and_stays_held(paper: Paper) -> None:
    paper.add(full_text=True, publish="hold")
    paper.pages["/1"] = reply(200, PAGE.encode())
    paper.polled(paper.item(1))
    assert paper.read_pages() == 1
    assert paper.states() == {"Story 1": ("held", "held for review")}
    assert release(paper.desk.room, paper.source_id, []) == 1
    assert "since this morning" in paper.articles()["Story 1"].content_html


def test_withdrawn_story_stays_so_when_its_page_is_read_again(paper: Paper) -> None:
    paper.add(full_text=True)
    paper.polled(paper.item(1))
    paper.read_pages()
    paper.desk.withdraw(paper.articles()["Story 1"].id, "Ours")
    paper.polled(paper.item(1, title="Other"))
    paper.read_pages()
    assert paper.articles()["Other"].status is Status.WITHDRAWN


def test_page_that_was_claimed_and_never_read_is_due_again(paper: Paper, clock: FixedClock) -> None:
    paper.add(full_text=True)
    paper.polled(paper.item(1))
    room = paper.desk.room
    with room.store.write() as connection:
        (page,) = entries.pages_due(connection, 2**62, 10)
        assert entries.claim_page(connection, page, 2**61)
        assert not entries.claim_page(connection, page, 2**61)
    assert paper.read_pages() == 0
    with room.store.write() as connection:
        entries.note(connection, page.id, {"page_at": page.page_at})
    partners.remove(room, paper.source_id)
    assert paper.read_pages() == 1  # a source that was removed brings nothing more
    assert paper.articles() == {}
    with room.store.read() as connection:
        assert entries.pages_due(connection, 2**62, 10) == []
        assert sources.load(connection, [paper.source_id]) == {}


def test_worker_reads_pages_in_children(paper: Paper) -> None:
    paragraphs = "".join(f"<p>{text} {'The harbour is quiet, and the ships lie still. ' * 5}</p>" for text in "ABC")
    page = f"<html><head><title>x</title></head><body><nav>Menu</nav><article>{paragraphs}</article></body></html>"
    paper.pages["/1"] = reply(200, page.encode(), "Content-Type: text/html; charset=utf-8")
    paper.add(full_text=True)
    paper.answer = reply(200, rss(paper.item(1)))
    poller = Poller(paper.desk.room)
    try:
        wait_for(lambda: poller.run() >= 0 and "Story 1" in paper.articles(), what="the story")
    finally:
        poller.stop()
    story = paper.articles()["Story 1"]
    assert story.content_html.count("The harbour is quiet") == 15
    assert "Menu" not in story.content_html
