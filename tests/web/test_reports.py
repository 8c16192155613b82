"""What people reported of other publishers' sites, each kind made right at the doors: a test a report.

Those that documents alone can show are in tests/publish/test_reports.py.
"""

import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from html import escape
from urllib.parse import urlsplit

import pytest

from feeds.model.dates import rfc3339
from feeds.model.document import Format
from feeds.model.label import Kind
from feeds.pipeline import due, names
from feeds.pipeline.refresh import refresh, spots_of
from feeds.publish import lint
from feeds.store import labels
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.publish.reading import Read, entries
from tests.web.conftest import SITE, Door
from tests.web.test_pages import MAP, NEWS, locations

FORMATS = pytest.mark.parametrize("format", list(Format))
TITLE = "Fish & <b>chips</b> \"to go\" 'now' ]]> &amp; &shy; 🎉"


def read(door: Door, format: Format, key: str = "site") -> list[Read]:
    """Read a channel's document as it is served now."""
    door.desk.build()
    door.settle()
    answer = door.get(f"/feeds/{key}.{format}")
    assert answer.status_code == 200
    assert lint.lint_document(format, answer.data) == []
    return entries(format, answer.data)


def path_of(address: str | None) -> str:
    assert address is not None
    assert address.startswith(f"{SITE}/")
    return address.removeprefix(SITE)


@FORMATS
def test_changed_permalink_makes_no_story_unread_and_leads_on(format: Format, door: Door) -> None:
    door.desk.put("a", "One headline")
    (before,) = read(door, format)
    door.desk.room.clock.advance(hours=1)  # type: ignore[attr-defined]  # a test's clock
    door.desk.put("a", "Quite another")
    (after,) = read(door, format)
    assert before.link != after.link
    assert (before.id, before.published) == (after.id, after.published)
    old = door.get(path_of(before.link))
    assert (old.status_code, old.location) == (301, after.link)
    assert door.get(path_of(after.link)).status_code == 200


@FORMATS
@pytest.mark.parametrize(
    "address",
    [
        "/media/my picture.png",
        "/media/a  b\u00a0c.png",
        "/media/ü/東京 🎉.png",
        '/media/a"b<c>d^e`f{g|h}.png',
        "/media/100%.png?a=1&b=x y&c=%zz#part one",
        "/media/[a](b).png",
        "https://bücher.example/a b.png",
        " https://cdn.example/a b.png\n",
        "https://cdn.example/a.png?next=https://other.example/ä b",
    ],
)
def test_picture_whatever_its_path_breaks_no_feed_and_no_page(address: str, format: Format, door: Door) -> None:
    files = {"image": {"url": address, "alt": "A quay"}, "attachments": [{"url": address, "type": "image/png"}]}
    body = f'<p><img src="{escape(address)}" alt=""></p>'
    made = door.call("POST", "/api/articles", {"title": "Seen", "content_html": body, **files})
    assert made.status_code == 201, made.text
    (found,) = read(door, format)
    page = door.get(path_of(found.link))
    assert page.status_code == 200
    document = door.get(f"/feeds/site.{format}").text
    shown = re.findall(r'(?:url|src|href|image)"?[=:]\s?\\?"([^"\\]+\.png[^"\\]*)', document)
    assert len(shown) >= 2
    assert all(one.isascii() and " " not in one and one.startswith("https://") for one in shown), shown


@FORMATS
@pytest.mark.parametrize("title", ["🎉🎉", "👩‍👩‍👧", "!?", "…", "\u200d", "東京", "Ж", "feed", "a" * 500])
def test_every_headline_and_every_tag_of_that_name_is_reached_by_its_address(
    title: str, format: Format, door: Door
) -> None:
    made = door.call("POST", "/api/articles", {"title": title, "tags": [title[:200]], "authors": [title[:200]]})
    assert made.status_code == 201
    (found,) = read(door, format)
    page = door.get(path_of(found.link))
    assert page.status_code == 200
    linked = set(re.findall(rf'href="(?:{SITE})?(/(?:tags|authors)/[^"]+)"', page.text))
    assert {path.split("/")[1] for path in linked} == {"tags", "authors"}
    for path in linked:
        assert door.get(path).status_code == 200, path
    for key in made.json["in_feeds"]:
        assert len(read(door, format, key)) == 1


