"""Pictures over the doors: taken in once, served for ever, filled in and made absolute where something shows them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from feeds.pipeline import pictures
from tests.conftest import Desk
from tests.model.pictures import avif, chunk, gif, jpeg, png, riff, vp8
from tests.web.conftest import SITE, Door, problem

KINDS = {
    "image/png": (png(640, 480), "png"),
    "image/jpeg": (jpeg(640, 480), "jpg"),
    "image/gif": (gif(640, 480), "gif"),
    "image/webp": (riff(vp8(640, 480)), "webp"),
    "image/avif": (avif(640, 480), "avif"),
}


def post(door: Door, data: bytes = KINDS["image/png"][0], media_type: str = "image/png") -> str:
    answer = door.call("POST", "/api/media", data, type=media_type, scope="write")
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return str(answer.get_json()["url"])


def kept(desk: Desk) -> list[Path]:
    return sorted((desk.room.settings.instance / "media").iterdir())


@pytest.mark.parametrize("media_type", KINDS)
def test_picture_is_stored_once_and_served_unchanging(door: Door, desk: Desk, media_type: str) -> None:
    data, extension = KINDS[media_type]
    first = door.call("POST", "/api/media", data, type=media_type, scope="write")
    assert first.status_code == 201
    told = first.get_json()
    assert told == {"url": told["url"], "type": media_type, "length": len(data), "width": 640, "height": 480}
    assert told["url"].startswith("/media/")
    assert told["url"].endswith(f".{extension}")
    assert first.headers["Location"] == SITE + told["url"]
    again = door.call("POST", "/api/media", data, type=f"{media_type}; x=y", scope="write")
    assert (again.status_code, again.get_json()) == (200, told)
    assert "Location" not in again.headers
    served = door.get(told["url"])
    assert (served.status_code, served.data, served.headers["Content-Type"]) == (200, data, media_type)
    assert served.headers["Content-Length"] == str(len(data))
    assert served.headers["Cache-Control"] == "max-age=31536000, immutable"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not {"Set-Cookie", "Expires", "Last-Modified"} & set(served.headers.keys())
    assert [path.name for path in kept(desk)] == [told["url"].rpartition("/")[2]]


def test_head_and_conditions_hold_for_pictures(door: Door) -> None:
    url = post(door)
    served, head = door.get(url), door.ask("HEAD", url)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == served.headers["Content-Length"]
    tag = served.headers["ETag"]
    for named in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = door.get(url, If_None_Match=named)
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
        assert "immutable" in same.headers["Cache-Control"]
    assert door.get(url, If_None_Match='"other"').status_code == 200
    assert door.get(url, If_Match='"other"').status_code == 412
    assert door.get(url, If_Modified_Since="Fri, 01 May 2099 00:00:00 GMT").status_code == 200
    refused = door.ask("PUT", url)
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]


def test_what_is_no_picture_is_refused_whatever_it_says(door: Door, desk: Desk) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    for data, declared in (
        (svg, "image/svg+xml"),
        (svg, "image/png"),
        (gif(3, 3), "image/png"),
        (png(3, 3), "image/gif"),
        (png(50_000, 50_000), "image/png"),
        (png(0, 3), "image/png"),
        (png(3, 3)[:-20], "image/png"),
        (jpeg(3, 3)[:-2], "image/jpeg"),
        (png(3, 3) + b"<script>alert(1)</script>", "image/png"),
        (png(3, 3, chunk(b"tEXt", b"x\0<script>")), "image/png"),
        (png(3, 3), "application/octet-stream"),
        (png(3, 3), "multipart/form-data; boundary=x"),
        (png(3, 3), ""),
        (b"\0", "image/png"),
    ):
        problem(door.call("POST", "/api/media", data, type=declared), 415)
    assert not (desk.room.settings.instance / "media").exists()


def test_media_need_a_token_that_may_write(door: Door) -> None:
    problem(door.call("POST", "/api/media", png(3, 3), type="image/png", scope="read"), 403)
    problem(door.call("POST", "/api/media", png(3, 3), type="image/png", Authorization="Bearer bs_wrong"), 401)
    problem(door.call("GET", "/api/media"), 405)


def test_body_over_the_limit_is_413_and_one_at_it_is_taken(
    environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    environ["FEEDS_SERVER__MAX_BODY"] = "10KiB"
    door: Door = request.getfixturevalue("door")
    small = len(png(9, 9, chunk(b"tEXt", b"")))
    fitting = png(9, 9, chunk(b"tEXt", b"x" * (10 * 1024 - small)))
    assert len(fitting) == 10 * 1024
    post(door, fitting)
    problem(door.call("POST", "/api/media", fitting + b"x", type="image/png"), 413)


def test_path_that_is_no_picture_is_not_there(door: Door) -> None:
    post(door)
    for path in (
        "/media",
        "/media/",
        "/media/x.png",
        "/media/..%2ftoken",
        "/media/%2e%2e/token",
        "/media/" + "0" * 32 + ".png",
        "/media/" + "0" * 32 + ".svg",
        "/media/%00",
    ):
        assert door.get(path).status_code in (301, 404), path


def test_many_posts_of_the_same_bytes_at_once_are_one_picture(door: Door, desk: Desk) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: door.call("POST", "/api/media", png(8, 8), type="image/png"), range(8)))
    assert sorted(answer.status_code for answer in answers).count(201) >= 1
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.get_json()["url"] for answer in answers}) == 1
    assert len(kept(desk)) == 1


def test_picture_whose_file_was_lost_is_stored_again(door: Door, desk: Desk) -> None:
    url = post(door)
    (path,) = kept(desk)
    path.unlink()
    assert door.get(url).status_code == 404
    assert post(door) == url
    assert door.get(url).status_code == 200


def test_folder_that_cannot_be_written_is_503_and_well_again_later(door: Door, desk: Desk) -> None:
    folder = desk.room.settings.instance / "media"
    folder.write_text("in the way")
    answer = door.call("POST", "/api/media", png(8, 8), type="image/png")
    problem(answer, 503)
    assert "Retry-After" in answer.headers
    folder.unlink()
    post(door, png(8, 8))


def test_what_a_kill_left_half_written_is_cleared(door: Door, desk: Desk) -> None:
    import os

    post(door)
    old, young = (desk.room.settings.instance / "media" / f"{name}.part" for name in ("old", "young"))
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    pictures.clear_parts(desk.room)
    assert [old.exists(), young.exists(), len(kept(desk))] == [False, True, 2]


def test_article_is_told_what_it_leaves_out_of_our_picture(door: Door) -> None:
    url, length = post(door), len(KINDS["image/png"][0])
    sent = {"title": "A", "image": {"url": url}, "attachments": [{"url": SITE + url}, {"url": "https://x.example/a"}]}
    told = door.call("PUT", "/api/articles/a", sent).get_json()
    assert told["image"] == {"url": url, "width": 640, "height": 480, "type": "image/png", "length": length}
    assert told["attachments"][0] == {"url": SITE + url, "type": "image/png", "length": length}
    assert told["attachments"][1] == {"url": "https://x.example/a"}
    assert door.call("PUT", "/api/articles/a", sent).get_json()["revision"] == 1
    assert door.call("PUT", "/api/articles/a", told).get_json()["revision"] == 1
    own = {"url": url, "width": 64, "height": 48, "type": "image/x-own", "length": 1}
    assert door.call("PUT", "/api/articles/b", {**sent, "image": own}).get_json()["image"] == own


def test_batch_and_partner_free_roads_fill_in_as_well(door: Door) -> None:
    url = post(door)
    batch = [{"id": "one", "title": "One", "image": {"url": url}}, {"id": "two", "title": "Two"}]
    door.call("POST", "/api/articles:batch", batch)
    assert door.call("GET", "/api/articles/one").get_json()["image"]["width"] == 640


def test_patch_to_another_picture_does_not_keep_the_size_of_the_former(door: Door) -> None:
    first, second = post(door), post(door, gif(100, 50), "image/gif")
    door.call("PUT", "/api/articles/a", {"title": "A", "image": {"url": first, "alt": "A quay", "credit": "B"}})
    told = door.call("PATCH", "/api/articles/a", {"image": {"url": second, "alt": "A pier"}}).get_json()["image"]
    assert (told["url"], told["width"], told["height"], told["type"]) == (second, 100, 50, "image/gif")
    assert (told["alt"], told["credit"]) == ("A pier", "B")
    told = door.call("PATCH", "/api/articles/a", {"image": {"url": "https://x.example/y.jpg"}}).get_json()["image"]
    assert told == {"url": "https://x.example/y.jpg", "alt": "A pier", "credit": "B"}
    told = door.call("PATCH", "/api/articles/a", {"image": {"width": 7}}).get_json()["image"]
    assert told["width"] == 7


def test_our_pictures_are_taken_as_they_are_and_made_absolute_wherever_they_are_rendered(
    door: Door, desk: Desk
) -> None:
    url, face = post(door), post(door, gif(96, 96), "image/gif")
    sent = {
        "title": "Quay",
        "content_html": f'<p>Look:</p><p><img src="{url}" alt="A quay"></p>',
        "image": {"url": url, "alt": "A quay"},
        "attachments": [{"url": url, "title": "The quay"}],
        "authors": [{"name": "Ada Noor", "bio": "Writes.", "image": face}],
        "tags": ["Harbour"],
    }
    told = door.call("PUT", "/api/articles/a", sent).get_json()
    assert f'src="{url}"' in told["content_html"]
    assert told["authors"][0]["image"] == face
    assert door.call("GET", "/api/authors/ada-noor").get_json()["image"] == face
    desk.build()
    for path in ("/feeds/site.rss", "/feeds/site.atom", "/feeds/site.json", "/feeds/authors/ada-noor.json"):
        text = door.get(path).text
        assert SITE + url in text, path
        assert text.count(url) == text.count(SITE + url), path
    (item,) = json.loads(door.get("/feeds/site.json").text)["items"]
    assert item["authors"][0]["avatar"] == SITE + face
    assert item["image"] == SITE + url
    for path in ("/", "/articles/a/quay", "/authors/ada-noor", "/tags/harbour", "/search?q=quay"):
        text = door.get(path).text
        assert text.count("/media/") == text.count(f"{SITE}/media/"), path
    page = door.get("/articles/a/quay").text
    assert f'"image":["{SITE}{url}"]' in page.replace(" ", "")
    assert f'property="og:image" content="{SITE}{url}"' in page
    assert 'width="640" height="480"' in page
