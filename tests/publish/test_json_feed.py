"""JSON Feed 1.1: what a feed and an item say, key by key."""

import json
from dataclasses import replace
from typing import Any

import pytest

from feeds.model.article import Article, Attachment, Image, Related, RelatedTarget
from feeds.model.document import Format, Masthead, Variant
from tests.publish import newsroom
from tests.publish.newsroom import FULL, SITE, SUMMARY, article, author, document, masthead

BASE = "https://news.example/feeds/tags/harbour"


def feed(head: Masthead | None = None, *told: Article, variant: Variant = FULL) -> dict[str, Any]:
    return json.loads(document(Format.JSON, told, head, variant))


def item(story: Article, variant: Variant = FULL) -> dict[str, Any]:
    (found,) = feed(None, story, variant=variant)["items"]
    return found


def test_feed_without_items_says_who_and_what_it_is() -> None:
    assert feed() == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour – The Quay & Tide",
        "home_page_url": "https://news.example/tags/harbour",
        "feed_url": f"{BASE}.json",
        "description": "Ships, quays, tides",
        "icon": "https://news.example/media/icon.png",
        "favicon": "https://news.example/media/icon.png",
        "authors": [{"name": "The Quay & Tide", "url": "https://news.example/"}],
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "_broadsheet": {
            "about": "https://news.example/feeds",
            "updated": "2026-05-30T12:00:00Z",
            "rights": "© The Quay & Tide",
        },
        "items": [],
    }


def test_authors_channel_names_the_author() -> None:
    head, _, _ = newsroom.DOCUMENTS["summaries"]
    assert feed(head)["authors"] == [{"name": "Éva Nagy", "url": "https://news.example/authors/eva-nagy"}]


def test_next_url_leads_into_the_archive() -> None:
    assert feed(masthead(prev_archive=f"{BASE}/archive/2"))["next_url"] == f"{BASE}/archive/2.json"
    assert "next_url" not in feed()


def test_deleted_names_what_left_with_moment_and_reason() -> None:
    assert feed(masthead(tombstones=newsroom.TOMBSTONES))["_broadsheet"]["deleted"] == [
        {
            "id": "tag:news.example,2026-01-02:articles/gone",
            "at": "2026-05-29T08:30:00Z",
            "reason": "Retracted: <wrong> harbour & quay",
        },
        {"id": "tag:news.example,2026-01-02:articles/ended", "at": "2026-05-28T08:30:00Z"},
    ]


def test_item_of_the_least_article_has_no_key_without_a_value() -> None:
    assert item(article()) == {
        "id": "tag:news.example,2026-01-02:articles/a1",
        "url": "https://news.example/articles/a1/the-ferry-sails-again",
        "title": "The ferry sails again",
        "content_html": "<p>The ferry left at <em>eight</em>.</p>",
        "summary": "The ferry left at eight.",
        "date_published": "2026-05-01T08:30:00Z",
        "date_modified": "2026-05-01T08:30:00Z",
        "language": "en",
    }


def test_item_of_a_full_article_has_every_key() -> None:
    found = item(newsroom.EVERYTHING)
    assert list(found) == [
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "summary",
        "image",
        "date_published",
        "date_modified",
        "authors",
        "tags",
        "language",
        "attachments",
        "_broadsheet",
    ]
    assert found["title"] == "<b>Bold</b> claims & “quiet” ones: 5 < 6"
    assert found["external_url"] == "https://first.example/%C3%A4?x=1&y=2"
    assert found["image"] == "https://news.example/media/gr%C3%B6%C3%9Fe.jpg"
    assert found["date_modified"] == "2026-05-10T11:12:13Z"
    assert found["authors"] == [
        {
            "name": "Éva Nagy",
            "url": "https://news.example/authors/eva-nagy",
            "avatar": "https://news.example/media/eva.png",
        },
        {"name": "O'Brien & Sons", "url": "https://obrien.example/%C3%A9?a=1&b=2"},
    ]
    assert found["tags"] == ["Économie", "Rock 'n' Roll", "R&D"]
    assert found["language"] == "fr"


def test_attachments_have_their_type_size_in_bytes_and_duration_in_seconds() -> None:
    assert item(newsroom.EVERYTHING)["attachments"] == [
        {"url": "https://news.example/media/notes.pdf", "mime_type": "application/pdf", "title": "The notes"},
        {
            "url": "https://cdn.example/talk.mp3?a=1&b=2",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 98765,
            "duration_in_seconds": 61,
        },
        {
            "url": "https://cdn.example/film.mp4",
            "mime_type": "video/mp4",
            "size_in_bytes": 12345678901,
            "duration_in_seconds": 61.5,
        },
    ]