@FORMATS
def test_document_that_is_built_again_without_a_change_stays_the_same_to_the_byte(
    format: Format, door: Door, clock: FixedClock
) -> None:
    door.desk.put("a", "A story", tags=["Harbour"])
    door.desk.build()
    before = door.get(f"/feeds/site.{format}")
    clock.advance(days=3)
    door.desk.put("a", "A story", tags=["Harbour"])  # saved again as it is
    room = door.desk.room
    assert refresh(room, door.desk.printer, spots_of(room, []), fresh=True) == 0
    door.settle()
    after = door.get(f"/feeds/site.{format}")
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    later = door.get(f"/feeds/site.{format}", If_None_Match=before.headers["ETag"])
    assert later.status_code == 304


def test_channel_that_never_had_or_has_no_more_entries_is_a_valid_document(door: Door) -> None:
    door.desk.put("a", "A story", tags=["Harbour"])
    for format in Format:
        read(door, format)
    door.desk.withdraw("a")
    for format in Format:
        for key in ("site", "tags/harbour", "sections/must-read", "sections/corrections", "sections/trending"):
            assert read(door, format, key) == []


def label(desk: Desk, kind: Kind, slug: str) -> labels.Label:
    with desk.room.store.read() as connection:
        found = labels.find_by_slug(connection, kind, slug)
    assert found is not None
    return found


def test_sitemap_lists_no_topic_and_no_story_that_is_gone(desk: Desk, door: Door, clock: FixedClock) -> None:
    desk.put("kept", "Kept", tags=["Kept"], authors=["Ada"], section="News")
    for name in ("withdrawn", "expired", "erased", "retagged", "renamed", "merged", "draft"):
        more: dict[str, object] = {"expires_at": rfc3339(clock.now() + timedelta(hours=1))} if name == "expired" else {}
        desk.put(name, name.title(), tags=[name], authors=[f"By {name}"], section=f"On {name}", **more)
    everything = set(locations(door, "/sitemap.xml"))
    assert {"/tags/withdrawn", "/articles/expired/expired", "/authors/by-erased", "/sections/on-draft"} <= everything
    desk.withdraw("withdrawn")
    assert door.call("DELETE", "/api/articles/erased?erase=true").status_code == 204
    desk.put("retagged", "Retagged", tags=["Kept"], authors=["Ada"], section="News")
    desk.put("draft", "Draft", status="draft")
    room = desk.room
    with room.store.write() as connection:
        names.change(connection, room, label(desk, Kind.TAGS, "renamed"), {"name": "Called anew"}, slug="called-anew")
        names.merge(connection, room, label(desk, Kind.TAGS, "merged"), label(desk, Kind.TAGS, "kept"))
    clock.advance(hours=1)
    due.run(room)
    assert door.call("DELETE", "/api/tags/withdrawn").status_code == 204
    left = set(locations(door, "/sitemap.xml"))
    assert {path for path in left if path.startswith("/tags/")} == {"/tags/kept", "/tags/called-anew"}
    stories = {path.split("/")[2] for path in left if path.startswith("/articles/")}
    assert stories == {"kept", "retagged", "renamed", "merged"}
    for path in left:
        assert door.get(path).status_code == 200, path
    for path in everything - left:
        assert door.get(path).status_code in (200, 301, 404, 410)


def test_story_leaves_the_news_sitemap_at_48_hours_without_anything_else_happening(
    desk: Desk, door: Door, clock: FixedClock
) -> None:
    desk.put("a", "Fresh")
    desk.build()

    def listed() -> int:
        return len(list(ET.fromstring(door.get("/sitemap-news.xml").data).iter(f"{MAP}url")))

    clock.advance(hours=48)
    assert listed() == 1
    clock.advance(seconds=1)
    assert listed() == 0
    clock.advance(hours=23)
    assert listed() == 0


