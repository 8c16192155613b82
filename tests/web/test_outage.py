"""While the database is out of reach: 503 with the reason and when to ask again; what is in memory is still served."""

import pytest

from tests.conftest import Desk
from tests.outages import OUTAGES
from tests.waiting import wait_for
from tests.web.conftest import Door, problem

WORDS = {"locked": "locked by another program", "read-only": "read-only", "full": "disk is full", "damaged": "damaged"}
STORY = {"title": "A story", "content_html": "<p>" + "long " * 20_000 + "</p>"}


def let_watcher_look(door: Door) -> None:
    """Wait for two looks of the watcher: the first may have begun before."""
    for _ in range(2):
        beat = door.app.extensions["watcher"].beat
        wait_for(lambda beat=beat: door.app.extensions["watcher"].beat > beat, what="the watcher")


@pytest.mark.parametrize("outage", OUTAGES)
def test_call_that_cannot_be_stored_is_503_and_documents_are_still_served(outage: str, door: Door, desk: Desk) -> None:
    desk.put("a", "In memory")
    desk.build()
    let_watcher_look(door)  # or it takes the document off the shelf again
    before = door.get("/feeds/site.rss")
    assert before.status_code == 200
    with OUTAGES[outage](desk.room.store):
        answer = door.call("PUT", "/api/articles/b", STORY)
        assert WORDS[outage] in problem(answer, 503)["detail"]
        assert int(answer.headers["Retry-After"]) > 0
        again = door.get("/feeds/site.rss")
        assert (again.status_code, again.data, again.headers["ETag"]) == (200, before.data, before.headers["ETag"])
    assert door.call("GET", "/api/articles/b").status_code == 404
    assert door.call("PUT", "/api/articles/b", STORY).status_code == 201
    assert door.call("GET", "/api/articles/a").status_code == 200


def test_document_and_page_that_cannot_be_read_are_503(door: Door, desk: Desk) -> None:
    desk.put("a")
    desk.build()
    with OUTAGES["damaged"](desk.room.store):
        answer = door.get("/feeds/site.atom")
        assert "damaged" in problem(answer, 503)["detail"]
        assert answer.headers["Retry-After"]
        page = door.get("/")
        assert (page.status_code, page.mimetype) == (503, "text/html")
        assert page.headers["Retry-After"]
        assert "damaged" in page.text
    assert door.get("/feeds/site.atom").status_code == 200
    assert door.get("/").status_code == 200
