"""Documents over the doors: current ones and archive parts, with the same validators."""

from werkzeug.test import TestResponse

from tests.conftest import Desk
from tests.waiting import wait_for
from tests.web.conftest import Door


def test_archive_parts_are_served_like_current_documents(door: Door, desk: Desk) -> None:
    for number in range(60):
        desk.put(f"a{number:02}", tags=["Harbour"])
    desk.build()
    for format in ("rss", "atom", "json"):
        answer = door.get(f"/feeds/tags/harbour/archive/1.{format}")
        assert answer.status_code == 200
        assert answer.headers["ETag"]
        again = door.get(f"/feeds/tags/harbour/archive/1.{format}", If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304
    for path in ("2.rss", "0.rss", "01.rss", "x.rss", "999999999999.rss"):
        assert door.get(f"/feeds/tags/harbour/archive/{path}").status_code == 404


def test_changed_part_is_served_anew(door: Door, desk: Desk) -> None:
    for number in range(60):
        desk.put(f"a{number:02}")
    desk.build()
    before = door.get("/feeds/site/archive/1.atom")
    desk.put("a00", "Another title")
    desk.build()
    path, tag = "/feeds/site/archive/1.atom", before.headers["ETag"]
    after = wait_for(lambda: changed(door.get(path, If_None_Match=tag)), what="the changed part")
    assert "Another title" in after.text


def changed(answer: TestResponse) -> TestResponse | None:
    return answer if answer.status_code == 200 else None
