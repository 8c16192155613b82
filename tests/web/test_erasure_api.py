"""Erasure over the doors: who may, what is left, what is refused afterwards."""

from tests.conftest import Desk
from tests.web.conftest import Door, problem


def test_erasure_over_the_api(door: Door, desk: Desk) -> None:
    desk.put("a", "Was public")
    desk.put("d", "Never public", status="draft")
    desk.build()
    problem(door.call("DELETE", "/api/articles/a?erase=true", scope="write"), 403)
    problem(door.call("DELETE", "/api/articles/a?erase=perhaps"), 422)
    for article in ("a", "d"):
        assert door.call("DELETE", f"/api/articles/{article}?erase=true").status_code == 204
        assert door.call("DELETE", f"/api/articles/{article}?erase=true").status_code == 204
        assert door.call("DELETE", f"/api/articles/{article}").status_code == 204
        problem(door.call("GET", f"/api/articles/{article}"), 410)
        problem(door.call("GET", f"/api/articles/{article}/revisions"), 410)
        problem(door.call("PUT", f"/api/articles/{article}", {"title": "Again"}), 409)
        problem(door.call("POST", "/api/articles", {"id": article, "title": "Again"}), 409)
    assert door.get("/articles/a").status_code == 410
    assert door.get("/articles/d").status_code == 404
    problem(door.call("DELETE", "/api/articles/never?erase=true"), 404)
    assert door.call("GET", "/api/articles").get_json()["items"] == []
