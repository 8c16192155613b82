"""Pages and listings as readers and search engines see them."""

import xml.etree.ElementTree as ET
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest

from feeds.model.dates import rfc3339
from feeds.model.label import Kind
from feeds.pipeline import names
from feeds.store import labels
from tests.conftest import Desk
from tests.fakes import FixedClock
from tests.web.conftest import SITE, Door

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@pytest.fixture
def paper(desk: Desk, door: Door) -> Door:
    desk.put("a", "Ferry <back>", tags=["Harbour"], authors=[{"name": "Ada Marsh", "bio": "Sails"}], section="City")
    desk.put("b", "Pier & bell", tags=["Harbour", "Fog"], published_at="2026-03-05T00:30:00Z")
    desk.put("draft", "Not yet seen", tags=["Secret"], status="draft")
    desk.put("gone", "Taken back", tags=["Withdrawn"])
    desk.build()
    desk.withdraw("gone")
    desk.build()
    return door


def locations(paper: Door, path: str) -> list[str]:
    root = ET.fromstring(paper.get(path).data)
    if root.tag == f"{MAP}sitemapindex":
        return [page for file in files(paper, path) for page in locations(paper, file)]
    return [str(loc.text).removeprefix(SITE) for loc in root.iter(f"{MAP}loc")]


def files(paper: Door, path: str) -> list[str]:
    """Give the files that a list of files names."""
    root = ET.fromstring(paper.get(path).data)
    assert root.tag == f"{MAP}sitemapindex"
    return [str(loc.text).removeprefix(SITE) for loc in root.iter(f"{MAP}loc")]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tags",
        "/authors",
        "/sections",
        "/tags/harbour",
        "/authors/ada-marsh",
        "/sections/city",
        "/feeds",
        "/archive/2026/03",
        "/search?q=ferry",
        "/search",
        "/sections/must-read",
        "/sections/trending",
    ],
)
def test_page_names_its_feeds_and_is_safe(path: str, paper: Door) -> None:
    answer = paper.get(path)
    assert answer.status_code == 200
    assert 'type="application/rss+xml"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<back>" not in answer.text
    assert "Not yet seen" not in answer.text
    assert "Taken back" not in answer.text
    assert "Set-Cookie" not in answer.headers
    head = paper.ask("HEAD", path)
    assert (head.status_code, head.data) == (200, b"")
    assert paper.ask("POST", path).status_code == 405


def test_page_of_a_label_names_its_own_channel_first(paper: Door) -> None:
    text = paper.get("/tags/harbour").text
    assert text.index("/feeds/tags/harbour.rss") < text.index("/feeds/site.rss")
    assert "Ferry &lt;back&gt;" in text
    assert "Sails" in paper.get("/authors/ada-marsh").text


@pytest.mark.parametrize("path", ["/tags/secret", "/tags/never", "/tags/%00", "/tags/%FF", "/authors/x" + "y" * 3000])
def test_label_that_never_had_a_public_story_has_no_page(path: str, paper: Door) -> None:
    assert paper.get(path).status_code == 404


def test_label_whose_stories_are_gone_keeps_an_empty_page(paper: Door) -> None:
    assert "No stories here" in paper.get("/tags/withdrawn").text


def test_renamed_and_merged_labels_lead_to_the_present_page_in_one_step(paper: Door, desk: Desk) -> None:
    paper.call("PATCH", "/api/tags/harbour", {"slug": "port", "name": "Port"})
    paper.call("PATCH", "/api/tags/port", {"slug": "docks"})
    paper.call("POST", "/api/tags/fog/merge", {"into": "docks"})
    for slug in ("harbour", "port", "fog"):
        answer = paper.get(f"/tags/{slug}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{SITE}/tags/docks")


def test_retired_label_is_gone_at_once_or_leads_to_its_successor(paper: Door, desk: Desk) -> None:
    with desk.room.store.write() as connection:
        given_up = labels.find_by_slug(connection, Kind.TAGS, "withdrawn")
        assert given_up is not None
        names.give_up(connection, desk.room, given_up, None)
    assert paper.get("/tags/withdrawn").status_code == 410


@pytest.mark.parametrize(
    "path", ["2026/13", "2026/00", "0000/01", "9999/12", "26/3", "2026/3", "2026/02", "x/y", "²⁰²⁶/03"]
)
def test_month_that_is_none_or_has_no_story_is_not_there(path: str, paper: Door) -> None:
    assert paper.get("/archive/" + quote(path)).status_code == 404


