"""Erasure over the doors: who may, what is left, what is refused afterwards."""

import pytest

from feeds.model.document import Format
from tests.conftest import Desk
from tests.web.conftest import Door, problem

ARTICLES = "/api/articles"
SECRET = "xyzzyplugh"


@pytest.mark.parametrize(("status", "page"), [("published", 410), ("draft", 404)])
def test_what_is_erased_is_gone_for_every_call(door: Door, desk: Desk, status: str, page: int) -> None:
    desk.put("a", f"About {SECRET}", status=status, tags=["Kept"])
    desk.put("b", "Another", related=[{"id": "a"}])
    desk.build()
    before = door.call("GET", f"{ARTICLES}/a").get_json()
    for _ in range(2):
        gone = door.call("DELETE", f"{ARTICLES}/a?erase=true&reason=By%20court")
        assert (gone.status_code, gone.data) == (204, b"")
    assert door.call("DELETE", f"{ARTICLES}/a").status_code == 204
    problem(door.call("GET", f"{ARTICLES}/a"), 410)
    problem(door.call("GET", f"{ARTICLES}/a/revisions"), 410)
    problem(door.call("PUT", f"{ARTICLES}/a", {"title": "Again"}), 409)
    problem(door.call("PUT", f"{ARTICLES}/a", before), 409)
    problem(door.call("PUT", f"{ARTICLES}/A", {"title": "Again"}), 409)
    problem(door.call("PATCH", f"{ARTICLES}/a", {"title": "Again"}), 409)
    problem(door.call("POST", ARTICLES, {"id": "a", "title": "Again"}), 409)
    batch = door.call("POST", "/api/articles:batch", [{"id": "a", "title": "Again"}, {"id": "c", "title": "New"}])
    assert [result["code"] for result in batch.get_json()["results"]] == [409, 201]
    for query in ("", "?status=withdrawn", "?tag=kept", f"?q={SECRET}"):
        listed = door.call("GET", ARTICLES + query).get_json()["items"]
        assert "a" not in [item["id"] for item in listed]
        assert SECRET not in str(listed)
    assert door.call("GET", f"{ARTICLES}/b").get_json()["related"] == [{"id": "a"}]
    desk.build()
    assert [door.get(path).status_code for path in ("/articles/a", f"/articles/a/about-{SECRET}")] == [page, page]
    for path in ("/", "/articles/b/another", "/search?q=" + SECRET, "/sitemap.xml", "/feeds.opml", "/tags"):
        text = door.get(path).text.replace(f'value="{SECRET}"', "").replace("q=" + SECRET, "")
        assert SECRET not in text.replace(f"{SECRET} –", ""), path
    for format in Format:
        assert SECRET not in door.get(f"/feeds/site.{format}").text
    if status == "published":
        assert before["guid"] in door.get("/feeds/tags/kept.atom").text
        assert "By court" in door.get("/feeds/tags/kept.atom").text


def test_erasure_is_the_admins_and_guarded(door: Door, desk: Desk) -> None:
    desk.put("a", "Was public")
    for scope, status in (("write", 403), ("read", 403), ("bs_nobody", 401)):
        problem(door.call("DELETE", f"{ARTICLES}/a?erase=true", scope=scope), status)
    problem(door.call("DELETE", f"{ARTICLES}/a?erase=perhaps"), 422)
    problem(door.call("DELETE", f"{ARTICLES}/a?erase=true", If_Match='"other"'), 412)
    assert door.call("GET", f"{ARTICLES}/a").get_json()["status"] == "published"
    tag = door.call("GET", f"{ARTICLES}/a").headers["ETag"]
    assert door.call("DELETE", f"{ARTICLES}/a?erase=true", If_Match=tag).status_code == 204
    problem(door.call("DELETE", f"{ARTICLES}/never?erase=true"), 404)
    desk.put("b", "Only withdrawn")
    assert door.call("DELETE", f"{ARTICLES}/b?erase=false", scope="write").status_code == 204
    assert door.call("GET", f"{ARTICLES}/b").get_json()["status"] == "withdrawn"