def test_language_of_a_locale_goes_out_as_a_language_tag_everywhere(desk: Desk, door: Door) -> None:
    made = door.call("POST", "/api/articles", {"id": "a", "title": "Naav", "language": "hi_IN", "tags": ["Ghat"]})
    assert made.json["language"] == "hi-IN"
    assert door.call("PATCH", "/api/channels/tags/ghat", {"language": "pt_BR"}).status_code == 200
    for key, own in (("site", "en"), ("tags/ghat", "pt-BR")):
        texts = dict.fromkeys(Format, "")
        for format in Format:
            read(door, format, key)
            texts[format] = door.get(f"/feeds/{key}.{format}").text
        assert f"<language>{own}</language>" in texts[Format.RSS]
        assert "<dc:language>hi-IN</dc:language>" in texts[Format.RSS]
        assert f'xml:lang="{own}"' in texts[Format.ATOM]
        assert 'xml:lang="hi-IN"' in texts[Format.ATOM]
        told = json.loads(texts[Format.JSON])
        assert (told["language"], told["items"][0]["language"]) == (own, "hi-IN")
        assert not any("_IN" in text or "_BR" in text for text in texts.values())
    assert 'lang="hi-IN"' in door.get("/articles/a/naav").text
    news = ET.fromstring(door.get("/sitemap-news.xml").data)
    assert [one.text for one in news.iter(f"{NEWS}language")] == ["hi"]


def test_list_of_feeds_is_well_formed_whatever_things_are_called(
    environ: dict[str, str], request: pytest.FixtureRequest
) -> None:
    environ["FEEDS_SITE__TITLE"] = f"The {TITLE}"
    door: Door = request.getfixturevalue("door")
    door.desk.put("a", TITLE, tags=[TITLE], authors=[TITLE], section=TITLE)
    door.desk.build()
    root = ET.fromstring(door.get("/feeds.opml").data)
    rows = [row for row in root.iter("outline") if row.get("xmlUrl")]
    assert len(rows) == 4
    assert all(TITLE in str(row.get("text")) and row.get("text") == row.get("title") for row in rows)
    for row in rows:
        assert door.get(path_of(row.get("xmlUrl"))).status_code == 200
        assert door.get(path_of(row.get("htmlUrl"))).status_code == 200


# What a proxy in front may say of itself; none of it is the site's address.
FORWARDED = [
    {"X-Forwarded-Host": "news.example, news.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "8080"},
    {"Forwarded": 'host="evil.example";proto=http, for=127.0.0.1'},
    {"X-Forwarded-Proto": "http"},
    {"X-Original-URL": "/evil", "X-Rewrite-URL": "/evil", "X-Forwarded-Prefix": "/evil"},
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fields", FORWARDED, ids="+".join)
def test_addresses_are_the_sites_whatever_a_proxy_says(
    fields: dict[str, str], scheme: str, desk: Desk, door: Door
) -> None:
    desk.put("a", "A story", tags=["Old name"])
    with desk.room.store.write() as connection:
        names.change(connection, desk.room, label(desk, Kind.TAGS, "old-name"), {"name": "New"}, slug="new")
    desk.build()
    door.settle()

    def get(path: str):
        return door.client.open(path, base_url=f"{scheme}://news.example", headers=fields, buffered=True)

    redirects = {
        "/articles/a": "/articles/a/a-story",
        "/articles/a/wrong": "/articles/a/a-story",
        "/tags/old-name": "/tags/new",
        "/feeds/tags/old-name.atom": "/feeds/tags/new.atom",
        "/tags/old-name/feed": "/feeds/tags/new.rss",
        "/feed": "/feeds/site.rss",
        "/tags/": "/tags",
        "/feeds/select.rss?tag=new&author=x": None,
        "//evil.example/": None,
    }
    for path, to in redirects.items():
        answer = get(path)
        assert to is None or (answer.status_code, answer.location) == (301, SITE + to), path
        assert answer.location is None or answer.location.startswith(f"{SITE}/"), path
    paths = ["/", "/articles/a/a-story", "/tags/new", "/feeds", "/feeds.opml", "/sitemap.xml", "/robots.txt"]
    paths += ["/sitemap-news.xml", *(f"/feeds/site.{format}" for format in Format)]
    for path in paths:
        answer = get(path)
        assert answer.status_code == 200, path
        assert "evil" not in answer.text, path
        assert "http://news.example" not in answer.text, path
        assert "news.example, news.example" not in answer.text, path
        links = str(answer.headers.getlist("Link"))
        assert "evil" not in links
        assert "http://" not in links
    own = json.loads(get("/feeds/site.json").data)["feed_url"]
    assert urlsplit(own)[:3] == ("https", "news.example", "/feeds/site.json")
    assert f'<{SITE}/feeds/site.atom>; rel="self"' in str(get("/feeds/site.atom").headers.getlist("Link"))