def test_months_border_is_that_of_the_sites_zone(environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    environ["FEEDS_SITE__TIMEZONE"] = "America/New_York"
    door: Door = request.getfixturevalue("door")
    door.desk.put("late", "Late in February", published_at="2026-03-01T03:00:00Z")
    assert "Late in February" in door.get("/archive/2026/02").text
    assert door.get("/archive/2026/03").status_code == 404


def test_list_goes_on_over_pages_without_losing_or_doubling_a_story(desk: Desk, door: Door) -> None:
    for number in range(65):
        desk.put(f"s{number:02}", f"Story number {number:02}", tags=["Long"], published_at="2026-04-01T00:00:00Z")
    seen: list[str] = []
    path: str | None = "/tags/long"
    while path:
        text = door.get(path).text
        seen += [f"s{number:02}" for number in range(65) if f"/articles/s{number:02}/" in text]
        path = text.partition('rel="next" href="')[2].partition('"')[0] or None
    assert sorted(seen) == [f"s{number:02}" for number in range(65)]


@pytest.mark.parametrize(
    "q",
    [
        '"',
        "'",
        "((",
        "AND OR NOT",
        "NEAR(a b)",
        "*",
        "a*",
        "-",
        "%",
        "\x00",
        "title:ferry",
        "{",
        "é" * 500,
        "東京",
        "^",
        ";--",
    ],
)
def test_search_takes_whatever_is_typed(q: str, paper: Door) -> None:
    answer = paper.get("/search?q=" + quote(q))
    assert answer.status_code == 200
    assert "<script" not in answer.text


def test_search_finds_public_stories_alone(paper: Door) -> None:
    assert "/articles/a/" in paper.get("/search?q=FERRY").text
    for word in ("seen", "taken", "secret"):
        assert "/articles/" not in paper.get(f"/search?q={word}").text


def test_search_does_not_give_back_what_was_typed_unescaped(paper: Door) -> None:
    text = paper.get("/search?q=" + quote('"><script>alert(1)</script>')).text
    assert "<script>alert" not in text


def test_sitemap_lists_every_public_page_of_ours_once_and_nothing_else(paper: Door, desk: Desk) -> None:
    desk.put("elsewhere", "First printed elsewhere", canonical_url="https://other.example/1")
    found = locations(paper, "/sitemap.xml")
    assert len(found) == len(set(found))
    articles = sorted(path for path in found if path.startswith("/articles/"))
    assert articles == ["/articles/a/ferry-back", "/articles/b/pier-bell"]
    assert {"/", "/tags/harbour", "/authors/ada-marsh", "/sections/city"} <= set(found)
    assert "/tags/withdrawn" not in found


def test_sitemap_has_no_file_without_a_page(desk: Desk, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty urlset is of no use, and not valid (sitemaps.org 0.9: one `url` at least)."""
    monkeypatch.setattr("feeds.publish.sitemap.MOST_ADDRESSES", 4)
    desk.put("ours", published_at="2026-05-01T00:00:00Z")
    for number in range(5):
        elsewhere = f"https://other.example/{number}"
        desk.put(f"theirs-{number}", published_at="2026-03-05T00:00:00Z", canonical_url=elsewhere)
    for number in range(5):
        desk.put(f"both-{number}", published_at="2026-02-05T00:00:00Z")
        desk.put(f"other-{number}", published_at="2026-02-06T00:00:00Z", canonical_url="https://other.example/")
    assert files(door, "/sitemap.xml") == [
        f"/sitemap-{name}.xml" for name in ("pages", "2026-05", "2026-02", "2026-02-2")
    ]
    assert len(locations(door, "/sitemap-2026-02.xml")) == 4
    assert len(locations(door, "/sitemap-2026-02-2.xml")) == 1
    assert door.get("/sitemap-2026-03.xml").status_code == door.get("/sitemap-2026-02-3.xml").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-2026-13.xml",
        "/sitemap-1999-01.xml",
        "/sitemap-x.xml",
        "/sitemap-2026-03-2.xml",
        "/sitemap-news-0.xml",
        "/sitemap-news-99.xml",
    ],
)
def test_sitemap_file_that_is_none_is_not_there(path: str, paper: Door) -> None:
    assert paper.get(path).status_code == 404


def test_news_sitemap_holds_our_own_stories_of_two_days_to_the_second(
    desk: Desk, door: Door, clock: FixedClock
) -> None:
    now = clock.now()
    desk.put("new", "Just now & here", language="pt-BR", published_at=rfc3339(now - timedelta(hours=48)))
    desk.put("old", "Too old", published_at=rfc3339(now - timedelta(hours=48, seconds=1)))
    root = ET.fromstring(door.get("/sitemap-news.xml").data)
    (url,) = root.iter(f"{MAP}url")
    assert url.findtext(f"{NEWS}news/{NEWS}title") == "Just now & here"
    assert url.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}language") == "pt"
    assert url.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}name") == desk.room.site.title
    assert url.findtext(f"{NEWS}news/{NEWS}publication_date") == rfc3339(now - timedelta(hours=48))


def test_news_and_feed_lists_hold_whatever_is_said(desk: Desk, door: Door) -> None:
    titles = [
        "<b>AT&T</b> ]]> &amp;",
        "🎉",
        "\u202eright\u202c",
        "a\x01\x0b\ufffeb",
        " ".join(["x" * 82] * 6),
        "W" * 500,
    ]
    for number, title in enumerate(titles):
        desk.put(f"n{number}", title, tags=[f"{title[:190]} {number}"], language=("zh-Hant-TW" if number else "de-AT"))
    root = ET.fromstring(door.get("/sitemap-news.xml").data)
    told = list(root.iter(f"{NEWS}news"))
    assert {one.findtext(f"{NEWS}title") for one in told} == {title.replace("\x01\x0b\ufffe", "") for title in titles}
    for one in told:
        assert [child.tag for child in one] == [
            f"{NEWS}{name}" for name in ("publication", "publication_date", "title")
        ]
        assert [child.tag for child in one[0]] == [f"{NEWS}name", f"{NEWS}language"]
        assert one[0][1].text in ("de", "zh-tw")
    opml = ET.fromstring(door.get("/feeds.opml").data)  # OPML 2.0: version, head and body; text and xmlUrl of each feed
    assert (opml.tag, opml.get("version"), [part.tag for part in opml]) == ("opml", "2.0", ["head", "body"])
    rows = [row for row in opml.iter("outline") if row.get("type") == "rss"]
    assert len(rows) == 1 + len(titles)
    for row in opml.iter("outline"):
        assert row.get("text")
        assert (row.get("xmlUrl") is not None) == (row.get("type") == "rss") == (len(row) == 0)
    for row in rows:
        assert door.get(str(row.get("htmlUrl")).removeprefix(SITE)).status_code == 200


def test_news_of_more_than_a_file_is_a_list_of_files(desk: Desk, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.publish.sitemap.MOST_NEWS", 2)
    for number in range(5):
        desk.put(f"n{number}")
        desk.put(f"elsewhere{number}", canonical_url="https://other.example/")
    assert files(door, "/sitemap-news.xml") == [f"/sitemap-news-{number}.xml" for number in (1, 2, 3)]
    assert len(locations(door, "/sitemap-news.xml")) == 5


def test_feed_list_is_well_formed_and_names_channels_with_stories(paper: Door, desk: Desk) -> None:
    desk.put("amp", "A", tags=["R&D <x>"])
    root = ET.fromstring(paper.get("/feeds.opml").data)
    rows = {row.get("xmlUrl"): row.get("text") for row in root.iter("outline") if row.get("xmlUrl")}
    assert f"{SITE}/feeds/site.rss" in rows
    assert str(rows[f"{SITE}/feeds/tags/r-d-x.rss"]).startswith("R&D <x>")
    assert f"{SITE}/feeds/tags/withdrawn.rss" not in rows


def test_robots_are_told_of_the_sitemaps(paper: Door) -> None:
    text = paper.get("/robots.txt").text
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    assert "Disallow: /api/" in text


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/tags/harbour/feed", "/feeds/tags/harbour.rss"),
        ("/authors/ada-marsh/feed", "/feeds/authors/ada-marsh.rss"),
        ("/tags/", "/tags"),
        ("/tags/harbour/", "/tags/harbour"),
        ("/rss.xml", "/feeds/site.rss"),
    ],
)
def test_typed_addresses_lead_to_the_fitting_one(path: str, to: str, paper: Door) -> None:
    answer = paper.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (301, SITE + to)


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "/%2F%2Fevil.example/", "/\\evil.example/", "/tags//", "/%0d%0aX: y/", "/..%2f..%2fetc/passwd"],
)
def test_odd_addresses_never_lead_off_the_site(path: str, paper: Door) -> None:
    answer = paper.client.open("/x", base_url=SITE, environ_overrides={"PATH_INFO": unquote(path)})
    assert answer.status_code in (301, 404)
    if answer.status_code == 301:
        assert answer.headers["Location"].startswith(f"{SITE}/")
        assert "evil" not in answer.headers["Location"].removeprefix(SITE).partition("/")[0]


def test_correction_and_credit_stand_where_a_reader_sees_them(desk: Desk, door: Door) -> None:
    desk.put("a", "A story")
    desk.put("a", "A story", correction="The ferry has two funnels.")
    text = door.get("/articles/a/a-story").text
    assert "The ferry has two funnels." in text


def test_page_has_one_headline_and_says_something_of_every_picture(desk: Desk, door: Door) -> None:
    body = '<h1 id="x">Part</h1><p><img src="https://files.example/a.png"> <img alt="A gull" src="/media/b.png"></p>'
    desk.put("a", "Ferry", content_html=body)
    desk.build()
    page = door.get("/articles/a/ferry").text
    assert page.count("<h1") == 1
    assert '<h2 id="x">Part</h2>' in page
    pictures = [part.partition(">")[0] for part in page.split("<img")[1:]]
    assert ["alt=" in picture for picture in pictures] == [True, True]
    assert 'alt="A gull"' in page
