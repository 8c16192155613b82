"""Pictures over the doors: taken in once, served for ever, filled in where an article shows them."""

from tests.conftest import Desk
from tests.model.test_picture import gif, png
from tests.web.conftest import SITE, Door, problem


def test_picture_is_stored_once_and_served_unchanging(door: Door) -> None:
    data = png(640, 480) + b"pixels"
    first = door.call("POST", "/api/media", data, type="image/png", scope="write")
    assert first.status_code == 201
    told = first.get_json()
    assert told == {"url": told["url"], "type": "image/png", "length": len(data), "width": 640, "height": 480}
    again = door.call("POST", "/api/media", data, type="image/png", scope="write")
    assert (again.status_code, again.get_json()["url"]) == (200, told["url"])
    served = door.get(told["url"])
    assert (served.status_code, served.data, served.mimetype) == (200, data, "image/png")
    assert "immutable" in served.headers["Cache-Control"]
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert door.get(told["url"], If_None_Match=served.headers["ETag"]).status_code == 304
    assert door.ask("HEAD", told["url"]).data == b""


def test_what_is_no_picture_is_refused_whatever_it_says(door: Door) -> None:
    for data, declared in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        (gif(3, 3), "image/png"),
        (png(50_000, 50_000), "image/png"),
        (png(3, 3), "application/octet-stream"),
        (b"\0", "image/png"),
    ):
        problem(door.call("POST", "/api/media", data, type=declared), 415)
    problem(door.call("POST", "/api/media", png(3, 3), type="image/png", scope="read"), 403)


def test_path_that_is_no_picture_is_not_there(door: Door) -> None:
    for path in ("/media/", "/media/x.png", "/media/..%2ftoken", "/media/" + "0" * 32 + ".png", "/media/%00"):
        assert door.get(path).status_code in (301, 404)


def test_article_shows_what_is_known_of_our_picture(door: Door, desk: Desk) -> None:
    url = door.call("POST", "/api/media", png(640, 480), type="image/png").get_json()["url"]
    sent = {"title": "A", "image": {"url": url}, "attachments": [{"url": SITE + url}]}
    told = door.call("PUT", "/api/articles/a", sent).get_json()
    assert told["image"] == {"url": url, "width": 640, "height": 480, "type": "image/png", "length": 33}
    assert told["attachments"][0]["length"] == 33
    assert door.call("PUT", "/api/articles/a", sent).get_json()["revision"] == 1
    desk.build()
    assert f'url="{SITE}{url}"' in door.get("/feeds/site.rss").text
    assert f"{SITE}{url}" in door.get("/articles/a/a").text
