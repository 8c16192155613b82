"""The table of hostile partners: real sockets, a recorded outcome, bounded time and memory, other sources on time.

All cases run at once against one poller, with a good partner beside them that has to be on time; nothing unsafe may
stand in any document afterwards.
"""

import contextlib
import json
from collections.abc import Iterator

import pytest

from feeds.model.document import Format
from feeds.model.markup import unsafe
from feeds.model.source import Outcome, Poll
from feeds.pipeline import partners
from feeds.pipeline.poller import Poller
from feeds.store import polls
from tests.conftest import Desk
from tests.ingest.hostile.cases import CASES, rss, says
from tests.loopback import Loopback
from tests.waiting import wait_for


@pytest.fixture
def desk_of_the_bold(environ: dict[str, str], request: pytest.FixtureRequest) -> Desk:
    environ["FEEDS_INGEST__ALLOW_NETWORKS"] = '["127.0.0.1/32"]'
    environ["FEEDS_INGEST__TIMEOUT"] = "4s"
    environ["FEEDS_INGEST__MAX_BYTES"] = "1MiB"
    environ["FEEDS_INGEST__HOST_SPACING"] = "0s"
    environ["FEEDS_INGEST__CONCURRENCY"] = str(len(CASES) + 1)
    found: Desk = request.getfixturevalue("desk")
    return found


@pytest.fixture
def servers() -> Iterator[dict[str, Loopback]]:
    with contextlib.ExitStack() as opened:
        yield {name: opened.enter_context(Loopback(case.answer)) for name, case in CASES.items()}


def test_every_case_has_its_outcome_and_others_are_on_time(
    desk_of_the_bold: Desk, servers: dict[str, Loopback]
) -> None:
    room = desk_of_the_bold.room
    ids = {name: partners.add(room, {"url": f"{server.url}/feed"}).id for name, server in servers.items()}
    with Loopback(says(rss("<item><guid>good</guid><title>Good</title></item>"))) as good:
        good_id = partners.add(room, {"url": f"{good.url}/feed"}).id
        poller = Poller(room)
        try:
            poller.run()
            wait_for(lambda: last(desk_of_the_bold, good_id), seconds=15, what="the good partner")
            wait_for(lambda: all(last(desk_of_the_bold, one) for one in ids.values()), seconds=60, what="every outcome")
        finally:
            poller.stop()
    came = {name: last(desk_of_the_bold, source_id) for name, source_id in ids.items()}
    wrong = {
        name: f"{poll.outcome}: {poll.detail}"
        for name, poll in came.items()
        if poll is not None and poll.outcome not in CASES[name].outcomes
    }
    assert wrong == {}
    assert all(poll.detail for poll in came.values() if poll is not None and poll.outcome.is_failure)
    assert last(desk_of_the_bold, good_id).outcome is Outcome.CHANGED  # type: ignore[union-attr]
    desk_of_the_bold.build()
    for format in Format:
        document = desk_of_the_bold.document("site", format)
        assert "Good" in document
        assert format is Format.JSON or "<script" not in document.lower()  # a title is text there
        assert "root:" not in document
    items = json.loads(desk_of_the_bold.document("site", Format.JSON))["items"]
    assert not any(unsafe(item.get("content_html", "")) for item in items)
    assert all(item["url"].startswith("https://news.example/") for item in items)


def last(desk: Desk, source_id: str) -> Poll | None:
    with desk.room.store.read() as connection:
        found = polls.newest(connection, source_id, limit=1)
    return found[0] if found else None