def test_attachment_of_no_known_type_is_bytes() -> None:
    (found,) = item(article(attachments=(Attachment(url="/media/thing", length=0),)))["attachments"]
    assert found == {
        "url": "https://news.example/media/thing",
        "mime_type": "application/octet-stream",
        "size_in_bytes": 0,
    }


def test_what_the_format_has_no_key_for_stands_in_the_extension() -> None:
    assert item(newsroom.EVERYTHING)["_broadsheet"] == {
        "kicker": "Analysis",
        "dateline": "HAVANA",
        "section": "World News",
        "corrections": [{"at": "2026-05-10T08:30:00Z", "note": "The quay is 90 m long,\nnot <900>."}],
        "flags": ["must-read", "breaking"],
        "rights": "© Éva Nagy",
        "image": {"alt": "A ship & a quay", "caption": "The ship, <em>late</em>", "credit": "Jo Ann"},
        "related": [
            {
                "id": "a1",
                "title": "The ferry sails again",
                "url": "https://news.example/articles/a1/the-ferry-sails-again",
            },
            {"title": "Tide tables", "url": "https://tides.example/gr%C3%B6%C3%9Fe"},
            {"title": "A story to come"},
        ],
    }


def test_related_story_named_by_id_that_is_not_public_tells_nothing_of_it() -> None:
    found = item(article(related=(Related(id="hidden", title="As the client called it"),)))
    assert found["_broadsheet"]["related"] == [{"title": "As the client called it"}]
    tied = Related(id="b2", tied=RelatedTarget(id="b2", title="Seen"))
    assert item(article(related=(tied,)))["_broadsheet"]["related"] == [
        {"id": "b2", "title": "Seen", "url": "https://news.example/articles/b2/seen"}
    ]


def test_summary_channel_has_the_summary_for_content() -> None:
    found = item(newsroom.PLAIN, SUMMARY)
    assert "content_html" not in found
    assert found["content_text"] == found["summary"] == "It left at eight."


def test_item_says_its_language_always() -> None:
    assert item(newsroom.PLAIN)["language"] == "en"
    assert item(newsroom.PLAIN, Variant("full", "fr"))["language"] == "en"


def test_partners_item_has_the_original_and_a_credit() -> None:
    found = item(newsroom.PARTNER)
    assert found["url"] == "https://news.example/articles/partner/island-radio-tower-falls"
    assert found["external_url"] == "https://radio.example/tower"
    assert found["_broadsheet"] == {
        "credit": "First published by Island Radio",
        "source": {
            "title": "Island Radio",
            "url": "https://radio.example/feed.xml",
            "site_url": "https://radio.example/",
        },
    }


@pytest.mark.parametrize(
    ("own", "icon", "logo", "shown"),
    [
        ("/own.png", "/icon.png", "/l.png", "/own.png"),
        ("", "/icon.png", "/l.png", "/icon.png"),
        ("", "", "/l.png", "/l.png"),
    ],
)
def test_icon_is_the_channels_image_else_the_sites_square_one(own: str, icon: str, logo: str, shown: str) -> None:
    found = json.loads(document(Format.JSON, head=masthead(image=own), site=replace(SITE, logo=logo, icon=icon)))
    assert found["icon"] == f"https://news.example{shown}"
    assert found.get("favicon", "") == (f"https://news.example{icon}" if icon else "")


def test_site_without_pictures_has_no_icon() -> None:
    assert "icon" not in json.loads(document(Format.JSON, site=replace(SITE, logo="", icon="")))


def test_partners_summary_says_whom_it_is_from() -> None:
    found = item(newsroom.PARTNER_SUMMARY)
    assert found["content_text"] == "It fell at noon.\n\nBy courtesy of Island Radio & friends"
    assert found["summary"] == "It fell at noon."


def test_texts_stand_as_themselves_not_as_escapes() -> None:
    data = document(Format.JSON, (article("東京 🌏 naïve", authors=(author("Éva"),)),))
    assert "東京 🌏 naïve".encode() in data
    assert b"\\u" not in data


def test_picture_of_nothing_but_an_address_needs_no_extension() -> None:
    assert "_broadsheet" not in item(article(image=Image(url="/media/q.png")))
